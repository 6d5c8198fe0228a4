"""The two municipalities of the demo, and their files for tests that spoil them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mynapoint.demo
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.municipalities.models import Municipality

FOLDER = Path(mynapoint.demo.__file__).parent / "data" / "municipalities"


@pytest.fixture
def towns(db: None) -> None:
    """西東京市 and 秦野市 as the demo imports them."""
    import_municipalities(FOLDER)


@pytest.fixture
def hadano(towns: None) -> Municipality:
    return Municipality.objects.get(slug="hadano")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "municipalities"))
