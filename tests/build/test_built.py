"""What `sam build` makes of functions/: compiled for good, the same every time, and no function loads what it does not need."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.template import Stack
from tests.conftest import ROOT

UNCHECKED = b"\x01\x00\x00\x00"  # flags of a .pyc (PEP 552): hash-based, its source is never looked at
THIRD_PARTY = next((ROOT / ".venv" / "lib").glob("python3.*")) / "site-packages"

# Imports a handler as Lambda does; tells what it loaded, and which files Python compiled.
PROBE = """
import gc, json, sys
before = [each["collections"] for each in gc.get_stats()]
compiled = []
sys.addaudithook(lambda name, args: compiled.append(str(args[1])) if name == "compile" else None)
__import__(sys.argv[1])
made = [name for name, held in [
    ("a session of AWS", "cccd.aws" in sys.modules and sys.modules["cccd.aws"]._session.cache_info().currsize),
    ("a secret", "cccd.keyring" in sys.modules and sys.modules["cccd.keyring"]._read),
] if held]
print(json.dumps({"loaded": sorted(sys.modules), "compiled": compiled, "made": made,
    "collected": [each["collections"] - begun for each, begun in zip(gc.get_stats(), before)]}))
"""


def build(folder: Path) -> Path:
    folder.mkdir()
    environment = {**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"}
    target = ["make", "-s", "-C", str(ROOT / "functions"), "build-EdgeFunction", f"ARTIFACTS_DIR={folder}"]
    subprocess.run(target, env=environment, check=True)
    return folder


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The functions' code as it is deployed."""
    return build(tmp_path_factory.mktemp("built") / "code")


def test_every_module_comes_with_bytecode_whose_source_is_never_looked_at(code: Path) -> None:
    sources = list(code.rglob("*.py"))
    assert sources and not list(code.rglob("Makefile"))
    for source in sources:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert bytecode.read_bytes()[4:8] == UNCHECKED, source


def test_the_same_code_is_built_the_same(code: Path, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert digests(build(tmp_path / "again")) == digests(code)


def probed(code: Path, stack: Stack, function: str) -> dict[str, Any]:
    declared = stack.functions[function]
    path = os.pathsep.join(map(str, (code, ROOT / "layers" / "common", THIRD_PARTY)))
    environment = {**declared.environment, "PYTHONPATH": path, "PATH": os.environ["PATH"]}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "AWS_DEFAULT_REGION": "ap-southeast-1"}
    command = [sys.executable, "-c", PROBE, declared.handler.rpartition(".")[0]]
    found: dict[str, Any] = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
    return found


def test_a_built_function_compiles_nothing_of_its_own(code: Path, stack: Stack) -> None:
    for function in stack.functions:
        assert not [file for file in probed(code, stack, function)["compiled"] if file.startswith(str(code))], function


def test_a_snapshot_of_a_started_function_holds_nothing_that_must_not_be_shared(code: Path, stack: Stack) -> None:
    """SnapStart copies it: connections, credentials and secrets are made at the first request, and randomness has no state."""
    for function in stack.functions:
        assert probed(code, stack, function)["made"] == [], function


def test_no_start_is_interrupted_to_collect_garbage(code: Path, stack: Stack) -> None:
    """But for one young collection, before the first module of ours has been read: with Python's own thresholds it is dozens."""
    for function in stack.functions:
        young, *older = probed(code, stack, function)["collected"]
        assert young <= 1 and not any(older), function


HTTP_EDGE = "aws_lambda_powertools.event_handler"
STORAGE = "botocore.client"

# What a function must not load, beside what none may (below).
NEEDLESS = {
    "PurgeFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "CloseDayFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "AuditFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "RetentionFunction": {HTTP_EDGE, "faq", "bookings", "offices", "procedures", "zalo"},
    "OutboxFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "SenderFunction": {"faq", "chat", "sessions"},
    "AccountsFunction": {HTTP_EDGE, "faq", "forms", "declarations", "bookings", "procedures"},
    "ConnectionFunction": {"faq", "declarations", "chat"},
    "FollowingFunction": {"faq", "forms", "declarations"},
    "EdgeFunction": {STORAGE, "offices", "procedures", "forms"},
    "OfficesFunction": {STORAGE, "faq", "forms", "bookings"},
    "PlacesFunction": {STORAGE, "offices", "faq", "forms"},
    "ProceduresFunction": {STORAGE, "faq", "forms", "bookings"},
    "FaqFunction": {STORAGE, "forms", "bookings"},
    "FormsFunction": {STORAGE, "faq", "bookings", "declarations"},
    "AvailabilityFunction": {"faq", "forms", "declarations", "procedures"},
    "OfficeFunction": {"faq", "forms", "declarations", "chat"},
    "BookingsFunction": {"faq", "chat", "zalo"},
    "DeclarationsFunction": {"faq", "chat", "zalo", "bookings"},
    "OffersFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "DrawFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "WaitingFunction": {"faq", "forms", "procedures", "zalo"},
    "ReleaseFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "DeskFunction": {HTTP_EDGE, "faq", "forms", "declarations", "procedures", "zalo"},
    "DeskApiFunction": {"faq", "zalo", "chat"},
    "DeskDeclarationFunction": {"faq", "zalo", "chat", "notifications"},
    "FeedbackDeskFunction": {"faq", "forms", "declarations", "zalo", "chat", "notifications"},
    "EgovernmentFunction": {"chat", "notifications"},
    "ImagesFunction": {"faq", "forms", "declarations", "bookings", "offices", "procedures", "zalo", "chat"},
    "SessionsFunction": {"faq", "forms", "declarations", "bookings", "offices", "procedures"},
    "OfficialAccountFunction": {"faq", "forms", "declarations", "bookings", "offices", "procedures"},
    "PrivacyFunction": {"faq", "chat", "notifications"},
    "PrintFunction": {"faq", "chat", "zalo"},
    "ChatWorkerFunction": {HTTP_EDGE, "sessions"},
}
LIBRARIES = {"reportlab", "PIL", "multipart"}  # of the printer's layer
PRINTING = {"PrintFunction": {"reportlab", "PIL"}, "ImagesFunction": {"PIL", "multipart"}}
NEVER = {"boto3", "jwt", "authoring", "local", "infra", "tests", "moto"}


def test_no_function_loads_what_it_does_not_need(code: Path, stack: Stack) -> None:
    for function in stack.functions:
        loaded = set(probed(code, stack, function)["loaded"])
        needless = NEVER | NEEDLESS.get(function, set()) | LIBRARIES - PRINTING.get(function, set())
        assert not needless & loaded, function
