"""Keys of the declarations table: one partition per citizen, so that nobody reaches another's by its id."""

type Key = dict[str, str]

ID_PATTERN = r"^[a-z2-7]{26}$"


def declaration_key(citizen: str, declaration_id: str) -> Key:
    """The key of a citizen's declaration; `citizen` is their keyed hash."""
    return {"pk": f"CITIZEN#{citizen}", "sk": f"DECLARATION#{declaration_id}"}
