"""Keys of records about personal data that hold none; in the citizen's partition of the declarations table.

pk                sk                                     what
CITIZEN#<hash>    CONSENT#<number>                       one purpose agreed to, or no longer; the last decides
CITIZEN#<hash>    ACCESS#<epoch>#<nonce>                 who looked at what
CITIZEN#<hash>    ERASED#<epoch>#<nonce>                 that something was erased
"""

from datetime import datetime

from cccd.clock import epoch
from cccd.hashes import CitizenHash
from cccd.table import Key


def citizen_partition(citizen: CitizenHash) -> str:
    return f"CITIZEN#{citizen}"


def consent_key(citizen: CitizenHash, number: int) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"CONSENT#{number:010}"}


def access_key(citizen: CitizenHash, at: datetime, nonce: str) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"ACCESS#{epoch(at)}#{nonce}"}


def erased_key(citizen: CitizenHash, at: datetime, nonce: str) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"ERASED#{epoch(at)}#{nonce}"}
