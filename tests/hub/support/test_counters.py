"""The promise of the counters: whatever happens in whatever order, nobody's application becomes another's."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub.sample_pay import SamplePay
from hub.support.desk_machine import Counters, World

ONLY_ON = "sqlite"
"""Hundreds of examples are rolled back in one transaction: a PostgreSQL connection ended once in the middle of it."""
NIGHTLY = (10_000, 50)
BY_DAY = (150, 30)
"""Examples and the most steps of each. By day a failure is told as it was found: making it small takes minutes."""
PARTS = 2
"""By night, each in a test of its own."""


def machine(city: Path, pay: SamplePay, examples: int, steps: int, *shrinking: Phase) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *shrinking],
        print_blob=True,
    )
    world = World(city, pay)
    gc.freeze()  # what is there already is not looked through again with every example
    try:
        with world.standing_still():
            run_state_machine_as_test(type("Counters", (Counters,), {"world": world}), settings=chosen)
    finally:
        gc.unfreeze()
    assert world.applied, f"people did apply: the promise was at stake; answered: {world.answered}"


def test_no_order_of_events_links_an_application_to_anybody_but_its_signer(city: Path, sample_pay: SamplePay) -> None:
    machine(city, sample_pay, *BY_DAY)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_does_any_in_half_a_million_steps(city: Path, sample_pay: SamplePay, part: int) -> None:
    examples, steps = NIGHTLY
    machine(city, sample_pay, examples // PARTS, steps, Phase.shrink)
