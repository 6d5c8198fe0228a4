"""docs/programmes.md keeps its word: every command in it runs, and prints what the page says it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "programmes.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_command_of_the_how_to_runs_and_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "mynapoint").symlink_to(Path(sys.executable).parent / "mynapoint")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    printed = ""
    for kind, texts in groupby(blocks, key=lambda block: block[0]):
        for _, text in texts:
            if kind == "text":
                assert printed.startswith(text), f"the page shows\n{text}\nbut this was printed:\n{printed}"
                continue
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", f"exec 2>&1\n{text}"],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}"
            printed = done.stdout

    assert len(blocks) > 7
    written = {path.name for path in (tmp_path / "simulated").iterdir()}
    assert {"simulation.csv", "simulation.svg"} == written - {"simulation.png"}


def test_the_how_to_names_every_part_that_an_incentive_may_have() -> None:
    from mynapoint.programme.incentives import RuleKind
    from mynapoint.programme.rounds import load_round

    page = PAGE.read_text(encoding="utf-8")
    parts = {
        part for round_id in ("round2", "mihon") for i in load_round(round_id).incentives.values() for part in i.parts()
    }

    assert parts
    assert all(f"`{part}`" in page for part in parts)
    assert all(f"`{kind}`" in page for kind in RuleKind)
