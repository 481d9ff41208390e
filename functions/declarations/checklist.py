"""What to bring, by what was declared."""

from collections.abc import Mapping
from datetime import date

from declarations.answers import Answer
from procedures.content import Document
from procedures.documents import documents_to_bring

PROOF_OF_DIFFERENCE = "giay-khai-sinh"


def to_bring(procedure: str, answers: Mapping[str, Answer], on: date) -> list[Document]:
    """The papers for the procedure on that day; proof of a difference only where one was declared."""
    differs = bool(answers.get("differsFromRecords"))
    return [each for each in documents_to_bring(procedure, on) if differs or each.code != PROOF_OF_DIFFERENCE]
