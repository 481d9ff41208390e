"""SAM's containers beside the running stack: they use its tables, secrets, queues and fake Zalo.

    python -m local.sam invoke BookingsFunction [sam's options]     one event, with a fresh session
    python -m local.sam start-api [sam's options]                   the HTTP API
    python -m local.sam event BookingsFunction                      print the event

PORT says which stack (3000), EVENT another event's path, HOST_FROM_CONTAINER where containers find this machine's 127.0.0.1.
The functions are built for this machine's processor, apart from what would be deployed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import account, here
from infra.intrinsics import TemplateError
from infra.template import Stack, load
from local import fresh
from local.bridge import Bridge, docker_answers
from local.settings import CannotRun, port_number
from local.stack import TEMPLATE, ZALO_URLS
from local.whereabouts import Whereabouts, find


def main(arguments: list[str]) -> int:
    """SAM's exit status; 1, with one sentence that says why, if it cannot run."""
    try:
        stack = find(Path.cwd(), port_number("PORT", os.environ.get("PORT") or "3000"))
        match arguments:
            case ["event", function]:
                print(json.dumps(fresh.event(_event(function), stack), ensure_ascii=False, indent=2))
            case ["invoke", function, *options]:
                return _invoke(function, stack, options)
            case ["start-api", *options]:
                docker_answers()
                template = here.build()
                with variables(stack) as path:
                    return _sam("start-api", template, "--env-vars", str(path), *options)
            case _:
                raise CannotRun("say invoke FUNCTION, start-api or event FUNCTION.")
    except (CannotRun, TemplateError) as error:
        print(f"sam local: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def variables(whereabouts: Whereabouts) -> Iterator[Path]:
    """A file for SAM's `--env-vars`, good until the block ends. `CannotRun` if containers cannot use the stack."""
    if whereabouts.clock:
        raise CannotRun(
            "the running stack has a time of its own (CLOCK), but containers have the machine's: start it without."
        )
    urls = [whereabouts.engine, whereabouts.tables, whereabouts.zalo]
    with Bridge(urls, os.environ.get("HOST_FROM_CONTAINER")) as bridge, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "variables.json"
        path.write_text(json.dumps(environments(whereabouts, bridge.seen)), encoding="utf-8")
        yield path


def environments(stack: Whereabouts, seen: Callable[[str], str] = str) -> dict[str, dict[str, str]]:
    """Each function's variables, by its logical id: those of `make run`, with addresses as a container has them."""
    parameters = dict.fromkeys(ZALO_URLS, seen(stack.zalo)) | {"ZaloAppId": stack.zalo_app_id}
    engine = seen(stack.engine)
    declared: Stack = load(TEMPLATE, parameters, engine_url=engine)
    endpoints = {"AWS_ENDPOINT_URL": engine, "AWS_ENDPOINT_URL_DYNAMODB": seen(stack.tables)}
    return {name: {**function.environment, **endpoints} for name, function in declared.functions.items()}


def _event(function: str) -> Path:
    return Path(os.environ.get("EVENT") or f"events/{function}.json")


def _invoke(function: str, stack: Whereabouts, options: list[str]) -> int:
    if function not in load(TEMPLATE).functions:
        raise CannotRun(f"the template has no function “{function}”; say FUNCTION=BookingsFunction, or another.")
    docker_answers()
    template = here.build(function)
    with variables(stack) as path:
        event = path.with_name("event.json")
        event.write_text(json.dumps(fresh.event(_event(function), stack)), encoding="utf-8")
        return _sam("invoke", template, function, "--event", str(event), "--env-vars", str(path), *options)


def _sam(command: str, template: Path, *options: str) -> int:
    """SAM's exit status. A signal is SAM's to answer, which removes its containers first."""
    sam = subprocess.Popen([here.SAM, "local", command, "--template", template, *options], env=account.variables())
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal has sent it to SAM too
    signal.signal(signal.SIGTERM, lambda *_: sam.terminate())
    return sam.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
