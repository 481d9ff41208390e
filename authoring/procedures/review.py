"""A careful reviewer's checks of the content: overlaps, unexplained gaps, sources, dates that make no sense.

The tests run these rules, so a pull request with a hole in the law's timeline fails and says why.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from authoring.texts import life_findings
from procedures.content import Content, Document, Name, Residence, Section, Statement, Topic
from procedures.sourced import EARLIEST, ONE_DAY, Sourced
from procedures.timeline import neighbour_findings, statement_findings, timeline_findings

# Every answer must say something in these sections, on every day.
ALWAYS_SAID = (
    Section.CONDITIONS,
    Section.STEPS,
    Section.HAND_IN,
    Section.PROCESSING_TIME,
    Section.PLACE,
    Section.FEE,
    Section.BENEFITS,
    Section.LEGAL_BASIS,
)


def findings(content: Content) -> list[str]:
    """Every mistake in the content, one sentence each; empty if a reviewer would accept it."""
    return [
        *_names(content),
        *_scopes(content),
        *(said for where, topic in topics(content) for said in _timeline(where, topic, content)),
        *(said for where, sourced in statements(content) for said in statement_findings(where, sourced, told(sourced))),
        *(said for where, sourced in statements(content) for said in life_findings(where, sourced, told(sourced))),
        *_missing_sections(content),
        *_fees(content),
    ]


def topics(content: Content) -> Iterator[tuple[str, Topic[Statement] | Topic[Document]]]:
    """Every topic with its place, as `section/topic`."""
    for section, every in content.statements.items():
        for topic in every:
            yield f"{section}/{topic.code}", topic
    for paper in content.documents:
        yield f"{Section.DOCUMENTS}/{paper.code}", paper


def statements(content: Content) -> Iterator[tuple[str, Name | Statement | Document]]:
    """Every statement with its place."""
    for procedure in content.procedures.values():
        for name in procedure.names:
            yield f"procedures/{procedure.code}", name
    for where, topic in topics(content):
        for version in topic.versions:
            yield where, version


def _names(content: Content) -> Iterator[str]:
    for procedure in content.procedures.values():
        where = f"procedures/{procedure.code}"
        yield from neighbour_findings(where, procedure.names)
        if procedure.names[0].valid_from > EARLIEST and not procedure.before:
            yield f"{where}: begins after {EARLIEST} without a `before` that explains it"


def _timeline(where: str, topic: Topic[Statement] | Topic[Document], content: Content) -> Iterator[str]:
    """From the topic's first procedure on, exactly one version or silence covers every day."""
    unknown = topic.procedures - set(content.procedures)
    if unknown:
        yield f"{where}: names no procedure of ours: {', '.join(sorted(unknown))}"
        return
    if not topic.versions:
        yield f"{where}: says nothing at all"
    begins = min(content.procedures[code].names[0].valid_from for code in topic.procedures)
    yield from timeline_findings(where, [*topic.versions, *topic.silences], begins)


def _scopes(content: Content) -> Iterator[str]:
    """Within one section, a topic's code occurs once for each procedure and residence."""
    seen: set[tuple[str, str, Residence]] = set()
    for where, topic in topics(content):
        for procedure in sorted(topic.procedures):
            for residence in topic.residences:
                if (where, procedure, residence) in seen:
                    yield f"{where}: two topics speak for {procedure}, {residence}"
                seen.add((where, procedure, residence))


def _missing_sections(content: Content) -> Iterator[str]:
    for procedure in content.procedures.values():
        first = procedure.names[0].valid_from
        for residence in Residence:
            for section in ALWAYS_SAID:
                spoken = [t for t in content.statements[section] if t.concerns(procedure.code, residence)]
                versions = [version for topic in spoken for version in topic.versions]
                for day in _changes(versions, first):
                    if not any(v.valid_from <= day and (v.valid_to is None or day <= v.valid_to) for v in versions):
                        yield f"{section}: nothing for {procedure.code}, {residence} on {day}"


def _changes(versions: Iterable[Sourced], first: date) -> set[date]:
    days = {first} | {version.valid_from for version in versions}
    days |= {version.valid_to + ONE_DAY for version in versions if version.valid_to}
    return {day for day in days if day >= first}


def _fees(content: Content) -> Iterator[str]:
    for topic in content.statements[Section.FEE]:
        for version in topic.versions:
            for what, dong in version.amounts.items():
                if what not in content.fee_names or what not in content.fee_applies:
                    yield f"fee/{topic.code}: {what} has no name or no procedure"
                if not (0 < dong <= 1_000_000 and dong % 1_000 == 0):
                    yield f"fee/{topic.code}: {dong} đồng from {version.valid_from} is no fee"


def told(said: Name | Statement | Document) -> str:
    """The words a citizen reads."""
    match said:
        case Name():
            return f"{said.title}. {said.summary}"
        case Statement():
            return said.text
        case Document():
            return f"{said.name}. {said.why}"
