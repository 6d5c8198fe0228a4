"""Reservations: one My Key ID for each resident."""
