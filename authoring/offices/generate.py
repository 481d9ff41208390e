"""Write the directory of the country from open data: today's wards, and the names from before July 2025.

    make offices

Source: the package `vietnamadminunits` (MIT, © Tran Ngoc Minh Hieu), in its own environment. The files contain facts
from the State's own lists, with the codes of the statistics office (danhmuchanhchinh.nso.gov.vn):
places/data/wards.json and offices/data/country.json. We add what the package lacks: places/data/provinces.toml,
offices/data/also_called.toml.
"""

import json
import sqlite3
import sys
from collections import Counter, defaultdict
from importlib import metadata, util
from pathlib import Path
from typing import Any

from cccd.text import fold

FUNCTIONS = Path(__file__).parents[2] / "functions"
WARDS = FUNCTIONS / "places" / "data" / "wards.json"
COUNTRY = FUNCTIONS / "offices" / "data" / "country.json"

PACKAGE = "vietnamadminunits"
TYPES = ("phuong ", "xa ", "thi tran ", "thi xa ", "thanh pho ", "huyen ", "quan ")

type Rows = list[dict[str, Any]]


def main() -> None:
    folder = _package()
    legacy, today = _rows(folder, "admin_units_legacy"), _rows(folder, "admin_units")
    converter = json.loads((folder / "data" / "converter_2025.json").read_text(encoding="utf-8"))
    _write(WARDS, _wards(today))
    _write(COUNTRY, _country(legacy, _successors(converter, legacy, today)))
    sys.stdout.write(f"{len(today)} wards, {len(legacy)} former ones, from {PACKAGE} {metadata.version(PACKAGE)}\n")


def _package() -> Path:
    """The folder of the package. It is not imported, as its maps and parsers are not needed here."""
    spec = util.find_spec(PACKAGE)
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _rows(folder: Path, table: str) -> Rows:
    with sqlite3.connect(f"file:{folder / 'data' / 'dataset.db'}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608


def _wards(today: Rows) -> dict[str, dict[str, str]]:
    """Today's wards by province code and ward code."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in sorted(today, key=lambda row: row["wardCode"]):
        found[row["provinceCode"]][row["wardCode"]] = row["ward"]
    return dict(sorted(found.items()))


def _successors(converter: dict[str, Any], legacy: Rows, today: Rows) -> dict[str, list[str]]:
    """The ward codes of today for each former ward (by its key); the ward that took most of it comes first."""
    codes = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in today}
    found: dict[str, list[str]] = defaultdict(list)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, former in wards.items():
            for each in former:
                found[each].append(codes[province, ward])
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for former, parts in divided.items():
            best_first = sorted(parts, key=lambda part: (not part["isDefaultNewWard"], part["newWardAreaKm2"]))
            found[former] += [codes[province, part["newWardKey"]] for part in best_first]
    missing = {_key(row) for row in legacy} - set(found)
    assert not missing, f"former wards that lead nowhere: {sorted(missing)[:5]}"
    return found


def _country(legacy: Rows, successors: dict[str, list[str]]) -> dict[str, Any]:
    provinces: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, str] = {}
    districts: dict[str, dict[str, str]] = defaultdict(dict)
    older: dict[str, list[str]] = {}
    former: dict[str, dict[str, str]] = defaultdict(dict)
    syllables = _syllables(legacy)
    province_of = {code: province for province, wards in json.loads(WARDS.read_text()).items() for code in wards}
    for row in sorted(legacy, key=lambda row: (row["provinceCode"], row["districtCode"], row["wardCode"] or "")):
        old, district, targets = f"0{row['provinceCode']}", row["districtCode"], successors[_key(row)]
        names[old] = row["province"]
        provinces[old][province_of[targets[0]]] += 1
        districts[old][district] = row["district"]
        if row["districtAlias"]:
            older[district] = _spaced(row["districtAlias"], syllables)
        # An island district had no wards, so the district itself leads to its special zone.
        former[district][row["ward"] or ""] = " ".join(targets)
        for name in _spaced(row["wardAlias"] or "[]", syllables):
            former[district].setdefault(name, " ".join(targets))
    return {
        "source": f"{PACKAGE} {metadata.version(PACKAGE)} (MIT, © 2025 Tran Ngoc Minh Hieu)",
        "provinces": {old: [names[old], provinces[old].most_common(1)[0][0]] for old in sorted(names)},
        "districts": {old: districts[old] for old in sorted(districts)},
        "older": dict(sorted(older.items())),
        "former": dict(sorted(former.items())),
    }


def _key(row: dict[str, Any]) -> str:
    return "_".join(row[name] or "" for name in ("provinceKey", "districtKey", "wardKey"))


def _syllables(legacy: Rows) -> set[str]:
    """Every syllable of the names, without accents: the package glues its older names together."""
    return {word for row in legacy for name in ("ward", "district") for word in fold(row[name] or "").split()}


def _spaced(aliases: str, syllables: set[str]) -> list[str]:
    """Names that had ended by 2025, with their type, from the package's glued ones: "phuong nguyen trung truc"."""
    names = dict.fromkeys(" ".join(_cut(each, syllables)) for each in json.loads(aliases))
    return [name for name in names if name.startswith(TYPES)]


def _cut(glued: str, syllables: set[str]) -> list[str]:
    """The fewest syllables that make the glued name; none if no syllables make it."""
    best: list[list[str] | None] = [[]] + [None] * len(glued)
    for end in range(1, len(glued) + 1):
        for start in range(max(0, end - 7), end):
            before, word = best[start], glued[start:end]
            if before is not None and word in syllables:
                so_far = best[end]
                if so_far is None or len(before) + 1 < len(so_far):
                    best[end] = [*before, word]
    return best[-1] or []


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
