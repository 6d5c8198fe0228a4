"""Migrations of the office's tables."""
