"""`python -m local`: the whole service on this machine until Ctrl-C. `settings.py` has its variables."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from infra.intrinsics import TemplateError
from local.greeting import greeting
from local.settings import CannotRun, Settings
from local.stack import Running, running

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """0 after a clean end by any signal; 1, with one sentence that says why, if the stack cannot run."""
    for number in ENDINGS:
        if number is signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP
            signal.signal(number, _end)
    try:
        settings = Settings.read(os.environ, Path.cwd())
        with running(settings, say) as stack:
            say(_greeting(settings, stack))
            while stack.engine.running:
                time.sleep(0.5)
            raise CannotRun(f"the engine ended by itself; {stack.folder.engine_log} may say why.")
    except (CannotRun, TemplateError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nended" if settings.clock else "\nended; the data is kept")
        return 0


def say(line: str) -> None:
    """Print one line for the engineer; it stays whole even if several threads print."""
    with suppress(BrokenPipeError):
        print(f"{line}\n", end="", flush=True)


def _end(number: int, frame: FrameType | None) -> None:
    """Start the clean end once: a second Ctrl-C must not interrupt the end that the first one started."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _greeting(settings: Settings, stack: Running) -> str:
    def shown(path: Path) -> str:
        return str(path.relative_to(settings.root)) if path.is_relative_to(settings.root) else str(path)

    state = "data of this run alone" if settings.clock else f"kept in {shown(stack.folder.state)}"
    return greeting(settings, stack.api, stack.zalo.url, stack.engine.url, state, shown(stack.folder.functions_log))


if __name__ == "__main__":
    sys.exit(main())
