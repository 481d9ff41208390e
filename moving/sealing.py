"""The sensitive answers of declarations, sealed anew: a KMS key stays in its region and its account."""

from collections.abc import Callable

from cccd.dynamodb import from_item
from declarations.sealing import KeyProvider
from declarations.store import sealing_context
from moving.copying import Attributes


def resealed(old: KeyProvider, new: KeyProvider) -> Callable[[Attributes], Attributes]:
    """What opens an item's sealed answers with the old key and seals them with the new one; other items are as they were."""

    def change(item: Attributes) -> Attributes:
        if "sealed" not in item:
            return item
        known = from_item({name: item[name] for name in ("citizen", "id")})
        context = sealing_context(known["citizen"], known["id"])
        return {**item, "sealed": {"B": new.seal(old.open(item["sealed"]["B"], context), context)}}

    return change
