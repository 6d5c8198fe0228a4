"""The sample: exactly as large as it must be, the same for everybody who draws it, and it finds what it promises."""

from __future__ import annotations

import hashlib
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.hub.settlement.sampling import drawn, sample_size
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
    lines = [f"l-{number}" for number in range(500)]

    first = drawn(lines, seed="ab", size=30)

    assert first == drawn(reversed(lines), seed="ab", size=30) == drawn(lines, seed="ab", size=40)[:30]
    assert len(set(first)) == 30
    assert set(first) != set(drawn(lines, seed="ac", size=30))


def test_wrong_lines_are_found_as_often_as_computed() -> None:
    lines = [f"l-{number}" for number in range(400)]
    wrong = set(lines[:12])  # 3 %
    size = sample_size(len(lines), rate_permille=30, confidence_percent=90)

    seeds = [hashlib.sha256(bytes([one, other])).hexdigest() for one in range(40) for other in range(25)]
    found = sum(bool(wrong & set(drawn(lines, seed=seed, size=size))) for seed in seeds)

    computed = 1000 - 1000 * comb(388, size) // comb(400, size)
    assert 900 <= computed <= 905
    assert abs(found - computed) <= 20  # of 1,000 draws: two points, as the promise has it
