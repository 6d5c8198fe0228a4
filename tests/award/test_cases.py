"""The worked examples of cases.toml: in residents' words, each with its source, by both engines."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from award.both_engines import awards, enrolment, rule, use
from mynapoint.award.premium import Reissue
from mynapoint.programme.values import Points

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]
KEYS = {
    "title",
    "source",
    "rule",
    "applied_at",
    "account",
    "counts",
    "elsewhere",
    "posted",
    "rows",
    "reissues",
    "expect",
}


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_the_example_holds(case: dict[str, Any]) -> None:
    by = rule(**case.get("rule", {}))
    applied = enrolment(
        case.get("applied_at", "2022-07-15T10:00:00+09:00"),
        account=case.get("account", "SP00001234"),
        counts=case.get("counts", "top_up"),
        elsewhere=case.get("elsewhere", 0),
    )
    rows = [use(*row[:3], **(row[3] if len(row) > 3 else {})) for row in case["rows"]]
    reissues = [Reissue(new, old, datetime.fromisoformat(at)) for new, old, at in case.get("reissues", [])]
    posted = {applied.application_id: Points(case["posted"])} if "posted" in case else {}

    for as_of, points in case["expect"]:
        found = awards(by, datetime.fromisoformat(as_of), [applied], rows, posted, reissues)

        assert found.get(applied.application_id, 0) == points, as_of


def test_every_example_says_where_it_is_from() -> None:
    assert len(CASES) >= 35
    for case in CASES:
        assert case.keys() <= KEYS
        assert case["source"].strip()
    assert len({case["title"] for case in CASES}) == len(CASES)
