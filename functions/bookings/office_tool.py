"""How the office's own tools, which invoke a function under IAM, are answered: the deed's answer, or why it was refused."""

from collections.abc import Callable

from pydantic import ValidationError

from cccd.errors import InvalidRequest, Refusal
from cccd.field_errors import field_errors
from cccd.observability import flush_metrics
from cccd.problems import document


def answer(deed: Callable[[], dict[str, object]]) -> dict[str, object]:
    """What the deed answers; a problem document where the request does not fit or a rule refuses it."""
    try:
        return deed()
    except ValidationError as error:
        return document(InvalidRequest(field_errors(error.errors())))
    except Refusal as refusal:
        return document(refusal)
    finally:
        flush_metrics()
