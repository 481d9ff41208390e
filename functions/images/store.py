"""The bucket of pictures. Nobody reads it but by a link that we sign, which ends after some minutes.

new/<name>                    just uploaded, by somebody who need not be signed in; gone after a day
feedback/<album>/<name>       kept with a feedback of the citizen whose album it is, as long as the feedback

An album's name follows from the citizen's hash and does not lead back to it, as links go to officers and phones.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import ClientError

from cccd.aws import make_client
from cccd.base32 import base32
from cccd.errors import FieldError, InvalidRequest, TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import DeleteTypeDef

LINKED_FOR = 15 * 60  # seconds
RETRY_AFTER = 2  # seconds
_ALBUM_BYTES = 16
_NAME_BYTES = 16  # nobody guesses it: whoever knows the name of a new picture has uploaded it
_NAME = re.compile(r"[a-z2-7]{26}\.jpg", re.ASCII)
# S3 tells 403 for 404 to whoever may not list the bucket.
_GONE = {"NoSuchKey", "404", "AccessDenied", "403"}


@cache
def client() -> "S3Client":
    """The process's client. Links are signed for the bucket's own address in its region."""
    found: S3Client = make_client(
        "s3",
        Config(
            connect_timeout=1,
            read_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 2},
            signature_version="s3v4",
        ),
    )
    return found


class Images:
    """The pictures in the bucket of that name; S3 is asked when it is needed, not before."""

    def __init__(self, bucket: str):
        self._bucket = bucket

    def put(self, picture: bytes) -> str:
        """Keep a picture (a JPEG of ours) for a day; returns its key."""
        key = f"new/{_fresh_name()}"
        client().put_object(Bucket=self._bucket, Key=key, Body=picture, ContentType="image/jpeg")
        return key

    def keep(self, name: str, citizen: CitizenHash) -> str:
        """Keep a new picture for a citizen; returns its key. Twice keeps it twice.

        `name` is what the template posts: the bare name, with or without what followed it in the link.

        Raises:
            InvalidRequest: there is no such picture, or its day is over.
        """
        bare = name.partition("?")[0].rpartition("/")[2]
        key = f"{_album(citizen)}{_fresh_name()}"
        if not _NAME.fullmatch(bare):
            raise InvalidRequest([_GONE_TOLD])
        source = {"Bucket": self._bucket, "Key": f"new/{bare}"}
        try:
            client().copy_object(Bucket=self._bucket, Key=key, CopySource=source)  # type: ignore[arg-type]  # the stub wants a TypedDict
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            logger.info("a picture is not there, or may not be read")
            raise InvalidRequest([_GONE_TOLD]) from None
        return key

    def link(self, key: str) -> str:
        """An address at which anybody sees the picture for `LINKED_FOR` seconds."""
        asked = {"Bucket": self._bucket, "Key": key}
        return client().generate_presigned_url("get_object", Params=asked, ExpiresIn=LINKED_FOR)

    def drop(self, keys: Sequence[str]) -> None:
        """Delete those pictures, a thousand at most. Twice is the same as once.

        Raises:
            TemporarilyUnavailable: not all of them could be deleted.
        """
        if not keys:
            return
        asked: DeleteTypeDef = {"Objects": [{"Key": each} for each in keys], "Quiet": True}
        failed = client().delete_objects(Bucket=self._bucket, Delete=asked).get("Errors", [])
        if failed:
            logger.error("pictures could not be deleted", codes=sorted({each.get("Code", "") for each in failed}))
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER)

    def forget(self, citizen: CitizenHash) -> None:
        """Erase all that is kept for a citizen, also what no feedback came to hold. Twice is the same as once.

        Raises:
            TemporarilyUnavailable: not all of it could be erased.
        """
        pages = client().get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=_album(citizen))
        for page in pages:  # of a thousand, as many as one deletion takes
            self.drop([each["Key"] for each in page.get("Contents", [])])


_GONE_TOLD = FieldError("imageUrls", "not_found", "Ảnh đính kèm không còn. Vui lòng chọn lại ảnh rồi gửi lại.")


def _album(citizen: CitizenHash) -> str:
    return f"feedback/{base32(hashlib.sha256(f'album {citizen}'.encode()).digest()[:_ALBUM_BYTES])}/"


def _fresh_name() -> str:
    return f"{base32(secrets.token_bytes(_NAME_BYTES))}.jpg"
