"""Every reason has its sentence in Japanese and English, with the same figures, and no sentence is without a reason."""

from __future__ import annotations

from string import Formatter

import pytest

from mynapoint.award.refusals import Refusal
from mynapoint.award.sentences import SENTENCES, conditions, identity, services


def figures_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("refusal", Refusal)
def test_a_reason_is_told_in_both_languages_with_the_same_figures(refusal: Refusal) -> None:
    japanese, english = SENTENCES[refusal.code]

    assert japanese.endswith("。")
    assert english.endswith(".")
    assert figures_of(japanese) == figures_of(english)


def test_no_sentence_is_without_a_reason_and_none_stands_in_two_files() -> None:
    files = (conditions.SENTENCES, services.SENTENCES, identity.SENTENCES)

    assert sum(map(len, files)) == len(SENTENCES) == len(Refusal)
    assert set(SENTENCES) == {refusal.code for refusal in Refusal}
