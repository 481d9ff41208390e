"""A police office as the directory knows it."""

import re
from dataclasses import dataclass
from datetime import date

from offices.opening import OpeningRules


@dataclass(frozen=True)
class Office:
    """A police office that receives citizens for their card.

    `opening` is None while it takes no bookings here; `ward` is empty if it is unknown (PC06 of most provinces).
    `location` is latitude and longitude in degrees. `valid_to` is the last day on which the office existed;
    `successors` are the offices that took over, best first.
    """

    id: str
    name: str
    province: str
    ward: str
    address: str
    phone: str | None = None
    location: tuple[float, float] | None = None
    official_account_id: str | None = None
    notices: tuple[str, ...] = ()
    opening: OpeningRules | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name for small spaces: everybody calls the provinces' ID card department PC06."""
        return re.sub(r"^.*\(PC06\)", "Phòng PC06", self.name)
