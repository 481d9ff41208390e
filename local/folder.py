"""Where a run keeps its data and logs: `.local`, or a folder of its own beside it while another run has that one."""

import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 3.0  # seconds for a run that has just ended, perhaps violently, to have its data written


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
    """A folder for the run on `port`; without `lasting`, its state is new and goes when the run ends.

    The port is ours already, so nobody else asks for the folder named after it.
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
