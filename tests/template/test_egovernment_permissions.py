"""Least privilege, proved: the template's adapter may do exactly what it does."""

from typing import Any

from feedback import desk_api
from local.zalo import FakeZalo
from tests.desk.officers import at_desk
from tests.egovernment.conftest import Template, clock, template, zalo
from tests.template.iam import allowed, performed

__all__ = ["clock", "performed", "template", "zalo"]  # fixtures


def test_the_adapter_may_do_exactly_what_it_does(performed: Any, template: Template, zalo: FakeZalo) -> None:
    wish = {"fullName": "Lan", "phoneNumber": "0912345678", "content": "", "date": "11-26-2026"}
    template("POST", "/create_schedule_api", wish)
    template("GET", "/get_schedule_api")
    said: dict[str, Any] = {"title": "Chờ lâu", "content": "Một giờ.", "imageUrls": [], "feedbackTypeId": None}
    template("POST", "/feedback_api", said)
    template("GET", "/feedback_api")
    template("GET", "/search_profiles_api", profileCode="a" * 26)
    assert performed == allowed("EgovernmentFunction")

    performed.clear()
    path = "/desk/offices/ca-26740/feedback"
    (found,) = at_desk("GET", path, via=desk_api.handler).body["items"]
    at_desk("PUT", f"{path}/{found['id']}/answer", via=desk_api.handler, body={"text": "Cảm ơn bạn."})
    assert performed == allowed("FeedbackDeskFunction")
