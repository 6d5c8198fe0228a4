"""運営画面, サンプルPay's operator page: linked applications, when the next award is due, the award run, the claim."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mynapoint.demo.sample_pay.frame import connector_of, form_of, page, see, words_of
from mynapoint.provider.award_run import RunRefused, RunResult
from mynapoint.provider.claiming import Result
from mynapoint.provider.hub_client import HubError
from mynapoint.provider.linking import Pulled
from mynapoint.provider.points_gateway import CreditFailed
from mynapoint.provider.store import StoreBusy
from mynapoint.provider.table_files import UnreadableFile

Outcome = RunResult | Pulled | Result | Exception
"""What the page's last button did; shown once, on the page the browser opens next."""


async def show(request: Request) -> Response:
    """Show what is linked, what is due, and what the last button did."""
    return await run_in_threadpool(_page, request)


async def pull(request: Request) -> Response:
    """Read the hub's new notices."""
    return await _do(request, connector_of(request).pull)


async def run(request: Request) -> Response:
    """Move the clock to the next due instant, run the award, report."""
    return await _do(request, connector_of(request).advance_and_run)


async def claim(request: Request) -> Response:
    """Claim from the hub what is due for the months that are over."""
    return await _do(request, connector_of(request).advance_and_claim)


async def _do(request: Request, act: Callable[[], Outcome]) -> Response:
    await form_of(request)
    try:
        outcome: Outcome = await run_in_threadpool(act)
    except (HubError, StoreBusy, CreditFailed, RunRefused, UnreadableFile) as error:
        outcome = error
    request.app.state.outcome = outcome
    return see("/operator")


def _page(request: Request) -> Response:
    outcome: Outcome | None = getattr(request.app.state, "outcome", None)
    request.app.state.outcome = None
    connector = connector_of(request)
    linked = connector.linked()
    due = [one.next_due_at for one in linked if one.next_due_at is not None]
    return page(
        request,
        "operator.html",
        status=503 if isinstance(outcome, Exception) else 200,
        linked=linked,
        next_due_at=min(due, default=None),
        schedules=[rule.schedule.words(words_of(request).language) for rule in connector.config.rules],
        result=outcome if isinstance(outcome, RunResult) else None,
        claimed=outcome if isinstance(outcome, Result) else None,
        pulled=outcome if isinstance(outcome, Pulled) else None,
        failed=_why(request, outcome) if isinstance(outcome, Exception) else "",
    )


def _why(request: Request, error: Exception) -> str:
    if isinstance(error, HubError):
        ja = "国のシステムとやり取りできませんでした。起動しているか確認し、もう一度お試しください。"
        return words_of(request)(f"{ja}({error})", str(error))
    return words_of(request)(f"処理を終えられませんでした。もう一度お試しください。({error})", str(error))
