"""How a My Key ID is made: eight characters drawn without bias from an alphabet without look-alikes."""

from __future__ import annotations

import secrets

from mynapoint.programme.values import MyKeyId

ALPHABET = "BCDFGHJKMNPQRSTVWXYZ23456789"
"""Upper-case letters and digits without 0 O, 1 I L, and without A E U, so that no words arise.

The alphabet of the real programme is not published; this is our decision (docs/decisions/0025-register.md).
28 characters give 3.8 × 10¹¹ names: with 75 million residents about one new name in 5,000 is taken and drawn again.
"""


def new_my_key_id() -> MyKeyId:
    """Return a random My Key ID; ``secrets.choice`` draws each character with the same chance."""
    return MyKeyId("".join(secrets.choice(ALPHABET) for _ in range(8)))
