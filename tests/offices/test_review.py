"""A wrong offices.toml is refused before it is deployed; the refusal lists every mistake in readable words."""

from datetime import date, time
from pathlib import Path

import pytest

from authoring.offices import check
from offices.directory import parse
from offices.review import findings

PROFILE = """
[profile.short]
weekly = [{ days = ["mon"], from = "07:30", to = "11:30", seats = 4 }]
"""
OFFICE = '[[office]]\nid = "ca-26740"\nopening = "short"\n'


def office(line: str) -> str:
    return f"{PROFILE}{OFFICE}{line}\n"


def session(text: str) -> str:
    return f"[profile.short]\nweekly = [{text}]\n{OFFICE}"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("[[office", "this is not TOML: Expected"),
        ("office = 1", r"office: write each as \[\[office\]\]"),
        ("profile = 1", r"profile: write each as"),
        ("profiles = 1", "the file: there is no 'profiles' here; did you mean 'profile'?"),
        ("[[office]]\nname = 'A'", "office 1: it has no id"),
        ("[[office]]\nid = 26740", "26740: id: 26740 should be a text in quotes"),
        ("[[office]]\nid = 'ca-99999'", "ca-99999: there is no such office; ids are"),
        (office(OFFICE), "ca-26740: the id stands 2 times"),
        (office('colour = "red"'), "ca-26740: there is no 'colour' here"),
        (office('phones = "113"'), "ca-26740: there is no 'phones' here; did you mean 'phone'?"),
        (
            '[[office]]\nid = "ca-26740"\nopening = "shrt"' + PROFILE,
            "opening: there is no profile 'shrt'; did you mean 'short'?",
        ),
        (office('phone = "12345"'), "ca-26740: phone: '12345' is no phone number of Vietnam; write it like"),
        (office('official_account_id = "zalo.me/1"'), "official_account_id: 'zalo.me/1' should be digits only"),
        (office("location = [48.9, 2.3]"), r"location: \[48.9, 2.3\] is not in Vietnam$"),
        (office("location = [106.7, 10.8]"), "is not in Vietnam; latitude comes first"),
        (office("location = [10.8]"), r"location: write \[latitude, longitude\]"),
        (office('notices = [""]'), "notices: each is a sentence in quotes"),
        (office('notices = "Nghỉ"'), "notices: 'Nghỉ' should be a list"),
        (office('successors = ["ca-1"]'), "successors: there is no office 'ca-1'"),
        (office('address = ""'), "address: it is empty; leave it out instead"),
        (office("override = [{ date = 2026-12-24 }]"), "override 2026-12-24: a day that is closed needs a reason"),
        (office('override = [{ date = "2026-12-24", reason = "A" }]'), "date: write it without quotes"),
        (
            office('override = [{ date = 2026-12-24, reason = "A" }, { date = 2026-12-24, reason = "B" }]'),
            "override: 2026-12-24 stands 2 times",
        ),
        (
            office('override = [{ date = 2026-12-24, sessions = [{ from = "08:00", to = "08:45", seats = 1 }] }]'),
            "override 2026-12-24: 08:00-08:45 is 45 minutes, which slots of 30 do not fill",
        ),
        (
            session('{ days = ["mon"], from = "11:30", to = "07:30", seats = 4 }'),
            "it ends at 07:30, not after it begins at 11:30",
        ),
        (session('{ days = ["mon"], from = "7h30", to = "11:30", seats = 4 }'), "weekly 1: from: '7h30' is no time"),
        (session('{ days = ["mon"], from = "07:30", to = "25:00", seats = 4 }'), "weekly 1: to: '25:00' is no time"),
        (session('{ days = ["monday"], from = "07:30", to = "11:30", seats = 4 }'), "'monday' is not one of mon, tue"),
        (session('{ from = "07:30", to = "11:30", seats = 4 }'), "weekly 1: days: write them like"),
        (
            session('{ days = ["mon"], from = "07:30", to = "11:40", seats = 4 }'),
            "is 250 minutes, which slots of 30 do not fill",
        ),
        (
            session('{ days = ["mon"], from = "07:30", to = "11:30", seats = 0 }'),
            "seats: 0 should be a whole number from 1 to 99",
        ),
        (session('{ days = ["mon"], from = "07:30", to = "11:30", seats = 100 }'), "seats: 100 should be"),
        (session('{ days = ["mon"], from = "07:30", to = "11:30", seats = true }'), "seats: True should be"),
        (session('{ days = ["mon"], from = "07:30", to = "11:30", seats = { vip = 1 } }'), "seats: write a number, or"),
        (
            session('{ days = ["mon"], from = "07:30", to = "11:30", seats = { permanent = 60, temporary = 60 } }'),
            "seats: 120 in all are more than 99",
        ),
        (
            session(
                '{ days = ["mon"], from = "07:30", to = "11:30", seats = 4 }, '
                '{ days = ["mon"], from = "11:00", to = "12:00", seats = 4 }'
            ),
            "profile.short: mon: 07:30-11:30 and 11:00-12:00 overlap",
        ),
        (f"[profile.short]\nweekly = []\n{OFFICE}", "profile.short: weekly: it needs at least one"),
        (
            f"[profile.short]\nslot_minutes = 0\nweekly = []\n{OFFICE}",
            "slot_minutes: 0 should be a whole number from 5 to 240",
        ),
        (f'[profile.short]\nsame_day_until = "10"\nweekly = []\n{OFFICE}', "same_day_until: '10' is no time"),
    ],
)
def test_what_is_wrong_is_said(text: str, finding: str) -> None:
    with pytest.raises(ValueError, match=finding):
        parse(text)


def test_everything_is_said_at_once() -> None:
    found = findings(office('phone = "1"\nlocation = [0, 0]\ncolour = "red"\nopening_hours = 1'))
    assert len(found) == 4


def test_an_office_as_it_is_configured() -> None:
    directory = parse(
        office(
            'phone = "028 3800 0000"\naddress = "12 Lê Lợi"\nlocation = [10.77, 106.7]\nofficial_account_id = "123456789"\n'
            'notices = ["Gửi xe ở cổng sau."]\n'
            'override = [{ date = 2026-12-24, sessions = [{ from = "08:00", to = "09:00", seats = 1 }] }]'
        )
    )
    found = directory.find("ca-26740")
    assert found is not None and found.opening is not None
    assert (found.name, found.address, found.location) == ("Công an phường Sài Gòn", "12 Lê Lợi", (10.77, 106.7))
    assert found.opening.overrides[date(2026, 12, 24)].sessions[0].start == time(8)


def test_a_deployment_without_offices_of_its_own_still_knows_the_country() -> None:
    directory = parse("")
    assert directory.find("ca-26740") is not None
    assert directory.search("ben nghe", date(2026, 11, 23), 1).offices[0].id == "ca-26740"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([]) == 0
    file = tmp_path / "offices.toml"
    file.write_text(office('phone = "1"'), encoding="utf-8")
    assert check.main([str(file)]) == 1
    assert check.main([str(tmp_path / "none.toml")]) == 2
    file.write_bytes(b"\xff")
    assert check.main([str(file)]) == 2
    assert "offices.toml: ca-26740: phone: '1' is no phone number" in capsys.readouterr().out
