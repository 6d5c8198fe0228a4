"""Municipalities: counters, hours, contact lines, and pages that state facts as of a day."""
