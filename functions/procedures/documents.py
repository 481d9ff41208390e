"""The papers to bring, as of a day: the rule that the procedure's page, bookings and declarations share."""

from datetime import date

from cccd.effective import in_force
from procedures.catalog import find
from procedures.content import Content, Document, Residence
from procedures.prepared import CONTENT


def documents_to_bring(code: str, on: date, residence: str | None = None, content: Content = CONTENT) -> list[Document]:
    """The papers for that procedure if the citizen hands in on that day, most important first.

    `residence` is "permanent" or "temporary"; the default is the one that the procedure is for. A paper that is not
    mandatory is in the list too: its `why` says in which case it is needed.

    Raises:
        procedures.catalog.UnknownProcedure, NotYetAProcedure, NothingKnown: as `procedures.catalog.find`.
        ValueError: `residence` is neither.
    """
    kind = Residence(residence) if residence else find(code, on, content).residence
    find(code, on, content)
    return [
        document
        for topic in content.documents
        if topic.concerns(code, kind)
        for document in in_force(topic.versions, on)
    ]
