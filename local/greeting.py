"""What an engineer reads once the stack is up: where everything is, and five calls to try."""

from local.settings import Settings

OFFICE = "pc06-79"  # one of functions/offices/content/offices.toml, with slots to show


def commands(api: str) -> list[str]:
    """Calls that work on a fresh stack, to be pasted into a shell."""
    json = "-H 'Content-Type: application/json'"
    return [
        f"""curl -X POST {api}/sessions {json} -d '{{"zaloAccessToken": "demo-lan"}}'""",
        f"curl '{api}/offices?q=sai%20gon'",
        f"curl {api}/offices/{OFFICE}/slots",
        f"curl {api}/procedures/cap-cccd",
        f"curl '{api}/faq?q=le%20phi'",
    ]


def greeting(settings: Settings, api: str, zalo: str, engine: str, state: str, log: str) -> str:
    """The addresses, then the calls. `state` and `log` are paths to show."""
    tables = settings.dynamodb_url or engine
    lines = [
        "",
        f"  API            {api}",
        f"  Reference      {api}/docs",
        f"  Mini App       {api}/app    once `make app` has built it",
        f"  Fake Zalo      {zalo}    token demo-<name> signs in as a citizen of that name, no other does",
        f"  Chat           {zalo}/sent    what citizens received there",
        f"  Desk           {api}/desk/    the officers' page, once `make desk` has built it",
        f"  Officers       {api}/officers/demo/can-bo, …/chi-huy    an officer's and a chief's token for /desk",
        f"  Tables         {tables}    {'' if settings.dynamodb_url else state}".rstrip(),
        f"  Engine         {engine}",
        f"  Function logs  {log}",
    ]
    if settings.clock:
        lines.append(f"  Clock          started at {settings.clock.isoformat()}, ticking")
    if not settings.schedules:
        lines.append("  Schedules      off")
    return "\n".join([*lines, "", "Try:", *(f"  {command}" for command in commands(api)), "", "Ctrl-C ends it.", ""])
