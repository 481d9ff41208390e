"""Which procedures exist on a day, and their names.

UnknownProcedure            no procedure ever had this code
NotYetAProcedure            the code exists, but not on that day; `explanation` tells the citizen why
NothingKnown                the day lies before everything we know
"""

from dataclasses import dataclass
from datetime import date

from cccd.effective import in_force
from procedures.content import Content, Procedure, Residence
from procedures.prepared import CONTENT
from procedures.sourced import EARLIEST


class UnknownProcedure(KeyError):
    """No procedure ever had this code."""


class NotYetAProcedure(LookupError):
    """The procedure did not exist on that day; `explanation` is a Vietnamese sentence."""

    def __init__(self, explanation: str):
        super().__init__(explanation)
        self.explanation = explanation


class NothingKnown(ValueError):
    """The day lies before `procedures.sourced.EARLIEST`."""


@dataclass(frozen=True)
class Listed:
    """A procedure with its name on one day."""

    code: str
    title: str
    summary: str
    residence: Residence


def listed(on: date, content: Content = CONTENT) -> list[Listed]:
    """The procedures that exist on that day, in the order of the content file.

    Raises:
        NothingKnown: the day lies before everything we know.
    """
    _require_known(on)
    return [
        Listed(procedure.code, name.title, name.summary, procedure.residence)
        for procedure in content.procedures.values()
        for name in in_force(procedure.names, on)
    ]


def find(code: str, on: date, content: Content = CONTENT) -> Listed:
    """The procedure with that code, with its name on that day.

    Raises:
        UnknownProcedure: no procedure ever had this code.
        NotYetAProcedure: it did not exist on that day.
        NothingKnown: the day lies before everything we know.
    """
    procedure = content.procedures.get(code)
    if procedure is None:
        raise UnknownProcedure(code)
    _require_known(on)
    names = in_force(procedure.names, on)
    if not names:
        raise NotYetAProcedure(procedure.before or f"Thủ tục này chưa có vào ngày {on:%d/%m/%Y}.")
    return Listed(code, names[0].title, names[0].summary, procedure.residence)


def title(code: str, on: date) -> str:
    """The name of the procedure on that day; raises as `find`."""
    return find(code, on).title


def require(code: str, on: date, content: Content = CONTENT) -> Procedure:
    """The procedure itself, if it exists on that day; raises as `find`."""
    find(code, on, content)
    return content.procedures[code]


def _require_known(on: date) -> None:
    if on < EARLIEST:
        raise NothingKnown(on)
