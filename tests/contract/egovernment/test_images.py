"""Pictures: from the native client's upload to a feedback, its office, its citizen's copy, and their end."""

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from cccd.clock import now
from cccd.dynamodb import client
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from egovernment import upload_api
from feedback.desk_api import handler as desk
from images import store
from images.picture import MOST_BYTES
from images.store import Images
from local.zalo import FakeZalo
from privacy import api as rights
from privacy.api import handler as privacy
from privacy.erasure import Erased, erase_all
from tests.conftest import BUCKET
from tests.contract.egovernment.conftest import Template, Thrown
from tests.contract.egovernment.test_feedback import PATH, SAID, listed
from tests.contract.egovernment.test_template import signed_in
from tests.desk.officers import at_desk
from tests.gateway import CONTEXT, call, event
from tests.images.test_picture import picture


def form(*files: bytes, boundary: str = "----zalo", name: str = "file") -> bytes:
    """A native client's multipart body."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="ảnh.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return b"".join(head.encode() + each + b"\r\n" for each in files) + f"--{boundary}--\r\n".encode()


def upload(body: bytes, kind: str = "multipart/form-data; boundary=----zalo", encoded: bool = True) -> Any:
    """What the client parses; it throws as the template does."""
    text = base64.b64encode(body).decode() if encoded else body.decode("latin-1")
    request = event("POST", "/upload_image_api", raw=text, headers={"Content-Type": kind}) | {
        "isBase64Encoded": encoded
    }
    answer = upload_api.handler(request, CONTEXT)
    assert answer["statusCode"] < 500, answer
    told = json.loads(answer["body"])
    if told["err"] != 0:
        raise Thrown(told["err"], told["message"])
    return told["data"]


def objects() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_an_upload_is_shown_where_the_client_looks_for_it(aws: None) -> None:
    told = upload(form(picture(), picture(form="PNG"), name="images[]"))
    assert len(told["images"]) == 2
    for name in told["images"]:
        address = told["domain"] + name
        assert (
            address.startswith(f"https://{BUCKET}.s3.ap-southeast-1.amazonaws.com/new/")
            and "X-Amz-Expires=900" in address
        )
    assert len(objects()) == 2


@pytest.mark.parametrize(
    "head",
    [
        'form-data; name="file"\r\nContent-Type: image/jpeg',
        'form-data; name="file"\r\nContent-Type: IMAGE/PNG; charset=binary',
        "form-data; name=\"file\"; filename*=UTF-8''%e1%ba%a3nh.jpg\r\nContent-Type: application/octet-stream",
        'form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream',
    ],
)
def test_a_file_is_known_however_a_client_tells_it(aws: None, head: str) -> None:
    beside = b'------zalo\r\nContent-Disposition: form-data; name="no; filename*=file"\r\n\r\nx\r\n'
    part = f"------zalo\r\nContent-Disposition: {head}\r\n\r\n".encode() + picture() + b"\r\n------zalo--\r\n"
    assert len(upload(beside + part)["images"]) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (form(b"no picture"), "không phải ảnh"),
        (form(picture((10_000, 5_000), "PNG", "L")), "quá lớn"),
        (form(b"\xff" * (MOST_BYTES + 1)), "quá lớn"),
        (form(), "Không thấy ảnh"),
        (form(*[picture()] * 6), "nhiều nhất 5"),
        (form(picture())[:-20], "chưa trọn"),
        (b"", "chưa trọn"),
        (form(picture(), boundary="another"), "chưa trọn"),
        (form(picture(), b"no picture"), "không phải ảnh"),
    ],
)
def test_what_is_no_picture_is_told_and_nothing_is_kept(aws: None, body: bytes, said: str) -> None:
    with pytest.raises(Thrown) as thrown:
        upload(body)
    assert thrown.value.code == -3 and said in thrown.value.message
    assert objects() == []


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=é",
    ],
)
def test_another_content_type_is_told(aws: None, kind: str) -> None:
    for encoded in (True, False):
        with pytest.raises(Thrown) as thrown:
            upload(form(picture()), kind, encoded)
        assert thrown.value.code == -3


def test_a_feedback_shows_its_pictures_to_its_citizen_and_its_office_alone(template: Template) -> None:
    told = upload(form(picture(), picture()))
    names = [
        told["images"][0],
        told["images"][1].partition("?")[0],
    ]  # as the client posts them: what it was given, or the bare name
    assert template("POST", "/feedback_api", SAID | {"imageUrls": names}) is True
    (mine,) = listed(template)["data"]
    (theirs,) = at_desk("GET", PATH, via=desk).body["items"]
    for shown in (mine["imageUrls"], theirs["imageUrls"]):
        assert len(shown) == 2 and all(each.startswith("https://") and "/feedback/" in each for each in shown)
    assert listed(Template("minh"))["data"] == []


def test_what_an_officer_gets_does_not_tell_whose_it_is(template: Template) -> None:
    pictures = upload(form(picture()))["images"]
    for _ in range(2):
        template("POST", "/feedback_api", SAID | {"imageUrls": pictures})
    kept = client().scan(TableName="FeedbackTable", ConsistentRead=True)["Items"]
    (owner,) = {each["citizen"]["S"] for each in kept if "citizen" in each}
    items = at_desk("GET", PATH, via=desk).body["items"]
    assert len(items) == 2 and owner not in json.dumps(items), "neither in an id nor in a picture's address"
    marks = {each["id"].partition("-")[2] for each in items}
    assert len(marks) == 2, "two of one citizen have nothing in common"
    assert owner not in json.dumps(listed(template))


def test_only_the_pictures_of_the_page_are_signed(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    told = upload(form(picture()))
    for _ in range(3):
        template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]})
    signed: list[str] = []
    link = Images.link

    def noted(images: Images, key: str) -> str:
        signed.append(key)
        return link(images, key)

    monkeypatch.setattr(Images, "link", noted)
    page = template("GET", "/feedback_api", page="1", pargeSize="1")
    assert (page["total"], len(page["data"]), len(signed)) == (3, 1, 1)


def test_a_feedback_that_is_sent_twice_has_its_pictures_twice(template: Template) -> None:
    told = upload(form(picture()))
    for _ in range(2):
        template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]})
    assert [len(each["imageUrls"]) for each in listed(template)["data"]] == [1, 1]


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "a" * 26 + ".jpg", "../feedback/x/" + "a" * 26 + ".jpg", "", "https://evil.example/x.jpg", "x" * 3000],
)
def test_a_picture_that_is_not_there_is_told_and_nothing_is_kept(template: Template, name: str) -> None:
    with pytest.raises(Thrown) as thrown:
        template("POST", "/feedback_api", SAID | {"imageUrls": [name]})
    assert thrown.value.code == -3
    assert listed(template)["data"] == []


def test_another_s_picture_cannot_be_had_by_its_key(template: Template) -> None:
    told = upload(form(picture()))
    template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]})
    (kept,) = [each for each in objects() if each.startswith("feedback/")]
    with pytest.raises(Thrown):
        Template("minh")("POST", "/feedback_api", SAID | {"imageUrls": [kept]})


def test_pictures_are_exported_and_erased_with_the_feedback(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = upload(form(picture()))
    template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]})
    mine = signed_in("lan", zalo, monkeypatch)
    (held,) = call(privacy, "GET", "/me/data", headers=mine).body["feedback"]
    assert len(held["imageUrls"]) == 1
    call(privacy, "DELETE", "/me/data", headers=mine)
    assert [each for each in objects() if each.startswith("feedback/")] == [], "what nobody sent is gone within a day"


def erase(citizen: CitizenHash) -> Erased:
    """As another process does it at the citizen's wish."""
    return erase_all(rights.settings.eraser(), rights.bookings(), rights.feedback(), citizen, now())


def just_before_pictures_are_kept(
    monkeypatch: pytest.MonkeyPatch, deed: Callable[[CitizenHash], object]
) -> list[object]:
    """A rival does that once, when the next feedback has been counted and nothing of it is kept; returns where its outcome is put."""
    keep, done = Images.keep, list[object]()

    def kept(images: Images, name: str, citizen: CitizenHash) -> str:
        if not done:
            done.append(deed(citizen))
        return keep(images, name, citizen)

    monkeypatch.setattr(Images, "keep", kept)
    return done


def test_a_feedback_on_its_way_does_not_outlive_an_erasure(
    template: Template, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    told = upload(form(picture(), picture()))
    assert listed(template)["data"] == []
    clock.shift(60)
    erased = just_before_pictures_are_kept(monkeypatch, erase)
    with pytest.raises(Thrown) as thrown:
        template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]})
    assert len(erased) == 1 and thrown.value.code == -115, "the client asks for another token"
    assert client().scan(TableName="FeedbackTable", ConsistentRead=True)["Items"] == []
    assert [each for each in objects() if each.startswith("feedback/")] == []
    assert template("POST", "/feedback_api", SAID | {"imageUrls": told["images"]}) is True, "after the erasure they may"


def test_an_erasure_deletes_a_thousand_pictures_at_a_time(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    images, citizen = Images(BUCKET), CitizenHash("a" * 26)
    name = images.put(picture())
    for _ in range(3):
        images.keep(name, citizen)
    asked: list[int] = []
    delete = store.client().delete_objects

    def noted(**request: Any) -> Any:
        asked.append(len(request["Delete"]["Objects"]))
        return delete(**request)

    monkeypatch.setattr(store.client(), "delete_objects", noted)
    images.forget(citizen)
    assert asked == [3]


def test_pictures_that_s3_does_not_delete_are_not_told_as_erased(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    images, citizen = Images(BUCKET), CitizenHash("a" * 26)
    images.keep(images.put(picture()), citizen)
    refusing = {"Errors": [{"Key": "x", "Code": "InternalError", "Message": "x"}]}
    with monkeypatch.context() as patch:
        patch.setattr(store.client(), "delete_objects", lambda **_: refusing)
        with pytest.raises(TemporarilyUnavailable):
            images.forget(citizen)
    images.forget(citizen)
    images.forget(citizen)
    assert [each for each in objects() if each.startswith("feedback/")] == []
