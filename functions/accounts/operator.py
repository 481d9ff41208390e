"""What an operator does with accounts, by invoking this function: connect for several offices or for everywhere, disconnect, list.

    {"begin": {"offices": ["ca-26740", "ca-26743"]}}       the address of Zalo's page of consent; no offices: everywhere
    {"finish": "<the address that the browser came back to>"}
    {"disconnect": "<account>"}
    {"templates": {"account": "<account>", "ids": {"confirmed": "203840"}}}
    {"unwell": true}                                       the accounts that cannot send

docs/operations.md has the commands.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from aws_lambda_powertools.utilities.typing import LambdaContext

from accounts.connecting import begin, finish
from accounts.renewal import unwell_accounts
from accounts.settings import ConnectionSettings
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import Refusal
from cccd.invocation import Event
from cccd.problems import document
from cccd.table import Table
from offices.directory import directory

BY = "operator"

settings = ConnectionSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    try:
        return _done(event)
    except Refusal as refusal:
        return {"refused": document(refusal)["detail"]}


def _done(event: Event) -> dict[str, Any]:
    accounts, now = settings.accounts(), clock.now()
    match event:
        case {"begin": {"offices": list(offices)}}:
            if unknown := [each for each in offices if not isinstance(each, str) or directory().find(each) is None]:
                return {"refused": f"no such office: {unknown}"}
            url, _ = begin(accounts, settings.app(), offices, BY, now)
            return {"consent": url}
        case {"finish": str(address)}:
            query = parse_qs(urlsplit(address).query)
            state, code = query.get("state", [""])[0], query.get("code", [""])[0]
            api = settings.api()
            try:
                account = finish(accounts, settings.app(), api, state, code, BY, now)
            finally:
                api.close()
            return {"connected": account.id, "name": account.name, "offices": list(account.offices)}
        case {"disconnect": str(account_id)}:
            found = accounts.find(account_id)
            if found:
                accounts.disconnect(found)
            return {"disconnected": bool(found)}
        case {"templates": {"account": str(account_id), "ids": dict(ids)}}:
            return {"named": accounts.name_templates(account_id, {str(kind): str(each) for kind, each in ids.items()})}
        case {"unwell": True}:
            return {"unwell": unwell_accounts(accounts, Table(client(), settings.chat_table), now)}
    return {"refused": "say begin, finish, disconnect, templates or unwell: accounts/operator.py says how"}
