"""An answer that no standby has is not said again: a failover may lose what it is about."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from pytest_django import Settings

from hub.applications.machines import CARDS, asks, proved_choice
from hub.audit.test_unknown_outcome import a_standby_that_never_answers
from mynapoint.hub.applications.models import KeptAnswer
from mynapoint.hub.audit.unknown_outcome import is_unknown
from private_postgresql import Cluster

ONLY_ON = "postgresql"


@pytest.mark.usefixtures("file_database")
def test_a_key_asked_again_is_answered_once_the_standby_has_the_answer(postgresql: Cluster, settings: Settings) -> None:
    settings.VERIFIERS = settings.VERIFIERS | CARDS
    ask = asks(proved_choice("aoki"), key="k" * 32, say=lambda answer: f"{answer.is_replay}")
    with a_standby_that_never_answers(postgresql):
        for _ in ("done here, and nobody knows whether there too", "read here, and nobody knows whether it stays"):
            with pytest.raises(OperationalError) as unknown:
                ask()
            assert is_unknown(unknown.value)
            assert KeptAnswer.objects.count() == 1

    assert ask() == "True"
