"""The sample: exactly as large as it must be, the same for everybody who draws it, and it finds what it promises."""

from __future__ import annotations

import hashlib
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, claims
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement.figures import lines
from mynapoint.hub.settlement.sampling import drawn, sample_size, seed_of
from property_examples import examples


@given(population=st.integers(1, 400), rate=st.integers(1, 1000), confidence=st.integers(1, 99))
@examples(150)
def test_the_sample_is_the_least_that_finds_the_rate_with_the_confidence(
    population: int, rate: int, confidence: int
) -> None:
    size = sample_size(population, rate_permille=rate, confidence_percent=confidence)
    wrong = max(1, -(-population * rate // 1000))

    def is_enough(many: int) -> bool:
        missed = comb(population - wrong, many)
        return 100 * missed <= (100 - confidence) * comb(population, many)

    assert is_enough(size)
    assert size == 1 or not is_enough(size - 1)


@pytest.mark.parametrize(
    ("population", "rate", "confidence", "size"),
    [
        (0, 10, 95, 0),
        (1, 10, 95, 1),
        (100, 10, 95, 95),
        (1_000_000, 10, 95, 299),  # 1 - 0.99^299 = 95.05 %
        (3_000_000, 10, 99, 459),
        (3_000_000, 1, 99, 4_600),
    ],
)
def test_known_sizes(population: int, rate: int, confidence: int, size: int) -> None:
    assert sample_size(population, rate_permille=rate, confidence_percent=confidence) == size


def test_a_draw_is_the_same_in_any_order_and_another_with_another_seed() -> None:
    ids = [f"l-{number}" for number in range(500)]

    first = drawn(ids, seed="ab", size=30)

    assert first == drawn(reversed(ids), seed="ab", size=30) == drawn(ids, seed="ab", size=40)[:30]
    assert len(set(first)) == 30
    assert set(first) != set(drawn(ids, seed="ac", size=30))


def test_wrong_lines_are_found_as_often_as_computed() -> None:
    ids = [f"l-{number}" for number in range(400)]
    wrong = set(ids[:12])  # 3 %
    size = sample_size(len(ids), rate_permille=30, confidence_percent=90)

    seeds = [hashlib.sha256(bytes([one, other])).hexdigest() for one in range(40) for other in range(25)]
    found = sum(bool(wrong & set(drawn(ids, seed=seed, size=size))) for seed in seeds)

    computed = 1000 - 1000 * comb(388, size) // comb(400, size)
    assert 900 <= computed <= 905
    assert abs(found - computed) <= 20  # of 1,000 draws: two points, as the promise has it


def test_over_claimed_lines_of_a_real_claim_are_found_at_the_computed_rate(db: None) -> None:
    """40 lines of one provider; three are not as in its books: inflated, reported twice, awarded to nobody's use."""
    import_register(REGISTER)
    person = applies(CertificateId("aa", "1"), clock.START)
    for _ in range(37):
        awarded(person, 100, clock.START)
    honest = set(LedgerEntry.objects.values_list("line_id", flat=True))
    for points in (1_000, 100, 1):
        awarded(person, points, clock.START)
    claim = claims(37 * 100 + 1_101, "2022-07", AFTER_ALL)
    ids = list(lines(claim).values_list("line_id", flat=True))
    size = sample_size(len(ids), rate_permille=75, confidence_percent=90)

    roots = (hashlib.sha256(bytes(divmod(number, 256))).digest() for number in range(2_000))
    found = sum(bool(set(drawn(ids, seed=seed_of(root, claim), size=size)) - honest) for root in roots)

    computed = 1000 - 1000 * comb(37, size) // comb(40, size)
    assert 900 <= computed <= 930
    assert abs(found - 2 * computed) <= 40  # of 2,000 signed roots: two points, as the promise has it
