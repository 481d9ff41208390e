"""What the FAQ's search costs and how well it answers, compared with other searches of the same content.

    PYTHONPATH=functions:layers/common:. python -m bench.faq

It prints the tables of docs/search-quality.md. rapidfuzz takes part if it is installed; it is no dependency.
"""

import json
import math
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import date

from authoring.faq.prepare import phrases, prepare, read_toml
from bench.faq_quality import (
    FRESH,
    LAST,
    NEWCOMERS,
    ONCE,
    REPORTED,
    STRANGERS,
    TUNED,
    UNHEARD,
    WILD,
    Answerer,
    Query,
    answers_of,
    by_kind,
    folded_tfidf,
    ours,
    quality,
    queries,
    unseen,
)
from faq.index import terms
from faq.language import Language, folded
from faq.search import Search
from procedures.content import FOLDER as PROCEDURES

WHOLE = Search(prepare(read_toml()))  # with the ways of asking, which the prepared content has no more
HEADER = (
    "| | hit@1 | hit@3 | MRR | both of two | not answered | out of scope rejected | near ours, astray |\n"
    "|---|---|---|---|---|---|---|---|"
)


def ranking(searched: Search) -> Answerer:
    """Our ranking alone; it answers everything, as the others do."""
    topics = searched.content.topics
    return lambda q, on: [
        version.id
        for found in searched._index.search(searched._language.read(q))
        if found.topic < len(topics) and (version := topics[found.topic].on(on))
    ][:10]


def bm25(searched: Search, k1: float = 1.2, b: float = 0.3) -> Answerer:
    """BM25 over our own tokens and pairs."""
    language: Language = searched._language
    topics = searched.content.topics
    counts = [Counter(t for phrase in phrases(topic) for t in terms(language.read(phrase))) for topic in topics]
    mean = sum(sum(count.values()) for count in counts) / len(counts)
    found_in = Counter(term for count in counts for term in count)

    def score(count: Counter[str], asked: set[str]) -> float:
        held_back = k1 * (1 - b + b * sum(count.values()) / mean)
        return sum(
            math.log((len(counts) + 1) / (found_in[term] + 0.5))
            * (0.5 if " " in term else 1.0)
            * count[term]
            / (count[term] + held_back)
            for term in asked
            if term in count
        )

    return _by_topic(searched, lambda q: [score(count, set(terms(language.read(q)))) for count in counts])


def fts5(searched: Search, tokenizer: str) -> Answerer:
    """SQLite FTS5 with its own BM25, over folded text."""
    topics = searched.content.topics
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE faq USING fts5(asked, tokenize='{tokenizer}')")
    for number, topic in enumerate(topics):
        text = " ".join(" ".join(folded(phrase)) for phrase in phrases(topic))
        database.execute("INSERT INTO faq(rowid, asked) VALUES (?, ?)", (number, text))

    def scores(q: str) -> list[float]:
        text = " ".join(folded(q))
        parts = {text[at : at + 3] for at in range(len(text) - 2)} if tokenizer == "trigram" else set(text.split())
        if not parts:
            return [0.0] * len(topics)
        match = " OR ".join(f'"{part}"' for part in sorted(parts))
        rows = database.execute("SELECT rowid, bm25(faq) FROM faq WHERE faq MATCH ?", (match,))
        found = dict(rows.fetchall())
        return [-found.get(number, 0.0) for number in range(len(topics))]

    return _by_topic(searched, scores)


def plain_scan(searched: Search) -> Answerer:
    """The simplest search: the way of asking that shares the largest part of its words with the question."""
    asked = [[set(folded(phrase)) for phrase in phrases(topic)] for topic in searched.content.topics]

    def scores(q: str) -> list[float]:
        typed = set(folded(q))
        return [max(len(typed & each) / len(typed | each) for each in ways) for ways in asked]

    return _by_topic(searched, scores)


def fuzzy(searched: Search) -> Answerer | None:
    """rapidfuzz's token_set_ratio over every way of asking, if it is installed."""
    try:
        from rapidfuzz import fuzz  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    asked = [[" ".join(folded(phrase)) for phrase in phrases(topic)] for topic in searched.content.topics]

    def scores(q: str) -> list[float]:
        text = " ".join(folded(q))
        return [max(fuzz.token_set_ratio(text, each) for each in ways) for ways in asked]

    return _by_topic(searched, scores)


def _by_topic(searched: Search, scores: Callable[[str], list[float]]) -> Answerer:
    topics = searched.content.topics

    def answer(q: str, on: date) -> list[str]:
        ranked = sorted(zip(scores(q), range(len(topics)), strict=True), key=lambda each: (-each[0], each[1]))
        return [version.id for score, number in ranked if score > 0 and (version := topics[number].on(on))][:10]

    return answer


def first_content() -> Search:
    """The content as it first came: its questions and its 208 variants, without our later additions."""
    asked, _ = unseen()
    plain = read_toml()
    for topic in plain["topics"]:
        ids = {version["id"] for version in topic["version"]}
        topic["asked"] = [query.q for query in asked if query.expect <= ids]
    return Search(prepare(plain))


def contestants(searched: Search) -> dict[str, Answerer]:
    """Every search of the same content; the last two are ours."""
    tried: dict[str, Answerer | None] = {
        "plain scan (shared words)": plain_scan(searched),
        "folded TF-IDF (baseline)": folded_tfidf(searched.content),
        "FTS5 unicode61": fts5(searched, "unicode61"),
        "FTS5 trigram": fts5(searched, "trigram"),
        "rapidfuzz token_set_ratio": fuzzy(searched),
        "BM25 over our tokens": bm25(searched),
        "ours, ranking alone": ranking(searched),
        "**ours, as it answers**": answers_of(searched),
    }
    return {name: answer for name, answer in tried.items() if answer}


def print_quality(title: str, asked: list[Query], searched: Search) -> None:
    inside = sum(bool(query.expect) for query in asked)
    say(f"\n### {title}: {inside} in scope, {len(asked) - inside} out of scope\n\n{HEADER}")
    for name, answer in contestants(searched).items():
        say(f"| {name} | {_row(answer, asked)} |")


def _row(answer: Answerer, asked: list[Query]) -> str:
    measured = quality(answer, asked)
    return f"{measured.row()} | {measured.astray:.3f}".replace("nan", "–")


def print_speed(asked: list[Query]) -> None:
    say("\n### CPU per question, one process, best of 5 rounds\n\n| | µs | of the plain scan |\n|---|---|---|")
    scan = 0.0
    for name, answer in contestants(WHOLE).items():
        WHOLE._language._mended.cache_clear()
        rounds = []
        for _ in range(5):
            started = time.process_time()
            for query in asked:
                answer(query.q, query.on)
            rounds.append((time.process_time() - started) / len(asked) * 1e6)
        scan = scan or min(rounds)
        say(f"| {name} | {min(rounds):.0f} | {min(rounds) / scan:.2f} |")


LOADS = {
    "python with json, dataclasses, re, datetime": "import json, dataclasses, re, datetime, unicodedata, enum, pathlib",
    "FAQ: modules and prepared.json, ready": "import faq.search",
    "FAQ: built from TOML instead": "from authoring.faq.prepare import *; from faq.search import Search; Search(prepare(read_toml()))",
    "procedures: modules and TOML, ready": "import procedures.guide",
}


def print_loads() -> None:
    say("\n### Load, whole processes, best of 7\n\n| | ms over the first row |\n|---|---|")
    base = 0.0
    for name, code in LOADS.items():
        times = []
        for _ in range(7):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
            times.append((time.perf_counter() - started) * 1e3)
        base = base or min(times)
        say(f"| {name} | {min(times) - base:.0f} |")
    from faq.prepared import PREPARED, prepared

    tracemalloc.start()
    kept = Search(prepared())
    say(f"\nFAQ content and index in memory: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB;")
    say(f"prepared.json: {PREPARED.stat().st_size / 1e3:.0f} kB ({len(kept.content.topics)} topics).")
    tracemalloc.stop()
    text = {path.name: path.read_text() for path in PROCEDURES.glob("*.toml")}
    say(_toml_or_json(text))


def _toml_or_json(text: dict[str, str]) -> str:
    import tomllib

    as_json = json.dumps({name: tomllib.loads(each) for name, each in text.items()}, default=str)
    toml = _best(lambda: [tomllib.loads(each) for each in text.values()])
    return f"The procedures' TOML parses in {toml:.1f} ms, the same as JSON in {_best(lambda: json.loads(as_json)):.1f} ms."


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1e3)
    return min(times)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    every = queries()
    held_out, tuned = [q for q in every if q.held_out], [q for q in every if not q.held_out]
    asked, without_them = unseen()
    print_quality("Held out", held_out, WHOLE)
    print_quality("Tuned on", tuned, WHOLE)
    print_quality("Fresh, written after everything else", queries(FRESH), WHOLE)
    for kind in ("reported", "alike"):
        print_quality(f"reported.toml: {kind}", [each for each in queries(REPORTED) if each.kind == kind], WHOLE)
    for path in (UNHEARD, WILD, STRANGERS, ONCE, NEWCOMERS, LAST, TUNED):
        print_quality(path.name, queries(path), WHOLE)
    print_quality("Another author's questions, none of them indexed", asked, without_them)
    print_quality("Held out, with the first content only", held_out, first_content())
    say(f"\n### By how it is typed, all of queries.toml\n\n{HEADER}")
    for kind, typed in by_kind(every).items():
        if kind != "outside":
            say(f"| {kind} ({len(typed)}) | {_row(ours, typed)} |")
    print_speed(every)
    print_loads()


if __name__ == "__main__":
    main()
