"""What a page that watches the hub reads of the machines it asks."""

from __future__ import annotations

from datetime import UTC, datetime

from mynapoint.hub.identity.circuits import FAILURES_IN_A_ROW, PAUSE_SECONDS, Circuit, Snapshot, State, snapshots


def test_a_snapshot_says_how_it_stands_and_since_when() -> None:
    clock = [0.0]
    circuit = Circuit("the test's responder", clock=lambda: clock[0])
    assert circuit.snapshot() == Snapshot("the test's responder", State.ASKED, 0, None)

    began = datetime.now(UTC)
    for _ in range(FAILURES_IN_A_ROW):
        circuit.failed("no answer")
    paused = circuit.snapshot()
    assert (paused.state, paused.failures) == (State.PAUSED, FAILURES_IN_A_ROW)
    assert paused.since is not None
    assert began <= paused.since <= datetime.now(UTC)

    clock[0] += PAUSE_SECONDS + 1
    assert circuit.snapshot().state is State.TRYING
    assert circuit.lets_through(), "reading it takes nobody's turn"
    assert not circuit.lets_through()

    circuit.answered()
    assert (circuit.snapshot().state, circuit.snapshot().failures) == (State.ASKED, 0)


def test_every_circuit_of_the_process_is_listed_by_name() -> None:
    kept = [Circuit("test b"), Circuit("test a")]

    names = [one.name for one in snapshots() if one.name.startswith("test ")]

    assert names == ["test a", "test b"]
    del kept
