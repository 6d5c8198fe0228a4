"""Django's PostgreSQL, and one thing more: a commit that no standby has confirmed is never taken for a success."""
