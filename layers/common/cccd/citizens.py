"""What every function for signed-in citizens needs: the keys of sessions and hashes, and the citizen who asks."""

from collections.abc import Iterator
from datetime import datetime

from cccd import session_keys
from cccd.hashes import CitizenHash, citizen_hash
from cccd.keyring import secret
from cccd.session import Citizen
from cccd.settings import Settings


class CitizenSettings(Settings):
    """The names of the two secrets."""

    session_key_secret: str
    identity_key_secret: str

    def session_keys(self, now: datetime) -> Iterator[bytes]:
        """The keys whose sessions are good: after a new one came, also the one before it."""
        return session_keys.accepted(self.session_key_secret, now)

    def identity_key(self) -> bytes:
        """The key that makes keyed hashes."""
        return secret(self.identity_key_secret)

    def hash_of(self, citizen: Citizen) -> CitizenHash:
        """The keyed hash that stands for the citizen in every table."""
        return citizen_hash(self.identity_key(), citizen.id)
