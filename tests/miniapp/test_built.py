"""What an office publishes: as the contract says, nothing of the demo in it, and light enough for an old phone."""

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

MINIAPP = ROOT / "miniapp"
BUDGET = 300 * 1024  # bytes, gzipped, of all that the first screen needs
SCREENS = {"appointments", "declarations", "declare", "faq", "me", "office", "procedure", "schedule"}
# What only the double of Zalo has.
DEMO = re.compile(r"demo-\$\{|`demo-|\"demo-|phone-8491")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / '.tools/node/bin'}:{MINIAPP / 'node_modules/.bin'}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=MINIAPP,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def scripts(folder: Path) -> str:
    return "".join(each.read_text(encoding="utf-8") for each in folder.rglob("*.js"))


def test_the_client_is_generated_from_the_contract(tmp_path: Path) -> None:
    made = tmp_path / "contract.d.ts"
    done = run("openapi-typescript", str(ROOT / "docs/openapi.json"), "--output", str(made))
    assert done.returncode == 0, done.stderr
    committed = (MINIAPP / "src/api/contract.d.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == committed, "stale: cd miniapp && npm run contract"


def test_the_demo_is_in_its_own_build_and_in_no_other(www: Path, tmp_path: Path) -> None:
    done = run("vite", "build", "--mode", "demo", MINIAPP_OUT=str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr
    assert DEMO.search(scripts(tmp_path / "demo"))
    published = scripts(www)
    assert "ZaloJavaScriptInterface" in published  # the real SDK
    assert not DEMO.search(published)


@pytest.mark.parametrize("api", ["", "http://api.cccd.test", "https://api.cccd.test/prod"])
def test_nothing_is_published_without_the_address_of_an_api(api: str, tmp_path: Path) -> None:
    refused = run("vite", "build", MINIAPP_API=api, MINIAPP_OUT=str(tmp_path / "www"))
    assert refused.returncode != 0
    assert "office.json" in refused.stderr and not (tmp_path / "www").exists()


def test_an_office_publishes_its_own(tmp_path: Path) -> None:
    own = {"MINIAPP_API": "https://api.example.vn", "MINIAPP_OFFICE": "ca-31078", "MINIAPP_OUT": str(tmp_path / "www")}
    assert run("vite", "build", **own).returncode == 0
    published = scripts(tmp_path / "www")
    assert '"https://api.example.vn"' in published and '"ca-31078"' in published


def test_the_first_screen_is_light_and_the_others_come_when_asked_for(www: Path) -> None:
    config = json.loads((www / "app-config.json").read_text(encoding="utf-8"))
    first = [*config["listCSS"], *config["listSyncJS"], *config["listAsyncJS"]]
    assert config["listSyncJS"] and config["listCSS"]
    assert sum(len(gzip.compress((www / each).read_bytes())) for each in first) < BUDGET
    later = {each.name.split(".")[0] for each in (www / "assets").glob("*.js")} - {
        Path(each).name.split(".")[0] for each in first
    }
    assert later >= SCREENS


def test_the_locks_name_no_registry() -> None:
    for lock in (MINIAPP / "package-lock.json", ROOT / "requirements/browser/package-lock.json"):
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        assert len(packages) > 2
        assert [name for name, each in packages.items() if "resolved" in each] == []
        assert [name for name, each in packages.items() if name and "integrity" not in each] == []
