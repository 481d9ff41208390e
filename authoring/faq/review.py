"""A careful reviewer's checks of the FAQ: timelines and sources, ids, categories, and sayings that collide."""

from collections import Counter
from collections.abc import Iterator

from authoring.faq.prepare import phrases, prepare, read_toml
from authoring.texts import life_findings
from cccd.text import fold
from faq.content import Content
from faq.language import Language, Sayings
from faq.search import THE_CARD
from procedures.sourced import EARLIEST
from procedures.timeline import statement_findings, timeline_findings


def findings(content: Content) -> list[str]:
    """Every mistake in the content, one sentence each; empty if a reviewer would accept it."""
    return [*_topics(content), *_ids(content), *_categories(content), *_asked(content)]


def _topics(content: Content) -> Iterator[str]:
    for topic in content.topics:
        yield from timeline_findings(topic.id, [*topic.versions, *topic.silences], EARLIEST)
        for version in topic.versions:
            yield from statement_findings(version.id, version, version.answer)
            yield from life_findings(version.id, version, version.answer)
            if not version.id.startswith(topic.id):
                yield f"{version.id}: its id does not begin with its topic's, {topic.id}"


def _ids(content: Content) -> Iterator[str]:
    ids = Counter(version.id for topic in content.topics for version in topic.versions)
    yield from (f"{each}: {times} answers with this id" for each, times in ids.items() if times > 1)


def _categories(content: Content) -> Iterator[str]:
    used = {topic.category for topic in content.topics}
    yield from (f"{each}: a category without a label" for each in sorted(used - set(content.categories)))
    yield from (f"{each}: a label without a topic" for each in sorted(set(content.categories) - used))


def _asked(content: Content) -> Iterator[str]:
    """No two topics share a way of asking, and no way of asking sounds like a subject that we do not answer."""
    said: dict[str, str] = {}
    for topic in content.topics:
        for phrase in phrases(topic):
            other = said.setdefault(fold(phrase), topic.id)
            if other != topic.id:
                yield f"{topic.id}: “{phrase}” also asks {other}"


def sounding_outside() -> list[str]:
    """Ways of asking our topics, with or without accents, that the search would take for something outside."""
    made = prepare(read_toml())
    language, outside = Language(made.vocabulary), Sayings(made.outside)
    return [
        f"{topic.id}: “{typed}” would be taken for {made.content.outside[int(about)].about}"
        for topic in made.content.topics
        for phrase in phrases(topic)
        for typed in (phrase, fold(phrase))
        if not THE_CARD.intersection(language.read(typed)) and (about := outside.first(language.typed(typed)))
    ]
