"""Appointments: slots, holds, tickets, and how they end. docs/guarantees.md says what can never happen here."""
