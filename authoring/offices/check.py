"""Report the mistakes in an offices.toml before it is deployed.

python -m authoring.offices.check             the file of this deployment
python -m authoring.offices.check FILE
"""

import sys
from pathlib import Path

from offices.configuration import FILE
from offices.review import findings


def main(arguments: list[str]) -> int:
    """0 if the file can be deployed, 1 with a line for each mistake, 2 if the file cannot be read."""
    path = Path(arguments[0]) if arguments else FILE
    try:
        found = findings(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    for line in found:
        sys.stdout.write(f"{path.name}: {line}\n")
    if not found:
        sys.stdout.write(f"{path.name}: nothing wrong\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
