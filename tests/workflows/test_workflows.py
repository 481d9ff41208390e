"""What GitHub runs: nothing but commits of known releases, with no more rights than it says, and what the Makefile has."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def parsed(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_a_commit_with_its_release_beside_it_and_the_same_everywhere(path: Path) -> None:
    everywhere = "\n".join(each.read_text(encoding="utf-8") for each in WORKFLOWS)
    for used in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
        if used.startswith("./"):
            assert (ROOT / used).is_file()
            continue
        found = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", used)
        assert found, used
        assert len(set(re.findall(rf"{re.escape(found[1])}@(\w+)", everywhere))) == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_job_has_a_right_that_it_does_not_name(path: Path) -> None:
    workflow = parsed(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["permissions"], name
        assert set(job["permissions"].values()) <= {"read", "write"}
        assert "uses" in job or job["timeout-minutes"], name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_is_run_is_in_the_makefile(path: Path) -> None:
    for target in re.findall(r"run: make ([\w./-]+)", path.read_text(encoding="utf-8")):
        assert target.startswith(".tools/") or re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_prod_comes_after_staging_and_nothing_is_deployed_that_is_not_checked() -> None:
    jobs = parsed(ROOT / ".github" / "workflows" / "check.yml")["jobs"]
    assert jobs["prod"]["needs"] == "staging"
    assert set(jobs["staging"]["needs"]) == {"check", "test", "build"}
    assert jobs["staging"]["if"] == "github.event_name == 'push'"
    assert (
        parsed(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["deploy"]["environment"] == "${{ inputs.stage }}"
    )


def test_no_workflow_has_a_key_of_aws() -> None:
    text = "\n".join(each.read_text(encoding="utf-8") for each in WORKFLOWS)
    assert "secrets." not in text and "aws-access-key-id" not in text
