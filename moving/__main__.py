"""`make move`: python -m moving --from REGION/TABLE (or an export's folder) --to REGION/TABLE

Profiles name the accounts (`--from-profile`, `--to-profile`); with `--from-key` and `--to-key`, the ARNs of two SensitiveKeys,
the sealed answers of declarations are sealed anew. Status 1 if the target has other items under the same keys.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import boto3

from declarations.sealing import Context
from moving.copying import copy, items_in, items_of
from moving.sealing import resealed


class Key:
    """A KMS key, with a client for its own region and account."""

    def __init__(self, kms: Any, arn: str):
        self._kms = kms
        self._arn = arn

    def seal(self, plain: bytes, context: Context) -> bytes:
        """What is sealed, bound to its context."""
        sealed: bytes = self._kms.encrypt(KeyId=self._arn, Plaintext=plain, EncryptionContext=context)["CiphertextBlob"]
        return sealed

    def open(self, sealed: bytes, context: Context) -> bytes:
        """What was sealed in that context."""
        plain: bytes = self._kms.decrypt(KeyId=self._arn, CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"]
        return plain


def main(arguments: list[str]) -> int:
    """Copy, and say how many items are new, the same, and other."""
    parser = argparse.ArgumentParser(prog="python -m moving", description=__doc__)
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--to", dest="target", required=True)
    for name in ("--from-profile", "--to-profile", "--from-key", "--to-key"):
        parser.add_argument(name)
    given = parser.parse_args(arguments)
    if bool(given.from_key) != bool(given.to_key):
        parser.error("--from-key and --to-key come together")

    region, _, table = given.target.partition("/")
    there = boto3.session.Session(profile_name=given.to_profile, region_name=region)
    here = boto3.session.Session(profile_name=given.from_profile, region_name=given.source.partition("/")[0])
    if Path(given.source).is_dir():
        source = items_in(Path(given.source))
    else:
        source = items_of(here.client("dynamodb"), given.source.partition("/")[2])
    if given.from_key:
        keys = (
            Key(boto3.session.Session(profile_name=profile).client("kms", region_name=arn.split(":")[3]), arn)
            for profile, arn in ((given.from_profile, given.from_key), (given.to_profile, given.to_key))
        )
        done = copy(source, there.client("dynamodb"), table, resealed(*keys))
    else:
        done = copy(source, there.client("dynamodb"), table)
    print(f"{done.new} new, {done.same} were there, {done.other} are other ones there and were left alone")
    return 1 if done.other else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
