"""Messages to citizens about their appointments: written with what they tell of, sent once, never at night."""
