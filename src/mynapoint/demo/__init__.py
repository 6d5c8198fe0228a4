"""Plays all parties in an invented city: people, cards, a payment service, a month of top-ups."""
