"""No page of the hub is left unlooked at: each is judged in a browser by a test file that says so (``JUDGES``)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from django.http import HttpResponse
from django.urls import URLResolver, get_resolver

HUB_TESTS = Path(__file__).parent
NO_PAGES = {
    *("healthz", "readyz", "hub_keys", "resident_applications", "set_language"),  # for machines, or no page follows
    *("api:award_reports", "api:claims", "api:document", "api:notices", "api:statement"),
    *("public:payment_services", "public:payment_service", "help:status_for_machines"),
    *("counter:state", "support:state"),
    *("open_data:csv", "open_data:json", "open_data:metadata", "office:plan_csv", "office:table_csv"),  # files
    *("ledger:own_data_csv", "ledger:own_data_json", "applications:receipt_pdf", "counter:checklist_pdf"),
    *("counter:report_csv", "settlement:file", "settlement:statement_csv", "settlement:statement_pdf"),
    *("providers_area:refused_lines", "providers_area:statement_csv", "providers_area:statement_pdf"),
    *("providers_area:refused_reports", "providers_area:reports_csv", "open_data:visits_csv"),
    *("providers_review:refused_reports", "providers_review:reports_csv"),
    *("identity:card_continue", "identity:phone_return", "municipal_staff:own_inquiries"),  # lead on to another page
    *("reservations:signed", "reservations:changed", "reservations:revoked"),
    *(
        "identity:phone_link",
        "identity:phone_link_signed",
        "identity:phone_linked",
        "identity:phone_unlink",
        "identity:phone_unlinked",
    ),
}
"""What is no page of its own. The last line's pages need the phone's side: tests/hub/identity/test_phone_steps.py."""


def pages(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Every name below a resolver that a browser may ask for by GET."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from pages(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif "GET" in methods(one.callback):
            yield f"{space}{one.name}"


def methods(view: Callable[..., HttpResponse] | None) -> list[str]:
    """What ``require_http_methods`` lets through; a view that says nothing is asked by GET."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list) and {"GET", "POST"} & set(cell.cell_contents):
                return [str(one) for one in cell.cell_contents]
        view = getattr(view, "__wrapped__", None)
    return ["GET"]


def judged() -> dict[str, str]:
    """Every page that a test file of the browser says it judges, and which file."""
    found: dict[str, str] = {}
    for path in sorted(HUB_TESTS.rglob("test_*browser*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "JUDGES":
                found.update(dict.fromkeys(ast.literal_eval(node.value), path.name))
    return found


def test_every_page_is_judged_in_a_browser_by_some_test_file() -> None:
    assert sorted(set(pages(get_resolver())) - NO_PAGES - set(judged())) == []


def test_nothing_is_named_that_is_no_address_of_the_hub() -> None:
    assert sorted((NO_PAGES | set(judged())) - set(pages(get_resolver()))) == []
