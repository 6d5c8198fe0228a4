"""Passwords of staff: how they are hashed, and what a password must be."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

CHARACTERS_MIN = 12
"""Length alone: rules of letters and signs, and forced changes, make passwords worse (NIST SP 800-63B)."""
CHARACTERS_MAX = 128


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's setting for a server that many sign in to at once."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return make_password(password, hasher=Argon2id())


def is_right(password: str, kept: str | None) -> bool:
    """Say whether a password is the kept one. Without a kept one it takes as long, and it never is."""
    right = check_password(password, kept or _nobodys())
    return right and bool(kept)


@cache
def _nobodys() -> str:
    return hashed("a password of nobody, so that an unknown name takes as long")
