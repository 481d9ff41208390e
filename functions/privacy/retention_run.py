"""Every night: erase what has had its time, and log what was erased. Running twice, or crashing halfway, changes nothing.

Readers never see what is past its time, and TTL removes what this should miss; this run is what leaves a proof.
"""

from collections import Counter

from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.observability import logger
from cccd.settings import Settings
from declarations.due import due_keys, erase_due, note_run

TIME_TO_STOP = 10_000  # milliseconds before the function's limit


class RetentionSettings(Settings):
    """The table. No key: what is sealed is erased unread."""

    declarations_table: str


settings = RetentionSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    now, table = clock.now(), settings.declarations_table
    erased: Counter[str] = Counter()
    for key in due_keys(client(), table, now):
        if context.get_remaining_time_in_millis() < TIME_TO_STOP:
            break  # the next run goes on
        status = erase_due(client(), table, key, now)
        if status:
            erased[status] += 1
    note_run(client(), table, dict(erased), now)
    logger.info("erased by retention", erased=dict(erased))
    return dict(erased)
