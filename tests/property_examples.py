"""How many examples a property test tries: its own number by day, 2,000 in the nightly profile."""

from __future__ import annotations

from hypothesis import settings

NIGHTLY = "nightly"
NIGHTLY_EXAMPLES = 2_000

settings.register_profile(NIGHTLY, deadline=None, max_examples=NIGHTLY_EXAMPLES, print_blob=True)


def examples(count: int) -> settings:
    """Return the settings of a property that by day is tried on ``count`` examples."""
    nightly = settings.get_current_profile_name() == NIGHTLY
    return settings(max_examples=NIGHTLY_EXAMPLES if nightly else count, deadline=None)
