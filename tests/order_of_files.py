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
    "hub/test_settings.py",
    "house/test_planted_faults.py",
    "journeys/test_browser.py",
    "cli/test_provider.py",
    "hub/identity/test_lineage_properties.py",
    "cli/test_award_bombs.py",
    "journeys/test_journey.py",
    "hub/settlement/test_provider_claims.py",
    "hub/test_journey_in_browser.py",
    "hub/municipalities/test_in_browser.py",
    "journeys/test_phone_in_browser.py",
    "hub/test_public_pages_in_browser.py",
    "benchmarks/test_award.py",
    "provider/test_table_files_fuzzed.py",
    "award/test_properties.py",
    "hub/support/test_counter_in_browser.py",
    "hub/providers_area/test_providers_in_browser.py",
    "hub/payment_services/test_pages_in_browser.py",
    "hub/test_residents_states_in_browser.py",
    "hub/crash/test_power_cut.py",
    "cli/test_provider_killed.py",
    "demo/test_sample_pay_in_browser.py",
    "cli/test_award_spark.py",
    "hub/operation/test_backup.py",
    "hub/payment_services/test_search_at_a_thousand.py",
    "hub/orders/test_every_order.py",
    "hub/ledger/test_corrections_machine.py",
)
"""Files that take half a minute or more on two processors, the longest first."""


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests by file: ``LONGEST``, then those of most tests. In a file they stay in their order."""
    items = list(items)
    sizes = Counter(item.path for item in items)
    turns = {TESTS / name: turn for turn, name in enumerate(LONGEST)}
    return sorted(items, key=lambda item: (turns.get(item.path, len(turns)), -sizes[item.path], item.path))
