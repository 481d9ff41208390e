"""Keys of records about personal data that hold none; in the citizen's partition of the declarations table.

pk                sk                                     what
CITIZEN#<hash>    CONSENT#<number>                       one purpose agreed to, or no longer; the last decides
CITIZEN#<hash>    ACCESS#COPY#<number>                   that a copy was made; the oldest number is used again
CITIZEN#<hash>    ACCESS#<epoch>#<nonce>                 that an office acted
CITIZEN#<hash>    ERASED#<day>#<what>#<by>               how many of something were erased that day
"""

from datetime import date, datetime

from cccd.clock import epoch
from cccd.hashes import CitizenHash
from cccd.table import Key


def citizen_partition(citizen: CitizenHash) -> str:
    return f"CITIZEN#{citizen}"


def consent_key(citizen: CitizenHash, number: int) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"CONSENT#{number:010}"}


def access_key(citizen: CitizenHash, at: datetime, nonce: str) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"ACCESS#{epoch(at)}#{nonce}"}


def copy_key(citizen: CitizenHash, number: int) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"ACCESS#COPY#{number:03}"}


def erased_key(citizen: CitizenHash, day: date, what: str, by: str) -> Key:
    return {"pk": citizen_partition(citizen), "sk": f"ERASED#{day.isoformat()}#{what}#{by}"}
