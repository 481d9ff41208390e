"""What every function for signed-in citizens needs: the keys of sessions and hashes, and the citizen who asks."""

from cccd.hashes import CitizenHash, citizen_hash
from cccd.keyring import secret
from cccd.session import KEY_KEPT, Citizen
from cccd.settings import Settings


class CitizenSettings(Settings):
    """The names of the two secrets."""

    session_key_secret: str
    identity_key_secret: str

    def session_key(self) -> bytes:
        """The key that signs sessions; a new one counts within minutes."""
        return secret(self.session_key_secret, kept=KEY_KEPT)

    def identity_key(self) -> bytes:
        """The key that makes keyed hashes."""
        return secret(self.identity_key_secret)

    def hash_of(self, citizen: Citizen) -> CitizenHash:
        """The keyed hash that stands for the citizen in every table."""
        return citizen_hash(self.identity_key(), citizen.id)
