"""What every function needs that serves signed-in citizens: the keys of sessions and hashes, and who asks."""

from cccd.hashes import CitizenHash, citizen_hash
from cccd.keyring import secret
from cccd.session import Citizen
from cccd.settings import Settings


class CitizenSettings(Settings):
    """The names of the two secrets."""

    session_key_secret: str
    identity_key_secret: str

    def session_key(self) -> bytes:
        """What sessions are signed with."""
        return secret(self.session_key_secret)

    def identity_key(self) -> bytes:
        """What keyed hashes are made with."""
        return secret(self.identity_key_secret)

    def hash_of(self, citizen: Citizen) -> CitizenHash:
        """The keyed hash that stands for the citizen in every table."""
        return citizen_hash(self.identity_key(), citizen.id)
