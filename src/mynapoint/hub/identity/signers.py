"""Who signs with a card, as they declare it: its holder, one of 15 to 17 with consent, or a child's guardian.

The hub holds no birth date and no name, and a certificate for signing in tells neither: it can take a declaration, have
the card sign it, and keep it. It cannot check it (docs/decisions/0027-guardians.md).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Signer(models.TextChoices):
    """Who uses the card. Under 15 the guardian acts for the child; from 15 to 17 the holder acts with consent."""

    HOLDER = "holder", gettext_lazy("カードの持ち主本人(18歳以上)")
    WITH_CONSENT = "with_consent", gettext_lazy("カードの持ち主本人(15歳から17歳。法定代理人の同意を得ています)")
    GUARDIAN = "guardian", gettext_lazy("法定代理人(15歳未満のお子さまのカードを使います)")


def declared(text: str) -> Signer:
    """Return who is declared; the holder where nothing, or nothing known, is."""
    return Signer(text) if text in Signer.values else Signer.HOLDER


def declaration(signer: Signer) -> str:
    """Return the sentence that a statement ends with, in the page's language; empty for an adult holder."""
    if signer is Signer.GUARDIAN:
        return _("カードの持ち主は15歳未満で、法定代理人が本人のカードを使って手続きします。")
    if signer is Signer.WITH_CONSENT:
        return _("カードの持ち主は15歳から17歳で、この手続きについて法定代理人の同意を得ています。")
    return ""
