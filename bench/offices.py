"""What the search for offices costs and how well it answers, compared with other searches of the same names.

    PYTHONPATH=functions:layers/common:. python -m bench.offices

It prints the tables of docs/office-search.md. All contestants read the typed text as ours does (abbreviations spelled
out, types left out), search the same 16,000 names with the areas behind them, and lead to the same offices. rapidfuzz
takes part if it is installed; it is no dependency.
"""

import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable

from bench.office_quality import (
    FRESH,
    LISTED,
    REPORTED,
    TODAY,
    UNHEARD,
    UNSEEN,
    WILD,
    Answerer,
    Query,
    generated,
    ours,
    quality,
    queries,
    sure,
)
from offices.index import INDEX, Index, index
from offices.search import _leads_to
from offices.typed import read

HEADER = "| | hit@1 | hit@3 | MRR | nonsense rejected | right but doubted |\n|---|---|---|---|---|---|"

# The positions of the nearest names for the typed words, best first.
type Nearest = Callable[[list[str]], list[int]]


def texts(names: Index) -> list[tuple[str, str]]:
    """Each name without accents, and with its areas."""
    areas = [" ".join(area.partition(":")[2] for area in each.split("|")) for each in names.areas]
    return [(name, f"{name} {areas[within]}") for name, within in zip(names.folded, names.within, strict=True)]


def answerer(nearest: Nearest) -> Answerer:
    """A search for names as a search for offices; an empty text finds nothing, as with ours."""
    names = index()

    def answer(q: str) -> list[str]:
        words = [word.text for word in read(q) if not word.loose]
        if not words:
            return ours("") if q.strip().isalpha() else []
        found = (office for position in nearest(words) for office in _leads_to(names, position, TODAY))
        return list(dict.fromkeys(found))[:LISTED]

    return answer


def plain_scan(names: Index) -> Nearest:
    """The simplest search: for each name, how many of its words were typed and how many of the typed words it has."""
    known = [(frozenset(name.split()), frozenset(whole.split())) for name, whole in texts(names)]

    def nearest(words: list[str]) -> list[int]:
        typed = set(words)
        scored = [
            (len(typed & own) / len(own) + len(typed & whole) / len(typed), -position)
            for position, (own, whole) in enumerate(known)
        ]
        return [-position for score, position in sorted(scored, reverse=True)[:50] if score >= 1]

    return nearest


def fts5(names: Index, tokenizer: str) -> Nearest:
    """SQLite FTS5; the column of the name weighs ten times as much as the column of the areas."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE names USING fts5(own, whole, tokenize='{tokenizer}')")
    database.executemany("INSERT INTO names(own, whole) VALUES (?, ?)", texts(names))

    def nearest(words: list[str]) -> list[int]:
        text = " ".join(words)
        parts = {text[at : at + 3] for at in range(len(text) - 2)} if tokenizer == "trigram" else set(words)
        if not parts:
            return []
        match = " OR ".join(f'"{part}"' for part in sorted(parts))
        rows = database.execute(
            "SELECT rowid FROM names WHERE names MATCH ? ORDER BY bm25(names, 10.0, 1.0) LIMIT 50", (match,)
        )
        return [rowid - 1 for (rowid,) in rows]

    return nearest


def fuzzy(names: Index, scorer: str) -> Nearest | None:
    """rapidfuzz over every name with its areas, if it is installed."""
    try:
        from rapidfuzz import fuzz, process  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    known = [whole for _, whole in texts(names)]

    def nearest(words: list[str]) -> list[int]:
        found = process.extract(" ".join(words), known, scorer=getattr(fuzz, scorer), limit=50, score_cutoff=60)
        return [position for _, _, position in found]

    return nearest


def contestants() -> dict[str, Answerer]:
    """Every search of the same names; the last is ours."""
    names = index()
    tried = {
        "plain scan (shared words)": plain_scan(names),
        "FTS5 unicode61": fts5(names, "unicode61"),
        "FTS5 trigram": fts5(names, "trigram"),
        "rapidfuzz token_set_ratio": fuzzy(names, "token_set_ratio"),
        "rapidfuzz WRatio": fuzzy(names, "WRatio"),
    }
    return {name: answerer(each) for name, each in tried.items() if each} | {"**ours**": ours}


def print_quality(title: str, asked: list[Query], tried: dict[str, Answerer]) -> None:
    places = sum(bool(query.right) for query in asked)
    say(f"\n### {title}: {places} places, {len(asked) - places} that mean nothing\n\n{HEADER}")
    for name, answer in tried.items():
        measured = quality(answer, asked, sure) if answer is ours else quality(answer, asked)
        say(f"| {name} | {measured.row()} |".replace("nan", "–"))


def print_kinds(asked: list[Query]) -> None:
    kinds: dict[str, list[Query]] = defaultdict(list)
    for query in asked:
        kinds[query.kind].append(query)
    say(f"\n### Ours by how it is typed, all sets\n\n{HEADER}")
    for kind, these in kinds.items():
        say(f"| {kind} ({len(these)}) | {quality(ours, these, sure).row()} |".replace("nan", "–"))


def print_speed(asked: list[Query], tried: dict[str, Answerer]) -> None:
    say("\n### CPU per query, one process, best of 5 rounds\n\n| | µs | of the plain scan |\n|---|---|---|")
    scan = 0.0
    for name, answer in tried.items():
        rounds = []
        for _ in range(5):
            started = time.process_time()
            for query in asked:
                answer(query.q)
            rounds.append((time.process_time() - started) / len(asked) * 1e6)
        scan = scan or min(rounds)
        say(f"| {name} | {min(rounds):.0f} | {min(rounds) / scan:.2f} |")


BASE = "import json, dataclasses, re, datetime, unicodedata, pathlib, tomllib"
LOADS = {
    "python with json, dataclasses, re, datetime, tomllib": BASE,
    "directory: modules and offices.toml, one bookable office found": (
        "from offices.directory import directory; directory().find('ca-26740')"
    ),
    "the same, and the first search": (
        "from datetime import date; from offices.directory import directory; "
        "directory().search('ben nghe', date(2026, 11, 23), 20)"
    ),
    "plain scan: names read and cut into words": (
        "from offices.index import index; from bench.offices import plain_scan; plain_scan(index())"
    ),
    "FTS5 unicode61, built in memory": (
        "from offices.index import index; from bench.offices import fts5; fts5(index(), 'unicode61')"
    ),
    "import rapidfuzz alone, where installed": "from rapidfuzz import fuzz, process",
}


def print_loads() -> None:
    say("\n### Load, whole processes, best of 9\n\n| | ms over the first row |\n|---|---|")
    base = 0.0
    for name, code in LOADS.items():
        times = []
        for _ in range(9):
            started = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", f"{BASE}\n{code}"], check=False, capture_output=True)  # noqa: S603
            times.append((time.perf_counter() - started) * 1e3)
        if done.returncode:
            continue
        base = base or min(times)
        say(f"| {name} | {min(times) - base:.0f} |")


def print_memory() -> None:
    say("\n### Memory\n\n| | MB |\n|---|---|")
    kept: dict[str, Callable[[], object]] = {
        "ours: index.json, read": lambda: index.__wrapped__(),
        "plain scan's sets of words": lambda: plain_scan(index()),
    }
    for name, make in kept.items():
        index()
        tracemalloc.start()
        held = make()
        say(f"| {name} | {tracemalloc.get_traced_memory()[0] / 1e6:.1f} |")
        tracemalloc.stop()
        del held
    say(f"\nindex.json: {INDEX.stat().st_size / 1e3:.0f} kB.")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    every, fresh, tried = queries(), queries(FRESH), contestants()
    print_quality("Held out", [query for query in every if query.held_out], tried)
    print_quality("Tuned on", [query for query in every if not query.held_out], tried)
    print_quality("Fresh, written after the first set was answered well", fresh, tried)
    print_quality("Unseen, asked once", queries(UNSEEN), tried)
    print_quality("wild.toml", queries(WILD), tried)
    print_quality("unheard.toml", queries(UNHEARD), tried)
    print_quality("Generated addresses, 40 of each shape", generated(40), tried)
    for kind in ("reported", "alike"):
        print_quality(f"reported.toml: {kind}", [each for each in queries(REPORTED) if each.kind == kind], tried)
    print_kinds([*every, *fresh, *queries(UNSEEN)])
    print_speed([*every, *fresh], tried)
    print_loads()
    print_memory()


if __name__ == "__main__":
    main()
