"""A programme file is checked whole: all faults at once, and periods that no reader of one figure could compare."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from mynapoint.programme.check import check_file, summary
from mynapoint.programme.rounds import ROUND_IDS, load_round

DATA = resources.files("mynapoint.programme") / "data"


def test_the_shipped_programmes_have_no_faults() -> None:
    for round_id in ROUND_IDS:
        examined = check_file(Path(str(DATA / f"{round_id}.toml")))

        assert examined.faults == ()
        assert examined.law == load_round(round_id)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = _changed(
        tmp_path,
        ("value = 3000\n", "value = -3000\n"),
        ("value = 30\n", "value = 30.5\n"),
        ("announced_on = 2023-04-03\nvalue = 2024-02-29\n", "announced_on = 2023-04-31x\nvalue = 2024-02-29\n"),
    )
    assert [fault.why[:11] for fault in check_file(path).faults] == ["is not TOML"], "one fault hides the rest of TOML"

    path = _changed(
        tmp_path,
        ("value = 3000\n", "value = -3000\n"),
        ("value = 30\n", "value = 30.5\n"),
        ("number = 2\n", "number = 2\nbonus = 1\n"),
        ("[newborn_points]\nlabel", '[newborn_points]\ncolour = "red"\nlabel'),
        ("[[earning_until.announcement]]\n", "[[earning_until.announcement]]\nvalues = 1\n"),
    )
    faults = [(fault.file, fault.key) for fault in check_file(path).faults]

    assert faults == [
        ("mine.toml", "local_shopping_points.announcement[1].value"),
        ("mine.toml", "premium_rate.announcement[1].value"),
        ("mine.toml", "newborn_points.colour"),
        ("mine.toml", "earning_until.announcement[1].values"),
        ("mine.toml", "incentive.newborn.bonus"),
    ], "of what depends on figures that could not be read, only the rest is told"


def test_an_incentive_is_faulted_once_what_it_names_can_be_read(tmp_path: Path) -> None:
    path = _changed(tmp_path, ("number = 2\n", "number = 1\n"))

    assert [str(fault) for fault in check_file(path).faults] == [
        "mine.toml: incentive.newborn.number: 1 is local_shopping's; give each incentive its own"
    ]


def test_earning_may_not_end_before_anybody_can_apply(tmp_path: Path) -> None:
    path = _changed(
        tmp_path,
        ("value = 2024-03-31\n", "value = 2023-05-31\n"),
        (
            "[[applications_from.announcement]]\nannounced_on = 2023-04-03\nvalue = 2023-05-01\n",
            "[[applications_from.announcement]]\nannounced_on = 2023-04-03\nvalue = 2023-06-01\n",
        ),
    )

    assert "before [applications_from] starts on 2023-06-01" in str(check_file(path).faults[0])


def test_an_incentive_of_a_national_round_may_not_earn_twice_on_one_day(tmp_path: Path) -> None:
    text = (DATA / "round2.toml").read_text(encoding="utf-8").replace('id = "round2"', 'id = "round3"')
    path = tmp_path / "round3.toml"
    path.write_text(text, encoding="utf-8")

    [fault] = check_file(path).faults

    assert (fault.file, fault.key) == ("round3.toml", "incentive.card_uptake")
    assert "overlaps round2 (2022-01-01 until 2023-02-28)" in fault.why
    assert "move the days" in fault.why


def test_a_file_brings_its_own_sources(tmp_path: Path) -> None:
    law = check_file(_changed(tmp_path)).law

    assert law is not None
    assert law.parameters["premium_rate"].announcements[0].source.publisher == "みほん市(架空の市)"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[source.mihon-2023-04-03]", "[source.hadano-2020-06-18]", "is a source of the package; give"),
        ("publisher = ", "author = ", "source.mihon-2023-04-03.publisher: is missing"),
    ],
)
def test_a_source_of_its_own_is_read_as_strictly(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert why in str(check_file(_changed(tmp_path, (old, new))).faults[0])


def test_a_summary_counts_what_a_file_holds() -> None:
    held = summary(load_round("mihon"))

    assert (held.incentives, held.statements, held.graces, held.sources) == (2, 0, 0, 1)
    assert held.figures == len(load_round("mihon").parameters)


def _changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return a copy of the municipal example with some texts replaced, each wherever it stands."""
    text = (DATA / "mihon.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path
