"""No sentence of the hub is left without its English: every marked text of templates and modules has a translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

import mynapoint.hub

HUB = Path(mynapoint.hub.__file__).parent
MARKED = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}


def texts_of(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKED:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def texts_of_template(path: Path) -> Iterator[str]:
    for line in templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines():
        found = line.strip()
        while "gettext(" in found or "_(" in found:
            start = min(at for name in ("gettext(", "_(") if (at := found.find(name)) >= 0)
            call = found[start + found[start:].index("(") :]
            end = next(end for end in range(len(call), 0, -1) if parses(f"_{call[:end]}"))
            yield from texts_of(f"_{call[:end]}")
            found = call[end:]


def parses(source: str) -> bool:
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        return False
    return True


def marked_texts() -> set[str]:
    found: set[str] = set()
    for path in HUB.rglob("*.html"):
        found.update(texts_of_template(path))
    for path in HUB.rglob("*.py"):
        found.update(texts_of(path.read_text(encoding="utf-8")))
    return {text for text in found if any("\u3041" <= letter <= "\u9fff" for letter in text)}


def english(text: str) -> str:
    """Return a text's English; of one that counts, the form for several."""
    with translation.override("en"):
        return translation.gettext(text) if translation.gettext(text) != text else translation.ngettext(text, text, 2)


def test_the_marks_are_found() -> None:
    found = marked_texts()

    assert {"決済サービスをさがす", "電子マネー", "例:%(example)s"} <= found
    assert len(found) > 250


def test_every_marked_text_has_its_english() -> None:
    missing = sorted(text for text in marked_texts() if english(text) == text)

    assert missing == []


@pytest.mark.parametrize("name", ["%(points)s", "%(day)s", "%(service)s", "%(channels)s"])
def test_a_translation_keeps_the_figures_of_its_text(name: str) -> None:
    lost = [text for text in marked_texts() if name in text and name not in english(text)]

    assert lost == []
