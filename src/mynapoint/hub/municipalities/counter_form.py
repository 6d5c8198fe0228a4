"""The form of a counter together with its hours: place, purpose, period, and up to four openings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities.fact_forms import FactForm, WordsOf
from mynapoint.hub.municipalities.inputs import DayInput, TimeInput
from mynapoint.hub.municipalities.models import Purpose

OPENINGS_MAX = 4
DAYS = [("weekday", _("平日")), ("saturday", _("土曜日")), ("sunday", _("日曜日")), ("holiday", _("祝日"))]


class CounterForm(FactForm):
    """A counter with its hours; a lunch gap is two openings."""

    WORDS: ClassVar = {"place": WordsOf(_("窓口の場所"))}
    COLUMNS: ClassVar = ("purpose", "first_day", "last_day")
    purpose = forms.ChoiceField(label=_("何の窓口か"), choices=Purpose.choices)
    first_day = forms.DateField(
        label=_("窓口を開く最初の日"), required=False, widget=DayInput(), help_text=_("決まっていれば書きます。")
    )
    last_day = forms.DateField(
        label=_("窓口を開く最後の日"), required=False, widget=DayInput(), help_text=_("当面の間なら、空けておきます。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, OPENINGS_MAX + 1):
            self.fields[f"days_{number}"] = forms.MultipleChoiceField(
                label=_("開く日"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple()
            )
            self.fields[f"opens_{number}"] = forms.TimeField(label=_("開く時刻"), required=False, widget=TimeInput())
            self.fields[f"closes_{number}"] = forms.TimeField(label=_("閉める時刻"), required=False, widget=TimeInput())

    def clean(self) -> dict[str, Any]:
        """Refuse openings that are half filled, end before they begin, or overlap on the same kind of day."""
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first is not None and last is not None and last < first:
            self.add_error("last_day", _("最初の日より後の日にしてください。"))
        taken: list[tuple[str, time, time]] = []
        for number in range(1, OPENINGS_MAX + 1):
            parts = [cleaned.get(f"{name}_{number}") for name in ("days", "opens", "closes")]
            if not any(parts):
                continue
            if not all(parts):
                self.add_error(f"days_{number}", _("開く日、開く時刻、閉める時刻を、すべて書いてください。"))
                continue
            self._check(number, parts, taken)
        return cleaned

    def _check(self, number: int, parts: list[Any], taken: list[tuple[str, time, time]]) -> None:
        days, opens, closes = parts
        if closes <= opens:
            self.add_error(f"closes_{number}", _("開く時刻より後の時刻にしてください。"))
            return
        for day in days:
            if any(day == other and opens < end and begin < closes for other, begin, end in taken):
                self.add_error(f"days_{number}", gettext("ほかの時間帯と重なっています。"))
                return
            taken.append((day, opens, closes))

    def columns(self) -> dict[str, Any]:
        """Return the counter and its openings."""
        hours = [
            {
                "days": self.cleaned_data[f"days_{number}"],
                "opens": self.cleaned_data[f"opens_{number}"].strftime("%H:%M"),
                "closes": self.cleaned_data[f"closes_{number}"].strftime("%H:%M"),
            }
            for number in range(1, OPENINGS_MAX + 1)
            if self.cleaned_data[f"days_{number}"]
        ]
        return {**super().columns(), "hours": hours}

    @classmethod
    def initial_of(cls, columns: Mapping[str, Any], valid_from: date) -> dict[str, Any]:
        """Return the form's beginning, openings spread over its rows."""
        initial = super().initial_of({name: one for name, one in columns.items() if name != "hours"}, valid_from)
        for number, opening in enumerate(columns.get("hours", []), start=1):
            initial |= {f"{name}_{number}": opening[name] for name in ("days", "opens", "closes")}
        return initial

    def openings(self) -> Iterator[list[forms.BoundField]]:
        """Yield the three fields of each opening, for the page."""
        for number in range(1, OPENINGS_MAX + 1):
            yield [self[f"{name}_{number}"] for name in ("days", "opens", "closes")]
