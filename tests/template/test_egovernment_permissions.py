"""Least privilege, proved: the template's adapter may do exactly what it does."""

from typing import Any

import pytest

from cccd.hashes import CitizenHash
from contract.openapi import routes_of
from egovernment import api
from feedback import desk_api
from infra.intrinsics import read
from local.zalo import FakeZalo
from privacy.api import handler as privacy
from tests.conftest import TEMPLATE
from tests.contract.egovernment.conftest import Template, clock, template, zalo
from tests.contract.egovernment.test_images import erase, form, just_before_pictures_are_kept, upload
from tests.contract.egovernment.test_template import signed_in
from tests.desk.officers import at_desk
from tests.gateway import call
from tests.images.test_picture import picture
from tests.template.iam import allowed, performed

BODIES: dict[str, Any] = {
    "/create_schedule_api": {"fullName": "Lan", "phoneNumber": "0912345678", "content": "", "date": "11-26-2026"},
    "/feedback_api": {"title": "Chờ lâu", "content": "Một giờ."},
}

__all__ = ["clock", "performed", "template", "zalo"]  # fixtures


def test_the_adapter_may_do_exactly_what_it_does(
    performed: Any, template: Template, zalo: FakeZalo, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = {"fullName": "Lan", "phoneNumber": "0912345678", "content": "", "date": "11-26-2026"}
    template("POST", "/create_schedule_api", wish)
    template("GET", "/get_schedule_api")
    seen = performed.copy()

    clock.shift(60)
    call(privacy, "DELETE", "/me/data", headers=signed_in("lan", zalo, monkeypatch))
    clock.shift(60)
    performed.clear()
    template.raw("GET", "/search_profiles_api", profileCode="a" * 26)
    seen |= performed

    performed.clear()
    told = upload(form(picture()))
    assert performed == allowed("ImagesFunction")
    performed.clear()
    said: dict[str, Any] = {
        "title": "Chờ lâu",
        "content": "Một giờ.",
        "imageUrls": told["images"],
        "feedbackTypeId": None,
    }
    template("POST", "/feedback_api", said)
    template("GET", "/feedback_api")
    template("GET", "/search_profiles_api", profileCode="a" * 26)
    seen |= performed

    clock.shift(60)

    def erasure(citizen: CitizenHash) -> None:
        before = performed.copy()
        erase(citizen)
        performed.clear()
        performed.update(before)

    performed.clear()
    just_before_pictures_are_kept(monkeypatch, erasure)
    assert template.raw("POST", "/feedback_api", said)["statusCode"] == 401
    assert performed | seen == allowed("EgovernmentFunction")
    assert template("POST", "/feedback_api", said)

    performed.clear()
    path = "/desk/offices/ca-26740/feedback"
    (found,) = at_desk("GET", path, via=desk_api.handler).body["items"]
    at_desk("PUT", f"{path}/{found['id']}/answer", via=desk_api.handler, body={"text": "Cảm ơn bạn."})
    assert performed == allowed("FeedbackDeskFunction")


def test_whatever_asks_zalo_about_a_token_is_throttled_as_a_sign_in(zalo: FakeZalo, clock: Any) -> None:
    """Asked without a token, a route says so, if it would have asked Zalo."""
    settings = read(TEMPLATE)["Resources"]["Api"]["Properties"]["RouteSettings"]
    nobody = Template(name=None)
    asking = set()
    for route in routes_of(api.app):
        if nobody.raw(route.method, route.openapi_path, BODIES.get(route.openapi_path))["statusCode"] == 401:
            asking.add(f"{route.method} {route.openapi_path}")
    assert len(asking) == 5
    assert {each: settings.get(each) for each in asking} == dict.fromkeys(asking, settings["POST /sessions"])
