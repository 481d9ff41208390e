"""The declarations table. A declaration lives in its citizen's partition, so another's id leads nowhere.

Every change is one transaction with what must be remembered beside it: consent records when it is written, an erasure
record when it goes. Readers never see what is past its time, whether or not the scheduled erasure has met it.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item, from_item, to_item
from cccd.errors import TemporarilyUnavailable
from cccd.transactions import Refused, Unknown, Write, commit
from consent.choices import Consent, declared
from consent.journal import By, Looked, access_item, erased_item
from consent.store import RETRY_AFTER, Consents
from declarations.declaration import Declaration, Status
from declarations.items import TTL_AFTER, Key, declaration_key, due_partition
from declarations.retention import kept_until
from declarations.sealing import Context, KeyProvider, open_answers, seal_answers
from forms.form import form_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DeclarationStore:
    """The table `table`, through `client`; sensitive answers go through `key`."""

    def __init__(self, client: "DynamoDBClient", table: str, key: KeyProvider):
        self.client = client
        self.table = table
        self.consents = Consents(client, table)
        self._key = key

    # --- reads ------------------------------------------------------------------------------------------------

    def find(self, citizen: str, declaration_id: str, now: datetime) -> Declaration | None:
        """The citizen's declaration of that id, unless it is past its time."""
        key = to_item(declaration_key(citizen, declaration_id))
        found = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        item = from_item(found.get("Item", {}))
        return self._declaration(item) if item and item["dueAt"] > epoch(now) else None

    def of_citizen(self, citizen: str, now: datetime) -> list[Declaration]:
        """All declarations of the citizen that are not past their time, latest change first."""
        items = self._query(citizen, "DECLARATION#")
        found = [self._declaration(item) for item in items if item["dueAt"] > epoch(now)]
        return sorted(found, key=lambda each: each.updated_at, reverse=True)

    def count(self, citizen: str) -> int:
        """How many declarations of the citizen are kept."""
        return sum(1 for _ in self._query(citizen, "DECLARATION#"))

    def records(self, citizen: str, kind: str) -> list[Item]:
        """The citizen's records of a kind (CONSENT, ACCESS, ERASED), oldest first."""
        return list(self._query(citizen, f"{kind}#"))

    # --- writes -----------------------------------------------------------------------------------------------

    def add(self, declaration: Declaration) -> bool:
        """Keep a new declaration, its consent on record; False if its id exists already: nothing is overwritten by it."""
        new = self._put(declaration, "attribute_not_exists(pk)", {})
        return self.consents.append(
            declaration.citizen, lambda last: declared(last, None, declaration.consent, declaration.id), beside=new
        )

    def revise(self, declaration: Declaration, seen: Declaration) -> bool:
        """Put the declaration in place of its version `seen`; False if that is no longer the version there is."""
        condition = "attribute_exists(pk) AND #version = :seen"
        write = self._put(declaration, condition, {":seen": seen.version})
        return self.consents.append(
            declaration.citizen,
            lambda last: declared(last, seen.consent, declaration.consent, declaration.id),
            beside=write,
        )

    def withdraw(self, declaration: Declaration, seen: Declaration) -> bool:
        """The same, of a declaration taken back: consent is not asked anew, and none is recorded."""
        write = self._put(declaration, "attribute_exists(pk) AND #version = :seen", {":seen": seen.version})
        return self._commit([write])

    def erase(self, citizen: str, declaration_id: str, now: datetime) -> bool:
        """Erase a declaration and record that it was; False if there was none."""
        return self.erase_key(citizen, declaration_key(citizen, declaration_id), "citizen", now)

    def erase_key(self, citizen: str, key: Key, by: By, now: datetime) -> bool:
        """Erase the citizen's declaration under that key, unread, and record that it was; False if there was none."""
        gone = Write("Delete", self.table, dict(key), "attribute_exists(pk)", {}, {})
        return self._commit([gone, _append(self.table, erased_item(citizen, "declaration", 1, by, now))])

    def keys_of(self, citizen: str) -> list[Key]:
        """The keys of all the citizen's declarations, also of those past their time."""
        return [{"pk": item["pk"], "sk": item["sk"]} for item in self._query(citizen, "DECLARATION#")]

    def note_erasure(self, citizen: str, what: str, count: int, by: By, now: datetime) -> None:
        """Remember that so many of something of the citizen's were erased."""
        self._note(erased_item(citizen, what, count, by, now))

    def note_access(self, citizen: str, what: Looked, declaration_id: str | None, now: datetime) -> None:
        """Remember that a copy was made of what is held."""
        self._note(access_item(citizen, what, declaration_id, now))

    # --- inside -----------------------------------------------------------------------------------------------

    def _commit(self, writes: list[Write]) -> bool:
        try:
            commit(self.client, writes)
        except Refused:
            return False
        except Unknown:
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
        return True

    def _note(self, item: Item) -> None:
        if not self._commit([_append(self.table, item)]):
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER)

    def _put(self, declaration: Declaration, condition: str, values: Item) -> Write:
        names = {"#version": "version"} if "#version" in condition else {}
        return Write("Put", self.table, {}, condition, names, values, item=self._item(declaration))

    def _query(self, citizen: str, prefix: str) -> Iterator[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=to_item({":pk": declaration_key(citizen, "")["pk"], ":prefix": prefix}),
            ConsistentRead=True,
        )
        for page in pages:
            yield from (from_item(item) for item in page["Items"])

    def _item(self, declaration: Declaration) -> Item:
        sensitive = _sensitive(declaration.edition)
        sealed = {name: answer for name, answer in declaration.answers.items() if name in sensitive}
        due = epoch(kept_until(declaration))
        return {
            **declaration_key(declaration.citizen, declaration.id),
            "id": declaration.id,
            "citizen": declaration.citizen,
            "status": declaration.status.value,
            "version": declaration.version,
            "edition": declaration.edition,
            "procedure": declaration.procedure,
            "office": declaration.office_id,
            # As text: DynamoDB has no floats, no empty keys and other limits than JSON has.
            "answers": json.dumps({name: a for name, a in declaration.answers.items() if name not in sensitive}),
            "sealed": seal_answers(self._key, sealed, _context(declaration.citizen, declaration.id)),
            "consent": {
                "version": declaration.consent.version,
                "purposes": list(declaration.consent.purposes),
                "givenAt": epoch(declaration.consent.given_at),
            },
            "createdAt": epoch(declaration.created_at),
            "updatedAt": epoch(declaration.updated_at),
            "submittedAt": epoch(declaration.submitted_at) if declaration.submitted_at else None,
            "request": declaration.request_hash,
            "due": due_partition(declaration.id),
            "dueAt": due,
            "ttl": due + TTL_AFTER,
        }

    def _declaration(self, item: Item) -> Declaration:
        consent, sealed = item["consent"], item.get("sealed")
        context = _context(item["citizen"], item["id"])
        answers = json.loads(item["answers"]) | open_answers(self._key, bytes(sealed) if sealed else None, context)
        order = [field.name for field in form_of(item["edition"]).fields]
        return Declaration(
            id=item["id"],
            citizen=item["citizen"],
            status=Status(item["status"]),
            version=item["version"],
            edition=item["edition"],
            procedure=item["procedure"],
            office_id=item.get("office"),
            answers={name: answers[name] for name in order if name in answers},
            consent=Consent(consent["version"], tuple(consent["purposes"]), from_epoch(consent["givenAt"])),
            created_at=from_epoch(item["createdAt"]),
            updated_at=from_epoch(item["updatedAt"]),
            submitted_at=from_epoch(item["submittedAt"]) if "submittedAt" in item else None,
            request_hash=item.get("request"),
        )


def _append(table: str, item: Item) -> Write:
    """A record that never takes another's place."""
    return Write("Put", table, {}, "attribute_not_exists(pk)", {}, {}, item=item)


def _sensitive(edition: str) -> frozenset[str]:
    return frozenset(field.name for field in form_of(edition).fields if field.sensitive)


def _context(citizen: str, declaration_id: str) -> Context:
    """Binds what is sealed to its place: copied into another citizen's item, it does not open."""
    return {"purpose": "declaration", "citizen": citizen, "declaration": declaration_id}
