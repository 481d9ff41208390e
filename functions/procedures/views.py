"""Statements and papers on the wire, each with its source: as procedures, declarations and bookings tell them."""

from datetime import date
from typing import Any

from cccd.wire import Model
from procedures.content import Document, Statement
from procedures.sourced import CONFIDENCE_TOLD, Confidence, Sourced


class Said(Model):
    """Where a statement comes from, how far that was checked, and from when to when it holds."""

    source: str
    confidence: Confidence
    confidence_note: str
    valid_from: date
    valid_to: date | None


class SaidText(Said):
    """A statement to the citizen."""

    text: str


class Paper(Said):
    """A paper; where it is not mandatory, `why` tells in which case it is needed. One `atOffice` is filled in there, not brought."""

    code: str
    name: str
    why: str
    copies: str
    mandatory: bool
    at_office: bool


def said(sourced: Sourced) -> dict[str, Any]:
    """What `Said` tells of a statement."""
    return {
        "source": sourced.source,
        "confidence": sourced.confidence,
        "confidence_note": CONFIDENCE_TOLD[sourced.confidence],
        "valid_from": sourced.valid_from,
        "valid_to": sourced.valid_to,
    }


def said_text(statement: Statement) -> SaidText:
    """The statement as it is told."""
    return SaidText(**said(statement), text=statement.text)


def paper(document: Document) -> Paper:
    """The paper as it is told."""
    return Paper(
        **said(document),
        code=document.code,
        name=document.name,
        why=document.why,
        copies=document.copies,
        mandatory=document.mandatory,
        at_office=document.at_office,
    )
