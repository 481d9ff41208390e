"""GET /offices: the search. It reads nothing but content."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from cccd import clock
from cccd.http import cacheable, lambda_handler, resolver
from offices.directory import directory
from offices.views import OfficePage, OfficeSummary, summary

MAX_AGE = 300  # seconds a front end may keep an answer
NOTHING_FOUND = (
    "Chúng tôi chưa tìm thấy cơ quan Công an nào theo tên này. Bạn thử gõ tên phường, xã, hoặc quận, huyện"
    " (tên cũ cũng được), hoặc gõ tên tỉnh, thành phố để tìm Phòng PC06 Công an tỉnh nhé."
)

NOT_SURE = (
    "Chúng tôi không chắc đây là nơi bạn tìm. Bạn gõ thêm tên phường, xã và quận, huyện hoặc tỉnh (tên cũ cũng được)"
    " để tìm đúng hơn nhé."
)

app = resolver()


@app.get("/offices", summary="Find an office", description="Free text; accents are optional, former names work.")
@cacheable(app, MAX_AGE, kept=256)
def search_offices(
    q: Annotated[str, Query(max_length=200, description="Tên phường, xã, quận cũ, tỉnh.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> OfficePage:
    found = directory().search(q, clock.today(), limit)
    items = [OfficeSummary(**summary(office)) for office in found.offices]
    message = NOTHING_FOUND if not items else None if found.sure else NOT_SURE
    return OfficePage(items=items, confident=bool(items) and found.sure, message=message)


handler = lambda_handler(app)
