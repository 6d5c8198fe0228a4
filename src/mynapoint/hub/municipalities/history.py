"""Changes told to people: what was, or will be, stated before and after, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from mynapoint.hub.municipalities.changes import Change, Kind
from mynapoint.hub.municipalities.facts import SPECS, columns_of, summary
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.words import PageWords

CHANGES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change: its label, and what it said before and says after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Described:
    """One change with its differences."""

    change: Change
    words: PageWords
    differences: Sequence[Difference]


def settled_changes(municipality: Municipality) -> list[Described]:
    """Return what was published or dropped, the newest first."""
    settled = Change.objects.filter(municipality=municipality).exclude(state=Change.State.DRAFT)
    return [described(one) for one in settled.order_by("-settled_at", "-pk")[:CHANGES_SHOWN]]


def described(change: Change) -> Described:
    """Return a change with every field that it changes."""
    kind = Kind(change.kind)
    before = change.before
    if before is None and change.row is not None:
        row = SPECS[kind].model._default_manager.filter(pk=change.row, municipality=change.municipality_id).first()
        before = columns_of(kind, row) if row is not None else None
    after = {} if change.ends else change.fields
    return Described(change, summary(kind, change.fields), list(_differences(change, kind, before or {}, after)))


def _differences(change: Change, kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    form = SPECS[kind].form(municipality=change.municipality, today=change.valid_from)
    old, new = (form.initial_of(one, change.valid_from) if one else {} for one in (before, after))
    found = []
    for name, field in form.fields.items():
        was, will = _shown(old.get(name), field), _shown(new.get(name), field)
        if was != will and name != "valid_from":
            found.append(Difference(str(field.label), was, will))
    return found


def _shown(value: Any, field: forms.Field) -> str:
    """Return a value as the form shows it: choices by their labels."""
    if value is None:
        return ""
    values = value if isinstance(value, list) else [value]
    if isinstance(field, forms.ChoiceField):
        labels = {str(choice): str(label) for choice, label in field.choices}  # type: ignore[misc, union-attr]
        values = [labels.get(str(one), str(one)) for one in values]
    return "、".join(str(one) for one in values)
