"""The README promises commands; each of them must work as it stands, in both languages."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def commands(name: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), flags=re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split("  #")[0].strip() for line in lines if line.startswith(".venv/bin/mynapoint ")]


@pytest.mark.parametrize("command", sorted({*commands("README.md"), *commands("README.ja.md")}))
def test_a_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    words = [str(tmp_path / "out") if word == "out" else word for word in shlex.split(command)[1:]]

    done = subprocess.run(
        [sys.executable, "-m", "mynapoint", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("name", ["README.md", "README.ja.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / name).read_text()):
        if "://" not in target:
            assert (ROOT / name).parent.joinpath(target).exists(), target


def test_every_file_the_architecture_names_is_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    rooms = text[text.index("## Where is") : text.index("## Directions")]
    for row in rooms.splitlines():
        folder = ""
        for name in re.findall(r"`([\w./]+(?:/|\.py|\.toml))`", row):
            bases = (ROOT / "src/mynapoint", ROOT, ROOT / "src/mynapoint" / folder)
            assert any((base / name).exists() for base in bases) or "/X/" in name, name
            if name.endswith("/"):
                folder = name
            elif "/" in name:
                folder = str(Path(name).parent)
