"""Second factors: codes of an authenticator app (TOTP, RFC 6238), each taken once; the picture that sets one up."""

from __future__ import annotations

import pyotp
import segno

from mynapoint.hub.staff.models import StaffAccount
from mynapoint.hub.staff.seals import opened

STEP_SECONDS = 30
STEPS_ASIDE = 1
"""How many steps a clock may be wrong by, before and after."""
ISSUER = "mynapoint"


def new_secret() -> str:
    """Return a fresh secret: 160 bits in base32, as apps take it typed."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, *, at_seconds: float) -> int | None:
    """Return the step of which a code is, by the machine's clock; None: it is none of now."""
    now = int(at_seconds) // STEP_SECONDS
    codes = pyotp.TOTP(secret)
    right = None
    for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):  # always all three: no time tells which
        if pyotp.utils.strings_equal(code, codes.at(step * STEP_SECONDS)):
            right = step
    return right


def take_step(account: StaffAccount, step: int) -> bool:
    """Take the code of a step, once and for good; no earlier one is good after it."""
    return StaffAccount.objects.filter(pk=account.pk, last_step__lt=step).update(last_step=step) == 1


def secret_of(account: StaffAccount | None) -> str:
    """Return an account's secret; for nobody, or before enrolment, one that nobody has."""
    if account is None or account.totp_secret is None:
        return new_secret()
    return opened(bytes(account.totp_secret), account=account.pk)


def picture(secret: str, *, name: str) -> str:
    """Return the QR code an app reads, as SVG without style attributes, for a page with a strict policy."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_inline(border=4, scale=4, svgclass="qr", lineclass=None, omitsize=True)


def typed(secret: str) -> str:
    """Return the secret in groups of four, for typing."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
