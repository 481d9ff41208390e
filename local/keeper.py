"""Ends a program cleanly however the stack ends: `keeper.py command...`; the stack holds the other end of stdin.

The engine writes its data only when it is asked to stop. The stack's end of stdin closes when the stack stops, crashes
or is killed; then the keeper asks the engine to stop. The keeper has its own session, so the terminal's signals do not
reach it.
"""

import subprocess
import sys
import threading


def main() -> int:
    """Run the command until it ends or stdin closes."""
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)

    def stop_at_end_of_input() -> None:
        sys.stdin.read()
        program.terminate()

    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    sys.exit(main())
