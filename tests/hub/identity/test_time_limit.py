"""A session's time is told on every page of a signed-in person, and can be extended without losing a page."""

from __future__ import annotations

import pytest

from hub.visitor import Visitor


def test_a_stranger_is_told_of_no_time(aoki: Visitor) -> None:
    assert 'id="time-limit"' not in aoki.page("/sign-in/")


@pytest.mark.parametrize("path", ["/", "/my/", "/reservation/"])
def test_every_page_of_a_session_says_until_when_and_extends_in_a_window_of_its_own(aoki: Visitor, path: str) -> None:
    aoki.sign_in()

    page = aoki.page(path)

    assert 'data-seconds="1800"' in page
    assert '<form action="/sign-in/extend/" method="get" target="_blank">' in page


def test_extending_says_until_when(aoki: Visitor) -> None:
    aoki.sign_in()

    assert "まで続けられます。" in aoki.page("/sign-in/extend/")


def test_a_session_that_has_ended_cannot_be_extended(aoki: Visitor) -> None:
    answer = aoki.get("/sign-in/extend/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")
