"""The test page of a provider: an example of each message, and a message of one's own tried without being recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mynapoint.hub.api.examples import EXAMPLES
from mynapoint.hub.described_fields import describe
from mynapoint.hub.ledger import api as reports
from mynapoint.hub.providers_area.own import own_keys, own_provider
from mynapoint.hub.providers_area.trial import headers_of, try_body, try_signature
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role

BODY_BYTES_MAX = 2 * 1024 * 1024
_ADDRESS = f"/api/{reports.PATH}"


@dataclass(frozen=True, slots=True)
class Example:
    """One message as it is sent, line by line, who sends it, and when."""

    name: str
    title: str | Promise
    when: str | Promise

    @property
    def text(self) -> str:
        """The message's lines."""
        lines = EXAMPLES[self.name]
        rows = lines if isinstance(lines, list) else [lines]
        return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


_SHOWN = (
    Example("proof_request", _("口座確認の問い合わせ"), _("ハブから貴社へ。住民が口座の番号を入力したとき")),
    Example("proof", _("口座確認の答え"), _("貴社からハブへ。番号とコードが合っているとき")),
    Example("notices", _("申込などのお知らせ"), _("ハブから貴社へ。貴社が取りにくるとき")),
    Example("report", _("付与の報告"), _("貴社からハブへ。ポイントを付与したあと")),
    Example("receipt", _("付与の報告への答え"), _("ハブから貴社へ。受け付けられなかった行だけが並びます")),
    Example("claim", _("請求"), _("貴社からハブへ。月に1回")),
    Example("statement", _("計算書"), _("ハブから貴社へ。貴社が取りにくるとき")),
)


class TrialForm(forms.Form):
    """A message, and with it the headers by which it is signed."""

    file = forms.FileField(label=_("電文のファイル"), required=False)
    text = forms.CharField(
        label=_("または、電文を貼り付ける"),
        max_length=BODY_BYTES_MAX,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
    )
    address = forms.URLField(label=_("送り先のアドレス"), required=False, assume_scheme="https", max_length=400)
    headers = forms.CharField(
        label=_("署名のヘッダー"),
        help_text=_("Signature-Input、Signature、Content-Digestの3行。空欄なら、署名は調べません。"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        describe(self)

    def clean(self) -> dict[str, Any]:
        """Take the one message that was given; ``body`` has its bytes."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), str(cleaned.get("text") or "")
        if bool(file) == bool(text.strip()):
            self.add_error("text", _("ファイルか貼り付けか、どちらか1つで渡してください。"))
            return cleaned
        # A browser sends a pasted line's end as CR LF, and nobody sees whether the last line has one.
        cleaned["body"] = (
            file.read(BODY_BYTES_MAX + 1) if file else (text.replace("\r\n", "\n").rstrip("\n") + "\n").encode()
        )
        if len(cleaned["body"]) > BODY_BYTES_MAX:
            self.add_error("file", _("ここで試せるのは2メガバイトまでです。"))
        return cleaned


@require_http_methods(["GET", "POST"])
@staff_required(Role.PROVIDER)
def trial(request: StaffRequest) -> HttpResponse:
    """Show the examples; try a message as the door would read it."""
    initial = {"address": request.build_absolute_uri(_ADDRESS)}
    if request.method == "GET":
        return _page(request, TrialForm(initial=initial))
    form = TrialForm(request.POST, request.FILES, initial=initial)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    context: dict[str, Any] = {"tried": try_body(given["body"])}
    if given["headers"].strip():
        at = timezone.now()
        keys = {one.key_id: bytes.fromhex(one.public_key) for one in own_keys(request) if one.is_valid(at)}
        context["signature_tried"] = True
        context["signature_fault"] = try_signature(
            method="POST",
            url=given["address"] or initial["address"],
            headers=headers_of(given["headers"]),
            body=given["body"],
            public_key_of=keys.get,
        )
    return _page(request, form, **context)


def _page(request: StaffRequest, form: TrialForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"provider": own_provider(request), "form": form, "examples": _SHOWN} | more
    return render(request, "providers_area/trial.html", context, status=status)
