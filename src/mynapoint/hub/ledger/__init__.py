"""Recorded awards: append-only entries and running totals under the cap; my page."""
