"""A ticket is good for its holder, from its arrival to its end, as signed; otherwise it is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mynapoint.hub.waiting.tickets import Ticket, holder_of, read, sign

ARRIVED = datetime(2023, 9, 30, 14, 59, 59, 999999, tzinfo=UTC)
OWN = Ticket(ARRIVED, ARRIVED + timedelta(minutes=10), holder_of("own"), ARRIVED)


def test_an_instant_is_never_rounded_into_the_next_day() -> None:
    ticket = read(sign(OWN), holder=OWN.holder, now=ARRIVED)

    assert ticket is not None
    assert ticket.arrived_at == ARRIVED.replace(microsecond=999000)


def test_it_is_good_until_its_end_and_for_its_holder_only() -> None:
    text, end = sign(OWN), read(sign(OWN), holder=OWN.holder, now=ARRIVED).until  # type: ignore[union-attr]

    assert read(text, holder=OWN.holder, now=end - timedelta(milliseconds=1))
    assert read(text, holder=OWN.holder, now=end) is None
    assert read(text, holder=OWN.holder, now=ARRIVED - timedelta(seconds=1)) is None
    assert read(text, holder=holder_of("another"), now=ARRIVED) is None


def test_what_another_key_signed_is_none(settings: object) -> None:
    text = sign(replace(OWN))
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key"  # type: ignore[attr-defined]

    assert read(text, holder=OWN.holder, now=ARRIVED) is None
