"""The 12-digit personal number (số định danh cá nhân), which is also the card's number.

    PPP G YY NNNNNN
    PPP     where the birth was registered: a code of the 63 old provinces, or of a foreign country
    G       sex and century: 0 and 1 for men and women born 19xx, 2 and 3 for 20xx
    YY      the last two digits of the birth year
    NNNNNN  random; there is no check digit

Sources: NĐ 137/2015/NĐ-CP Điều 13; TT 59/2021/TT-BCA Điều 4; Luật Căn cước 26/2023/QH15 Điều 12.
The place code is never refused: newborns' codes since 1/7/2025 and foreign codes are not published.
A person's sex or birth year may have been corrected without a new number, so a mismatch only warns.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cccd.text import ascii_digits, clean

type Sex = Literal["male", "female"]

_SEPARATORS = re.compile(r"[\s.\-]")
_SHAPE = re.compile(r"[0-9]{12}")
_LIVING = "0123"  # nobody born before 1900 or after 2099 applies


class NotAPersonalId(ValueError):
    """Not a number that a living person can have."""


@dataclass(frozen=True, repr=False)
class PersonalId:
    """A number that a living person can have. Its `repr` shows only what `masked` shows."""

    digits: str

    @classmethod
    def parse(cls, typed: str) -> "PersonalId":
        """The number as typed; spaces, dots, hyphens and full-width digits are accepted.

        Raises:
            NotAPersonalId: not 12 digits, or a century in which no applicant was born.
        """
        digits = _SEPARATORS.sub("", ascii_digits(clean(typed)))
        if not _SHAPE.fullmatch(digits) or digits[3] not in _LIVING:
            raise NotAPersonalId
        return cls(digits)

    @property
    def sex(self) -> Sex:
        """The sex at registration."""
        return "female" if int(self.digits[3]) % 2 else "male"

    @property
    def birth_year(self) -> int:
        """The birth year at registration."""
        return 1900 + 100 * (int(self.digits[3]) // 2) + int(self.digits[4:6])

    def from_the_future(self, today: date) -> str | None:
        """What is said of a number of a birth year that has not come yet; None for any other."""
        if self.birth_year <= today.year:
            return None
        return f"Theo số này, người làm thẻ sinh năm {self.birth_year}, là năm chưa tới. Vui lòng xem lại số thứ tư đến thứ sáu."

    @property
    def place_code(self) -> str:
        """Where the birth was registered, by the table of the 63 old provinces or of foreign countries."""
        return self.digits[:3]

    @property
    def masked(self) -> str:
        """The number as people see it: 079*****1234."""
        return f"{self.digits[:3]}*****{self.digits[-4:]}"

    def agrees_with(self, born: date) -> bool:
        """Whether the number carries that birth year. A mismatch is a reason to ask, not to refuse."""
        return self.birth_year == born.year

    def __repr__(self) -> str:
        return f"PersonalId({self.masked})"
