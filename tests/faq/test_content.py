"""The FAQ's content passes its review, and Lambda loads exactly what the files say."""

import json
from dataclasses import replace
from datetime import date

import pytest

from authoring.faq.prepare import prepare, read_toml, written
from authoring.faq.review import findings, sounding_outside
from faq.content import Content, Topic
from faq.prepared import PREPARED

CONTENT = prepare(read_toml()).content
TODAY = date(2026, 11, 23)

# The ids of the first content: answers are compared over time, so the ids stay.
FIRST_IDS = {
    *(f"faq-{number:03}" for number in range(1, 45)),
    *(f"faq-{number}-2021" for number in ("001", "002", "004", "005", "015", "019", "037")),
    "faq-004-2024",
    "faq-005-2027",
}


def test_content_would_pass_a_review() -> None:
    assert findings(CONTENT) == []


def test_no_way_of_asking_is_taken_for_something_outside() -> None:
    assert sounding_outside() == []


def test_prepared_json_is_what_the_files_say() -> None:
    """Numbers may differ in their last digits from machine to machine; nothing else may differ."""
    assert _rounded(json.loads(PREPARED.read_text())) == _rounded(json.loads(written(read_toml()))), (
        "functions/faq/content/prepared.json is stale: run python -m authoring.faq.prepare"
    )


def test_first_ids_stay() -> None:
    assert {version.id for topic in CONTENT.topics for version in topic.versions} >= FIRST_IDS


def test_every_topic_answers_today() -> None:
    assert [topic.id for topic in CONTENT.topics if not topic.on(TODAY)] == []


@pytest.mark.parametrize(
    ("day", "id_"),
    [
        ("2026-12-31", "faq-005"),
        ("2027-01-01", "faq-005-2027"),
        ("2025-02-28", "faq-001-2021"),
        ("2025-03-01", "faq-001-2025"),
        ("2026-08-17", "faq-004-2024"),
        ("2026-08-18", "faq-004"),
        ("2027-02-28", "faq-007"),
        ("2027-03-01", None),
    ],
)
def test_versions_change_on_the_day(day: str, id_: str | None) -> None:
    wanted = (id_ or "faq-007")[:7]
    topic = next(topic for topic in CONTENT.topics if topic.id == wanted)
    version = topic.on(date.fromisoformat(day))
    assert (version.id if version else None) == id_


FEES = next(topic for topic in CONTENT.topics if topic.id == "faq-005")


def with_fees(**values: object) -> Content:
    topic = replace(FEES, **values)  # type: ignore[arg-type]
    return replace(CONTENT, topics=(topic, *(each for each in CONTENT.topics if each.id != "faq-005")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_fees(versions=FEES.versions[:-1]), "nothing said or explained after 2026-12-31"),
        (with_fees(versions=FEES.versions[1:]), "nothing said or explained from 2021-01-01 to 2021-06-30"),
        (with_fees(versions=(*FEES.versions, FEES.versions[-1])), "two statements hold on 2027-01-01"),
        (with_fees(versions=(*FEES.versions, FEES.versions[-1])), "2 answers with this id"),
        (with_fees(versions=tuple(replace(v, source="?") for v in FEES.versions)), "“?” is no source"),
        (with_fees(id="faq-999"), "its id does not begin with its topic's"),
        (with_fees(category="tien"), "tien: a category without a label"),
        (with_fees(asked=("Mất thẻ căn cước thì làm lại thế nào?",)), "also asks faq-005"),
    ],
)
def test_review_finds(content: Content, said: str) -> None:
    assert [line for line in findings(content) if said in line]


def _rounded(plain: object) -> object:
    if isinstance(plain, float):
        return round(plain, 1)
    if isinstance(plain, list):
        return [_rounded(each) for each in plain]
    if isinstance(plain, dict):
        return {key: _rounded(value) for key, value in plain.items() if key != "postings"}
    return plain


def test_topics_are_frozen() -> None:
    assert isinstance(CONTENT.topics[0], Topic)
    assert hash(CONTENT.topics[0])
