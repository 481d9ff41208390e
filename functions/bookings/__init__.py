"""Appointments: slots, holds, tickets, and what ends them. docs/guarantees.md says what can never happen here."""
