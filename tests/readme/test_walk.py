"""The README's walk as printed: the test runs every command and compares every output ("…" stands for anything)."""

import re
import shutil
import subprocess

import pytest

from tests.conftest import ROOT
from tests.served import served

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_AND_OUTPUT = re.compile(r"```sh walk\n(.*?)```(?:\n```text\n(.*?)```)?", re.DOTALL)
CLOCK = re.search(r"make run CLOCK=(\S+)", README)
MARK = "--- end of step {} ---"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk is made with curl")
def test_the_walk_prints_what_the_readme_says() -> None:
    steps = COMMAND_AND_OUTPUT.findall(README)
    assert CLOCK and len(steps) >= 10
    script = "set -euo pipefail\n" + "".join(
        f"{commands}\necho '{MARK.format(n)}'\n" for n, (commands, _) in enumerate(steps)
    )
    with served(CLOCK[1]) as service:
        here = script.replace("http://127.0.0.1:3000", service.url).replace("http://127.0.0.1:3001", service.zalo)
        run = subprocess.run(["bash", "-c", here], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    rest = run.stdout
    for n, (commands, expected) in enumerate(steps):
        printed, _, rest = rest.partition(MARK.format(n) + "\n")
        pattern = ".*?".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, printed, re.DOTALL), f"{commands}\nprinted:\n{printed}\nREADME says:\n{expected}"
