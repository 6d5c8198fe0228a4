"""The promise of the counters: whatever happens in whatever order, nobody's application becomes another's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub.sample_pay import SamplePay
from hub.support.desk_machine import Counters, World

NIGHTLY = (10_000, 50)
BY_DAY = (30, 30)
"""A failure is told as it was found: making it small takes minutes, and is done by night."""


def machine(city: Path, examples: int, steps: int, *shrinking: Phase) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *shrinking],
        print_blob=True,
    )
    world = World(city)
    for _ in range(3):  # chance may keep everybody from applying, once
        run_state_machine_as_test(type("Counters", (Counters,), {"world": world}), settings=chosen)
        if world.applied:
            break
    assert world.applied, f"people did apply: the promise was at stake; refused: {world.refused}"


def test_no_order_of_events_links_an_application_to_anybody_but_its_signer(city: Path, sample_pay: SamplePay) -> None:
    machine(city, *BY_DAY)


@pytest.mark.nightly
def test_nor_does_any_in_half_a_million_steps(city: Path, sample_pay: SamplePay) -> None:
    machine(city, *NIGHTLY, Phase.shrink)
