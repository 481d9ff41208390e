"""Who an officer is, by the claims of the token that API Gateway has checked.

A user of the pool belongs to groups, which only an administrator gives: `ca-26740.officer`, `ca-26740.chief`. So the role is an
office's own, and no user can write it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cccd.errors import ChiefOnly, NotYourOffice, Unauthenticated
from cccd.invocation import Event

type Role = Literal["officer", "chief"]

_ROLES: dict[str, Role] = {"officer": "officer", "chief": "chief"}
_GROUP = re.compile(r"([a-z0-9-]+)\.(officer|chief)")


@dataclass(frozen=True)
class Officer:
    """A user of the pool: `id` is the pool's own, `name` what they sign in with; `offices` has their role at each."""

    id: str
    name: str
    offices: Mapping[str, Role]

    def at(self, office_id: str) -> "Officer":
        """This officer, who may act for that office.

        Raises:
            NotYourOffice: they may not.
        """
        if office_id not in self.offices:
            raise NotYourOffice
        return self

    def chief_at(self, office_id: str) -> "Officer":
        """This officer, who is the chief of that office.

        Raises:
            NotYourOffice, ChiefOnly
        """
        if self.at(office_id).offices[office_id] != "chief":
            raise ChiefOnly
        return self


def officer_of(event: Event) -> Officer:
    """The officer whose token the gateway's authorizer has checked.

    Raises:
        Unauthenticated: the event has no claims of an access token: no authorizer guards this route, or the token is of another kind.
    """
    claims = event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims", {})
    if claims.get("token_use") != "access" or not claims.get("sub"):
        raise Unauthenticated
    found: dict[str, Role] = {}
    groups = str(claims.get("cognito:groups", "")).strip("[]").split()
    for office, role in (match.groups() for each in groups if (match := _GROUP.fullmatch(each))):
        if found.get(office) != "chief":
            found[office] = _ROLES[role]
    return Officer(str(claims["sub"]), str(claims.get("username", "")), found)
