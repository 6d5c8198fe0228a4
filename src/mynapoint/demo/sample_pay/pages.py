"""The pages of サンプルPay for its customers: who you are, the wallet, top-up, shops, history."""

from __future__ import annotations

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mynapoint.demo.city import PEOPLE
from mynapoint.demo.sample_pay.frame import ACCOUNT_COOKIE, connector_of, form_of, page, see, yen_of
from mynapoint.demo.sample_pay.wallet import SHOPS, TOP_UP_YEN_MAX

TOP_UPS_YEN = (5_000, 10_000, 20_000)


async def home(request: Request) -> Response:
    """Show the wallet, or, to a browser that is nobody yet, the people one can be."""
    return await run_in_threadpool(_home, request)


async def sign_in(request: Request) -> Response:
    """Become one of the three people; a demo's sign-in, without a password."""
    field = await form_of(request)
    account_id = field("account_id")
    response = see("/")
    if any(person.account_id == account_id for person in PEOPLE):
        response.set_cookie(ACCOUNT_COOKIE, account_id, httponly=True, samesite="lax")
    return response


async def sign_out(request: Request) -> Response:
    """Be nobody again."""
    await form_of(request)
    response = see("/")
    response.delete_cookie(ACCOUNT_COOKIE)
    return response


async def top_up(request: Request) -> Response:
    """Show the top-up form, or put money in."""
    if not _who(request):
        return see("/")
    if request.method == "GET":
        return await run_in_threadpool(_top_up_form, request)
    field = await form_of(request)
    amount_yen = yen_of(field("amount_yen"))
    connector = connector_of(request)
    await run_in_threadpool(
        connector.wallet.top_up, _who(request), amount_yen, entry_id=_given(field("entry_id")), at=connector.clock.now()
    )
    return see(f"/?topped_up={amount_yen}")


async def shop(request: Request) -> Response:
    """Show the shops, or pay at one."""
    if not _who(request):
        return see("/")
    if request.method == "GET":
        return await run_in_threadpool(_shop_form, request)
    field = await form_of(request)
    amount_yen = yen_of(field("amount_yen"))
    connector = connector_of(request)
    await run_in_threadpool(
        connector.wallet.buy,
        *(_who(request), field("shop"), amount_yen),
        entry_id=_given(field("entry_id")),
        at=connector.clock.now(),
    )
    return see(f"/?paid={amount_yen}")


async def history(request: Request) -> Response:
    """Show an account's transactions and points."""
    return await run_in_threadpool(_history, request) if _who(request) else see("/")


async def refund(request: Request) -> Response:
    """Take a transaction back."""
    if not _who(request):
        return see("/")
    field = await form_of(request)
    connector = connector_of(request)
    await run_in_threadpool(
        connector.wallet.refund,
        *(_who(request), field("transaction_id")),
        entry_id=_given(field("entry_id")),
        at=connector.clock.now(),
    )
    return see("/history?refunded=1")


def _home(request: Request) -> Response:
    if not _who(request):
        return page(request, "who.html", people=PEOPLE)
    linked = [one for one in connector_of(request).linked() if one.account.text == _who(request)]
    done = {name: request.query_params.get(name, "") for name in ("topped_up", "paid")}
    return page(request, "home.html", linked=linked, **{n: int(v) if v.isdigit() else 0 for n, v in done.items()})


def _top_up_form(request: Request) -> Response:
    return page(request, "top_up.html", amounts=TOP_UPS_YEN, most=TOP_UP_YEN_MAX, entry_id=_entry_id())


def _shop_form(request: Request) -> Response:
    return page(request, "shop.html", shops=SHOPS, entry_id=_entry_id())


def _history(request: Request) -> Response:
    wallet = connector_of(request).wallet
    return page(
        request,
        "history.html",
        entries=wallet.history(_who(request)),
        points=wallet.points_history(_who(request)),
        refunded="refunded" in request.query_params,
        entry_id=_entry_id,
    )


def _who(request: Request) -> str:
    """The account of the browser's person, or an empty text."""
    account_id = request.cookies.get(ACCOUNT_COOKIE, "")
    return account_id if any(person.account_id == account_id for person in PEOPLE) else ""


def _entry_id() -> str:
    """A new transaction's number, given out with its form: a form that is sent twice is one transaction."""
    return f"T{secrets.token_hex(8).upper()}"


def _given(entry_id: str) -> str:
    """The number that came with the form, or a new one when it is not one of ours."""
    well_formed = len(entry_id) == 17 and entry_id[0] == "T" and entry_id.isalnum() and entry_id.isascii()
    return entry_id if well_formed else _entry_id()
