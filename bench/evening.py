"""The reminders at 17:00: how long the senders need. `make bench-scale` prints the table of docs/scale.md.

Every seat of the next day has a reminder. The shard of a message is the store's own (`zlib.crc32` of its id), and so is
what a run may take (`sender.A_RUN`) and for how long it begins new messages (the template's time-out less
`sender.ONE_MESSAGE`). A message takes the sender's own time and Zalo's, one after the other.
"""

import os
import random
import zlib
from collections import Counter
from datetime import timedelta

from bench.scale import AT_EIGHT, COUNTRY, TEMPLATE, bookable_slots, seconds
from cccd.clock import NIGHT_BEGINS, at
from infra.template import load

os.environ.update(load(TEMPLATE).functions["SenderFunction"].environment)  # the sender reads it when it is imported

from notifications import sender  # noqa: E402
from notifications.notice import REMINDED_AT  # noqa: E402
from notifications.rate import MESSAGES_A_MINUTE, ZALO_REQUESTS_A_MINUTE  # noqa: E402
from notifications.store import SHARDS  # noqa: E402

MINUTE = 60.0
BEGINS, ENDS = at(AT_EIGHT.date(), REMINDED_AT), at(AT_EIGHT.date(), NIGHT_BEGINS)
EVENING = (ENDS - BEGINS).total_seconds() / MINUTE
WORKS = load(TEMPLATE).functions["SenderFunction"].timeout - sender.ONE_MESSAGE / 1000
ONCE = 55 - sender.ONE_MESSAGE / 1000  # how long the one sender of before worked in each minute


def reminders(offices: int) -> int:
    """The reminders of one evening: every seat of a day."""
    return offices * sum(slot.capacity["shared"] for slot in bookable_slots(days=1))


def minutes_needed(messages: int, shards: int, works: float, a_run: int, zalo: float, seed: int = 1) -> float:
    """Minutes until the last message is sent; the largest shard decides. `zalo` is the mean of its answer in seconds."""
    numbers = random.Random(seed)
    waiting = Counter(zlib.crc32(f"{n:042}#reminder#2".encode()) % shards for n in range(messages))
    return max(_minutes(number, works, a_run, zalo, numbers) for number in waiting.values())


def _minutes(waiting: int, works: float, a_run: int, zalo: float, numbers: random.Random) -> float:
    minute = 0
    while True:
        used, sent = 0.0, 0
        while used < works and sent < a_run:
            used += seconds("message") + numbers.gauss(zalo, zalo / 4)
            sent += 1
            if sent == waiting:
                return minute + used / MINUTE
        waiting -= sent
        minute += 1


def table() -> str:
    """How long 3,321 offices' reminders take, and when the last one goes out."""
    messages = reminders(COUNTRY)
    lines = [
        f"{messages:,} reminders, {EVENING:.0f} minutes until {NIGHT_BEGINS:%H:%M}; Zalo's own rate would allow them in "
        f"{messages / ZALO_REQUESTS_A_MINUTE:.0f} minutes, our share of it ({MESSAGES_A_MINUTE:,} a minute) in "
        f"{messages / MESSAGES_A_MINUTE:.0f}.",
        "",
        "| Zalo answers in | one sender, 30 s a minute | 4 shards | 8 shards | 16 shards |",
        "|---|---|---|---|---|",
    ]
    for zalo in (0.1, 0.3, 0.6, 1.0):
        cells = [_cell(minutes_needed(messages, 1, ONCE, messages, zalo))]
        for shards in (4, SHARDS, 2 * SHARDS):
            cells.append(_cell(minutes_needed(messages, shards, WORKS, MESSAGES_A_MINUTE // shards, zalo)))
        lines.append(f"| {zalo * 1000:.0f} ms | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(minutes: float) -> str:
    if minutes > EVENING:
        return f"{minutes / MINUTE:.0f} h: not in one evening"
    return f"{minutes:.0f} min, until {BEGINS + timedelta(minutes=minutes):%H:%M}"
