"""Trying a renewal in the invented city: the same card with a new certificate is the same resident's My Page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings
from typer.testing import CliRunner

from hub.visitor import Visitor
from mynapoint.cli.card import app
from mynapoint.hub.identity.models import Resident


def test_a_card_renewed_by_the_command_signs_in_to_the_same_my_page(
    db: None, own_city: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYNAPOINT_DEMO_STATE", str(own_city))
    settings.TRUST = own_city / "trust"
    before = Visitor(own_city, "aoki")
    before.sign_in()
    before.reserve()
    my_key_id = before.page("/reservation/").partition('id="my-key-id" value="')[2][:8]

    done = CliRunner().invoke(app, ["renew", str(own_city), "aoki", "--on", "2022-07-15"])
    assert done.exit_code == 0, done.output
    with override_settings(LINK_SOURCE="mynapoint.demo.links.CityLinks"):
        after = Visitor(own_city, "aoki")
        after.sign_in()

    assert Resident.objects.count() == 1
    assert my_key_id in after.page("/my/")
