"""One table's words: pages are read to the end, a claim is known as ours, values come back as they went."""

from typing import Any

import pytest

from cccd.clock import from_epoch
from cccd.dynamodb import client, from_item, to_item
from cccd.table import NEW, Key, Table
from cccd.transactions import Refused


@pytest.fixture
def table(aws: None) -> Table:
    """Three items of one partition, all due, of which DynamoDB gives one a page."""
    found = Table(OneAPage(client()), "BookingsTable")  # type: ignore[arg-type]  # stands in for it
    for number in range(3):
        found.write(found.put({**key(number), "due": "HOLD#0", "dueAt": number}))
    return found


class OneAPage:
    """A client whose pages have one item each."""

    def __init__(self, real: Any):
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def query(self, **parameters: Any) -> Any:
        return self._real.query(**parameters, Limit=1)

    def batch_get_item(self, **parameters: Any) -> Any:
        """The first key is read, the others are left over."""
        (name, wanted), *_ = parameters["RequestItems"].items()
        first, *rest = wanted["Keys"]
        answer = self._real.batch_get_item(RequestItems={name: {**wanted, "Keys": [first]}})
        answer["UnprocessedKeys"] = {name: {**wanted, "Keys": rest}} if rest else {}
        return answer


def key(number: int) -> Key:
    return {"pk": "P", "sk": f"S#{number}"}


def test_every_page_is_read(table: Table) -> None:
    expected = ["S#0", "S#1", "S#2"]
    assert [item["sk"] for item in table.query("P")] == expected
    assert [item["sk"] for item in table.query("P", "S#")] == expected
    assert [item["sk"] for item in table.between("P", "S#0", "S#2")] == expected
    assert [item["sk"] for item in table.due("HOLD#0", from_epoch(9))] == expected


def test_the_latest_are_read_backwards_and_no_others(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    table, read = Table(client(), "BookingsTable"), list[int]()
    for sort in ("0", "B#9", *(f"A#{number}" for number in range(7))):
        table.write(table.put({"pk": "P", "sk": sort}))
    query = table.client.query

    def noted(**request: Any) -> Any:
        answer = query(**request)
        read.append(answer["ScannedCount"])
        return answer

    monkeypatch.setattr(table.client, "query", noted)
    assert [each["sk"] for each in table.latest("P", "A#", 3)] == ["A#6", "A#5", "A#4"]
    assert [each["sk"] for each in table.latest("P", "A#", 3, "A#4")] == ["A#3", "A#2", "A#1"]
    assert [each["sk"] for each in table.latest("P", "A#", 3, "A#1x")] == ["A#1", "A#0"], "it need not be there"
    assert read == [3, 3, 2], "a page is read, not the partition"


def test_keys_that_were_left_over_are_asked_for_again(table: Table) -> None:
    wanted = [key(number) for number in (0, 1, 2, 3, 0)]  # an index may show an item twice
    assert {item["sk"] for item in table.get_all(wanted)} == {"S#0", "S#1", "S#2"}


def test_a_write_that_is_refused_tells_what_stands(table: Table) -> None:
    with pytest.raises(Refused) as refused:
        table.write(table.put(key(0), NEW))
    assert refused.value.old == [{**key(0), "due": "HOLD#0", "dueAt": 0}]
    assert not table.written(table.delete(key(9), "attribute_exists(pk)"))
    assert table.write(table.update(key(0), "SET #where = :here", values={":here": "x"}, where="due"))["due"] == "x"


@pytest.mark.parametrize(
    "value", ["", "ổ", 0, -(10**37), True, False, b"\x00", {}, {"a": {"b": [1, "2", {"c": None}]}}, [], [[True], b"b"]]
)
def test_values_come_back_as_they_went(aws: None, value: Any) -> None:
    table = Table(client(), "BookingsTable")
    table.write(table.put({**key(1), "value": value}))
    assert table.get(key(1)) == {**key(1), "value": value}


def test_what_no_item_of_ours_holds_is_refused_before_it_is_sent() -> None:
    with pytest.raises(TypeError):
        to_item({"price": 1.5})
    assert to_item({"nothing": None}) == {} and from_item({"n": {"NULL": True}}) == {"n": None}
