"""Waiting fairly: places taken before midnight, and how many requests of each kind are let in at once."""
