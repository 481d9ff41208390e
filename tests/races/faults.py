"""A DynamoDB client that fails on purpose, as no local engine does by itself."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

type Fault = Callable[[Callable[[], Any]], Any]


class Crash(BaseException):
    """The process died here. Not an Exception: nothing may catch it and go on."""


class FaultyClient:
    """Passes every call on to `real`; the n-th call (from 0) meets the fault that `plan` has for n.

    A fault is a function of the call itself. It may make the call, make it and deny it, or not make it.
    """

    def __init__(self, real: Any, plan: dict[int, Fault] | None = None, only: str | None = None):
        self._real = real
        self._plan = plan or {}
        self._only = only
        self.calls: list[str] = []
        self.exceptions = real.exceptions

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name in ("get_paginator", "meta", "close"):
            return method

        def call(**parameters: Any) -> Any:
            if self._only not in (None, name):
                return method(**parameters)
            number = len(self.calls)
            self.calls.append(name)
            fault = self._plan.get(number)
            return fault(lambda: method(**parameters)) if fault else method(**parameters)

        return call


def conflict(call: Callable[[], Any]) -> Any:
    """Another transaction held one of the items; nothing was written."""
    raise cancelled(["TransactionConflict", "None", "None"])


def throttled(call: Callable[[], Any]) -> Any:
    """DynamoDB refuses for now, after botocore's own tries: nothing was written."""
    raise ClientError(
        {"Error": {"Code": "ThrottlingException", "Message": "…"}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]  # the fields that are read
        "TransactWriteItems",
    )


def internal_error(call: Callable[[], Any]) -> Any:
    """DynamoDB failed inside, and nothing was written."""
    raise ClientError(
        {"Error": {"Code": "InternalServerError", "Message": "…"}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]  # the fields that are read
        "TransactWriteItems",
    )


def lost_answer(call: Callable[[], Any]) -> Any:
    """The write happened, and the answer never came."""
    call()
    raise ReadTimeoutError(endpoint_url="http://dynamodb")


def lost_error(call: Callable[[], Any]) -> Any:
    """The write happened, and DynamoDB answered that it had failed inside."""
    call()
    return internal_error(call)


def no_answer(call: Callable[[], Any]) -> Any:
    """Nothing was written, and no answer came."""
    raise ReadTimeoutError(endpoint_url="http://dynamodb")


def dies_before(call: Callable[[], Any]) -> Any:
    """The process dies before the call."""
    raise Crash


def dies_after(call: Callable[[], Any]) -> Any:
    """The process dies after the call, whatever it answered."""
    with suppress(ClientError):
        call()
    raise Crash


def cancelled(codes: list[str]) -> ClientError:
    """A cancelled transaction, as the client raises it, with a reason for each item."""
    reasons: Any = [{"Code": code} for code in codes]
    return ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "…"},
            "CancellationReasons": reasons,
        },
        "TransactWriteItems",
    )
