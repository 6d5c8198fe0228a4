"""`mynapoint programme show --format html`: a round as one web page that loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app

DAY = ["--as-of", "2023-06-01"]


class Read(HTMLParser):
    """What a page says and what it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.open, self.ids = "", list[str](), set[str]()
        self.asked: list[tuple[str, str]] = []
        self.feed(page)
        assert not self.open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.ids |= {value or "" for name, value in attrs if name == "id"}
        self.asked += [(tag, value or "") for name, value in attrs if name in {"href", "src", "action"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def shown(name: str, *options: str) -> str:
    done = CliRunner().invoke(app, ["programme", "show", name, *options], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def squeezed(text: str) -> str:
    """Only what is read: no layout, no marks of sources."""
    return re.sub(r"[\s・]|\[\d+\]|──|—|-", "", text)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["round1", "round2", "mihon"])
def test_the_web_page_says_what_the_terminal_says(name: str, language: str) -> None:
    page = squeezed(Read(shown(name, *DAY, "--lang", language, "--format", "html")).words)

    for line in shown(name, *DAY, "--lang", language).splitlines()[1:]:
        for part in re.split(r"  +| \[", line.strip()):
            words = squeezed(re.sub(r"^\d+\]", "", part))
            assert words in page or len(words) < 3 or "]" in part, part


def test_it_loads_nothing_and_each_mark_leads_to_its_source() -> None:
    read = Read(shown("round2", *DAY, "--format", "html"))

    assert {tag for tag, _ in read.asked} == {"a"}, "nothing is loaded"
    marks = [to.removeprefix("#") for _, to in read.asked if to.startswith("#")]
    assert marks
    assert set(marks) == read.ids, "each source is named, and each name leads to one"


def test_what_a_file_says_is_text_and_no_markup(tmp_path: Path) -> None:
    text = (resources.files("mynapoint.programme") / "data" / "mihon.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("市内での利用", "<script>alert(1)</script>"), encoding="utf-8")

    page = shown(str(path), *DAY, "--format", "html")

    assert "<script" not in page
    assert "施策1 <script>alert(1)</script>" in Read(page).words


def test_before_anything_was_announced_it_says_so() -> None:
    read = Read(shown("mihon", "--as-of", "2023-04-02", "--format", "html"))

    assert "この日までに公表されたことはありません。" in read.words
    assert not read.asked
