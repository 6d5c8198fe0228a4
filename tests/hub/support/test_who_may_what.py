"""Every page of the staff × every role × own or another municipality, generated from the table of addresses."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from hub.staff.desk import at_work
from hub.visitor import browser
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.actions import import_register, register_provider_key
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.providers_area.models import Proposal
from mynapoint.hub.staff.models import Role, StaffAccount, Terminal

WITHOUT_SIGNING_IN = {"staff:terminal", "staff:sign_in", "staff:enrol", "staff:factors"}
"""What leads to signing in; everything else below /staff/ names the roles it serves."""
OWN = "hadano"
OTHER = "nishitokyo"


def staff_addresses(
    patterns: list[Any] | None = None, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Every name, route and view below /staff/."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from staff_addresses(one.url_patterns, route, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and route.startswith("staff/"):
            yield f"{space}{one.name}", route, one.callback


ADDRESSES = sorted(staff_addresses(), key=lambda one: one[0])
NAMES = [name for name, _, _ in ADDRESSES]


def roles_of(view: Any) -> frozenset[Role]:
    """The roles a view was decorated with, below whatever else wraps it."""
    while view is not None:
        if hasattr(view, "roles"):
            return frozenset(view.roles)
        view = getattr(view, "__wrapped__", None)
    return frozenset()


def path_of(route: str, pk: object) -> str:
    """An address with every parameter filled in, such as nobody has."""
    filled = re.sub("<uuid:[^>]*>", str(uuid.UUID(int=0)), route)
    return "/" + re.sub("<[^>]*>", "x", re.sub("<int:[^>]*>", str(pk), filled))


def asked(client: Client, path: str) -> set[int]:
    return {client.get(path).status_code, client.post(path).status_code}


def test_the_table_is_read() -> None:
    assert {"staff:home", "counter:begin", "staff:account_reset"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_address_below_staff_names_the_roles_it_serves(name: str) -> None:
    view = next(view for one, _, view in ADDRESSES if one == name)

    assert bool(roles_of(view)) != (name in WITHOUT_SIGNING_IN)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_through_where_it_is_served_and_nowhere_else(db: None, role: Role) -> None:
    client = at_work(role, OWN).client
    for name, route, view in ADDRESSES:
        if name in WITHOUT_SIGNING_IN or name == "staff:sign_out":
            continue
        answered = asked(client, path_of(route, 0)) - {405}
        if role in roles_of(view):
            assert 403 not in answered, name
        else:
            assert answered == {403}, (name, answered)


def test_nobody_gets_through_without_signing_in_nor_with_a_terminal_alone(db: None) -> None:
    terminal_only = browser()
    terminal_only.cookies["terminal"] = at_work(Role.HELPER).client.cookies["terminal"].value
    for name, route, _ in ADDRESSES:
        if name in WITHOUT_SIGNING_IN:
            continue
        for client, led in ((browser(), "/staff/terminal/"), (terminal_only, "/staff/sign-in/")):
            for response in (client.get(path_of(route, 0)), client.post(path_of(route, 0))):
                assert response.status_code == 405 or response["Location"] == led, name


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OFFICE, Role.PROVIDER}])
def test_what_is_another_municipalitys_is_not_there(db: None, role: Role) -> None:
    at_work(Role.HELPER, OTHER, "their counter", name="their-helper")
    own = at_work(role, OWN).client
    theirs = {
        "account": StaffAccount.objects.get(municipality=OTHER).pk,
        "terminal": Terminal.objects.get(municipality=OTHER).pk,
    }
    for name, route, view in ADDRESSES:
        if role not in roles_of(view) or name == "staff:sign_out":
            continue
        if "<int:" in route and name.partition(":")[0] in {"staff", "counter"}:
            pk = theirs["account" if name.startswith("staff:account_") else "terminal"]
            assert asked(own, path_of(route, pk)) - {405} == {404}, name
        response = own.get(path_of(route, 0))
        assert b"their counter" not in response.content, name
        assert b"their-helper" not in response.content, name


def test_what_is_another_providers_is_not_there(db: None) -> None:
    import_register(REGISTER)
    awarded(applies(CertificateId("aa", "1"), clock.START), 100, clock.START)
    own = at_work(Role.PROVIDER, terminal="own").client
    other = at_work(Role.PROVIDER, terminal="other", provider="aoba").client
    made_by = StaffAccount.objects.get(provider="sample-pay")
    service = PaymentService.objects.get(number=NUMBER)
    key = register_provider_key(provider="sample-pay", key_id="pay-1", public_key=bytes(32), valid_from=clock.START)
    asked_for = {"made_by": made_by, "made_at": clock.START, "reason": "x", "revision": 9, "document": {}}
    proposal = Proposal.objects.create(payment_service=service, **asked_for)
    theirs = {"end_key": key.pk, "take_back": proposal.pk, "report": AwardReport.objects.get().pk}

    for name, route, _ in ADDRESSES:
        space, _colon, page = name.partition(":")
        if space == "providers_area" and "<" in route:
            filled = route.replace("<str:number>", NUMBER)
            path = path_of(filled, theirs.get(page, theirs["report"]))
            assert asked(other, path) - {405} == {404}, name
            assert 404 not in asked(own, path), name
