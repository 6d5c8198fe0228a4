"""Changes of the register as people read them: what stood, what is to stand, who took which step and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.payment_services.documents import Document, differences
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import State, Step
from mynapoint.hub.providers_area.service_fields import GROUPS, LISTS, Row

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
_OTHERS = {"number": _("番号"), "provider": _("決済事業者")}


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
    asked = {key: field for group in GROUPS for key, field in group.fields().items()}
    rows = {row.key: row for row in LISTS}
    told = []
    for key, pair in fields.items():
        if key in rows:
            name, (before, after) = str(rows[key].title), (_rows(rows[key], one) for one in pair)
        else:
            name = str(asked[key].label if key in asked else _OTHERS.get(key, key))
            before, after = (_value(asked.get(key), one) for one in pair)
        told.append(ShownChange(name, before, after))
    return told


def _rows(row: Row, entered: Sequence[Document] | None) -> str:
    """Return rows such as ways to apply in words, one a line."""
    asked = row.fields()
    return "\n".join(
        ", ".join(f"{asked[key].label}: {_value(asked[key], one)}" for key, one in row.read(given).items())
        for given in entered or ()
    )


def _value(field: forms.Field | None, value: Any) -> str:
    if value is None:
        return ""
    choices = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return choices.get(str(value), str(value))
