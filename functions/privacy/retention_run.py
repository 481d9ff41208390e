"""Every night: erase data past its time, and log what was erased. Running twice, or crashing halfway, does no harm.

What cannot be erased is passed by; it is tried again every night, and the alarm RetentionPassesBy tells of it.
Readers never see data past its time, and TTL removes what this run misses; only this run leaves a proof.
"""

from collections import Counter

from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd import clock
from cccd.dynamodb import client
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger
from cccd.settings import Settings
from cccd.sweeps import passed_by
from declarations.erasing import DeclarationEraser

TIME_TO_STOP = 10_000  # milliseconds before the function's limit


class RetentionSettings(Settings):
    """The table. There is no key: sealed answers are erased unread."""

    declarations_table: str


settings = RetentionSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    now, declarations = clock.now(), DeclarationEraser(client(), settings.declarations_table)
    may_go_on = time_left(context, TIME_TO_STOP)
    erased: Counter[str] = Counter()
    for key in declarations.due(now):
        if not may_go_on():
            break  # the next run continues
        try:
            status = declarations.erase_due(key, now)
        except Exception as error:  # noqa: BLE001 - the data after it is past its time too
            passed_by("Retention", error)
        else:
            erased.update([status] if status else [])
    declarations.note_run(erased, now)
    logger.info("erased by retention", erased=dict(erased))
    flush_metrics()
    return dict(erased)
