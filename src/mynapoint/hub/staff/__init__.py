"""Staff (職員): accounts with two factors, the terminals they work at, and who did what where."""
