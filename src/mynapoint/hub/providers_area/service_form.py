"""The form of a payment service: an entry of the register field by field, and back; the register's reader judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.described_fields import describe
from mynapoint.hub.payment_services.documents import Document, flat, nested
from mynapoint.hub.providers_area.service_fields import GROUPS, LISTS, Row
from mynapoint.programme.rule_file import RuleFileError

REASON = "reason"


@dataclass(frozen=True, slots=True)
class Part:
    """One group of the form as the page shows it: single questions, or rows of some."""

    title: str | Promise
    help_text: str | Promise
    fields: Sequence[forms.BoundField]
    rows: Sequence[Sequence[forms.BoundField]]


class ServiceForm(forms.Form):
    """Every field an entry may state; what is left empty is not stated.

    Fields are named as in the register's file, with hyphens for dots: ``account-label-ja``, ``channel-0-kind``.
    """

    def __init__(self, *args: Any, document: Mapping[str, Any], asks_why: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        stated = flat(document)
        self._rows: dict[str, int] = {}
        for group in GROUPS:
            for key, field in group.fields().items():
                self.fields[key.replace(".", "-")] = field
                self.initial[key.replace(".", "-")] = stated.get(key)
        for row in LISTS:
            there = [row.read(one) for one in document.get(row.key, [])]
            self._rows[row.key] = row.count(len(there))
            for place in range(self._rows[row.key]):
                for key, field in row.fields().items():
                    name = f"{row.key}-{place}-{key.replace('.', '-')}"
                    self.fields[name] = field
                    self.initial[name] = there[place].get(key) if place < len(there) else None
        self.fields["sources"].initial = "\n".join(document.get("sources", []))
        self.initial["sources"] = self.fields["sources"].initial
        if asks_why:
            self.fields[REASON] = forms.CharField(
                label=_("変更の理由"), max_length=300, error_messages={"required": _("理由を入力してください。")}
            )
        describe(self)

    @property
    def parts(self) -> Iterator[Part]:
        """The groups of questions in the order of the page."""
        for group in GROUPS:
            yield Part(group.title, group.help_text, [self[key.replace(".", "-")] for key in group.fields()], ())
        for row in LISTS:
            rows = [
                [self[f"{row.key}-{place}-{key.replace('.', '-')}"] for key in row.fields()]
                for place in range(self._rows[row.key])
            ]
            yield Part(row.title, row.help_text, (), rows)
        if REASON in self.fields:
            yield Part(_("変更の理由"), "", [self[REASON]], ())

    def document(self) -> Document:
        """Return what was entered, as an entry of the register's file; number, provider and state are the hub's."""
        given = self.cleaned_data
        stated = {key: _plain(given[key.replace(".", "-")]) for group in GROUPS for key in group.fields()}
        stated = {key: value for key, value in stated.items() if value not in ("", None)}
        if "schedule.kind" not in stated:
            stated = {key: value for key, value in stated.items() if not key.startswith("schedule.")}
        sources = [line.strip() for line in str(stated.pop("sources", "")).splitlines() if line.strip()]
        document = nested(stated) | ({"sources": sources} if sources else {})
        for row in LISTS:
            if entered := list(self._entered(row)):
                document[row.key] = entered
        return document

    def refuse(self, error: RuleFileError) -> None:
        """Put what the register's reader has against an entry where it was entered."""
        for one in (error, *error.others):
            names = (one.key, f"{one.key}.ja", f"schedule.{one.key}", f"account.{one.key}")
            found = next((name for key in names if (name := key.replace(".", "-")) in self.fields), None)
            if one.why.startswith("is missing"):
                words = _t("申込を受け付けるには、この項目も必要です。")
            else:
                words = _t("この内容では登録できません。(%(key)s: %(why)s)") % {"key": one.key, "why": one.why}
            self.add_error(found, words)
        describe(self)

    def _entered(self, row: Row) -> Iterator[Document]:
        for place in range(self._rows[row.key]):
            values = {
                key: _plain(self.cleaned_data[f"{row.key}-{place}-{key.replace('.', '-')}"]) for key in row.fields()
            }
            if any(value not in ("", None) for value in values.values()):
                yield row.write({key: value for key, value in values.items() if value not in ("", None)})

    def clean(self) -> dict[str, Any]:
        """Ask for both languages where one is given."""
        cleaned = super().clean() or {}
        for name in [one for one in self.fields if one.endswith("-ja")]:
            other = f"{name[:-3]}-en"
            empty = [one for one in (name, other) if not cleaned.get(one) and one not in self.errors]
            if len(empty) == 1 and (cleaned.get(name) or cleaned.get(other)):
                self.add_error(empty[0], _t("日本語と英語の両方を入力してください。"))
        return cleaned


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value).replace("\r\n", "\n").strip()
