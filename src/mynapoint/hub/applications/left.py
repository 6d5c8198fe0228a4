"""Applications whose payment service has left the programme: another one may stand in their place, for the room left.

So the law has it where ``on_service_left`` is ``reapply`` (award.eligibility.carry_over, docs/decisions/0016).
"""

from __future__ import annotations

from datetime import date, datetime

from mynapoint.award.eligibility import CarryOver, carry_over, room
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.cases import Earlier
from mynapoint.hub.applications.cases_by_orm import earlier_application
from mynapoint.hub.applications.held import mislinked
from mynapoint.hub.applications.models import Application, Draft, StandingApplication
from mynapoint.hub.applications.notices import write_notice
from mynapoint.hub.identity.lineage import surviving
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.values import IncentiveId, Points


def may_be_replaced(earlier: Earlier, law: Incentive, *, on: date) -> bool:
    """Say whether another application may stand in the place of one on a day, by the law of the incentive then."""
    takes_part = earlier.on(on).takes_part
    return carry_over(law, points_recorded=earlier.recorded, takes_part=takes_part) is CarryOver.REAPPLY


def left_behind(draft: Draft, *, on: date) -> Earlier | None:
    """Return the application in whose place a choice may stand on a day; None: there is none."""
    earlier = earlier_application(surviving(draft.resident), IncentiveId(draft.incentive))
    return earlier if earlier is not None and may_be_replaced(earlier, draft.law, on=on) else None


def room_left(draft: Draft, earlier: Earlier) -> Points:
    """Return what a choice that stands in an earlier one's place may still earn: the cap less all that is recorded."""
    return room(draft.law, points_recorded=earlier.recorded)


def end(earlier: Earlier, *, now: datetime) -> Application:
    """Let an application stand no more; its provider is told to stop, and what it had reserved is released.

    In the transaction that enters the application in its place, its person locked: of two only one finds it standing.
    """
    application = Application.objects.get(pk=earlier.application)
    StandingApplication.objects.filter(application=application).delete()
    write_notice(application, NoticeKind.STOP, room=Points(0), points=Points(0), now=now)
    return application


def replacement(application: Application) -> Application | None:
    """Return the application that was made in the place of one whose service had left; None: there is none."""
    if application.pk in mislinked():
        return None
    return Application.objects.select_related("payment_service").filter(person_freed_by=application).first()
