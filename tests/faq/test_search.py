"""Which questions get an answer, and which get an honest "không chắc"."""

from datetime import date

import pytest

from authoring.faq.prepare import phrases
from faq import search
from faq.language import Language
from faq.prepared import prepared
from faq.search import SEARCH, answer, browse

TODAY = date(2026, 11, 23)
ARTICLE = date(2021, 6, 24)


def ids(q: str, on: date = TODAY) -> list[str]:
    return [entry.version.id for entry in answer(q, on).entries]


def test_the_same_question_on_other_days() -> None:
    q = "doi the can cuoc bao nhieu tien"
    assert ids(q, date(2026, 12, 31))[0] == "faq-005"
    assert ids(q, date(2027, 1, 1))[0] == "faq-005-2027"
    assert ids("di lam cccd mang gi", ARTICLE)[0] == "faq-002-2021"


def test_two_questions_in_one_get_both_answers_first() -> None:
    assert set(ids("lam cccd can giay to gi va thu 7 co lam khong")[:2]) == {"faq-002", "faq-022"}


@pytest.mark.parametrize(
    ("q", "about"),
    [
        ("làm hộ chiếu ở đâu", "hộ chiếu"),
        ("doi bang lai xe", "giấy phép lái xe"),
        ("đăng ký kết hôn", "hộ tịch"),
        ("thời tiết hôm nay", "chuyện khác"),
    ],
)
def test_what_is_outside_is_named_and_sent_on(q: str, about: str) -> None:
    found = answer(q, TODAY)
    assert not found.confident
    assert found.entries == []
    assert found.message
    assert found.message.startswith(f"Câu hỏi này về {about}")


def test_what_names_something_outside_but_is_about_the_card_is_answered() -> None:
    assert ids("bằng lái ghi số CMND cũ có phải đổi không")[0] == "faq-034"


def test_no_answer_to_another_question_when_ours_has_none_on_that_day() -> None:
    found = answer("lam the co quet mong mat khong", ARTICLE)
    assert not found.confident
    assert found.message == "Chúng tôi chưa có câu trả lời cho câu hỏi này vào ngày 24/06/2021."


@pytest.mark.parametrize("q", ["a", "ạ", "cho em hỏi với ạ", "là gì vậy", "🙂🙂", "\x00", "?", "ở"])
def test_too_little_to_go_on(q: str) -> None:
    found = answer(q, TODAY)
    assert not found.confident
    assert found.message == search.TOO_LITTLE


@pytest.mark.parametrize("q", ["what time is it", "今天天气怎么样", "где сделать паспорт", "xyzzy plugh"])
def test_another_language_is_not_answered(q: str) -> None:
    found = answer(q, TODAY)
    assert not found.confident
    assert found.entries == []


def test_when_not_sure_the_nearest_topics_are_named() -> None:
    found = answer("sân bóng gần phường có cho thuê không", TODAY)
    assert not found.confident
    assert found.message == search.NOT_SURE
    assert 0 < len(found.nearest) <= search.NEAREST


def test_a_long_story_is_read_up_to_the_limit() -> None:
    story = "em mất thẻ căn cước rồi giờ làm lại ở đâu " + "x" * 100_000
    assert answer(story, TODAY).nearest or answer(story, TODAY).entries


def test_browse_is_in_the_order_of_categories() -> None:
    found = browse(TODAY)
    assert len(found) == 44
    categories = list(dict.fromkeys(entry.topic.category for entry in found))
    assert categories == [code for code in search.SEARCH.content.categories if code in categories]
    fees = [entry.version.id for entry in found if entry.topic.category == "le-phi"]
    assert fees == ["faq-005", "faq-006", "faq-007"]


@pytest.mark.parametrize(
    "q",
    [
        "vay tien bang cccd", "vay tiền bằng cccd được không", "dang ky sim bang cccd", "cccd cho thue xe", "hack vneid",
        "cho mượn căn cước để trả góp điện thoại", "mua sim cần căn cước gì",
    ],
)  # fmt: skip
def test_what_is_outside_even_with_the_card_named(q: str) -> None:
    found = answer(q, TODAY)
    assert not found.confident and found.message


def test_no_way_of_asking_of_ours_counts_as_outside() -> None:
    for topic in SEARCH.content.topics:
        for phrase in phrases(topic):
            assert "Câu hỏi này về" not in (answer(phrase, TODAY).message or ""), phrase


def test_accents_count_in_single_words() -> None:
    read = Language(prepared().vocabulary).read
    assert read("nộp thuế") != read("nop thue"), "nobody asks us with thuế, but with thuê"
    assert read("cho thuê")[-1:] == read("cho thue")[-1:]


def test_what_no_topic_explains_is_not_answered_with_another() -> None:
    for q in ("căn cước điện tử là gì", "can cuoc dien tu la gi"):
        assert not answer(q, TODAY).confident


def test_a_short_word_without_its_h() -> None:
    kac, khac = (answer(f"cccd gắn chíp {word} gì căn cước", TODAY).entries[0].version.id for word in ("kác", "khác"))
    assert kac == khac
