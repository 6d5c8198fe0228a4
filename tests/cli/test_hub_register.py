"""`mynapoint hub register`: out to a file, in again, one step, the history, and a past day."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mynapoint.demo

REGISTER = Path(mynapoint.demo.__file__).parent / "data" / "payment_services.toml"


@pytest.fixture(scope="module")
def state(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(migrated, tmp_path_factory.mktemp("hub") / "state"))
    filled = register(folder, "import", REGISTER, "--by", "office-1", "--seen-by", "office-2")
    assert filled.returncode == 0, filled.stderr
    return folder


def hub(state: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYNAPOINT_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings"}
    return subprocess.run(
        [sys.executable, "-m", "mynapoint", "hub", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def register(state: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return hub(state, "register", *words)


def test_the_register_goes_out_is_changed_and_comes_in_with_its_history(state: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "register.csv"
    assert register(state, "export", sheet).returncode == 0
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace("https://pay.example.jp/", "https://new.example.jp/"), encoding="utf-8")

    alone = register(state, "import", sheet, "--by", "office-3")
    tried = register(state, "import", sheet, "--by", "office-3", "--seen-by", "office-4", "--dry-run")
    done = register(state, "import", sheet, "--by", "office-3", "--seen-by", "office-4")

    assert (alone.returncode, "second person" in alone.stderr) == (1, True)
    assert "1 entries would change" in tried.stdout
    assert 'link: "https://pay.example.jp/" → "https://new.example.jp/"' in done.stdout
    told = register(state, "history", "MP0000001").stdout
    assert "change by office-3, seen by office-4: register.csv" in told
    assert 'link: "https://pay.example.jp/" → "https://new.example.jp/"' in told


def test_a_faulty_row_is_told_with_line_field_value_reason_and_remedy(state: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "register.csv"
    register(state, "export", sheet)
    sheet.write_text(sheet.read_text(encoding="utf-8-sig").replace(",qr,", ",cash,", 1), encoding="utf-8")

    told = register(state, "import", sheet, "--by", "office-3", "--seen-by", "office-4")

    assert told.returncode == 1
    assert "register.csv line 2: kind 'cash': must be one of e_money" in told.stderr
    assert "nothing of the file was stored" in told.stderr


def test_a_step_says_what_it_means_and_two_persons_are_asked(state: Path) -> None:
    taken = register(state, "step", "MP0000002", "suspend", "--by", "office-1", "--reason", "不正利用の確認")
    alone = register(state, "step", "MP0000002", "resume", "--by", "office-1", "--reason", "確認済み")

    assert "新しい申込の受付を止めています" in taken.stdout
    assert (alone.returncode, "somebody else" in alone.stderr) == (1, True)


def test_the_register_of_a_past_day_is_exported(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "register.json"

    assert register(state, "export", file, "--as-of", "2020-01-01").returncode == 0

    assert json.loads(file.read_text(encoding="utf-8"))["payment_services"] == []
