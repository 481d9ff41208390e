"""Who gets the seats of an office that has too few: the tables of docs/fairness.md and its plots, in docs/fairness/.

python -m bench.fairness [SEEDS [TABLE …]]   each run with so many seeds; the named tables only, without the plots
"""

import sys
from collections.abc import Callable

from bench.fairness import pictures, tables
from bench.fairness.simulation import run_each

TABLES: dict[str, tuple[Callable[[], tables.Runs], Callable[[tables.Reports], str]]] = {
    "mornings": (tables.mornings, tables.morning_table),
    "rules": (tables.rules, tables.rules_table),
    "spoilers": (tables.spoilers, tables.spoilers_table),
    "cards": (tables.cards, tables.cards_table),
    "demands": (tables.demands, tables.demands_table),
    "sales": (tables.sales, tables.sales_table),
    "fast": (tables.fast, tables.fast_table),
    "doubts": (tables.doubts, tables.doubts_table),
}


def main(seeds: int = 3, *names: str) -> None:
    """Print the tables, draw the plots."""
    reports: dict[str, tables.Reports] = {}
    for name, (runs, told) in TABLES.items():
        if names and name not in names:
            continue
        scenarios = runs()
        done = run_each(list(scenarios.values()), seeds)
        reports[name] = dict(zip(scenarios, done, strict=True))
        sys.stdout.write(f"{name}\n\n{told(reports[name])}\n\n")
        sys.stdout.flush()
    if not names:
        pictures.draw(reports)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3, *sys.argv[2:])
