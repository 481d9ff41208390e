"""The answer to a question on a day: the entries, or an honest "không chắc" with the nearest topics.

q  ──language──▶ tokens ──index──▶ topics by score ──on──▶ entries in force
                    │                    │
                    └─ names something   └─ the best is not near enough
                       outside our scope      → not confident, nearest topics
"""

import re
from dataclasses import dataclass
from datetime import date

from faq.content import Outside, Topic, Version
from faq.index import Index
from faq.language import Language, Sayings, Word
from faq.prepared import Prepared, prepared

# Longer questions are cut to this length; a citizen's question is a sentence or two.
MAX_LENGTH = 500
# How near the best topic must be before we answer (about 0 to 1, as a cosine); a question about the card needs less.
# We chose these on the tuned half; docs/search-quality.md shows what other values would do.
CONFIDENT = 0.4
CONFIDENT_ABOUT_THE_CARD = 0.22
# The topic must be nearer if a word that may carry the question appears in no way of asking.
CONFIDENT_WITH_UNREAD = 0.3
# If a part of a two-part question is this near to a topic, that part gets its own answer.
CONFIDENT_PART = 0.4
NEAREST = 3
NOT_SURE = (
    "Chúng tôi không chắc đã hiểu câu hỏi này. Bạn xem thử các chủ đề gần nhất, hỏi lại cách khác,"
    " hoặc gọi cơ quan Công an nơi bạn nộp hồ sơ."
)
TOO_LITTLE = "Bạn hỏi cụ thể hơn giúp chúng tôi nhé, ví dụ: làm căn cước cần mang giấy tờ gì?"
# These words make a question one about the card, even if it also names something outside ("sổ đỏ ghi số CMND cũ").
THE_CARD = frozenset({"=can-cuoc", "=cmnd"})
ABOUT_THE_CARD = THE_CARD | {
    "=the", "=chip", "=dinh-danh", "=lay-so", "=nhan-the", "=giay-hen", "=to-khai", "=van-tay", "=mong-mat",
}  # fmt: skip
_PARTS = re.compile(r"[?.!;,\n]+|\bvới lại\b|\bvoi lai\b|\bvà\b|\bva\b|\brồi\b", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A topic and its answer in force; `score` is how near it is to the question (`Found.score`), 0 when browsing."""

    topic: Topic
    version: Version
    score: float


@dataclass(frozen=True)
class Answer:
    """`entries` best first. If we are not confident, `entries` is empty and `message` says why, kindly."""

    confident: bool
    entries: list[Entry]
    nearest: list[Entry]
    message: str | None


class Search:
    """The content, ready for questions."""

    def __init__(self, prepared: Prepared):
        self.content = prepared.content
        self._language = Language(prepared.vocabulary)
        self._index = Index(prepared.terms, prepared.vocabulary.fillers)
        self._outside = Sayings([*prepared.outside, *prepared.strong])
        self._strong = Sayings(prepared.strong)

    def browse(self, on: date) -> list[Entry]:
        """Every answer in force on that day, by category in browsing order."""
        order = list(self.content.categories)
        entries = [Entry(topic, version, 0.0) for topic in self.content.topics if (version := topic.on(on))]
        return sorted(entries, key=lambda entry: order.index(entry.topic.category))

    def answer(self, q: str, on: date, limit: int = 5, category: str | None = None) -> Answer:
        """The answers to a question, best first; for two questions in one, the best answer of each comes first."""
        question = q[:MAX_LENGTH]
        typed = self._language.typed(question)
        tokens = self._language.tokens(typed)
        if all(token in self._language.fillers for token in tokens):
            return _unsure([], TOO_LITTLE)
        ranked = self._ranked(tokens, on, category)
        outside = self._named_outside(typed, self._strong if THE_CARD.intersection(tokens) else self._outside)
        if outside:
            return _unsure(ranked, f"Câu hỏi này về {outside.about}. {outside.instead}")
        found = self._index.search(tokens)
        needed = CONFIDENT_ABOUT_THE_CARD if ABOUT_THE_CARD.intersection(tokens) else CONFIDENT
        if self._index.unread(tokens):
            needed = max(needed, CONFIDENT_WITH_UNREAD)
        if not ranked or found[0].score < needed:
            return _unsure(ranked, NOT_SURE)
        if category is None and not self.content.topics[found[0].topic].on(on):
            # Another topic's answer would answer another question.
            return _unsure(ranked, f"Chúng tôi chưa có câu trả lời cho câu hỏi này vào ngày {on:%d/%m/%Y}.")
        return Answer(True, self._each_part_first(question, ranked, on, category)[:limit], [], None)

    def _ranked(self, tokens: list[str], on: date, category: str | None) -> list[Entry]:
        """The answers in force, best first."""
        entries = []
        for found in self._index.search(tokens):
            topic = self.content.topics[found.topic]
            version = topic.on(on)
            if version and category in (None, topic.category):
                entries.append(Entry(topic, version, found.score))
        return entries

    def _each_part_first(self, question: str, ranked: list[Entry], on: date, category: str | None) -> list[Entry]:
        """The best answer of each part of the question, then the best of the whole."""
        parts = [part for part in _PARTS.split(question) if part.strip()]
        best = [ranked[0] for part in parts if (ranked := self._ranked(self._language.read(part), on, category))]
        sure = [entry for entry in best if entry.score >= CONFIDENT_PART]
        if len({entry.topic.id for entry in sure}) < 2:
            return ranked
        first = {entry.topic.id: entry for entry in [*sure, *ranked]}
        return list(first.values())

    def _named_outside(self, typed: list[Word], sayings: Sayings) -> Outside | None:
        number = sayings.first(typed)
        return self.content.outside[int(number)] if number else None


def _unsure(ranked: list[Entry], why: str) -> Answer:
    return Answer(confident=False, entries=[], nearest=ranked[:NEAREST], message=why)


SEARCH = Search(prepared())


def answer(q: str, on: date, limit: int = 5, category: str | None = None) -> Answer:
    """The answers in force on that day to a typed question; see `Search.answer`."""
    return SEARCH.answer(q, on, limit, category)


def browse(on: date) -> list[Entry]:
    """Every answer in force on that day; see `Search.browse`."""
    return SEARCH.browse(on)
