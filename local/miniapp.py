"""The Mini App at /app, for an ordinary browser: its demo build, in which a double of Zalo signs in a demo citizen.

`make app` puts the files into miniapp/www-demo; a running stack serves them at once.
"""

from http import HTTPStatus
from pathlib import Path, PurePosixPath

from local.http import FILE_TYPES

BUILT = Path(__file__).parents[1] / "miniapp/www-demo"

ROOT = PurePosixPath("/app")


def answer(path: str, built: Path = BUILT) -> tuple[int, str, bytes] | None:
    """Status, content type and body of the app's page or one of its files; `None` for every path outside of /app.

    The app's screens have paths of their own, so each path without a file ending is its page.
    """
    asked = PurePosixPath(path)
    if not asked.is_relative_to(ROOT) or ".." in asked.parts:
        return None
    kind = FILE_TYPES.get(asked.suffix)
    if asked.suffix and kind is None:
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"no such file\n"
    file = built / (asked.relative_to(ROOT) if kind else "index.html")
    try:
        return HTTPStatus.OK, kind or FILE_TYPES[".html"], file.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        if kind and (built / "index.html").exists():
            return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"no such file\n"
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not built: make app\n"
