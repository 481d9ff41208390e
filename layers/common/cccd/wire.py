"""The shape of what crosses the wire; it loads no HTTP, so that functions which no HTTP route leads to have it too."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """What crosses the wire: camelCase outside, snake_case inside; unknown members are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Page[T](Model):
    """A list answer. `next_cursor` asks for the page after this one; it is null where there is none, or the list has one page."""

    items: list[T]
    next_cursor: str | None = None
