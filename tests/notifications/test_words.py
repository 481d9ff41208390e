"""What a message says about the papers to bring."""

from typing import Any

import pytest

from declarations.declaration import DeclarationStatus as Declared
from local.zalo import FakeZalo
from notifications.sender import Post
from tests.notifications.post import EVENING, confirmed, declared, run, texts


@pytest.mark.parametrize(
    ("answers", "asked", "not_asked"),
    [
        ({"request": "Cấp đổi thẻ"}, "Thẻ CCCD hoặc thẻ căn cước đang có", "khai sinh"),
        ({"request": "Cấp lại", "reason": "Mất thẻ"}, "Tại cơ quan bạn sẽ điền: Phiếu", "Bạn nhớ mang theo"),
        ({"request": "Cấp đổi thẻ", "whatDiffers": ["Họ tên"]}, "khai sinh", "không còn dùng được"),
    ],
)
def test_who_has_declared_reads_what_their_own_answers_call_for(
    post: Post, zalo: FakeZalo, answers: dict[str, Any], asked: str, not_asked: str
) -> None:
    confirmed(post, declaration_id=declared(post, **answers))
    run(post, EVENING)
    for text in texts(zalo):
        assert asked in text and not_asked not in text
    assert "079190001234" not in repr(zalo.account.sent)


@pytest.mark.parametrize("status", [Declared.DRAFT, Declared.WITHDRAWN])
def test_a_declaration_that_was_not_handed_in_is_still_missing(post: Post, zalo: FakeZalo, status: Declared) -> None:
    confirmed(post, declaration_id=declared(post, status))
    run(post, EVENING)
    assert "không còn dùng được" in texts(zalo)[1]
