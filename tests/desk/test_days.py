"""The chief closes times, changes seats and opens days: at once, also for whoever is on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings.availability_api import handler as availability
from bookings.due import close_days
from bookings.items import MISSED
from bookings.lifecycle import Ask, confirm, reschedule
from bookings.store import BookingStore
from cccd.dynamodb import client
from cccd.errors import SlotClosed, SlotFull
from cccd.working_calendar import national_calendar
from desk.days import say, unsay
from desk.store import DeskStore
from offices.opening import Session, Slot
from tests.bookings.calls import OFFICE, START, act, book, read
from tests.bookings.holds import held
from tests.bookings.wishes import NOW, SLOT_START, rules_of, slot, wish
from tests.desk.days import OFFICER, booked, day, desk_of
from tests.desk.officers import at_desk, claims
from tests.gateway import Answer, call
from tests.stale import settle

DAY = START[:10]
SUNDAY = "2026-11-29"
CHIEF = claims(f"[{OFFICE}.chief]")


def plan(*sessions: Any, on: str = DAY, reason: str = "Cơ quan họp.", token: dict[str, str] = CHIEF) -> Answer:
    told = [{"from": start, "to": end, "seats": seats} for start, end, seats in sessions]
    return at_desk("PUT", f"/desk/offices/{OFFICE}/days/{on}", token, body={"sessions": told, "reason": reason})


def shown(on: str = DAY) -> Any:
    settle()
    (found,) = call(availability, "GET", f"/offices/{OFFICE}/slots", query={"from": on, "days": "1"}).body["days"]
    return found


@pytest.fixture
def morning(aws: None, clock: Any) -> Any:
    return clock


def test_nobody_books_in_a_time_that_the_chief_has_closed(morning: Any) -> None:
    lan = act(book("lan"), "confirm").body
    answer = plan(("09:00", "11:30", 4), ("13:30", "17:00", 4))
    assert answer.status == 200, answer
    assert [each for each in answer.body["slots"] if each["booked"]] == [
        {"start": START, "seats": 0, "permanent": None, "temporary": None, "booked": 1}
    ]
    refused = book("minh")
    assert refused.code == "slot_closed"
    assert refused.body["detail"].startswith("Cơ quan họp.")
    assert [each["start"][11:16] for each in shown()["slots"]][0] == "09:00"
    assert book("minh", start=START.replace("T08:00", "T09:00")).status == 201
    (line, *_) = [
        each for each in at_desk("GET", f"/desk/offices/{OFFICE}/days/{DAY}").body["tickets"] if each["slotClosed"]
    ]
    assert (line["ticket"], line["phone"]) == (lan["ticket"], "84912345678")
    assert read(book("lan", key="the first press")).status == 200, "whoever has an appointment keeps it"


def test_a_whole_day_closed_says_why(morning: Any) -> None:
    assert plan(reason="Mất điện cả ngày.").status == 200
    assert shown()["closed"] == {"code": "office_closed", "reason": "Mất điện cả ngày."}
    assert book("lan").code == "slot_closed"


def test_a_hold_of_before_is_not_confirmed_in_closed_time(morning: Any) -> None:
    lan = book("lan")
    plan(reason="Mất điện cả ngày.")
    refused = act(lan, "confirm")
    assert refused.code == "slot_closed" and "Mất điện" in refused.body["detail"]


def test_nobody_moves_into_closed_time(morning: Any) -> None:
    lan = act(book("lan", start=START.replace("T08:00", "T14:00")), "confirm")
    plan(("13:30", "17:00", 4))
    assert act(lan, "reschedule", body={"start": START}).code == "slot_closed"


def test_fewer_seats_and_more_seats(morning: Any) -> None:
    plan(("07:30", "11:30", 1))
    assert shown()["slots"][1]["seatsLeft"] == 1
    assert book("an").status == 201
    assert book("binh").code == "slot_full"
    plan(("07:30", "11:30", 9))
    assert shown()["slots"][1]["seatsLeft"] == 8
    assert book("binh").status == 201


def test_a_day_that_is_closed_by_rule_is_opened(morning: Any) -> None:
    assert shown(SUNDAY)["closed"]["code"] == "weekly_day_off"
    wanted = f"{SUNDAY}T08:00:00+07:00"
    assert book("lan", start=wanted).code == "slot_closed"
    plan(("08:00", "09:00", 2), on=SUNDAY, reason="Làm bù Chủ nhật.")
    assert [(each["start"][11:16], each["seatsLeft"]) for each in shown(SUNDAY)["slots"]] == [
        ("08:00", 2),
        ("08:30", 2),
    ]
    assert book("lan", start=wanted).status == 201
    assert book("minh", start=f"{SUNDAY}T09:00:00+07:00").code == "slot_closed"
    at_desk("DELETE", f"/desk/offices/{OFFICE}/days/{SUNDAY}", CHIEF)
    assert shown(SUNDAY)["closed"]["code"] == "weekly_day_off"
    assert book("minh", start=wanted).code == "slot_closed"


def test_as_the_rules_say_again(morning: Any) -> None:
    before = shown()
    plan(reason="Mất điện cả ngày.")
    assert at_desk("DELETE", f"/desk/offices/{OFFICE}/days/{DAY}", CHIEF).status == 200
    assert shown() == before
    assert book("lan").status == 201
    assert at_desk("DELETE", f"/desk/offices/{OFFICE}/days/{DAY}", CHIEF).status == 200, "twice is once"


def test_only_the_chief_says_what_a_day_is_like(morning: Any) -> None:
    officer = claims(f"[{OFFICE}.officer]")
    assert plan(token=officer).code == "chief_only"
    assert at_desk("DELETE", f"/desk/offices/{OFFICE}/days/{DAY}", officer).code == "chief_only"
    assert plan(token=claims("[ca-00001.chief]")).code == "not_your_office"


@pytest.mark.parametrize(
    ("sessions", "on", "field"),
    [
        ([("07:30", "11:30", -1)], DAY, "sessions"),
        ([("07:30", "11:30", 1000)], DAY, "sessions"),
        ([("07:30", "11:15", 4)], DAY, "sessions.0.to"),
        ([("07:45", "11:45", 4)], DAY, "sessions.0.from"),
        ([("11:30", "07:30", 4)], DAY, "sessions.0.from"),
        ([("07:30", "11:30", 4), ("09:00", "10:00", 4)], DAY, "sessions.1.from"),
        ([("x", "y", 4)], DAY, "sessions"),
        ([("07:30", "11:30", 4)] * 11, DAY, "sessions"),
        ([("07:30", "11:30", 4)], "2026-11-24", "date"),
        ([("07:30", "11:30", 4)], "2027-11-25", "date"),
    ],
)
def test_a_plan_that_does_not_fit_changes_nothing(morning: Any, sessions: Any, on: str, field: str) -> None:
    before = shown()
    refused = plan(*sessions, on=on)
    assert refused.code == "invalid_request"
    assert refused.body["errors"][0]["field"].startswith(field), refused.body["errors"]
    assert shown() == before


@pytest.mark.parametrize("reason", ["", "ab", "x" * 201, "<b>họp</b>"])
def test_a_reason_that_nobody_could_read_is_refused(morning: Any, reason: str) -> None:
    assert plan(reason=reason).code == "invalid_request"


def closing(desk: DeskStore) -> None:
    say(desk, day(NOW), national_calendar(), [], "Cơ quan họp.")


def test_who_is_on_the_way_is_refused(
    store: BookingStore, rival_acts_first: Callable[[Callable[[], object]], None]
) -> None:
    rival_acts_first(lambda: closing(desk_of(store)))
    with pytest.raises(SlotClosed):
        held(store, "lan", at=slot(4))


def test_who_moves_here_meanwhile_is_refused_and_keeps_their_seat(
    store: BookingStore, rival_acts_first: Callable[[Callable[[], object]], None]
) -> None:
    mine = booked(store, "lan", later=48)
    into: Slot = slot(4)
    rival_acts_first(lambda: closing(desk_of(store)))
    ask = Ask(wish("lan", at=slot(4, SLOT_START + timedelta(days=1))).id, mine.citizen, NOW)
    with pytest.raises(SlotClosed):
        reschedule(store, ask, into.start, lambda _: (into, "shared"), rules_of)
    kept = store.find(ask.booking)
    assert kept and kept.start == mine.start


def test_who_confirms_meanwhile_is_refused(
    store: BookingStore, rival_acts_first: Callable[[Callable[[], object]], None]
) -> None:
    mine = held(store, "lan", at=slot(4))
    rival_acts_first(lambda: closing(desk_of(store)))
    with pytest.raises(SlotClosed):
        confirm(store, Ask(wish("lan").id, mine.citizen, NOW))


def test_a_sale_that_comes_first_is_seen_by_the_chief(
    store: BookingStore, rival_acts_first: Callable[[Callable[[], object]], None]
) -> None:
    rival_acts_first(lambda: booked(store, "lan"))
    found = say(desk_of(store), day(NOW), national_calendar(), [], "Cơ quan họp.")
    assert [each.booked for each in found if each.start == SLOT_START] == [1]


def test_with_fewer_seats_nobody_new_comes_until_there_is_room(store: BookingStore) -> None:
    for person in ("an", "binh", "chi"):
        booked(store, person)
    session = Session(SLOT_START.time(), (SLOT_START + timedelta(minutes=30)).time(), {"shared": 2})
    say(desk_of(store), day(NOW), national_calendar(), [session], "Thiếu cán bộ.")
    with pytest.raises(SlotFull):
        held(store, "dung", at=slot(4))
    unsay(desk_of(store), day(NOW), national_calendar())
    assert held(store, "dung", at=slot(4))


def test_a_plan_is_on_record(store: BookingStore) -> None:
    closing(desk_of(store))
    (found,) = desk_of(store).acts("office", NOW.date())
    assert (found["what"], found["who"]) == ("day", OFFICER.id)


def kept_of(service: Answer, who: str = "lan") -> Any:
    return read(service, who).body["closed"]


def test_whoever_has_an_appointment_in_closed_time_gets_three_seats_and_moves_with_one_press(morning: Any) -> None:
    lan = act(book("lan"), "confirm")
    answer = plan(("13:30", "17:00", 4))
    assert answer.body["told"] == 1
    closed = kept_of(lan)
    assert closed["reason"] == "Cơ quan họp." and len(closed["kept"]) == 3
    first = closed["kept"][0]["start"]
    assert first == START.replace("T08:00", "T13:30"), "the nearest that is open"
    before = {each["start"]: each["seatsLeft"] for each in shown()["slots"]}
    assert before[first] == 3, "nobody else can take what is kept"
    moved = act(lan, "reschedule", body={"start": first})
    assert moved.status == 200 and moved.body["start"] == first and moved.body["closed"] is None
    left = {each["start"]: each["seatsLeft"] for each in shown()["slots"]}
    assert all(left[each["start"]] == (3 if each["start"] == first else 4) for each in closed["kept"]), (
        "the others are free"
    )
    assert act(lan, "reschedule", body={"start": first}).body["start"] == first, "twice is once"


def test_closing_twice_tells_nobody_twice(morning: Any) -> None:
    lan = act(book("lan"), "confirm")
    assert plan(("13:30", "17:00", 4)).body["told"] == 1
    kept = kept_of(lan)
    assert plan(("13:30", "17:00", 4)).body["told"] == 0
    assert kept_of(lan) == kept


def test_no_seat_is_kept_twice(morning: Any) -> None:
    people = ["an", "binh", "chi", "dung"]
    booked_by = {who: act(book(who), "confirm", who) for who in people}
    plan(("14:00", "15:00", 4))
    found = [(each["start"], who) for who in people for each in kept_of(booked_by[who], who)["kept"]]
    assert len(found) == 12
    for start in {start for start, _ in found}:
        assert sum(start == each for each, _ in found) <= 4
    for who in people:
        start = kept_of(booked_by[who], who)["kept"][0]["start"]
        assert act(booked_by[who], "reschedule", who, body={"start": start}).status == 200


def test_what_is_kept_lapses_after_a_day_and_the_seat_is_anybody_s(morning: Any) -> None:
    at = START.replace("2026-11-26", "2026-11-28")
    lan = act(book("lan", start=at), "confirm")
    plan(("09:00", "09:30", 1), ("10:00", "10:30", 1), on="2026-11-28")
    kept = kept_of(lan)
    friday = next(each["start"] for each in kept["kept"] if each["start"] < "2026-11-28")
    for who in ("an", "binh", "chi"):
        assert act(book(who, start=friday), "confirm", who).status == 200
    assert book("minh", start=friday).code == "slot_full"
    morning.shift(timedelta(days=1, minutes=1))
    assert act(book("minh", start=friday), "confirm", "minh").status == 200
    assert act(lan, "reschedule", body={"start": friday}).code == "slot_full"
    assert read(lan).body["status"] == "confirmed", "the appointment stands until somebody has called"


def test_who_cancels_gives_the_kept_seats_back(morning: Any) -> None:
    lan = act(book("lan"), "confirm")
    plan(("13:30", "17:00", 4))
    start = kept_of(lan)["kept"][0]["start"]
    assert act(lan, "cancel").status == 200
    assert {each["start"]: each["seatsLeft"] for each in shown()["slots"]}[start] == 4


def test_open_again_the_appointment_is_as_it_was(morning: Any) -> None:
    lan = act(book("lan"), "confirm")
    plan(("13:30", "17:00", 4))
    assert at_desk("DELETE", f"/desk/offices/{OFFICE}/days/{DAY}", CHIEF).body["told"] == 1
    assert kept_of(lan) is None
    assert all(each["seatsLeft"] == 4 for each in shown()["slots"] if each["start"] != START)


def test_nobody_misses_a_time_that_the_office_has_closed(morning: Any) -> None:
    """The close of day ends the appointment, and blames nobody."""
    for who in ("lan", "minh"):
        act(book(who, start=START if who == "lan" else START.replace("T08:00", "T14:00")), "confirm", who)
    plan(("13:30", "17:00", 4))
    morning.move_to(START.replace("T08:00", "T14:00"))
    here = f"/desk/offices/{OFFICE}/days/{DAY}"
    minh = next(each["ticket"] for each in at_desk("GET", here).body["tickets"] if not each["slotClosed"])
    at_desk("POST", f"{here}/tickets/{minh}/serve")
    morning.shift(timedelta(days=1))
    store = BookingStore(client(), "BookingsTable")
    assert close_days(store, day(SLOT_START + timedelta(days=1)).now, lambda: True, workers=1) == 1
    assert not [row for row in _tallies(store) if MISSED in row]


def _tallies(store: BookingStore) -> list[Any]:
    rows = store.table.client.scan(TableName=store.table.name)["Items"]
    return [row for row in rows if row["sk"]["S"] == "TALLY"]


def test_where_residents_queue_apart_the_chief_says_the_seats_of_each(aws: None, clock: Any) -> None:
    day, chief = "/desk/offices/pc06-79/days/2026-11-27", claims("[pc06-79.chief]")
    session = {"from": "07:30", "to": "11:30", "seats": 8}
    wrong = at_desk("PUT", day, chief, body={"sessions": [session], "reason": "Chiều họp."})
    assert (wrong.code, wrong.body["errors"][0]["code"]) == ("invalid_request", "wrong_queue")
    session["seats"] = {"permanent": 5, "temporary": 3}
    right = at_desk("PUT", day, chief, body={"sessions": [session], "reason": "Chiều họp."}).body
    assert {(each["permanent"], each["temporary"], each["seats"]) for each in right["slots"] if each["seats"]} == {
        (5, 3, 8)
    }
    wrong = at_desk(
        "PUT", f"/desk/offices/{OFFICE}/days/{DAY}", CHIEF, body={"sessions": [session], "reason": "Chiều họp."}
    )
    assert wrong.body["errors"][0]["code"] == "wrong_queue", "and where there is one queue, of that one"


def test_a_walk_in_is_given_no_ticket_of_a_closed_time_and_one_of_a_day_that_was_opened(aws: None, clock: Any) -> None:
    clock.move_to("2026-11-26T08:00:00+07:00")
    body, key = {"procedure": "cap-cccd"}, {"idempotency-key": "walk-in-pressed-once"}
    at_desk("PUT", "/desk/offices/ca-26740/days/2026-11-26", CHIEF, body={"sessions": [], "reason": "Cơ quan họp."})
    closed = at_desk("POST", "/desk/offices/ca-26740/days/2026-11-26/walk-ins", body=body, headers=key)
    assert closed.code == "no_walk_in_seat"
    clock.move_to("2026-11-29T08:00:00+07:00")  # a Sunday
    sunday = "/desk/offices/ca-26740/days/2026-11-29"
    session = {"from": "07:30", "to": "11:30", "seats": 2}
    at_desk("PUT", sunday, CHIEF, body={"sessions": [session], "reason": "Làm bù."})
    assert at_desk("POST", f"{sunday}/walk-ins", body=body, headers=key).status == 201


def test_what_is_over_stays_as_it_was(aws: None, clock: Any) -> None:
    clock.move_to("2026-11-26T10:15:00+07:00")
    day = "/desk/offices/ca-26740/days/2026-11-26"
    at_desk("PUT", day, CHIEF, body={"sessions": [], "reason": "Cơ quan họp."})
    slots = at_desk("GET", f"{day}/slots", CHIEF).body["slots"]
    open_ones = [each["start"][11:16] for each in slots if each["seats"]]
    assert open_ones == ["07:30", "08:00", "08:30", "09:00", "09:30"]
