"""An Official Account that is connected here, and which of them speaks to a citizen. Plain values, no table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from offices.office import Office


@dataclass(frozen=True)
class Account:
    """An account by Zalo's `id` (digits). It speaks for its `offices`; that of a province's PC06 for the whole province;
    that of `everywhere` for every office that has none. `templates` are its template messages, by kind.
    """

    id: str
    name: str
    offices: tuple[str, ...] = ()
    everywhere: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)
    people: str = ""

    @property
    def link(self) -> str:
        """Where its people are known (zalo/acquaintances.py): a user's id differs from account to account.

        `people` says it of the account that was alone before accounts had ids here, whatever became of it since.
        """
        return self.people or f"CHAT#{self.id}"


def province_of(office: Office | None) -> str | None:
    """The province for which the account of this office speaks: that of its PC06, the ID card department."""
    return office.province if office and "(PC06)" in office.name else None


def speaker(candidates: Iterable[Account], followed: Collection[str]) -> Account | None:
    """The first account that the citizen follows, by its link: the office's own, its province's, that of everywhere."""
    return next((each for each in candidates if each.link in followed), None)
