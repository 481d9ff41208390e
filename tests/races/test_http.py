"""The whole service over HTTP: 64 citizens want the same slot at once, on DynamoDB Local and on the embedded tables."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.served import ask, served

RACERS = 64
START = "2026-11-26T09:00:00+07:00"
SEATS = 4


@pytest.mark.parametrize("tables", ["dynamodb local", "embedded"])
def test_as_many_succeed_as_there_are_seats(engine: str, tables: str) -> None:
    variables = {"DYNAMODB_URL": engine if tables == "dynamodb local" else "", "SCHEDULES": "off"}
    with served("2026-11-25T09:00:00+07:00", **variables) as service, ThreadPoolExecutor(RACERS) as pool:
        tokens = [
            ask("POST", f"{service.url}/sessions", {"zaloAccessToken": f"demo-p{n}"})[1]["token"] for n in range(RACERS)
        ]
        barrier = threading.Barrier(RACERS)

        def book(n: int) -> tuple[int, Any]:
            body = {
                "officeId": "ca-26740",
                "procedure": "cap-cccd",
                "start": START,
                "applicant": {
                    "fullName": "Lan",
                    "personalId": f"0791900{10000 + n}",
                    "dateOfBirth": "1990-05-20",
                    "phone": "0987654321",
                },
            }
            headers = {"authorization": f"Bearer {tokens[n]}", "idempotency-key": f"press-of-{n}"}
            barrier.wait()
            return ask("POST", f"{service.url}/bookings", body, **headers)

        answers = list(pool.map(book, range(RACERS)))
    assert Counter((status, body.get("code")) for status, body in answers) == {
        (201, None): SEATS,
        (409, "slot_full"): RACERS - SEATS,
    }
    assert len({body["ticket"] for status, body in answers if status == 201}) == SEATS
    assert all(len(body["alternatives"]) == 3 for status, body in answers if status == 409)
