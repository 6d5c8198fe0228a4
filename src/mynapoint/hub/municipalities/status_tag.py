"""The tag `{% status_notices as notices %}`: faults, congestion and maintenance of this moment, for any page."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from mynapoint.hub import web
from mynapoint.hub.municipalities.notices import StatusNotice, current

register = template.Library()


@register.simple_tag
def status_notices() -> Sequence[StatusNotice]:
    """Return the notices of this minute of the programme's clock; one small query."""
    return current(web.now())
