"""The search answers well enough, even on questions that nothing was tuned on, and clearly better than the baseline."""

import pytest

from authoring.faq.prepare import phrases
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
    WRITTEN,
    Quality,
    answers_of,
    folded_tfidf,
    ours,
    quality,
    queries,
    unseen,
)
from cccd.text import fold
from faq.search import SEARCH

QUERIES = queries()
HALVES = {
    "tuned": [query for query in QUERIES if not query.held_out],
    "held out": [query for query in QUERIES if query.held_out],
}


@pytest.fixture(scope="module", params=HALVES, ids=str)
def measured(request: pytest.FixtureRequest) -> tuple[Quality, Quality]:
    """Our search and the baseline, on one half."""
    half = HALVES[request.param]
    return quality(ours, half), quality(folded_tfidf(WRITTEN), half)


def test_floors(measured: tuple[Quality, Quality]) -> None:
    found, _ = measured
    assert found.hit1 >= 0.89
    assert found.hit3 >= 0.94
    assert found.mrr >= 0.91
    assert found.both >= 0.8
    assert found.refused <= 0.06
    assert found.rejection >= 0.92


def test_clearly_better_than_the_baseline(measured: tuple[Quality, Quality]) -> None:
    found, baseline = measured
    assert found.hit1 >= baseline.hit1 + 0.04
    assert found.mrr >= baseline.mrr + 0.02
    assert found.rejection >= baseline.rejection + 0.8


def test_another_authors_questions_none_of_them_indexed() -> None:
    asked, without_them = unseen()
    found = quality(answers_of(without_them), asked)
    baseline = quality(folded_tfidf(without_them.content), asked)
    assert len(asked) == 208
    assert found.hit1 >= 0.8
    assert found.hit3 >= 0.93
    assert found.hit1 >= baseline.hit1 + 0.08
    assert found.mrr >= baseline.mrr + 0.06


def test_fresh_questions() -> None:
    found = quality(ours, queries(FRESH))
    assert found.hit1 >= 0.8
    assert found.hit3 >= 0.93
    assert found.rejection >= 0.7


def test_questions_of_strangers() -> None:
    found = quality(ours, queries(WILD))
    assert found.hit1 >= 0.93
    assert found.hit3 >= 0.97
    assert found.refused <= 0.02
    assert found.rejection >= 0.89
    assert found.astray <= 0.08


def test_questions_of_newcomers() -> None:
    found = quality(ours, queries(NEWCOMERS))
    assert found.hit1 >= 0.86
    assert found.hit3 >= 0.94
    assert found.rejection >= 0.85
    assert found.astray <= 0.05


def test_questions_that_nobody_here_had_heard() -> None:
    found = quality(ours, queries(UNHEARD))
    assert found.hit1 >= 0.9
    assert found.hit3 >= 0.96
    assert found.refused <= 0.02
    assert found.rejection >= 0.9


def test_questions_near_ours_are_seldom_led_astray() -> None:
    assert quality(ours, queries(STRANGERS)).astray <= 0.1
    assert quality(ours, queries(ONCE)).astray <= 0.1


def test_what_was_reported_stays_mended() -> None:
    found = quality(ours, [query for query in queries(REPORTED) if query.kind == "reported"])
    assert found.hit1 == 1
    assert found.rejection == 1


def test_the_set_is_what_it_claims() -> None:
    outside = [query for query in QUERIES if not query.expect]
    assert len(QUERIES) >= 250
    assert 0.2 <= len(outside) / len(QUERIES) <= 0.3
    assert len({query.q for query in [*QUERIES, *queries(FRESH)]}) == len(QUERIES) + len(queries(FRESH))
    entries = {version.id: topic for topic in SEARCH.content.topics for version in topic.versions}
    for query in [*QUERIES, *queries(FRESH)]:
        for expected in query.expect:
            version = entries[expected].on(query.on)
            assert version and version.id == expected, f"{query.q}: {expected} does not hold on {query.on}"
    wild = [
        query
        for path in (WILD, TUNED, STRANGERS, ONCE, NEWCOMERS, LAST, UNHEARD)
        for query in queries(path)
        if query.expect
    ]
    assert all(expected in entries for query in wild for expected in query.expect)
    asked_about = {entries[expected].id for query in [*QUERIES, *wild] for expected in query.expect}
    assert asked_about == {topic.id for topic in SEARCH.content.topics}


def test_no_query_is_a_way_of_asking_of_ours() -> None:
    asked = {fold(phrase).rstrip("? ") for topic in WRITTEN.topics for phrase in phrases(topic)}
    assert not [query.q for query in [*QUERIES, *queries(FRESH)] if fold(query.q).rstrip("? ") in asked]
