"""What SAM's containers are given, tried without a container: each function in a process that has these variables alone."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from infra.here import built_for, processor
from infra.intrinsics import read
from infra.template import load
from local import fresh, sam
from local.bridge import Bridge, Relay, docker_answers
from local.clock import Clock
from local.gateway import Gateway
from local.http import Request
from local.pool import Pool, Workplace
from local.settings import CannotRun
from local.whereabouts import Whereabouts, find, told
from tests.conftest import ROOT, TEMPLATE
from tests.journey.citizen import TOMORROW
from tests.served import served

CLOCK = "2026-11-25T09:00:00+07:00"
SOMEWHERE = Whereabouts(
    "http://127.0.0.1:1", "http://127.0.0.1:2", "7", "http://127.0.0.1:3", "http://127.0.0.1:4", None
)

# Each event asks for something that a new stack has, but these, whose appointment or declaration nobody has made.
NOT_THERE = {"DeskDeclarationFunction": 404, "WaitingFunction": 404, "PrintFunction": 404}


@pytest.fixture(scope="module")
def stack() -> Iterator[Whereabouts]:
    """A running stack, as its file tells where it is."""
    with served(CLOCK, SCHEDULES="off") as service:
        yield find(ROOT, int(service.url.rpartition(":")[2]))


class Container:
    """Runs a function as SAM does: with the variables of `--env-vars`, no others, and header names capitalised."""

    def __init__(self, stack: Whereabouts, log: Path):
        self.functions = {
            name: replace(function, environment=sam.environments(stack)[name])
            for name, function in load(TEMPLATE).functions.items()
        }
        self.clock = Clock.starting_at(datetime.fromisoformat(CLOCK))
        self.pool = Pool(Workplace(ROOT, {}, self.clock, log), 1)

    def invoke(self, function: str, event: Any) -> Any:
        if isinstance(event, dict) and "headers" in event:
            event = {**event, "headers": {name.title(): value for name, value in event["headers"].items()}}
        return self.pool.invoke(self.functions[function], event)


@pytest.fixture(scope="module")
def container(stack: Whereabouts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    made = Container(stack, tmp_path_factory.mktemp("container") / "log")
    yield made
    made.pool.close()


@pytest.mark.parametrize("function", sorted(load(TEMPLATE).functions))
def test_every_function_answers_its_event_with_capitalised_headers(
    function: str, stack: Whereabouts, container: Container
) -> None:
    answer = container.invoke(function, fresh.event(ROOT / "events" / f"{function}.json", stack))
    if isinstance(answer, dict) and "statusCode" in answer:
        wanted = {NOT_THERE[function]} if function in NOT_THERE else {200, 201}
        assert answer["statusCode"] in wanted, answer


def test_a_citizens_whole_journey_works_with_capitalised_headers(container: Container) -> None:
    gateway = Gateway(
        load(TEMPLATE), lambda function, event: container.invoke(function.name, event), container.clock, lambda _: None
    )

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        sent = [
            ("content-type", "application/json"),
            *((name.replace("_", "-"), text) for name, text in headers.items()),
        ]
        answer = gateway.answer(Request(method, path, sent, json.dumps(body).encode() if body else b""))
        return answer.status, json.loads(answer.body or "null")

    status, session = ask("POST", "/sessions", {"zaloAccessToken": "demo-minh"})
    assert status == 201
    mine = {"authorization": f"Bearer {session['token']}"}
    applicant = {
        "fullName": "Minh", "personalId": "079090004321", "dateOfBirth": "1990-02-01", "phone": "0987654321",
    }  # fmt: skip
    wish = {"officeId": "ca-26740", "procedure": "cap-cccd", "start": TOMORROW, "applicant": applicant}
    status, held = ask("POST", "/bookings", wish, **mine, idempotency_key="the-press-of-a-button")
    assert (status, held["status"]) == (201, "held")
    status, again = ask("POST", "/bookings", wish, **mine, idempotency_key="the-press-of-a-button")
    assert (status, again["id"]) == (200, held["id"])
    status, confirmed = ask("POST", f"/bookings/{held['id']}/confirm", **mine)
    assert (status, confirmed["status"]) == (200, "confirmed")
    assert ask("GET", f"/bookings/{held['id']}", **mine)[1]["ticket"] == held["ticket"]
    status, cancelled = ask("POST", f"/bookings/{held['id']}/cancel", **mine)
    assert (status, cancelled["status"]) == (200, "cancelled")
    status, told_of = ask("GET", "/me/data", **mine)
    assert (status, [each["id"] for each in told_of["bookings"]]) == (200, [held["id"]])
    assert ask("GET", "/me/data")[0] == 401


def test_the_template_declares_every_variable_that_containers_are_given() -> None:
    """SAM drops a name that the template does not declare, without a word."""
    template = read(TEMPLATE)
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    for name, given in sam.environments(SOMEWHERE).items():
        own = template["Resources"][name]["Properties"].get("Environment", {"Variables": {}})["Variables"]
        assert given.keys() <= {*shared, *own}, name


def test_names_agree_with_those_of_make_run() -> None:
    parameters = {"ZaloGraphUrl": SOMEWHERE.zalo, "ZaloOpenApiUrl": SOMEWHERE.zalo, "ZaloOauthUrl": SOMEWHERE.zalo}
    ours = load(TEMPLATE, parameters | {"ZaloAppId": "7"}, engine_url=SOMEWHERE.engine).functions
    for name, given in sam.environments(SOMEWHERE).items():
        endpoints = {"AWS_ENDPOINT_URL": "http://127.0.0.1:3", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:4"}
        assert given == {**ours[name].environment, **endpoints}


def test_every_address_is_told_as_a_container_sees_it() -> None:
    given = json.dumps(sam.environments(SOMEWHERE, lambda url: url.replace("127.0.0.1", "172.17.0.1")))
    assert "127.0.0.1" not in given and "http://172.17.0.1:3/000000000000/ChatQueue" in given


def test_in_aws_no_function_calls_anything_but_aws() -> None:
    for function in load(TEMPLATE).functions.values():
        assert function.environment["AWS_ENDPOINT_URL"] == function.environment["AWS_ENDPOINT_URL_DYNAMODB"] == ""


def test_containers_run_on_the_processor_that_is_here() -> None:
    built = built_for(read(TEMPLATE), "x86_64")
    assert built["Globals"]["Function"]["Architectures"] == ["x86_64"]
    assert built["Resources"]["CommonLayer"]["Metadata"]["BuildArchitecture"] == "x86_64"
    assert "arm64" not in json.dumps(built)
    assert built_for(read(TEMPLATE), "arm64") == read(TEMPLATE)
    assert processor() in {"arm64", "x86_64"}


def test_a_relay_carries_to_the_loopback_and_only_from_the_bridge(stack: Whereabouts) -> None:
    direct = build_opener(ProxyHandler({}))
    port = int(stack.api.rpartition(":")[2])
    with Relay(port, "127.0.0.1", IPv4Network("127.0.0.0/8")) as relay:
        assert json.load(direct.open(f"{relay.url}/health", timeout=30)) == {"status": "ok"}
    with Relay(port, "127.0.0.1", IPv4Network("172.17.0.0/16")) as relay, pytest.raises(OSError):
        direct.open(f"{relay.url}/health", timeout=30)


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that is a script; the test writes it."""
    path = tmp_path / "docker"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    return path


def test_docker_desktop_takes_containers_to_the_loopback_by_a_name(docker: Path) -> None:
    docker.write_text("#!/bin/sh\necho Docker Desktop\n")
    with Bridge(["http://127.0.0.1:48001", "http://dynamodb.example:8000"]) as bridge:
        assert bridge.seen("http://127.0.0.1:48001") == "http://host.docker.internal:48001"
        assert bridge.seen("http://dynamodb.example:8000") == "http://dynamodb.example:8000"


def test_an_engineer_may_say_where_containers_find_the_loopback(docker: Path) -> None:
    with Bridge(["http://127.0.0.1:48001"], "10.0.2.2") as bridge:
        assert bridge.seen("http://127.0.0.1:48001") == "http://10.0.2.2:48001"


def test_docker_on_linux_gets_a_relay_in_its_bridge(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    config = '[{"Subnet": "127.0.0.0/8", "Gateway": "127.0.0.1"}]'
    docker.write_text(f"#!/bin/sh\n[ $1 = info ] && echo Debian || echo '{config}'\n")
    with Bridge(["http://127.0.0.1:48001"]) as bridge:
        assert bridge.seen("http://127.0.0.1:48001").startswith("http://127.0.0.1:")
        assert bridge.seen("http://127.0.0.1:48001") != "http://127.0.0.1:48001"


def test_a_bridge_that_is_not_here_is_told_with_what_to_do(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    docker.write_text('#!/bin/sh\n[ $1 = info ] && echo Debian || echo \'[{"Subnet": "203.0.113.0/24"}]\'\n')
    with (
        pytest.raises(CannotRun, match=r"nothing can listen on 203\.0\.113\.1.*HOST_FROM_CONTAINER"),
        Bridge([SOMEWHERE.api]),
    ):
        pass


def test_where_docker_is_missing_or_silent_it_says_so(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon.' >&2; exit 1\n")
    with pytest.raises(CannotRun, match="Docker does not answer: Cannot connect.*`make run` runs them all"):
        docker_answers()
    monkeypatch.setenv("PATH", str(docker.parent / "empty"))
    with pytest.raises(CannotRun, match="Docker is not installed"):
        docker_answers()


def test_a_stack_tells_where_it_is_as_long_as_it_runs(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    with pytest.raises(CannotRun, match="no stack of this folder answers on port 3000"):
        find(tmp_path, 3000)
    with told(tmp_path, 3000, SOMEWHERE):
        assert json.loads((tmp_path / ".local" / "3000.json").read_text())["engine"] == SOMEWHERE.engine
    assert not list((tmp_path / ".local").iterdir())


def test_a_stack_with_a_time_of_its_own_is_not_for_containers(stack: Whereabouts) -> None:
    with pytest.raises(CannotRun, match="CLOCK"), sam.variables(stack):
        pass
