"""Whether a citizen follows the account of an office: as Zalo's events have told, and nobody else."""

from accounts.account import Account
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from cccd.session import Citizen
from chat.following_api import handler, settings
from local.zalo import FakeZalo
from tests.bookings.people import signed_in
from tests.gateway import Answer, call
from tests.template.iam import allowed, performed
from tests.zalo.accounts import PROVINCE, SECOND, connect
from tests.zalo.conftest import NOW
from zalo.acquaintances import Acquaintances

__all__ = ["performed"]  # a fixture

WARD = Account(SECOND, "", offices=("ca-26740",))
PC06 = Account(PROVINCE, "", offices=("pc06-79",))


def asked(office: str = "ca-26740") -> Answer:
    return call(handler, "GET", f"/offices/{office}/following", headers=signed_in("lan"))


def follows(account: Account) -> None:
    citizen = settings.hash_of(Citizen(str(sum(ord(letter) * 1_000**place for place, letter in enumerate("lan")))))
    Acquaintances(client(), "ChatTable").meet(citizen, account.link, "777", NOW, ChatUserHash("of 777"))


def test_it_is_told_as_zalo_told_it(performed: set[tuple[str, str]], zalo: FakeZalo) -> None:
    assert asked().body == {"account": None, "follows": False}
    connect(client(), zalo, NOW, WARD)
    connect(client(), zalo, NOW, PC06)
    performed.clear()
    told = asked().body
    assert (told["account"]["id"], told["follows"]) == (SECOND, False), "the nearest that there is"
    assert performed == allowed("FollowingFunction")
    follows(PC06)
    told = asked().body
    assert (told["account"]["id"], told["follows"]) == (PROVINCE, True), "the one that would write to them"
    follows(WARD)
    assert asked().body["account"]["id"] == SECOND
    assert asked("ca-00000").code == "not_found"
    assert call(handler, "GET", "/offices/ca-26740/following").code == "unauthenticated"
