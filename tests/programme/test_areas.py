"""An area is a list of municipality codes whose check digits are right."""

from __future__ import annotations

import pytest

from mynapoint.programme.areas import Municipality, area_words, check_digit
from mynapoint.programme.words import Words


@pytest.mark.parametrize("code", ["132292", "142115", "131016", "011002", "472018"])
def test_the_check_digit_of_real_codes_is_computed(code: str) -> None:
    """西東京市, 秦野市, 千代田区, 札幌市, 那覇市."""
    assert check_digit(code) == int(code[-1])


def test_an_area_is_named_by_who_lives_there() -> None:
    area = (Municipality("132292", Words("西東京市", "Nishitokyo")), Municipality("142115", Words("秦野市", "Hadano")))

    assert area_words(area, "ja") == "西東京市、秦野市にお住まいの方"
    assert area_words(area, "en") == "residents of Nishitokyo, Hadano"
