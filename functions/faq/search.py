"""The answer to a question on a day: the entries, or an honest "không chắc" with the nearest topics.

q  ──language──▶ tokens ──index──▶ topics by score ──on──▶ entries in force
                    │                    │
                    └─ names something   └─ the best is not near enough
                       outside our scope      → not confident, nearest topics
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from cccd.effective import in_force
from cccd.text import fold
from faq.content import Outside, Topic, Version
from faq.index import Found, Index
from faq.language import Language, Sayings, Word
from faq.prepared import Prepared, prepared

# Longer questions are cut to this length; a citizen's question is a sentence or two.
MAX_LENGTH = 500
_BEGINNING = 200  # characters kept of a longer one, the others are its end
# How near the best topic must be before we answer (about 0 to 1, as a cosine); a question about the card needs less.
# Chosen on tuned.toml and the tuned halves; docs/search-quality.md shows what other values would do.
CONFIDENT = 0.4
CONFIDENT_ABOUT_THE_CARD = 0.25
# The topic must be nearer if a word that may carry the question appears in no way of asking.
CONFIDENT_WITH_UNREAD = 0.27
CONFIDENT_ELSEWHERE_WITH_UNREAD = 0.4  # where the card is not named either
CONFIDENT_OF_ANY_OFFICE = 0.8  # where it has nothing in common with the topic but what one may ask of any office
# How much nearer than the best topic a subject outside ours must be before it is taken for the question's.
OUTSIDE_LEAD = 0.05
OUTSIDE_LEAD_OVER_A_CARD = 0.2  # where it says "thẻ", "vân tay" and the like
OUTSIDE_LEAD_OVER_THE_CARD = 0.2  # where the card is named, or a case that we know
SURELY_OURS = 0.6  # where it names something outside too: "đổi thẻ rồi có phải sửa sổ đỏ không"
# If a question in the text is this near to a topic, and the topic to the whole, it gets its own answer.
CONFIDENT_PART = 0.4
NEAR_THE_WHOLE = 0.35  # of the best topic's nearness to the whole
A_STORY = 3  # sentences
NEAREST = 3
LOOKED_AT = 10  # topics of a question; the answer of a part of it is not behind these
NOT_SURE = "Chúng tôi không chắc đã hiểu câu hỏi này. Bạn xem thử các chủ đề gần nhất, hoặc hỏi lại ngắn gọn hơn nhé."
TOO_LITTLE = "Bạn hỏi cụ thể hơn giúp chúng tôi nhé, ví dụ: làm căn cước cần mang giấy tờ gì?"
# These words make a question one about the card, even if it also names something outside ("sổ đỏ ghi số CMND cũ").
THE_CARD = frozenset({"=can-cuoc", "=cmnd"})
ABOUT_THE_CARD = THE_CARD | {
    "=the", "=chip", "=lay-so", "=nhan-the", "=giay-hen", "=to-khai", "=van-tay", "=mong-mat", "=giu-the", "=lo-the",
}  # fmt: skip
# What only this service does, whatever else the text names: bookings, a visit at home, the data of the population.
OURS_ALONE = frozenset({"=lich-hen", "=lay-so", "=du-lieu", "=dinh-danh", "=gia-yeu", "=tai-nha"})
# Words that ask.
_ASKS = """
    khong ko gi sao dau nao may ai chua nhieu lau =o-dau =bao-lau =khi-nao =tien =mien-phi =nhu-the-nao =phat
    =gio-lam =loi-ich =khac ha hem
"""
ASKS = frozenset(_ASKS.split())
# What one may ask of any office: where, how much, when, which papers.
_OF_ANY_OFFICE = """
    =o-dau =tien =bao-lau =khi-nao =nhu-the-nao =giay-to =gio-lam =mien-phi =mang-theo =truc-tuyen =tra-cuu =nguoi-nha
    =bat-buoc =doi =cap-lai =huy =sai =sua =khac =loi-ich =lan-dau =tre-em =hoc-sinh =tuoi-14 =tuoi-6-13 =tuoi-duoi-6
    =tuoi-lon =tuoi-cao =phat lam can gan dang ky cap xin mua ban so may gio ngay thang nam cu cap dang the viec =tong-dai goi nghi cong an
"""
OF_ANY_OFFICE = frozenset(_OF_ANY_OFFICE.split())
# Cases with an answer of their own: the dead, prisoners, foreigners, a card that others keep or misuse …
_OWN_CASES = """
    =o-tu =nguoi-mat =nguoi-nuoc-ngoai =viet-kieu =vo-quoc-tich =can-cuoc-dien-tu =khoa =mat-khau =tong-dai =loi-dung
    =lo-the =giu-the =nhat-duoc =tich-hop =xung-cong-an =ra-nuoc-ngoai =hai-the
"""
OWN_CASES = frozenset(_OWN_CASES.split())
OURS_BY_NAME = THE_CARD | OWN_CASES
_SENTENCES = re.compile(r"[?.!;\n]+")
# Whoever is wronged with their card asks us, whatever it was done for: "kẻ gian dùng căn cước của tôi vay tiền".
WRONGED = frozenset({"=loi-dung", "=lo-the", "=giu-the"})
_PARTS = re.compile(r"(?<=[?])|[.!;,\n]+|\bvới lại\b|\bvoi lai\b|\bvà\b|\bva\b|\brồi\b", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A topic and its answer in force; `score` is how near it is to the question (`Found.score`), 0 when browsing."""

    topic: Topic
    version: Version
    score: float


@dataclass(frozen=True)
class Answer:
    """`entries` best first. If we are not confident, `entries` is empty and `message` says why, kindly.

    The first `asked` entries answer one question of the text each. `elsewhere`: the question is not ours, and `message`
    names the door to knock at.
    """

    confident: bool
    entries: list[Entry]
    nearest: list[Entry]
    message: str | None
    asked: int = 1
    elsewhere: bool = False


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
        question = shortened(q)
        typed = self._language.typed(question)
        tokens = self._language.tokens(typed)
        if all(token in self._language.fillers for token in tokens):
            return _unsure([], TOO_LITTLE)
        known = self._index.search(tokens)
        found = self._nearest(tokens, known)
        ranked = list(islice(self._in_force(found, on, category), max(limit, LOOKED_AT)))
        outside = self._outside_of(question, typed, tokens)
        if outside and not (
            found and found[0].score >= SURELY_OURS and self._is_ours_too(typed, tokens, outside, question)
        ):
            return _unsure(ranked, _door(outside), elsewhere=True)
        if nearer := self._nearer_outside(tokens, found, known):
            return _unsure(ranked, *nearer)
        if not ranked or found[0].score < self._needed(tokens, found[0].topic):
            return _unsure(ranked, NOT_SURE)
        if category is None and not (nearest := self.content.topics[found[0].topic]).on(on):
            # Another topic's answer would answer another question.
            return _unsure(ranked, _not_yet(nearest, on))
        first, rest = self._each_question(question, ranked, on, category)
        return Answer(True, [*first, *rest][:limit], [], None, asked=min(len(first), limit))

    def _nearest(self, tokens: list[str], known: list[Found]) -> list[Found]:
        """The topics, best first; if the text tells of a case of its own, those that know the case before the others.

        Whoever asks where a prisoner gets a card is not helped by where everybody does.
        """
        found = [each for each in known if each.topic < len(self.content.topics)]
        case = OWN_CASES.intersection(tokens)
        if not case:
            return found
        return sorted(found, key=lambda each: not any(self._index.knows(token, each.topic) for token in case))

    def _needed(self, tokens: list[str], best: int) -> float:
        """How near the best topic must be."""
        about_the_card = bool(ABOUT_THE_CARD.intersection(tokens))
        if not about_the_card and not self._index.shared(tokens, best) - OF_ANY_OFFICE:
            return CONFIDENT_OF_ANY_OFFICE
        if self._index.unread(tokens):
            return CONFIDENT_WITH_UNREAD if about_the_card else CONFIDENT_ELSEWHERE_WITH_UNREAD
        return CONFIDENT_ABOUT_THE_CARD if about_the_card else CONFIDENT

    def _in_force(self, found: Sequence[Found], on: date, category: str | None) -> Iterator[Entry]:
        """The answers in force of the topics that were found, in their order."""
        for each in found:
            topic = self.content.topics[each.topic]
            if category in (None, topic.category) and (version := topic.on(on)):
                yield Entry(topic, version, each.score)

    def _each_question(
        self, question: str, ranked: list[Entry], on: date, category: str | None
    ) -> tuple[list[Entry], list[Entry]]:
        """The best answer of each question in the text, and the others.

        A part that is no question, or whose topic is far from the whole, tells a story and asks nothing.
        """
        parts = [part for part in _PARTS.split(question) if part.strip()]
        if len(parts) < 2:
            return ranked[:1], ranked[1:]
        of_the_whole = {entry.topic.id: entry.score for entry in ranked}
        near = ranked[0].score * NEAR_THE_WHOLE
        sure: set[str] = set()
        for part in parts:
            tokens = self._language.read(part)
            if not ASKS.intersection(tokens) and "?" not in part:
                continue
            best = next(self._in_force(self._nearest(tokens, self._index.search(tokens)), on, category), None)
            if best and best.score >= CONFIDENT_PART and of_the_whole.get(best.topic.id, 0.0) >= near:
                sure.add(best.topic.id)
        first = [each for each in ranked if each is ranked[0] or (len(sure) > 1 and each.topic.id in sure)]
        return first, [each for each in ranked if each not in first]

    def _is_ours_too(self, typed: list[Word], tokens: list[str], outside: Outside, question: str) -> bool:
        """Whether a question that names something outside also names what only we do."""
        if OURS_ALONE.intersection(tokens) and not self._strong.first(typed):
            return True
        return _names_our_card(tokens, outside, question)

    def _nearer_outside(self, tokens: list[str], found: list[Found], known: list[Found]) -> tuple[str, bool] | None:
        """What is said of a question that is nearer to a subject outside ours than to any topic, and whether we are sure."""
        outside = next((each for each in known if each.topic >= len(self.content.topics)), None)
        if not outside or WRONGED.intersection(tokens):
            return None
        lead = OUTSIDE_LEAD
        if ABOUT_THE_CARD.intersection(tokens):
            lead = OUTSIDE_LEAD_OVER_A_CARD
        if not OURS_BY_NAME.isdisjoint(tokens):
            lead = OUTSIDE_LEAD_OVER_THE_CARD
        if outside.score < (found[0].score if found else 0.0) + lead:
            return None
        if outside.score < CONFIDENT:
            return NOT_SURE, False
        return _door(self.content.outside[outside.topic - len(self.content.topics)]), True

    def _outside_of(self, question: str, typed: list[Word], tokens: list[str]) -> Outside | None:
        """The subject outside ours that the question is about, if it is.

        In a story, what is named in passing says nothing: only the sentences that ask, or the last one, count.
        """
        named = THE_CARD.intersection(tokens)
        if WRONGED.intersection(tokens) and ABOUT_THE_CARD.intersection(tokens):
            return None
        sayings = self._strong if named else self._outside
        sentences = [each for each in _SENTENCES.split(question) if each.strip()]
        if len(sentences) < A_STORY or not ABOUT_THE_CARD.intersection(tokens):
            return self._named_outside(typed, sayings)
        asking = [each for each in sentences if ASKS.intersection(self._language.read(each))] or sentences[-1:]
        found = (self._named_outside(self._language.typed(each), sayings) for each in asking)
        return next((each for each in found if each), None)

    def _named_outside(self, typed: list[Word], sayings: Sayings) -> Outside | None:
        number = sayings.first(typed)
        return self.content.outside[int(number)] if number else None


def _names_our_card(tokens: list[str], outside: Outside, question: str) -> bool:
    """Whether the text says "thẻ", "vân tay" and the like, but not the card by its name, and no other card's either."""
    said = fold(question)
    return (
        bool(ABOUT_THE_CARD.intersection(tokens))
        and not THE_CARD.intersection(tokens)
        and not any(fold(name) in said for name in outside.named if name.startswith("thẻ "))
    )


def shortened(q: str) -> str:
    """A question of at most MAX_LENGTH characters: of a longer one its beginning, and its end, where people ask."""
    return q if len(q) <= MAX_LENGTH else f"{q[:_BEGINNING]} … {q[_BEGINNING + 3 - MAX_LENGTH :]}"


def _not_yet(topic: Topic, on: date) -> str:
    """What is said of a topic that has no answer on that day: why, and where to go on."""
    silence = next(iter(in_force(topic.silences, on)), None)
    why = f" {silence.why[0].upper()}{silence.why[1:]}" if silence else ""
    return f"Ngày {on:%d/%m/%Y} chúng tôi chưa có câu trả lời cho câu hỏi này.{why} Bạn xem các câu gần nhất, hoặc hỏi cơ quan Công an nơi nộp hồ sơ."


def _door(outside: Outside) -> str:
    """What the question is about, and where to ask it."""
    return f"{outside.told} {outside.instead}".strip()


def _unsure(ranked: list[Entry], why: str, elsewhere: bool = False) -> Answer:
    return Answer(confident=False, entries=[], nearest=ranked[:NEAREST], message=why, elsewhere=elsewhere)


SEARCH = Search(prepared())


def answer(q: str, on: date, limit: int = 5, category: str | None = None) -> Answer:
    """The answers in force on that day to a typed question; see `Search.answer`."""
    return SEARCH.answer(q, on, limit, category)


def browse(on: date) -> list[Entry]:
    """Every answer in force on that day; see `Search.browse`."""
    return SEARCH.browse(on)
