"""Known in every template: `{% status_notices as notices %}`, faults and congestion now; `{{ who|staff_name }}`."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from mynapoint.hub import web
from mynapoint.hub.municipalities.notices import StatusNotice, current
from mynapoint.hub.staff.models import StaffAccount

register = template.Library()


@register.simple_tag
def status_notices() -> Sequence[StatusNotice]:
    """Return the notices of this minute of the programme's clock; one small query."""
    return current(web.now())


@register.filter
def staff_name(who: str) -> str:
    """Return what somebody of the staff signs in by; on pages of the staff alone."""
    number = who.removeprefix("staff:")
    account = StaffAccount.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    return account.name if account is not None else who
