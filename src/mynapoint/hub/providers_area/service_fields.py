"""The questions of a payment service's form, group by group, as the register's file orders its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.payment_services.documents import Document, flat, nested
from mynapoint.hub.payment_services.models import ChannelKind, Kind, PaymentService, Prior, Timing
from mynapoint.hub.payment_services.open_incentives import NATIONAL_ROUNDS
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round

_REQUIRED = {"required": _("入力してください。"), "invalid_choice": _("どれかを選んでください。")}
_Fields = Mapping[str, forms.Field]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together; ``make`` gives new fields each time, by their key in the register's file."""

    title: str | Promise
    help_text: str | Promise
    make: Callable[[], _Fields]

    def fields(self) -> _Fields:
        """Return the questions."""
        return self.make()


@dataclass(frozen=True, slots=True)
class Row:
    """Questions that repeat, such as ways to apply: ``spare`` empty ones more than there are, ``most`` in all."""

    key: str
    title: str | Promise
    help_text: str | Promise
    make: Callable[[], _Fields]
    spare: int = 2
    most: int = 60

    def fields(self) -> _Fields:
        """Return the questions of one row."""
        return self.make()

    def count(self, there: int) -> int:
        """Return how many rows are shown where some are there."""
        return min(there + self.spare, self.most)

    def read(self, document: Document) -> Document:
        """Return a row of the entry as the values of its questions."""
        stated = flat(document)
        if self.key == "participation":
            stated["incentive"] = f"{stated.pop('round')}/{stated['incentive']}"
        return stated

    def write(self, values: Document) -> Document:
        """Return the values of its questions as a row of the entry."""
        if self.key == "participation" and "incentive" in values:
            round_id, _slash, incentive = str(values["incentive"]).partition("/")
            values = values | {"incentive": incentive, "round": round_id}
        return nested(values)


def _text(label: Any, help_text: Any = "", *, most: int = 100, required: bool = False) -> forms.Field:
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=required, error_messages=_REQUIRED
    )


def _words(key: str, label: Any, help_text: Any = "", *, long: bool = False) -> dict[str, forms.Field]:
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    made: dict[str, forms.Field] = {}
    for language, name in (("ja", _("日本語")), ("en", _("英語"))):
        named: Any = _InLanguage(label, name)
        field = forms.CharField(label=named, max_length=1000, required=False, widget=widget, help_text=help_text)
        made[f"{key}.{language}"] = field
    return made


class _InLanguage:
    """A label with its language, put together when it is shown."""

    def __init__(self, label: Any, language: Any) -> None:
        self._parts = label, language

    def __str__(self) -> str:
        return "{}({})".format(*self._parts)


def _choice(label: Any, choices: Any, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=required, error_messages=_REQUIRED)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def _whole(label: Any, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most)


def _names() -> _Fields:
    return {
        "name": _text(_("名前"), required=True),
        "kana": _text(_("読み(カタカナ)"), required=True),
        "name_en": _text(_("英語の名前"), required=True),
        "kind": _choice(_("種類"), Kind.choices, required=True),
        **_words("summary", _("ひとことの説明")),
        "link": forms.URLField(label=_("案内ページのアドレス"), required=False, assume_scheme="https"),
        "as_of": _day(_("いつ現在の内容か")),
        "sources": forms.CharField(
            label=_("出典(1行に1つ)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
        ),
    }


def _award() -> _Fields:
    days = [("last", _("末日")), *((str(day), str(day)) for day in range(1, 29))]
    effective = [
        ("at_once", _("申込の直後から")),
        ("next_day", _("翌日から")),
        ("next_day_08:00", _("翌日の午前8時から")),
    ]
    rounding = [("total", _("合計で切り捨てる")), ("each", _("1回ごとに切り捨てる"))]
    return {
        "counts": _choice(_("ポイントの対象"), PaymentService.COUNTS),
        "effective": _choice(_("いつの利用から"), effective),
        "minimum_yen": _whole(_("1回の最低額(円)"), 1, 1_000_000),
        "rounding": _choice(_("1ポイントに満たない分"), rounding),
        "schedule.kind": _choice(_("ポイントが付く時期"), Timing.choices),
        "schedule.hours": _whole(_("「ご利用のたび」のとき: 何時間後"), 0, 8784),
        "schedule.months": _whole(_("「毎月」「上限」のとき: 何か月後"), 0, 24),
        "schedule.day": forms.TypedChoiceField(
            label=_("「毎月」「上限」のとき: その月の何日"),
            choices=[("", "—"), *days],
            required=False,
            coerce=lambda text: int(text) if text.isdigit() else text,
            empty_value="",
        ),
        **_words("schedule_words", _("時期の説明")),
    }


def _account() -> _Fields:
    return {
        **_words("account.label", _("申込で入力する番号の名前")),
        **_words("account.help", _("その番号の見つけ方"), long=True),
        "account.pattern": _text(_("その番号の形(正規表現)"), _("例:SP[0-9]{8}"), most=200),
        "account.example": _text(_("その番号の例"), most=64),
        **_words("prior_registration", _("事前登録のしかた"), long=True),
        "prior": _choice(_("事前登録"), Prior.choices),
    }


def _points() -> _Fields:
    return {
        **_words("points.name", _("付与されるポイントの名前")),
        **_words("points.use", _("使い方の説明"), long=True),
        **_words("points.expiry", _("有効期限")),
        **_words("extra", _("独自の上乗せ"), long=True),
        **_words("notes", _("注意していただきたいこと"), long=True),
        "points.used": _choice(_("ポイントの使い方"), PaymentService.USE),
    }


def _code() -> _Fields:
    return {
        **_words("label", _("名前")),
        **_words("help", _("見つけ方")),
        "pattern": _text(_("形(正規表現)"), most=200),
    }


def _channel() -> _Fields:
    return {
        "kind": _choice(_("申込方法"), ChannelKind.choices),
        "first_day": _day(_("受付の最初の日")),
        "last_day": _day(_("受付の最後の日")),
    }


def _participation() -> _Fields:
    offered = [
        (f"{round_id}/{name}", f"{PageWords.of(law.label)} {PageWords.of(one.label)}")
        for round_id in NATIONAL_ROUNDS
        for law in [load_round(round_id)]
        for name, one in law.incentives.items()
    ]
    return {
        "incentive": _choice(_("施策"), offered),
        "joined_on": _day(_("参加の最初の日")),
        "left_on": _day(_("参加の最後の日")),
    }


GROUPS = (
    Group(_("名前と種類"), _("申込のとき、名前は住民のカードで署名される文に入ります。"), _names),
    Group(_("ポイントが付く条件と時期"), "", _award),
    Group(_("申込で入力していただく番号"), "", _account),
    Group(_("ポイントの使い方と注意"), "", _points),
)
LISTS = (
    Row(
        "security_code",
        _("確認のコード(3つまで)"),
        _("番号がその人のものだと確かめるためのコードです。"),
        _code,
        most=3,
    ),
    Row("channel", _("申込方法と受付期間"), _("最初の日が空欄の方法では、どの日も申し込めません。"), _channel),
    Row("participation", _("参加する施策"), "", _participation),
)
