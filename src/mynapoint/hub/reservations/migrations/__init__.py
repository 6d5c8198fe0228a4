"""The tables of reservations, step by step."""
