"""The citizens of the load test: a locustfile. bench/load.py starts locust with it, and reads what it writes.

Each user of locust is one citizen after another, without a pause: signs in, finds an office, reads, looks at the free
slots, holds one, confirms and reads it; some press twice, half cancel. An answer that the contract does not have, a 5xx
or a time-out is an error. A refusal with one of the codes that a crowd must expect is counted, and is not.

    HOST, CONTRACT, RESULT    the API, the contract's file, the file to write
    USERS, JOURNEYS           how many users there are, and how many citizens each of them is
    CROWD                     a number below 2; two crowds have no citizen in common
"""

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.exception import StopUser

OFFICES = ("ca-26740", "ca-26743")
EXPECTED = {"slot_full", "already_booked", "too_many_bookings", "rate_limited"}
TRIES = 5  # to get a seat
PATIENCE = 30  # seconds for an answer

CONTRACT = json.loads(Path(os.environ["CONTRACT"]).read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, {int(status) for status in operation["responses"]})
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}

USERS, JOURNEYS, CROWD = (int(os.environ[name]) for name in ("USERS", "JOURNEYS", "CROWD"))
SHARES = {"P50": 0.5, "P95": 0.95, "P99": 0.99}

refused: Counter[str] = Counter()
appointments: Counter[str] = Counter()  # by office and time: those confirmed, less those cancelled


class Citizen(FastHttpUser):
    """One citizen after another, as many as JOURNEYS says; the last one ends the user."""

    host = os.environ["HOST"]
    network_timeout = connection_timeout = PATIENCE
    default_headers = {"Accept-Encoding": "gzip"}
    started = stopped = 0

    def on_start(self) -> None:
        self.number = Citizen.started
        Citizen.started += 1
        self.left = JOURNEYS
        self.chance = random.Random(self.number)

    def on_stop(self) -> None:
        Citizen.stopped += 1
        if Citizen.stopped == USERS and self.environment.runner:
            self.environment.runner.quit()

    @task
    def journey(self) -> None:
        """From the sign-in to a confirmed or cancelled appointment."""
        if not self.left:
            raise StopUser
        self.left -= 1
        person = f"{CROWD}x{self.number}x{self.left}"
        session = self.ask("signIn", {"zaloAccessToken": f"demo-{person}"})
        if not session:
            return
        self.signed = {"Authorization": f"Bearer {session['token']}"}
        office = self.chance.choice(OFFICES)
        self.ask("searchOffices", query="?q=ben%20nghe")
        self.ask("readOffice", officeId=office)
        self.ask("readProcedure", code="cap-cccd")
        self.ask("searchFaq", query="?q=le%20phi")
        booking = self.hold(office, person)
        if not booking:
            return
        where = f"{office} {booking['start']}"
        if self.ask("confirmBooking", signed=True, bookingId=booking["id"]):
            appointments[where] += 1
        self.ask("listBookings", signed=True)
        self.ask("readBooking", signed=True, bookingId=booking["id"])
        if self.chance.random() < 0.5 and self.ask("cancelBooking", signed=True, bookingId=booking["id"]):
            appointments[where] -= 1

    def hold(self, office: str, person: str) -> Any:
        """A held seat, mostly at the earliest time, as everybody wants that; None if they are taken each time."""
        applicant = {
            "fullName": "Nguyễn Thị Lan",
            "personalId": f"079190{(CROWD * 100 + self.number) * 1000 + self.left:06d}",
            "dateOfBirth": "1990-05-20",
            "phone": "0912345678",
        }
        for tries in range(TRIES):
            days = (self.ask("readSlots", officeId=office) or {"days": []})["days"]
            starts = [slot["start"] for day in days for slot in day["slots"] if slot["seatsLeft"]]
            if not starts:
                return None
            start = starts[int(len(starts) * self.chance.random() ** 8)]
            body = {"officeId": office, "procedure": "cap-cccd", "start": start, "applicant": applicant}
            held = self.ask("holdBooking", body, signed=True, key=f"press-{tries}-of-{person}")
            if held and self.chance.random() < 0.1:  # pressed again, and the app made a new key
                self.ask("holdBooking", body, signed=True, key=f"again-{tries}-of-{person}")
            if held:
                return held
        return None

    def ask(
        self, operation: str, body: Any = None, *, query: str = "", signed: bool = False, key: str = "", **path: str
    ) -> Any:
        """The answer's JSON; None if it was refused or wrong."""
        method, template, declared = OPERATIONS[operation]
        headers = {**(self.signed if signed else {}), **({"Idempotency-Key": key} if key else {})}
        address = template.format(**path) + query
        with self.client.request(
            method, address, name=operation, json=body, headers=headers, catch_response=True
        ) as answer:
            status = answer.status_code
            if status not in declared:
                answer.failure(f"{status}: {answer.error or 'not in the contract'}")
                return None
            said = answer.json()
            answer.success()
            if status < 400:
                return said
            if said["code"] in EXPECTED and status < 500:
                refused[said["code"]] += 1
            else:
                answer.failure(f"{status}: {said['code']}")
            return None


@events.quitting.add_listener
def write(environment: Environment, **_: Any) -> None:
    """What was seen, as JSON."""
    total = environment.stats.total
    seen = {
        "requests": total.num_requests,
        "seconds": (total.last_request_timestamp or 0) - total.start_time,
        "errors": {f"{each.name}: {each.error}": each.occurrences for each in environment.stats.errors.values()},
        "refused": refused,
        "appointments": appointments,
        "ms": {name: total.get_response_time_percentile(share) for name, share in SHARES.items()},
        "by_operation": {
            each.name: {
                "requests": each.num_requests,
                **{name: each.get_response_time_percentile(share) for name, share in SHARES.items()},
            }
            for each in environment.stats.entries.values()
        },
    }
    Path(os.environ["RESULT"]).write_text(json.dumps(seen), encoding="utf-8")
