"""The tables of books, step by step."""
