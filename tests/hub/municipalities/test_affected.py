"""The pages that a change of the law reaches are those that read differently then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mynapoint.hub.municipalities.affected import affected_pages
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Municipality, Question
from mynapoint.hub.municipalities.pages import NotYetPublished, page_of_day
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round


def reached(round_id: str, earlier: str, later: str) -> dict[str, tuple[str, ...]]:
    found = affected_pages(load_round(round_id), date.fromisoformat(earlier), date.fromisoformat(later))
    return {page.address: page.keys for page in found}


def test_a_moved_deadline_reaches_both_municipal_pages_and_no_other(towns: None) -> None:
    found = reached("round2", "2022-09-19", "2022-09-20")

    assert found == {"/m/hadano/": ("card_requested_by",), "/m/nishitokyo/": ("card_requested_by",)}


def test_a_page_that_places_the_figure_is_reached_too(hadano: Municipality) -> None:
    words = PageWords("申請は{card_requested_by}です。", "Request it {card_requested_by}.")
    asked = {"question": PageWords("いつまで?", "Until when?"), "answer": words, "topic": "card"}
    Question.objects.create(municipality=hadano, valid_from=date(2022, 1, 1), **asked)

    assert reached("round2", "2022-09-19", "2022-09-20")["/m/hadano/faq/"] == ("card_requested_by",)


def test_new_hours_of_the_line_reach_the_help_page(towns: None) -> None:
    assert reached("round2", "2022-01-23", "2022-01-24")["/help/"] == ("free_dial",)


def test_nothing_announced_reaches_nothing(towns: None) -> None:
    assert reached("round2", "2022-07-01", "2022-07-02") == {}
    assert reached("mihon", "2020-01-01", "2026-01-01") == {}


ANNOUNCED = ["2020-06-18", "2022-01-24", "2022-06-30", "2022-09-20", "2022-12-20", "2022-12-21", "2022-12-22"]


@pytest.mark.parametrize("day", ANNOUNCED)
def test_what_is_listed_is_what_reads_differently(towns: None, day: str) -> None:
    later = date.fromisoformat(day)
    earlier = later - timedelta(days=1)
    listed = {**reached("round1", str(earlier), day), **reached("round2", str(earlier), day)}

    for town in Municipality.objects.all():
        try:
            now_said, before_said = (stated(town, later, LawOfDay(known, "ja")) for known in (later, earlier))
        except NotYetPublished:
            continue
        assert (f"/m/{town.slug}/" in listed) == (now_said != before_said)


def stated(town: Municipality, day: date, law: LawOfDay) -> list[object]:
    """Everything a page of a day says by a law, whatever its day."""
    page = page_of_day(town, day, law=law)
    lines = [(line.text.number, line.text.hours) for line in page.lines]
    rounds = [(one.label, one.statements, one.incentives) for one in law.rounds()]
    own = [page.bring, page.notices, page.support, page.requests, page.questions]
    return [rounds, law.topics(), law.faq(), law.pin_figures(), law.web_addresses(), lines, own]
