"""Every act, append-only, written in the act's own transaction."""
