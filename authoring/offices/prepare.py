"""Make data/index.json, which a search reads, from the country's names.

python -m authoring.offices.prepare           write it again
python -m authoring.offices.prepare --check   1 if it differs from the names
"""

import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from offices.country import DATA, before, core, pc06_before, province_of, ward_name
from offices.index import INDEX
from offices.typed import plain_words
from places import places

_NUMBERED = re.compile(r"(.*\D) (?:\d+|[IVX]+)")


@dataclass(frozen=True)
class Entry:
    """A name and the offices to which it leads: `today`'s best first, the district's and the province's of `before`.

    `areas` are the names that may follow it, nearest first: "district:1" and "city:ho chi minh".
    """

    kind: str
    name: str
    today: str
    before: str
    areas: tuple[str, ...]


def entries() -> list[Entry]:
    """Every name of the country, today's first."""
    return [*_wards(), *_provinces(), *_districts(), *_former_wards(), *_former_provinces(), *_also_called()]


def _wards() -> Iterator[Entry]:
    areas: dict[str, dict[str, None]] = defaultdict(dict)
    for district, former in before().former.items():
        for targets in former.values():
            for ward in targets.split():
                areas[ward].update(dict.fromkeys(_district_areas(district)))
    for each in places.provinces(date.max):
        for code, name in places.wards(each.code).items():
            own = dict.fromkeys([_area("province", each.name), *areas[code]])
            yield Entry("ward", name, f"ca-{code}", "", tuple(own))


def _provinces() -> Iterator[Entry]:
    for each in places.provinces(date.max):
        yield Entry("province", each.name, f"pc06-{each.code}", "", ())


def _districts() -> Iterator[Entry]:
    own = {(row["leads_to"], called) for row in _also_called_rows() for called in map(_plain, row["called"])}
    for old, districts in before().districts.items():
        for code, name in districts.items():
            for called in (name, *before().older.get(code, ())):
                if (f"cah-{code}", _plain(called)) not in own:
                    yield Entry(
                        "district", called, _today_of(code, [called]), _before(code), tuple(_province_areas(old))
                    )


def _former_wards() -> Iterator[Entry]:
    for district, former in before().former.items():
        areas = tuple(_district_areas(district))
        for name, targets in former.items():
            if name:
                yield Entry("former", name, _ids(targets.split()), _before(district), areas)
        for name, wards in _without_numbers(former).items():
            yield Entry("former", name, _ids(wards), _before(district), areas)


def _without_numbers(former: Mapping[str, str]) -> dict[str, list[str]]:
    """The common name of a district's numbered wards: "Mỹ Đình" for Mỹ Đình 1 and 2, with the wards of all."""
    known = {_plain(core(name)) for name in former}
    together: dict[str, dict[str, None]] = defaultdict(dict)
    for name, targets in former.items():
        numbered = _NUMBERED.fullmatch(name)
        if numbered and core(numbered[1]) != numbered[1] and _plain(core(numbered[1])) not in known:
            together[numbered[1]].update(dict.fromkeys(targets.split()))
    return {name: list(wards) for name, wards in together.items()}


def _former_provinces() -> Iterator[Entry]:
    for old, (name, today) in before().provinces.items():
        yield Entry("province", name, f"pc06-{today}", pc06_before(old), ())


def _also_called() -> Iterator[Entry]:
    for row in _also_called_rows():
        kind, _, code = row["leads_to"].partition("-")
        for called in row["called"]:
            if kind == "ca":
                yield Entry("ward", called, row["leads_to"], "", (_area("province", _province_name(code)),))
            elif kind == "cah":
                areas = tuple(_province_areas(before().province_of(code)))
                yield Entry("district", called, _today_of(code, row.get("first", [])), _before(code), areas)
            else:
                yield Entry("called", called, f"pc06-{before().provinces[code][1]}", pc06_before(code), ())


def _today_of(district: str, first: list[str]) -> str:
    """Today's offices of a district; those whose wards have a name in `first` come before the others."""
    wanted = [" ".join(plain_words(core(name))) for name in first]
    ranked = {name: place for place, name in enumerate(wanted)}
    wards = before().successors(district)
    return _ids(sorted(wards, key=lambda code: ranked.get(" ".join(plain_words(core(ward_name(code)))), len(ranked))))


def _plain(name: str) -> str:
    return " ".join(plain_words(name))


def _before(district: str) -> str:
    return f"cah-{district} {pc06_before(before().province_of(district))}"


def _ids(wards: list[str]) -> str:
    return " ".join(f"ca-{ward}" for ward in wards)


def _district_areas(district: str) -> list[str]:
    old = before().province_of(district)
    names = (before().districts[old][district], *before().older.get(district, ()))
    return [*(_area("district", name) for name in names), *_province_areas(old)]


def _province_areas(old: str) -> list[str]:
    name, today = before().provinces[old]
    now = next(each.name for each in places.provinces(date.max) if each.code == today)
    called = [each for row in _also_called_rows() if row["leads_to"] == f"pc06-{old}" for each in row["called"]]
    return list(dict.fromkeys(_area("province", each) for each in (name, *called, now)))


def _province_name(ward: str) -> str:
    return next(each.name for each in places.provinces(date.max) if each.code == province_of(ward))


def _area(level: str, name: str) -> str:
    """ "district:1"; a province that is a city is "city:ho chi minh"."""
    city = level == "province" and name.startswith("Thành phố")
    return f"{'city' if city else level}:{' '.join(plain_words(core(name)))}"


@cache
def _also_called_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((DATA / "also_called.toml").read_text(encoding="utf-8"))["place"]
    return rows


def written() -> str:
    """index.json, one column a line."""
    found = entries()
    folded = [" ".join(plain_words(core(each.name))) for each in found]
    words: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(folded):
        for word in dict.fromkeys(name.split()):
            words[word].append(position)
    areas = {each: position for position, each in enumerate(dict.fromkeys(entry.areas for entry in found))}
    columns = {
        "kinds": "\n".join(each.kind for each in found),
        "names": "\n".join(each.name for each in found),
        "folded": "\n".join(folded),
        "today": "\n".join(each.today for each in found),
        "before": "\n".join(each.before for each in found),
        "within": [areas[each.areas] for each in found],
        "areas": ["|".join(each) for each in areas],
        "words": {word: " ".join(map(str, at)) for word, at in sorted(words.items())},
    }
    lines = (f"{json.dumps(name)}:{json.dumps(column, ensure_ascii=False)}" for name, column in columns.items())
    return "{" + ",\n".join(lines) + "}\n"


def main(arguments: list[str]) -> int:
    """Write index.json, or with --check only compare."""
    text = written()
    if "--check" in arguments:
        if INDEX.exists() and INDEX.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("functions/offices/data/index.json is stale: run make prepared\n")
        return 1
    INDEX.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
