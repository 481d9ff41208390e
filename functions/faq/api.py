"""GET /faq: search and browse the questions and answers in force on a day."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from cccd.errors import FieldError, InvalidRequest
from cccd.http import cacheable, lambda_handler, resolver
from cccd.text import clean
from cccd.wire import Model
from faq import search
from faq.contact import contact
from faq.search import Entry
from faq.unanswered import count_unanswered
from offices.directory import directory
from procedures.as_of import AsOf, asked_day
from procedures.sourced import CONFIDENCE_TOLD

# Seconds a front end may keep an answer. Content changes with a deployment; an answer without `on` also at midnight.
MAX_AGE = 300
# What a search gives when nothing else is asked; browsing gives everything.
SEARCH_LIMIT = 5

CATEGORIES = search.SEARCH.content.categories

app = resolver()


class FaqEntry(Model):
    """An entry; `score` is how near it is to the question (0 to 1), null when browsing."""

    id: str
    category: str
    question: str
    answer: str
    score: float | None
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str
    confidence_note: str


class FaqTopic(Model):
    """A topic near the question, when we are not sure enough to answer."""

    id: str
    category: str
    question: str


class FaqCategory(Model):
    """A category, its label, and how many answers it has on the day."""

    code: str
    label: str
    entries: int


class FaqContact(Model):
    """Whom to ask when we are not sure enough to answer."""

    name: str
    phone: str


class FaqAnswer(Model):
    """`items` is empty when we are not confident; `message` then says why, `nearestTopics` what is near, and `contact`
    whom to call: the office that `officeId` names, or the ministry's hotline; nobody, where `message` names another
    door."""

    on: date
    confident: bool
    message: str | None
    items: list[FaqEntry]
    next_cursor: str | None = None
    nearest_topics: list[FaqTopic]
    contact: FaqContact | None = None
    categories: list[FaqCategory]


@app.get("/faq", summary="Questions and answers", description="Search with `q`; without it, browse by category.")
@cacheable(app, MAX_AGE, kept=256)
def search_faq(
    q: Annotated[str, Query(max_length=search.MAX_LENGTH, description="Câu hỏi, dấu tuỳ ý.")] = "",
    category: Annotated[str | None, Query(max_length=40, description="Mã chủ đề, xem `categories`.")] = None,
    on: AsOf = None,
    office_id: Annotated[str, Query(alias="officeId", max_length=64, description="Cơ quan của người hỏi.")] = "",
    limit: Annotated[int | None, Query(ge=1, le=100, description="Mặc định 5 khi tìm, tất cả khi xem.")] = None,
) -> FaqAnswer:
    if category is not None and category not in CATEGORIES:
        raise InvalidRequest([FieldError("category", "not_a_choice", "Chưa có chủ đề này. Vui lòng xem `categories`.")])
    day = asked_day(on)
    everything = search.browse(day)
    if clean(q):
        found = search.answer(q, day, limit or SEARCH_LIMIT, category)
        count_unanswered(found)
    else:
        found = search.Answer(True, [e for e in everything if category in (None, e.topic.category)][:limit], [], None)
    return FaqAnswer(
        on=day,
        confident=found.confident,
        message=found.message,
        items=[_entry(entry) for entry in found.entries],
        nearest_topics=[
            FaqTopic(id=near.version.id, category=near.topic.category, question=near.version.question)
            for near in found.nearest
        ],
        contact=None if found.confident or found.elsewhere else _contact(office_id),
        categories=_categories(everything),
    )


def _entry(entry: Entry) -> FaqEntry:
    version = entry.version
    return FaqEntry(
        id=version.id,
        category=entry.topic.category,
        question=version.question,
        answer=version.answer,
        score=min(round(entry.score, 3), 1.0) or None,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        source=version.source,
        confidence=version.confidence,
        confidence_note=CONFIDENCE_TOLD[version.confidence],
    )


def _contact(office_id: str) -> FaqContact:
    whom = contact(directory().find(office_id) if office_id else None)
    return FaqContact(name=whom.name, phone=whom.phone)


def _categories(everything: list[Entry]) -> list[FaqCategory]:
    counts = {code: 0 for code in CATEGORIES}
    for entry in everything:
        counts[entry.topic.category] += 1
    return [FaqCategory(code=code, label=CATEGORIES[code], entries=n) for code, n in counts.items() if n]


handler = lambda_handler(app)
