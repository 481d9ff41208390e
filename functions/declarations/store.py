"""The declarations table. A declaration is in its citizen's partition, so another citizen's id leads nowhere.

Every change is one transaction with its consent records. Readers never see a declaration past its time, even if the
scheduled erasure has not reached it yet.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import NEW, Table
from cccd.transactions import Refused, Unknown, Write
from consent.choices import Consent, declared
from consent.journal import RETRY_AFTER, Journal
from consent.store import Consents
from declarations.declaration import Declaration, DeclarationStatus
from declarations.items import TTL_AFTER, declaration_key, due_partition
from declarations.sealing import Context, KeyProvider, open_answers, seal_answers
from declarations.use import Use
from forms.form import form_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DeclarationStore:
    """The table `name`, through `client`; sensitive answers go through `key`."""

    def __init__(self, client: "DynamoDBClient", name: str, key: KeyProvider):
        self._table = Table(client, name)
        self._key = key
        self.consents = Consents(self._table)
        self.journal = Journal(self._table)
        self.use = Use(self._table)

    # --- reads ------------------------------------------------------------------------------------------------

    def find(self, citizen: CitizenHash, declaration_id: str, now: datetime) -> Declaration | None:
        """The citizen's declaration with that id, unless it is past its time."""
        item = self._table.get(declaration_key(citizen, declaration_id))
        return self._declaration(item) if item and item["dueAt"] > epoch(now) else None

    def of_citizen(self, citizen: CitizenHash, now: datetime) -> list[Declaration]:
        """All declarations of the citizen that are not past their time, latest change first."""
        found = [self._declaration(item) for item in self._items(citizen) if item["dueAt"] > epoch(now)]
        return sorted(found, key=lambda each: each.updated_at, reverse=True)

    def count(self, citizen: CitizenHash) -> int:
        """How many declarations of the citizen are kept."""
        return len(self._items(citizen))

    # --- writes -----------------------------------------------------------------------------------------------

    def add(self, declaration: Declaration) -> bool:
        """Keep a new declaration and record its consent; False if its id exists already: it overwrites nothing."""
        new = self._table.put(self._item(declaration), NEW)
        return self.consents.append(
            declaration.citizen, lambda last: declared(last, None, declaration.consent, declaration.id), beside=new
        )

    def revise(self, declaration: Declaration, seen: Declaration) -> bool:
        """Replace `seen` with the declaration; False if `seen` is no longer the current version."""
        return self.consents.append(
            declaration.citizen,
            lambda last: declared(last, seen.consent, declaration.consent, declaration.id),
            beside=self._in_place_of(seen, declaration),
        )

    def withdraw(self, declaration: Declaration, seen: Declaration) -> bool:
        """Replace `seen` with the withdrawn declaration; withdrawing asks for no consent and records none."""
        try:
            self._table.commit([self._in_place_of(seen, declaration)])
        except Refused:
            return False
        except Unknown:
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
        return True

    # --- inside -----------------------------------------------------------------------------------------------

    def _in_place_of(self, seen: Declaration, declaration: Declaration) -> Write:
        """It is still the version that was seen, and no appointment has extended its time since."""
        values = {":seen": seen.version, ":due": epoch(seen.kept_until)}
        return self._table.put(self._item(declaration), "#version = :seen AND dueAt = :due", values)

    def _items(self, citizen: CitizenHash) -> list[Item]:
        partition = declaration_key(citizen, "")
        return list(self._table.query(partition["pk"], partition["sk"]))

    def _item(self, declaration: Declaration) -> Item:
        sensitive = _sensitive(declaration.edition)
        sealed = {name: answer for name, answer in declaration.answers.items() if name in sensitive}
        due = epoch(declaration.kept_until)
        return {
            **declaration_key(declaration.citizen, declaration.id),
            "id": declaration.id,
            "citizen": declaration.citizen,
            "status": declaration.status.value,
            "version": declaration.version,
            "edition": declaration.edition,
            "procedure": declaration.procedure,
            "office": declaration.office_id,
            # As text: DynamoDB has no floats and no empty keys, and its other limits differ from JSON's.
            "answers": json.dumps({name: a for name, a in declaration.answers.items() if name not in sensitive}),
            "sealed": seal_answers(self._key, sealed, sealed_for(declaration.citizen, declaration.id)),
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
        context = sealed_for(item["citizen"], item["id"])
        answers = json.loads(item["answers"]) | open_answers(self._key, bytes(sealed) if sealed else None, context)
        order = [field.name for field in form_of(item["edition"]).fields]
        return Declaration(
            id=item["id"],
            citizen=item["citizen"],
            status=DeclarationStatus(item["status"]),
            version=item["version"],
            edition=item["edition"],
            procedure=item["procedure"],
            office_id=item.get("office"),
            answers={name: answers[name] for name in order if name in answers},
            consent=Consent(consent["version"], tuple(consent["purposes"]), from_epoch(consent["givenAt"])),
            created_at=from_epoch(item["createdAt"]),
            updated_at=from_epoch(item["updatedAt"]),
            submitted_at=from_epoch(item["submittedAt"]) if "submittedAt" in item else None,
            kept_until=from_epoch(item["dueAt"]),
            request_hash=item.get("request"),
        )


def _sensitive(edition: str) -> frozenset[str]:
    return frozenset(field.name for field in form_of(edition).fields if field.sensitive)


def sealed_for(citizen: CitizenHash, declaration_id: str) -> Context:
    """Binds a sealed text to its place: copied into another citizen's item, it does not open."""
    return {"purpose": "declaration", "citizen": citizen, "declaration": declaration_id}
