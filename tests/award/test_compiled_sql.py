"""The award as every warehouse's own SQL: what Ibis makes of one rule, kept, so that a change of it is seen and read.

Write the files anew, and read the difference before it is committed::

    MYNAPOINT_WRITE_GOLDEN=1 .venv/bin/python -m pytest tests/award/test_compiled_sql.py
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import ibis
import pytest

from award.both_engines import rule
from mynapoint.award import tables
from mynapoint.provider import spark

GOLDEN = Path(__file__).parent / "golden"
RUN_IN_TESTS = ("duckdb", "spark")
COMPILED_ONLY = ("bigquery", "postgres", "snowflake", "trino")
RULE = rule(effective="next_day_08:00", rounding="each", minimum_yen=100)
AS_OF = datetime.fromisoformat("2022-08-31T00:00:00+09:00")


def statements(dialect: str) -> list[tuple[str, str]]:
    if dialect == "spark":
        return list(spark.compiled(RULE, AS_OF, unique=False))
    stages = tables.stages(RULE, AS_OF, unique=False)
    return [(name, str(ibis.to_sql(expression, dialect=dialect))) for name, expression in stages]


@pytest.mark.parametrize("dialect", [*RUN_IN_TESTS, *COMPILED_ONLY])
def test_the_rule_compiles_to_the_sql_that_was_read(dialect: str) -> None:
    compiled = "\n\n".join(f"-- {name}\n{statement};" for name, statement in statements(dialect)) + "\n"
    file = GOLDEN / f"award.{dialect}.sql"
    if os.environ.get("MYNAPOINT_WRITE_GOLDEN"):
        file.write_text(compiled, encoding="utf-8")

    assert compiled == file.read_text(encoding="utf-8"), "read the difference, then write it anew (see above)"


def test_nothing_in_sparks_sql_is_read_in_the_sessions_zone() -> None:
    compiled = (GOLDEN / "award.spark.sql").read_text(encoding="utf-8")

    assert compiled.count("AS TIMESTAMP_NTZ") >= 3
    assert not re.search(r"\bTIMESTAMP\b|DATE_TRUNC|current_|now\(", compiled, re.IGNORECASE)
