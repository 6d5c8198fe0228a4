"""The forms of the staff area, one a kind of fact: each field a column, texts in both languages, the law kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities.inputs import DayInput, TimeInput
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Counter, Municipality, Purpose, Text, Topic, is_month_day
from mynapoint.hub.municipalities.typed_law import problems_of, typed_law
from mynapoint.hub.words import day


@dataclass(frozen=True, slots=True)
class WordsOf:
    """One text of a fact: its label, whether it may be left out, and over how many lines it is written."""

    label: str | Promise
    required: bool = True
    rows: int = 1
    longest: int = 400


class FactForm(forms.Form):
    """What every fact has: texts in two languages, the days on which it is stated, its place among its kind."""

    WORDS: ClassVar[Mapping[str, WordsOf]] = {}
    COLUMNS: ClassVar[tuple[str, ...]] = ()
    """Columns that are not texts."""

    def __init__(self, *args: Any, municipality: Municipality, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        self.today = today
        for name, words in self.WORDS.items():
            for language, suffix in (("ja", _("(日本語)")), ("en", _("(英語)"))):
                widget = forms.Textarea({"rows": words.rows, "lang": language}) if words.rows > 1 else None
                self.fields[f"{name}_{language}"] = forms.CharField(
                    label=_joined(words.label, suffix),
                    required=words.required,
                    max_length=words.longest,
                    widget=widget or forms.TextInput({"lang": language}),
                )
        self.fields["position"] = forms.IntegerField(
            label=_("並び順"), min_value=0, max_value=999, help_text=_("小さい数のものから順に表示します。")
        )
        self.fields["valid_from"] = forms.DateField(
            label=_("掲載を始める日"),
            widget=DayInput(),
            help_text=_("今日より前の日にはできません。それまでの内容は、前の日まで掲載されたことになります。"),
        )
        self.fields["valid_until"] = forms.DateField(
            label=_("掲載を終える日"),
            required=False,
            widget=DayInput(),
            help_text=_("この日まで掲載します。決まっていないときは、空けておきます。"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, and figures of the law that were typed."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first is not None and first < self.today:
            problem = gettext("%(day)sか、それより後の日にしてください。") % {"day": day(self.today)}
            self.add_error("valid_from", problem)
        elif first is not None and last is not None and last < first:
            self.add_error("valid_until", _("掲載を始める日より後の日にしてください。"))
        law = LawOfDay(self.today, "ja")
        for name in self.WORDS:
            for field in (f"{name}_ja", f"{name}_en"):
                for problem in problems_of(cleaned.get(field, ""), law):
                    self.add_error(field, problem)
        return cleaned

    def columns(self) -> dict[str, Any]:
        """Return what will be stated, as it is kept with the change: JSON, texts as [ja, en], days as ISO."""
        cleaned = self.cleaned_data
        texts = {name: [cleaned[f"{name}_ja"], cleaned[f"{name}_en"]] for name in self.WORDS}
        others = {name: _plain(cleaned[name]) for name in self.COLUMNS}
        return {**texts, **others, "position": cleaned["position"], "valid_until": _plain(cleaned["valid_until"])}

    @classmethod
    def initial_of(cls, columns: Mapping[str, Any], valid_from: date) -> dict[str, Any]:
        """Return the form's beginning for what is stated, or drafted, now."""
        initial: dict[str, Any] = {"valid_from": valid_from}
        for name, value in columns.items():
            if name in cls.WORDS:
                initial[f"{name}_ja"], initial[f"{name}_en"] = value
            else:
                initial[name] = value
        return initial


class EditionForm(FactForm):
    """The page's frame."""

    WORDS: ClassVar = {
        "title": WordsOf(_("ページの題名"), longest=100),
        "number_label": WordsOf(_("ページの番号の呼び方"), longest=30),
        "breadcrumb": WordsOf(_("パンくずリスト(上の階層から1行に1つ)"), required=False, rows=4),
    }
    COLUMNS: ClassVar = ("number",)
    number = forms.CharField(label=_("ページの番号"), max_length=40)

    def clean(self) -> dict[str, Any]:
        """Refuse breadcrumbs of different lengths."""
        cleaned = super().clean()
        lines = [cleaned.get(f"breadcrumb_{language}", "").splitlines() for language in ("ja", "en")]
        if len(lines[0]) != len(lines[1]):
            self.add_error("breadcrumb_en", _("日本語と同じ数の行にしてください。"))
        return cleaned


class TextForm(FactForm):
    """A sentence at one place of the page."""

    WORDS: ClassVar = {"words": WordsOf(_("文"), rows=4, longest=1000)}
    COLUMNS: ClassVar = ("place",)
    place = forms.ChoiceField(label=_("載せる場所"), choices=Text.Place.choices)


class BringForm(FactForm):
    """One thing to bring."""

    WORDS: ClassVar = {"words": WordsOf(_("持ち物")), "note": WordsOf(_("補足"), required=False, rows=2)}
    COLUMNS: ClassVar = ("purpose",)
    purpose = forms.ChoiceField(label=_("どの窓口で"), choices=Purpose.choices)


class QuestionForm(FactForm):
    """A common question."""

    WORDS: ClassVar = {"question": WordsOf(_("質問")), "answer": WordsOf(_("答え"), rows=5, longest=2000)}
    COLUMNS: ClassVar = ("topic",)
    topic = forms.ChoiceField(label=_("種類"), choices=Topic.choices)


class DepartmentForm(FactForm):
    """Who answers for the page."""

    WORDS: ClassVar = {
        "name": WordsOf(_("担当の名前"), longest=100),
        "concerns": WordsOf(_("担当すること"), required=False),
        "address": WordsOf(_("住所"), required=False),
    }
    COLUMNS: ClassVar = ("phone", "fax", "opens", "closes")
    phone = forms.RegexField(
        r"^0[0-9-]{8,18}$",
        label=_("電話番号"),
        help_text=_("例:0463-82-5115"),
        widget=forms.TextInput({"class": "short"}),
    )
    fax = forms.RegexField(
        r"^0[0-9-]{8,18}$", label=_("ファクス番号"), required=False, widget=forms.TextInput({"class": "short"})
    )
    opens = forms.TimeField(
        label=_("平日に開く時刻"),
        required=False,
        widget=TimeInput(),
        help_text=_("担当の課の時間です。窓口の時間と違っていてもかまいません。"),
    )
    closes = forms.TimeField(label=_("平日に閉める時刻"), required=False, widget=TimeInput())

    def clean(self) -> dict[str, Any]:
        """Refuse the national lines, which the page prints by itself, and hours that are half filled or end first."""
        cleaned = super().clean()
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if (opens is None) != (closes is None):
            self.add_error("closes", _("開く時刻と閉める時刻を、両方書いてください。"))
        elif opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("開く時刻より後の時刻にしてください。"))
        for field in ("phone", "fax"):
            if typed_law(cleaned.get(field, ""), LawOfDay(self.today, "ja")):
                self.add_error(
                    field, _("国の電話番号は、ページに自動で載ります。ここには市区町村の番号を書いてください。")
                )
        return cleaned


class LinkForm(FactForm):
    """A page elsewhere."""

    WORDS: ClassVar = {"label": WordsOf(_("リンクの文字"))}
    COLUMNS: ClassVar = ("url",)
    url = forms.URLField(label=_("アドレス"), assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        """Refuse addresses of the law, which the page prints by itself, and those without encryption."""
        cleaned = super().clean()
        url = cleaned.get("url", "")
        if typed_law(url, LawOfDay(self.today, "ja")):
            self.add_error("url", _("国のページは、自動で載ります。ここには市区町村のリンクを書いてください。"))
        if url and not url.startswith("https://"):
            self.add_error("url", _("https:// で始まるアドレスにしてください。"))
        return cleaned


class RestForm(FactForm):
    """What days of rest have: at which counter, and why."""

    WORDS: ClassVar = {"reason": WordsOf(_("理由"), longest=100)}
    counter = forms.TypedChoiceField(label=_("休む窓口"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Counter.objects.filter(municipality=self.municipality).exclude(valid_until__lt=self.today)
        counter = self.fields["counter"]
        assert isinstance(counter, forms.TypedChoiceField)
        counter.choices = [("", _("すべての窓口")), *((row.pk, str(row.place)) for row in rows)]


class ClosedForm(RestForm):
    """Days of rest once."""

    COLUMNS: ClassVar = ("counter", "first_day", "last_day")
    first_day = forms.DateField(label=_("休む最初の日"), widget=DayInput())
    last_day = forms.DateField(label=_("休む最後の日"), widget=DayInput())

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first is not None and last is not None and last < first:
            self.add_error("last_day", _("休む最初の日より後の日にしてください。"))
        return cleaned


class YearlyForm(RestForm):
    """Days of rest in every year."""

    COLUMNS: ClassVar = ("counter", "first", "last")
    first = forms.CharField(
        label=_("毎年休む最初の日"), help_text=_("月と日。例:12-29"), widget=forms.TextInput({"class": "short"})
    )
    last = forms.CharField(
        label=_("毎年休む最後の日"), help_text=_("月と日。例:01-03"), widget=forms.TextInput({"class": "short"})
    )

    def clean_first(self) -> str:
        """Refuse what is no day of a year."""
        return _month_day(self.cleaned_data["first"])

    def clean_last(self) -> str:
        """Refuse what is no day of a year."""
        return _month_day(self.cleaned_data["last"])


def _month_day(text: str) -> str:
    if not is_month_day(text):
        raise ValidationError(_("12-29 のように、月2桁、日2桁で書いてください。"))
    return text


def _joined(label: str | Promise, suffix: str | Promise) -> str:
    return f"{label}{suffix}"


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


class EndForm(forms.Form):
    """Until when something is stated that then goes."""

    last_day = forms.DateField(label=_("掲載する最後の日"), widget=DayInput())

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest

    def clean_last_day(self) -> date:
        """Refuse days that have passed: what was stated on them, was."""
        last: date = self.cleaned_data["last_day"]
        if last < self.earliest:
            raise ValidationError(gettext("%(day)sか、それより後の日にしてください。") % {"day": day(self.earliest)})
        return last
