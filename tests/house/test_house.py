"""The house rules that a machine can see: where things stand, how long they are, who may speak to whom."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from order_of_files import LONGEST, TESTS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mynapoint"
LINES_MAX = 300
FUNCTION_LINES_MAX = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc", "impl"}
MAY_OPEN_CONNECTIONS = {
    "provider/hub_client.py": "the provider speaks to the hub",
    "provider/conformance_line.py": "somebody tries their own account API as a hub would",
    "hub/applications/account_proof.py": "the hub asks a provider for an account proof",
    "hub/identity/bounded_http.py": "the hub asks the configured OCSP responder or platform provider, within limits",
    "card/agent/leaving.py": "the agent tells the one site that a terminal's operator named that the card has left",
    "demo/robot.py": "a resident's browser, played",
    "demo/processes.py": "the demo asks its own servers whether they are ready",
}
CONNECTION_MODULES = {"httpx", "httpcore", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"}


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def inside(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=inside)
def test_a_file_begins_with_one_sentence_saying_what_a_reader_finds(path: Path) -> None:
    first = ast.get_docstring(ast.parse(path.read_text()))

    assert first, f"{inside(path)} has no docstring"
    assert first.splitlines()[0].rstrip().endswith((".", "」", "…`", "…`.")), first.splitlines()[0]


@pytest.mark.parametrize("path", modules(), ids=inside)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LINES_MAX
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            length = (node.end_lineno or 0) - node.lineno + 1 - (docstring or "").count("\n")
            assert length <= FUNCTION_LINES_MAX, f"{inside(path)}:{node.lineno} {node.name} has {length} lines"


def test_no_folder_or_file_is_named_for_nothing() -> None:
    names = {path.stem for path in SOURCE.rglob("*")}

    assert not names & FORBIDDEN_NAMES


def test_the_files_that_workers_begin_with_are_there() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []


def test_only_the_card_reader_imports_pyscard() -> None:
    users = {inside(path) for path in modules() if any(n.startswith("smartcard") for n in imported(tree(path)))}

    assert users <= {"card/reader.py"}


def test_only_named_files_open_connections() -> None:
    users = {inside(path) for path in modules() if imported(tree(path)) & CONNECTION_MODULES}

    assert users <= set(MAY_OPEN_CONNECTIONS)


def test_actions_and_models_know_no_http() -> None:
    for path in modules():
        if inside(path).startswith("hub/") and path.name in {"actions.py", "models.py"}:
            names = imported(tree(path))
            assert not any(name.startswith(("django.http", "django.shortcuts")) for name in names), path
            assert "mynapoint.hub.web" not in names, path


def test_money_is_never_a_float() -> None:
    for path in modules():
        if inside(path).startswith(("award/", "programme/", "exchange/", "hub/ledger/", "hub/applications/")):
            for node in ast.walk(tree(path)):
                assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path}:{node.lineno}"


def test_the_day_is_always_tokyos() -> None:
    for path in modules():
        text = path.read_text()
        assert not re.search(r"\bnow\.date\(\)|date\.today\(\)|datetime\.now\(\)|utcnow", text), path


def test_pages_load_nothing_from_elsewhere() -> None:
    pattern = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""")
    for path in SOURCE.rglob("*"):
        if path.suffix in {".html", ".css", ".js"}:
            text = path.read_text()
            assert not pattern.search(text), path
            assert "@import" not in text, path
            assert not re.search(r"url\(['\"]?(?:https?:)?//", text), path


def test_pages_have_no_inline_style_or_script() -> None:
    for path in SOURCE.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)", text), path


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="not a git checkout")
def test_nothing_tracked_names_a_machine_or_a_secret() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, names):
        path = ROOT / name.decode()
        if path == Path(__file__) or not path.is_file() or path.suffix in {".png", ".mo", ".parquet"}:
            continue
        text = path.read_text(errors="replace")
        assert not re.search(r"(?<![\w.])/(?:work|farm|root)/|\.\./shared", text), path
        assert "PRIVATE KEY-----" not in text, path


def tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text())
