"""The folder of a run's data and logs: `.local`, or its own folder beside it while another run uses `.local`."""

import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 3.0  # seconds in which the data of a run that has just ended, perhaps killed, gets written


@dataclass(frozen=True)
class Folder:
    """A run's files; `lock` is the open file that keeps other runs out."""

    path: Path
    state: Path
    lock: int

    @property
    def functions_log(self) -> Path:
        return self.path / "functions.log"

    @property
    def engine_log(self) -> Path:
        return self.path / "engine.log"


@contextmanager
def claim(root: Path, port: int, *, lasting: bool) -> Iterator[Folder]:
    """A folder for the run on `port`; without `lasting`, its state is new and is deleted when the run ends.

    This run already has the port, so no other run asks for the folder named after it.
    """
    common, own = root / ".local", root / ".local" / str(port)
    common.mkdir(exist_ok=True)
    with (common / "lock").open("a") as lock:
        if lasting and _locked(lock.fileno()):
            yield Folder(common, common / "state", lock.fileno())
            return
        own.mkdir(exist_ok=True)
        if lasting:
            yield Folder(own, own / "state", lock.fileno())
            return
        with tempfile.TemporaryDirectory(prefix="cccd-") as state:
            yield Folder(own, Path(state), lock.fileno())


def _locked(file: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        else:
            return True
