"""Whether `sam build` compiled all it put out, layers included, for good: python -m infra.compiled, after make build."""

import sys
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / ".aws-sam" / "build"
TAG = "cpython-313"  # the runtime's own Python
UNCHECKED = b"\x01\x00\x00\x00"  # flags of a .pyc (PEP 552): hash-based, its source is never looked at


def uncompiled(folder: Path) -> list[Path]:
    """The sources that Lambda would have to compile, or to look at, at every cold start."""

    def is_compiled(source: Path) -> bool:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.{TAG}.pyc"
        return bytecode.exists() and bytecode.read_bytes()[4:8] == UNCHECKED

    return [source for source in sorted(folder.rglob("*.py")) if not is_compiled(source)]


def main() -> None:
    """Name what is not compiled; an exit status of 1 if there is something, or if nothing was built."""
    if not any(OUTPUT.glob("*/**/*.py")):
        sys.exit("nothing is built: make build")
    if missing := uncompiled(OUTPUT):
        sys.exit("\n".join(["not compiled for good:", *(str(path.relative_to(OUTPUT)) for path in missing)]))


if __name__ == "__main__":
    main()
