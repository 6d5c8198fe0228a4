"""Whether Spark can be tried on this machine: without it tests are left out loudly, and fail where CI=true."""

from __future__ import annotations

import os

import pytest

from mynapoint.provider.spark_session import why_no_spark


def require_spark() -> None:
    if lacking := why_no_spark():
        if os.environ.get("CI") == "true":
            pytest.fail(f"THE AWARD IS NOT TRIED ON SPARK: {lacking}")
        pytest.skip(f"THE AWARD IS NOT TRIED ON SPARK: {lacking}")
