"""Ends a program properly however the stack ends: `keeper.py command...`, with the stack holding the other end of stdin.

The engine writes its data when it is asked to stop, and only then. When the stack's end of stdin closes, because it
was told to stop, crashed or was killed, the keeper asks. It lives in a session of its own, out of the terminal's reach.
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
