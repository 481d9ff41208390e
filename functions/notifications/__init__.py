"""Messages to citizens about their appointments: written with the change they report, sent once, never at night."""
