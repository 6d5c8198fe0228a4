"""Who helped: a resident sees each visit to a counter on their own page and in their own data, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

from hub.sample_pay import SamplePay
from hub.support.counter import ACCOUNTS, counter
from hub.visitor import Visitor


def test_a_visit_to_a_counter_is_on_the_residents_page_and_in_their_data(
    city: Path, sample_pay: SamplePay, aoki: Visitor, ueno: Visitor
) -> None:
    one = counter(city)
    one.begin()
    one.sign_in("aoki")
    one.visitor.reserve()
    one.visitor.apply(*ACCOUNTS["aoki"])
    one.visitor.post("/counter/end/", {})

    aoki.sign_in()
    assert "窓口での支援の記録" in aoki.page("/my/")
    assert one.helper.terminal.name in aoki.page("/my/")
    visits = json.loads(aoki.get("/my/data.json").content)["visits_to_counters"]
    assert [(visit["ending"], visit["applications"]) for visit in visits] == [("key", 1)]

    ueno.sign_in()
    assert "窓口での支援の記録" not in ueno.page("/my/")
    assert json.loads(ueno.get("/my/data.json").content)["visits_to_counters"] == []
