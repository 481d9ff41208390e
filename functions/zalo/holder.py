"""Who holds a Zalo access token, asked of Zalo unless it refused the token a moment ago."""

from cccd.errors import ZaloTokenInvalid, ZaloUnavailable
from zalo.graph import ZaloGraph, ZaloProfile
from zalo.refused import REMEMBERED, RefusedTokens


def holder(graph: ZaloGraph, refused: RefusedTokens, access_token: str, address: str) -> ZaloProfile:
    """The person who holds the token that came from this network address.

    Raises:
        ZaloTokenInvalid: Zalo does not accept it.
        ZaloUnavailable: as `ZaloGraph.profile`; or too many refused tokens came from this address.
    """
    if refused.has(access_token):
        raise ZaloTokenInvalid
    if refused.too_many_from(address):
        raise ZaloUnavailable(retry_after=REMEMBERED)
    try:
        return graph.profile(access_token)
    except ZaloTokenInvalid:
        refused.add(access_token, address)
        raise
