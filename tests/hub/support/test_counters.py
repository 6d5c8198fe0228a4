"""The promise of the counters: whatever happens in whatever order, nobody's application becomes another's."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub.sample_pay import SamplePay
from hub.support.desk_machine import Counters, World

NIGHTLY = {"sqlite": (10_000, 50), "postgresql": (1_000, 50)}
BY_DAY = {"sqlite": (500, 30), "postgresql": (30, 30)}
"""Examples and the most steps of each. By day a failure is told as it was found: making it small takes minutes."""
ENOUGH = 100
"""From so many examples on, chance alone does not keep everybody from applying."""
PARTS = 40
"""By night, each in a test of its own, of some minutes: what one found is known before all have ended."""
GARBAGE_OBJECTS = 100_000
"""After how many of them Python looks for what is no longer reachable: a tenth of the time, at its default."""


@contextmanager
def counters(city: Path, pay: SamplePay) -> Iterator[type[Counters]]:
    """Everything that an example begins with, while the machine's clock stands still."""
    world = World(city, pay)
    gc.freeze()  # what is there already is not looked through again with every example
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE_OBJECTS)
    try:
        with world.standing_still():
            yield type("Counters", (Counters,), {"world": world})
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def machine(city: Path, pay: SamplePay, examples: int, steps: int, *shrinking: Phase) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *shrinking],
        print_blob=True,
    )
    with counters(city, pay) as chosen_machine:
        run_state_machine_as_test(chosen_machine, settings=chosen)
        world = chosen_machine.world
    if examples >= ENOUGH:
        assert world.applied, f"people did apply: the promise was at stake; answered: {world.answered}"
        assert world.begun_by_card, "cards did begin visits"


def test_a_card_changed_before_the_signature_applies_for_nobody(city: Path, sample_pay: SamplePay) -> None:
    """The known failure, whatever the examples of a day reach."""
    with counters(city, sample_pay) as chosen:
        desk = chosen()
        desk.a_visitor_arrives_and_signs_in(at=0, card="aoki", typed="aoki", signs="", by="helper")
        desk.a_card_was_changed_unnoticed_and_signs(at=0, card="ueno")
        desk.every_application_is_its_signers()
        assert not desk.world.applied

        desk.a_visitor_arrives_and_signs_in(at=0, card="aoki", typed="aoki", signs="", by="helper")
        desk.the_card_signs(at=0)
        desk.every_application_is_its_signers()
        assert desk.world.applied, "with one's own card one does apply"

        desk.a_visitor_arrives_and_signs_in(at=0, card="ueno", typed="ueno", signs="", by="card")
        assert desk.world.begun_by_card
        desk.somebody_reads_my_page(at=0)
        desk.teardown()


def test_no_order_of_events_links_an_application_to_anybody_but_its_signer(
    city: Path, sample_pay: SamplePay, database: str
) -> None:
    machine(city, sample_pay, *BY_DAY[database])


def test_a_visit_left_alone_for_long_stays_over_when_left_alone_again(city: Path, sample_pay: SamplePay) -> None:
    """Found by night: the machine itself once moved the last sight of a visit forward."""
    with counters(city, sample_pay) as chosen:
        desk = chosen()
        desk.a_visitor_arrives_and_signs_in(at=1, card="aoki", typed="", signs="", by="helper")
        desk.somebody_reads_my_page(at=1)
        desk.nobody_does_anything(at=1, seconds=600)
        desk.nobody_does_anything(at=1, seconds=60)
        desk.somebody_goes_back_or_opens_a_second_tab(at=1, back=1)
        desk.teardown()


def test_who_signs_in_on_the_way_to_a_page_that_refuses_is_in_all_the_same(city: Path, sample_pay: SamplePay) -> None:
    """Found by night: the machine took a card for signed out because it had applied before and was told so."""
    with counters(city, sample_pay) as chosen:
        desk = chosen()
        desk.a_visitor_arrives_and_signs_in(at=0, card="aoki", typed="ueno", signs="aoki", by="helper")
        desk.somebody_ends_the_visit(at=0)
        desk.the_helper_begins_a_visit(at=0)
        desk.somebody_goes_back_or_opens_a_second_tab(at=0, back=1)
        desk.the_card_signs(at=0)
        desk.somebody_reads_my_page(at=0)
        assert desk.who == ["aoki", None]
        desk.teardown()


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_does_any_in_half_a_million_steps(city: Path, sample_pay: SamplePay, database: str, part: int) -> None:
    examples, steps = NIGHTLY[database]
    machine(city, sample_pay, examples // PARTS, steps, Phase.shrink)
