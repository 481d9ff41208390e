"""The directory: every police office of the country, with what this deployment says of its own, and how one is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from cccd.effective import holds
from offices.configuration import FILE, configured
from offices.country import office, office_ids
from offices.office import Office
from offices.opening import OpeningRules


@dataclass(frozen=True)
class Listed:
    """Offices, best first; not `sure` if the typed text may mean another place."""

    offices: list[Office]
    sure: bool


@dataclass(frozen=True)
class Directory:
    """Every office of the country can be found; `offices` are those that the deployment's file speaks of, by id."""

    offices: Mapping[str, Office]

    def find(self, office_id: str) -> Office | None:
        """The office of that id, in force or not."""
        return self.offices.get(office_id) or office(office_id)

    def search(self, query: str, on: date, limit: int) -> Listed:
        """The offices in force that day, best first; for a query that names no place, those that take bookings first."""
        from offices.search import Offices, search  # with its vocabulary: most functions only look an office up

        found = search(query, on, lambda office_id: self._bookable(office_id, on))
        if found is None:
            bookable_first = [each for each in self.offices if self._bookable(each, on)]
            found = Offices(list(dict.fromkeys([*bookable_first, *office_ids(on)])), sure=True)
        return Listed(self._in_force(found.ids, on, limit), found.sure)

    def bookable_in(self, province: str, on: date) -> list[Office]:
        """The offices of a province, by its name, that take bookings that day."""
        return [each for each in self.offices.values() if each.province == province and bookable(each, on)]

    def _bookable(self, office_id: str, on: date) -> bool:
        return office_id in self.offices and bookable(self.offices[office_id], on)

    def _in_force(self, ids: Iterable[str], on: date, limit: int) -> list[Office]:
        found: list[Office] = []
        for office_id in ids:
            each = self.find(office_id)
            if each is not None and holds(each, on):
                found.append(each)
                if len(found) == limit:
                    break
        return found


def bookable(office: Office, on: date) -> bool:
    """Whether the office takes bookings: it exists that day and has opening rules."""
    return office.opening is not None and holds(office, on)


def rules_of(office_id: str) -> OpeningRules:
    """An office's rules; the ordinary ones where it has none any more."""
    office = directory().find(office_id)
    return office.opening if office and office.opening else OpeningRules(weekly={})


@cache
def directory() -> Directory:
    """The deployment's directory.

    Raises:
        ValueError: its file does not fit; one line for each thing that is wrong.
    """
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Directory:
    """A directory from the text of an offices.toml.

    Raises:
        ValueError: the text does not fit; one line for each thing that is wrong.
    """
    return Directory(configured(text))
