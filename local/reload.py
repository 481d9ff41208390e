"""Notices that the code, its data or the template has changed, by looking once a second."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

WATCHED = {".py", ".toml", ".json", ".yaml"}
EVERY = 1.0  # seconds


class Watcher:
    """Calls `changed` with the paths that appeared, changed or went away under `folders`."""

    def __init__(self, folders: Sequence[Path], changed: Callable[[set[Path]], None]):
        self._folders = folders
        self._changed = changed
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="reload", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        known = self._look()
        while not self._stop.wait(EVERY):
            seen = self._look()
            if touched := {path for path, _ in known.items() ^ seen.items()}:
                self._changed(touched)
            known = seen

    def _look(self) -> dict[Path, int]:
        """Every watched file with its time of change."""
        found: dict[Path, int] = {}
        for folder in self._folders:
            for path in folder.rglob("*"):
                if path.suffix in WATCHED:
                    try:
                        found[path] = path.stat().st_mtime_ns
                    except OSError:
                        continue  # gone since it was listed
        return found
