"""GET /provinces and GET /provinces/{code}/wards: the lists that an address is chosen from."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from cccd import clock
from cccd.errors import NotFound
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.wire import Model, Page
from places import places

MAX_AGE = 86_400

app = resolver()


class PlaceView(Model):
    """A province, or a ward of one."""

    code: str
    name: str


class PlacePage(Page[PlaceView]):
    """Places in the order of their codes."""


@app.get("/provinces", summary="Provinces and cities", description="The 34 of today.")
@cacheable(app, MAX_AGE, kept=64)
def list_provinces() -> PlacePage:
    items = [PlaceView(code=each.code, name=each.name) for each in places.provinces(clock.today())]
    return PlacePage(items=items)


@app.get("/provinces/<code>/wards", summary="Wards of a province", description="Wards, communes and special zones.")
@refuses(NotFound)
@cacheable(app, MAX_AGE, kept=64)
def list_wards(code: Annotated[str, Path()]) -> PlacePage:
    found = places.wards(code)
    if not found:
        raise NotFound
    items = [PlaceView(code=ward, name=name) for ward, name in found.items()]
    return PlacePage(items=items)


handler = lambda_handler(app)
