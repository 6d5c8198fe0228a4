"""nginx in front of the hub: writes its configuration, and beside it the hub's own words for whoever is not let in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from mynapoint.hub.operation.failures import AGAIN_AFTER_SECONDS
from mynapoint.hub.problems import Problem, ProblemCode, problem_response
from mynapoint.hub.waiting.admission import BY_HAND

SHIPPED = Path(__file__).parent
CONFIGURATION = "nginx.conf"
OPERATORS = ("site-http.conf", "site-server.conf")
"""What an operator writes; shipped as examples, and never overwritten."""
AFTER_SECONDS = (15, 19, 23, 27, 30)
"""When a page comes again; the same in ``nginx.conf``, which draws one of them."""
_PROBLEMS = (ProblemCode.BUSY, ProblemCode.OUTCOME_UNKNOWN, ProblemCode.BODY_TOO_LONG)


def write(folder: Path) -> list[str]:
    """Write everything nginx needs to a folder, made if need be; return the names of the operator's files made now.

    Raises OSError where it cannot be written, ValueError where a problem's words would mean something to nginx.
    """
    pages = folder / "busy"
    pages.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SHIPPED / CONFIGURATION, folder / CONFIGURATION)
    (folder / "problems.conf").write_text("".join(_problem(code) for code in _PROBLEMS))
    for name, page in _pages():
        (pages / name).write_text(page)
    made = [name for name in OPERATORS if not (folder / name).exists()]
    for name in made:
        shutil.copyfile(SHIPPED / name, folder / name)
    return made


def _pages() -> Iterator[tuple[str, str]]:
    for language in ("ja", "en"):
        shown = {"language": language, "again": "", "by_hand": f"?{BY_HAND}=by-hand"}
        kinds = {f"again-{seconds}": {"comes_again": True, "after_seconds": seconds} for seconds in AFTER_SECONDS}
        kinds |= {"still": {}, "form": {"is_form": True}}
        with translation.override(language):
            for kind, facts in kinds.items():
                yield f"{kind}.{language}.html", render_to_string("waiting.html", shown | facts)
    facts = {"after_seconds": AGAIN_AFTER_SECONDS, "is_undone": False}
    yield "away.html", render_to_string("database_away.html", facts)


def _problem(code: ProblemCode) -> str:
    body = problem_response(Problem(code)).content.decode()
    if "'" in body or "$" in body:
        raise ValueError(f"nginx would read it otherwise: {body}")
    return f"map $host $problem_{code} {{ default '{body}'; }}\n"
