"""The forms of a provider's keys: a public key pasted or uploaded, and until when one counts."""

from __future__ import annotations

import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.described_fields import describe

KEY_BYTES_MAX = 2048
_PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
_WHEN = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "instant"})
_WRONG = _("Ed25519の公開鍵ではありません。PEM形式のファイルか、16進数の64文字にしてください。")
_SECRET = _("これは秘密鍵です。送らずに、公開鍵だけを登録してください。この秘密鍵は使わず、新しい鍵を作ってください。")


class KeyForm(forms.Form):
    """A new public key, beside those that count already."""

    key_id = forms.RegexField(
        r"\A[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]\Z",
        label=_("鍵の名前"),
        help_text=_("例:my-pay-2。英小文字、数字、ピリオド、ハイフン、下線で3〜64文字。一度使った名前は使えません。"),
        error_messages={
            "required": _("入力してください。"),
            "invalid": _("英小文字、数字、ピリオド、ハイフン、下線で3〜64文字にしてください。"),
        },
        widget=forms.TextInput(attrs=_PLAIN),
    )
    file = forms.FileField(
        label=_("公開鍵のファイル"), help_text=_("PEM形式(-----BEGIN PUBLIC KEY-----)、Ed25519"), required=False
    )
    text = forms.CharField(
        label=_("または、公開鍵を貼り付ける"),
        help_text=_("PEM形式か、16進数の64文字"),
        max_length=KEY_BYTES_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "code"} | _PLAIN),
    )
    valid_from = forms.DateTimeField(
        label=_("いつから使うか(日本時間)"),
        help_text=_("空欄なら、いまから"),
        required=False,
        widget=_WHEN,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        describe(self)

    def clean(self) -> dict[str, Any]:
        """Read the one key that was given; ``public_key`` has its 32 bytes."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), str(cleaned.get("text") or "").strip()
        if bool(file) == bool(text):
            self.add_error("text", _("ファイルか貼り付けか、どちらか1つで渡してください。"))
            return cleaned
        given = file.read(KEY_BYTES_MAX + 1) if file else text.encode()
        try:
            cleaned["public_key"] = public_key(given)
        except forms.ValidationError as error:
            self.add_error("file" if file else "text", error)
        return cleaned


class RetireForm(forms.Form):
    """Until when a key counts."""

    until = forms.DateTimeField(required=False)
    even_the_last = forms.BooleanField(required=False)


def public_key(given: bytes) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM, hexadecimal or as they are. Raises ValidationError."""
    if b"PRIVATE KEY" in given:
        raise forms.ValidationError(_SECRET)
    if len(given) == 32:
        return given
    if re.fullmatch(rb"\s*[0-9a-fA-F]{64}\s*", given):
        return bytes.fromhex(given.decode())
    try:
        key = load_pem_public_key(given.strip())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise forms.ValidationError(_WRONG) from error
    if len(given) > KEY_BYTES_MAX or not isinstance(key, Ed25519PublicKey):
        raise forms.ValidationError(_WRONG)
    return key.public_bytes_raw()
