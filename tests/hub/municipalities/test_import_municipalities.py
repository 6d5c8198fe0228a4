"""import_municipalities: strict, whole or not at all, the same twice, and readers' answers stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import clock
from mynapoint.hub.municipalities.actions import answer_survey, import_municipalities
from mynapoint.hub.municipalities.exchanges import SurveyAnswer
from mynapoint.hub.municipalities.models import Counter, CounterHours, Municipality, Text
from mynapoint.programme.rule_file import RuleFileError


def counts() -> list[int]:
    return [model._default_manager.count() for model in (Municipality, Text, Counter, CounterHours)]


def test_importing_twice_changes_nothing(folder: Path, db: None) -> None:
    assert import_municipalities(folder) == 2
    before = counts()

    import_municipalities(folder)

    assert counts() == before


def test_survey_answers_survive_a_new_import(folder: Path, hadano: Municipality) -> None:
    answer_survey(municipality=hadano, now=clock.now(), easy_to_find=1, easy_to_understand=None, useful=None)

    import_municipalities(folder)

    assert SurveyAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('purpose = "support"', 'purpose = "party"', "counter[1].purpose"),
        ('days = ["weekday"]', 'days = ["monday"]', "counter[1].hours[1].days"),
        ("closes = 17:00:00", "closes = 09:00:00", "counter[1].hours[1].closes"),
        ('place = "support"', 'place = "attic"', "text[1].place"),
        ("valid_from = 2020-06-18", "valid_from = 2020-06-18\nvalid_until = 2019-01-01", "edition[1].valid_until"),
        ('phone = "0463-82-5115"', 'phone = "0463-82-5115"\npager = "1"', "department[1].pager"),
        (
            'phone = "0463-82-5115"',
            'phone = "0463-82-5115"\nopens = 17:00:00\ncloses = 08:30:00',
            "department[1].closes",
        ),
    ],
)
def test_a_wrong_file_is_named_and_nothing_is_stored(folder: Path, db: None, old: str, new: str, key: str) -> None:
    file = folder / "hadano.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(RuleFileError) as wrong:
        import_municipalities(folder)

    assert (wrong.value.file, wrong.value.key) == ("hadano.toml", key)
    assert not Municipality.objects.exists()
