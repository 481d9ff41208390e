"""Notices that the code, its data or the template has changed."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch

WATCHED = {".py", ".toml", ".json", ".yaml"}


class Watcher:
    """Calls `changed` with the paths that appeared, changed or disappeared under `folders`, those of a moment together.

    `say` takes one line if the system cannot watch them.
    """

    def __init__(self, folders: Sequence[Path], changed: Callable[[set[Path]], None], say: Callable[[str], None]):
        self._folders = [folder for folder in folders if folder.exists()]
        self._changed = changed
        self._say = say
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="reload", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        try:
            for changes in watch(*self._folders, watch_filter=_wanted, step=200, stop_event=self._stop):
                self._changed({Path(path) for _, path in changes})
        except OSError as error:  # for example, too many files are watched already
            self._say(f"· changes are not noticed, as they cannot be watched: {error}")


def _wanted(change: object, path: str) -> bool:
    return Path(path).suffix in WATCHED
