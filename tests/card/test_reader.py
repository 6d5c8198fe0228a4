"""Without what PC/SC needs, the commands say what is missing and what to do."""

from __future__ import annotations

import importlib.util

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app


@pytest.mark.skipif(importlib.util.find_spec("smartcard") is not None, reason="pyscard is installed here")
@pytest.mark.parametrize("command", ["status", "agent"])
def test_without_pyscard_a_command_says_how_to_install_it_and_what_works_without(command: str) -> None:
    done = CliRunner().invoke(app, ["card", command])

    assert done.exit_code == 1
    assert "pip install 'mynapoint[pcsc]'" in done.output
    assert "--emulated FOLDER" in done.output
