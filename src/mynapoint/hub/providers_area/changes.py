"""Changes of the register as people read them: what stood, what is to stand, who took which step and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from mynapoint.hub.payment_services.documents import differences
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import State, Step
from mynapoint.hub.providers_area.service_fields import GROUPS, LISTS

STEPS = {
    Step.ENTER: _("作成"),
    Step.SUBMIT: _("審査に出す"),
    Step.RETURN: _("差し戻す"),
    Step.APPROVE: _("登録する"),
    Step.SUSPEND: _("受付を止める"),
    Step.RESUME: _("受付を再開する"),
    Step.WITHDRAW: _("登録を終える"),
    Step.CHANGE: _("内容の変更"),
}
"""What each step is called: on its button and in the history."""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field: its name, what stood and what stands; empty where nothing was stated."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One entry of the history."""

    row: RegisterChange
    step: str
    state: str
    fields: Sequence[ShownChange]


def shown_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ShownChange]:
    """Return each field in which two documents differ, in words."""
    return _shown(differences(before, after))


def shown_history(rows: Iterable[RegisterChange]) -> list[ShownStep]:
    """Return an entry's history, the newest first."""
    told = [
        ShownStep(row, str(STEPS[Step(row.step)]), str(State(row.state_after).label), _shown(row.fields))
        for row in rows
    ]
    return told[::-1]


def _shown(fields: Mapping[str, Sequence[Any]]) -> list[ShownChange]:
    labels = {key: str(field.label) for group in GROUPS for key, field in group.fields().items()}
    labels |= {row.key: str(row.title) for row in LISTS}
    return [ShownChange(labels.get(key, key), _text(pair[0]), _text(pair[1])) for key, pair in fields.items()]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(_text(one) for one in value)
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) if isinstance(value, dict) else str(value)
