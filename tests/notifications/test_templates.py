"""Template messages: the right id, the right parameters, and the mistakes in a templates.toml."""

import unicodedata
from dataclasses import replace
from datetime import datetime

import pytest

from accounts.account import Account
from bookings.booking import Applicant, Booking, BookingStatus
from bookings.seats import Seat
from cccd.clock import VIETNAM
from cccd.hashes import CitizenHash
from local.zalo_account import OPTIONAL, PARAMETERS
from notifications.notice import Kind
from notifications.templates import FILE, DoesNotFit, configured, templates
from offices.directory import directory

START = datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM)
TEXT = FILE.read_text(encoding="utf-8")
OFFICE = directory().offices["ca-26740"]
BOOKING = Booking(
    id="b",
    status=BookingStatus.CONFIRMED,
    office_id=OFFICE.id,
    procedure="cap-cccd",
    start=START,
    end=START,
    seat=Seat(3, "shared"),
    citizen=CitizenHash("c"),
    request="r",
    applicant=Applicant("LAN", "079*****1234", "1990-05-20", "84912345678"),
    held_at=START,
    hold_expires_at=None,
)


def test_this_deployments_file_fits() -> None:
    assert [each.name for each in templates().parameters] == list(PARAMETERS)
    assert {each.name: each.limit for each in templates().parameters} == PARAMETERS


@pytest.mark.parametrize("kind", list(Kind))
def test_what_each_kind_tells_zalo(kind: Kind) -> None:
    data = templates().data(kind, BOOKING, OFFICE, declared=True)
    without_ticket = {"ticket"} if kind in (Kind.NOT_DRAWN, Kind.OFFER) else set()
    assert data.keys() == PARAMETERS.keys() - (OPTIONAL if kind is not Kind.REMINDER else set()) - without_ticket
    assert data["time"] == "08:00 26/11/2026"
    assert all(len(data[name]) <= PARAMETERS[name] for name in data)


def test_every_office_that_takes_bookings_fits() -> None:
    for office in directory().offices.values():
        if office.opening:
            templates().data(Kind.CONFIRMED, BOOKING, office, declared=False)


def test_a_long_name_is_told_as_people_say_it() -> None:
    office = directory().offices["pc06-79"]
    told = templates().data(Kind.CONFIRMED, BOOKING, office, declared=False)["office"]
    assert told == "Phòng PC06 Công an Thành phố Hồ Chí Minh"


def test_what_is_counted_is_nfc() -> None:
    office = replace(OFFICE, name=unicodedata.normalize("NFD", OFFICE.name))
    assert templates().data(Kind.MOVED, BOOKING, office, declared=False)["office"] == OFFICE.name


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Công an\nphường"])
def test_what_zalo_would_refuse_is_not_sent(name: str) -> None:
    with pytest.raises(DoesNotFit, match="^office$"):
        templates().data(Kind.MOVED, BOOKING, replace(OFFICE, name=name), declared=False)


def test_a_template_is_of_the_account_to_which_zalo_gave_it() -> None:
    ours = configured('[every-office]\nconfirmed = "1"\n[office.ca-26740]\nconfirmed = "2"\n' + TEXT)
    office = Account("1", "", offices=("ca-26740",))
    assert ours.id(office, Kind.CONFIRMED) == "2"
    assert ours.id(replace(office, templates={"confirmed": "3"}), Kind.CONFIRMED) == "3", "as it says itself"
    assert ours.id(Account("1", "", offices=("ca-26743",)), Kind.CONFIRMED) is None, "it could send none of another's"
    assert ours.id(Account("1", "", everywhere=True), Kind.CONFIRMED) == "1"
    assert ours.id(office, Kind.REMINDER) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "this is not TOML"),
        ('[every-ofice]\nconfirmed = "1"\n' + TEXT, "there is no 'every-ofice' here"),
        ("[every-office]\nconfirmed = 300\n" + TEXT, "every-office: confirmed: 300 should be digits in quotes"),
        ('[every-office]\nconfirm = "300"\n' + TEXT, "'confirm' is not one of confirmed, moved, cancelled, reminder"),
        ('every-office = "300"\n' + TEXT, "every-office: write it as a table"),
        ('[office.ca-1]\nmoved = "300"\n' + TEXT, "office.ca-1: there is no such office"),
        ('office = "ca-26740"\n' + TEXT, "office: write each as"),
        (TEXT.replace("limit = 80", 'limit = "80"'), "parameter office: limit: '80' should be a whole number"),
        (TEXT.replace('"Địa chỉ"', '"Địa"'), "parameter office: setting: 'Địa' is not one of"),
        (TEXT.replace('only = ["reminder"]', 'only = ["remind"]'), "parameter declaration: only: write some of"),
        (TEXT.replace('name = "ticket"', 'name = "number"'), "parameter: write ticket, time, office and declaration"),
        ("parameter = 3\n", "parameter: write ticket"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="^") as refused:
        configured(text)
    assert said in str(refused.value)


@pytest.mark.parametrize("told", ["8 giờ", "08:00", "08:00 26-11-2026", "2026-11-26T08:00"])
def test_a_time_in_another_form_is_not_sent(told: str) -> None:
    (parameter,) = [each for each in templates().parameters if each.name == "time"]
    with pytest.raises(DoesNotFit, match="^time$"):
        parameter.checked(told)
