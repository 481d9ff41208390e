"""GET /declarations/{declarationId}/print: the declaration on paper. A function of its own, as no other needs reportlab."""

import base64

from aws_lambda_powertools.event_handler import Response

from cccd import clock
from cccd.errors import NotFound, RateLimited
from cccd.http import citizen, lambda_handler, refuses, resolver
from declarations import lifecycle
from declarations.printing.render import render
from declarations.settings import DeclarationId, DeclarationsSettings, checked_id
from offices.directory import directory

app = resolver()

settings = DeclarationsSettings.load()


@app.get(
    "/declarations/<declarationId>/print",
    summary="The printable declaration",
    responses={200: {"description": "A PDF, A4", "content": {"application/pdf": {"schema": {"type": "string"}}}}},
)
@refuses(NotFound, RateLimited)
def print_declaration(declaration_id: DeclarationId) -> Response[str]:
    now, store, who = clock.now(), settings.store(), settings.hash_of(citizen(app))
    copies = store.use.count(who, "prints", citizen(app).since, now)
    found = lifecycle.own(store, who, checked_id(declaration_id), now)
    office = directory().find(found.office_id) if found.office_id else None
    pdf = render(found, office.name if office else "")
    store.journal.note_access(who, "print", found.id, copies, now)
    headers: dict[str, str | list[str]] = {"Content-Disposition": 'inline; filename="to-khai.pdf"'}
    text = base64.b64encode(pdf).decode()
    answer: Response[str] = Response(status_code=200, content_type="application/pdf", body=text, headers=headers)
    answer.base64_encoded = True  # bytes would be encoded for us, but only after they were validated as UTF-8
    return answer


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
