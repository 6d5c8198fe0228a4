"""What the agent lets a card sign, and nothing else: origin, nonce and statement under this protocol's prefix."""

from __future__ import annotations

from mynapoint.card.jpki import JpkiCard, wipe
from mynapoint.exchange.card_token import CardToken, check_challenge, signed_bytes


def sign_token(
    card: JpkiCard, pin: bytearray, *, origin: str, nonce: str, statement: str, use_last_try: bool = False
) -> CardToken:
    """Verify the PIN once, sign the statement, then reset the card; the PIN's buffer is zeros afterwards.

    pin           four ASCII digits: ``bytearray(b"1234")``
    use_last_try  the holder has confirmed that this may be the try that locks the card
    Raises        BadCardToken for a challenge no card should sign; jpki.CardError, transport.CardGone
    """
    try:
        check_challenge(nonce=nonce, statement=statement)
        with card:
            certificate = card.auth_certificate()
            card.verify(pin, use_last_try=use_last_try)
            signature = card.sign(signed_bytes(origin=origin, nonce=nonce, statement=statement))
    finally:
        wipe(pin)
    return CardToken(certificate, signature)
