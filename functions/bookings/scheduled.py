"""The settings that the scheduled functions share."""

from cccd.settings import Settings


class ScheduledSettings(Settings):
    """The table on which they work."""

    bookings_table: str
