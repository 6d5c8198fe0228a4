"""In which order workers take files: the longest first, so that in the end none waits for another's long one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST = (
    "hub/support/test_counters.py",
    "provider/test_spark.py",
    "hub/test_staff_pages_in_browser.py",
    "cli/test_provider.py",
    "hub/identity/test_lineage_properties.py",
    "cli/test_award_bombs.py",
    "house/test_planted_faults.py",
    "hub/test_settings.py",
    "hub/municipalities/test_in_browser.py",
    "journeys/test_journey.py",
    "hub/test_journey_in_browser.py",
    "journeys/test_browser.py",
    "award/test_properties.py",
)
"""Files that take a minute or more on two processors, the longest first."""


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests by file: ``LONGEST``, then those of most tests. In a file they stay in their order."""
    items = list(items)
    sizes = Counter(item.path for item in items)
    turns = {TESTS / name: turn for turn, name in enumerate(LONGEST)}
    return sorted(items, key=lambda item: (turns.get(item.path, len(turns)), -sizes[item.path], item.path))
