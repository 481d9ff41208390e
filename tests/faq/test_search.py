"""Which questions get an answer, and which get an honest "không chắc"."""

from datetime import date

import pytest

from authoring.faq.prepare import phrases
from bench.faq_quality import WRITTEN
from faq import search
from faq.index import packed, unpacked
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
        ("làm hộ chiếu ở đâu", "hộ chiếu, visa"),
        ("doi bang lai xe", "giấy phép lái xe"),
        ("đăng ký kết hôn", "hộ tịch"),
    ],
)
def test_what_is_outside_is_named_and_sent_on(q: str, about: str) -> None:
    found = answer(q, TODAY)
    assert not found.confident
    assert found.entries == []
    assert found.message
    assert found.message.startswith(f"Câu hỏi này về {about}, không phải về thẻ căn cước.")


def test_small_talk_has_no_subject_but_gets_a_way_on() -> None:
    found = answer("thời tiết hôm nay", TODAY)
    assert not found.confident
    assert found.message and found.message.startswith("Ở đây chúng tôi chỉ trả lời về thẻ căn cước")


def test_what_names_something_outside_but_is_about_the_card_is_answered() -> None:
    assert ids("bằng lái ghi số CMND cũ có phải đổi không")[0] == "faq-034"


def test_no_answer_to_another_question_when_ours_has_none_on_that_day() -> None:
    found = answer("căn cước điện tử là gì", ARTICLE)
    assert not found.confident
    assert found.message and "24/06/2021" in found.message
    assert "Căn cước điện tử có từ 01/07/2024" in found.message, "why there is none"
    assert "hỏi cơ quan Công an" in found.message, "and where to go on"


def test_every_topic_has_an_answer_on_the_articles_day_or_says_why_not() -> None:
    without = [topic for topic in SEARCH.content.topics if topic.on(ARTICLE) is None]
    assert {topic.id for topic in without} == {"faq-049", "faq-050"}
    for topic in SEARCH.content.topics:
        for silence in topic.silences:
            assert "chưa viết" not in silence.why.lower() and "faq-" not in silence.why, topic.id


@pytest.mark.parametrize(
    ("q", "first"),
    [
        # the question stands somewhere in the story, and what is told in passing asks nothing
        ("Em đi đăng ký kết hôn thì mới biết. Thẻ của em hết hạn từ năm ngoái. Em phải làm gì để đổi thẻ?", "faq-013"),
        ("Hôm qua đi bệnh viện thăm bạn em làm rơi ví. Trong ví có căn cước. Giờ làm lại thế nào ạ?", "faq-008"),
        ("Bà em 85 tuổi nằm liệt giường. Nhà xa bệnh viện. Có ai tới tận nhà làm thẻ không?", "faq-038"),
    ],
)
def test_a_story_is_answered_by_what_it_asks(q: str, first: str) -> None:
    assert ids(q)[0] == first


def test_a_part_that_asks_nothing_does_not_come_before_the_question() -> None:
    assert ids("Ví của tôi bị giật, trong đó có căn cước, giờ làm sao đây")[0] == "faq-008"


@pytest.mark.parametrize("q", ["sạc xe điện ở đâu gần đây", "quán này mấy giờ mở cửa", "mua trả góp tivi ở đâu"])
def test_what_one_may_ask_of_any_office_is_not_enough(q: str) -> None:
    assert not answer(q, TODAY).confident


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("cha tôi mất, có cần trả thẻ căn cước không", "faq-045"),
        ("cha tôi mất thẻ căn cước", "faq-008"),
        ("mẹ em mất cccd rồi", "faq-008"),
        ("ra tù rồi làm căn cước ở đâu", "faq-046"),
        ("người hàn quốc làm căn cước ở đâu", "faq-047"),
        ("giữ lại thẻ cũ được không", "faq-044"),
    ],
)
def test_a_case_of_its_own_comes_before_what_holds_for_everybody(q: str, first: str) -> None:
    assert ids(q)[0] == first


def test_a_longer_text_keeps_its_end() -> None:
    long = "em chào anh chị ạ " * 60 + "mất căn cước thì làm lại ở đâu"
    assert len(search.shortened(long)) == search.MAX_LENGTH
    assert "faq-008" in ids(long)[:2]


def test_a_victim_is_not_sent_away_for_the_word_loan() -> None:
    assert ids("kẻ gian dùng căn cước của tôi vay tiền")[0] == "faq-052"
    assert not answer("vay tiền bằng căn cước", TODAY).confident


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
    found = answer("quy định nuôi yến", TODAY)
    assert not found.confident
    assert found.message == search.NOT_SURE
    assert 0 < len(found.nearest) <= search.NEAREST


def test_a_long_story_is_read_up_to_the_limit() -> None:
    story = "em mất thẻ căn cước rồi giờ làm lại ở đâu " + "x" * 100_000
    assert answer(story, TODAY).nearest or answer(story, TODAY).entries


def test_browse_is_in_the_order_of_categories() -> None:
    found = browse(TODAY)
    assert len(found) == 58
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
    for topic in WRITTEN.topics:
        for phrase in phrases(topic):
            assert "Câu hỏi này về" not in (answer(phrase, TODAY).message or ""), phrase


def test_accents_count_in_single_words() -> None:
    read = Language(prepared().vocabulary).read
    assert read("nộp thuế") != read("nop thue"), "nobody asks us with thuế, but with thuê"
    assert read("cho thuê")[-1:] == read("cho thue")[-1:]


def test_the_electronic_card_has_its_own_answer() -> None:
    for q in ("căn cước điện tử là gì", "can cuoc dien tu la gi"):
        assert ids(q)[0] == "faq-049"


def test_a_short_word_without_its_h() -> None:
    kac, khac = (answer(f"cccd gắn chíp {word} gì căn cước", TODAY).entries[0].version.id for word in ("kác", "khác"))
    assert kac == khac


def test_a_subject_is_known_by_its_ways_of_asking_without_a_word_that_names_it() -> None:
    for q, door in (("bị tước bằng bao lâu", "Cảnh sát giao thông"), ("toà giải quyết quyền nuôi con", "UBND")):
        found = answer(q, TODAY)
        assert found.elsewhere and door in str(found.message), q


def test_what_is_ours_alone_is_answered_though_it_names_something_outside() -> None:
    assert ids("dữ liệu dân cư ghi sai là tôi còn độc thân")[0] == "faq-025"
    assert not answer("xin giấy độc thân", TODAY).confident


def test_weights_are_kept_as_they_were_learned() -> None:
    assert unpacked(packed([2345, 70, -32000])) == [2345, 70, -32000]
