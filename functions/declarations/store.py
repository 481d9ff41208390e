"""The declarations table. A declaration lives in its citizen's partition, so another's id leads nowhere."""

from datetime import timedelta
from typing import TYPE_CHECKING

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item, from_item, to_item
from declarations.declaration import Consent, Declaration
from declarations.keys import declaration_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=30)  # after submission; a proposal until the office's own retention rule is known


class DeclarationStore:
    """The table `table`, through `client`."""

    def __init__(self, client: "DynamoDBClient", table: str):
        self._client = client
        self._table = table

    def add(self, declaration: Declaration) -> None:
        """Keep a new declaration; an id that exists already is never overwritten."""
        self._client.put_item(
            TableName=self._table, Item=to_item(_item(declaration)), ConditionExpression="attribute_not_exists(pk)"
        )

    def find(self, citizen: str, declaration_id: str) -> Declaration | None:
        """The citizen's declaration of that id."""
        key = to_item(declaration_key(citizen, declaration_id))
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _declaration(from_item(found["Item"])) if "Item" in found else None

    def of_citizen(self, citizen: str) -> list[Declaration]:
        """All declarations of the citizen, latest first."""
        key = declaration_key(citizen, "")
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=to_item({":pk": key["pk"], ":prefix": key["sk"]}),
            ConsistentRead=True,
        )
        found = [_declaration(from_item(item)) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda each: each.submitted_at, reverse=True)


def _item(declaration: Declaration) -> Item:
    return {
        **declaration_key(declaration.citizen, declaration.id),
        "id": declaration.id,
        "citizen": declaration.citizen,
        "status": declaration.status,
        "version": declaration.version,
        "edition": declaration.edition,
        "procedure": declaration.procedure,
        "office": declaration.office_id,
        "answers": dict(declaration.answers),
        "consent": {
            "version": declaration.consent.version,
            "purposes": list(declaration.consent.purposes),
            "givenAt": epoch(declaration.consent.given_at),
        },
        "submittedAt": epoch(declaration.submitted_at),
        "ttl": epoch(declaration.submitted_at + KEPT),
    }


def _declaration(item: Item) -> Declaration:
    consent = item["consent"]
    return Declaration(
        id=item["id"],
        citizen=item["citizen"],
        status=item["status"],
        version=item["version"],
        edition=item["edition"],
        procedure=item["procedure"],
        office_id=item["office"],
        answers=item["answers"],
        consent=Consent(consent["version"], tuple(consent["purposes"]), from_epoch(consent["givenAt"])),
        submitted_at=from_epoch(item["submittedAt"]),
    )
