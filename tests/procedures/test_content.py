"""The content itself passes its review, and the review finds the mistakes that it should find."""

from dataclasses import replace
from datetime import date

import pytest

from authoring.procedures.prepare import load, read_toml, written
from authoring.procedures.review import findings
from procedures.content import FOLDER, Content, Residence, Section, Statement, Topic
from procedures.prepared import CONTENT, PREPARED
from procedures.sourced import Confidence, Silence


def test_content_would_pass_a_review() -> None:
    assert findings(CONTENT) == []


PLACE = CONTENT.statements[Section.PLACE][0]


def with_place(topic: Topic[Statement]) -> Content:
    return replace(
        CONTENT, statements={**CONTENT.statements, Section.PLACE: (topic, *CONTENT.statements[Section.PLACE][1:])}
    )


def changed(index: int, **values: object) -> Content:
    versions = list(PLACE.versions)
    versions[index] = replace(versions[index], **values)  # type: ignore[arg-type]
    return with_place(replace(PLACE, versions=tuple(versions)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(0, valid_to=date(2021, 7, 1)), "two statements hold on 2021-07-01"),
        (changed(0, valid_to=None), "two statements hold on 2021-07-01"),
        (changed(0, valid_to=date(2021, 6, 29)), "nothing said or explained from 2021-06-30 to 2021-06-30"),
        (changed(0, valid_from=date(2021, 2, 1)), "nothing said or explained from 2021-01-01 to 2021-01-31"),
        (changed(-1, valid_to=date(2026, 12, 31)), "nothing said or explained after 2026-12-31"),
        (changed(-1, valid_to=date(2026, 8, 17)), "ends on 2026-08-17, before it begins on 2026-08-18"),
        (changed(0, valid_from=date(1921, 1, 1)), "begins on 1921-01-01, which is no date of this law"),
        (changed(0, source=""), "“” is no source"),
        (changed(0, source="Internet"), "“Internet” is no source"),
        (changed(0, text=" "), "an empty text"),
        (changed(1, confidence=Confidence.UNSURE), "is unsure, but told as a fact"),
        (with_place(replace(PLACE, procedures=frozenset({"ho-chieu"}))), "names no procedure of ours: ho-chieu"),
        (with_place(replace(PLACE, residences=frozenset(Residence))), "two topics speak for cap-cccd, temporary"),
        (
            with_place(replace(PLACE, versions=PLACE.versions[:-1], silences=(Silence(date(2026, 8, 18), None, "?"),))),
            "the silence from 2026-08-18 explains nothing",
        ),
        (
            with_place(replace(PLACE, procedures=PLACE.procedures - {"cap-lai"})),
            "place: nothing for cap-lai, permanent on 2021-01-01",
        ),
    ],
)
def test_review_finds(content: Content, said: str) -> None:
    assert [line for line in findings(content) if said in line]


def test_an_explained_gap_passes() -> None:
    benefits = CONTENT.statements[Section.BENEFITS]
    vneid = next(topic for topic in benefits if topic.code == "vneid")
    assert vneid.silences, "the topic that this test is about has a gap"
    without = replace(vneid, silences=())
    content = replace(
        CONTENT,
        statements={**CONTENT.statements, Section.BENEFITS: (*(t for t in benefits if t is not vneid), without)},
    )
    assert [line for line in findings(content) if "benefits/vneid: nothing said or explained from 2021-01-01" in line]


def test_prepared_json_is_what_the_files_say() -> None:
    assert PREPARED.read_text(encoding="utf-8") == written(read_toml()), "run `make prepared`"
    assert load(FOLDER) == CONTENT
