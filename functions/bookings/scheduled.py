"""What the scheduled functions share: their settings."""

from cccd.settings import Settings


class ScheduledSettings(Settings):
    """The table that is worked on."""

    bookings_table: str
