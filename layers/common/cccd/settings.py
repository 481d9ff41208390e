"""Settings of a function: its environment as a model. A wrong one fails at init and says what is wrong."""

import os

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base of each function's settings; a field `bookings_table` is read from BOOKINGS_TABLE."""

    model_config = ConfigDict(frozen=True, str_min_length=1)

    @classmethod
    def load[S: Settings](cls: type[S]) -> S:
        """The settings from the environment.

        Raises:
            pydantic.ValidationError: a variable is missing or empty; it names which.
        """
        return cls.model_validate(
            {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        )
