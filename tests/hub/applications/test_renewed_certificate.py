"""A certificate renewed just now: the law says from when it can be applied with, and nothing is saved before."""

from __future__ import annotations

from datetime import timedelta

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import Visitor, text
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Credential


def test_a_certificate_renewed_half_an_hour_ago_waits_and_can_apply_after_the_hour(
    aoki: Visitor, sample_pay: SamplePay
) -> None:
    aoki.sign_in()
    aoki.reserve()
    renewed_at = clock.now() - timedelta(minutes=30)
    _renewed(Credential.objects.get(), at=renewed_at)

    response = aoki.apply()

    assert response.status_code == 422
    assert "カードの電子証明書は更新されたばかりです。" in text(response)
    assert "からお申し込みいただけます。" in text(response)
    assert not Application.objects.exists()

    clock.move_to(renewed_at + timedelta(hours=1))
    assert "申込が完了しました" in text(aoki.apply())


def test_a_first_certificate_need_not_wait(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    Credential.objects.update(valid_from=clock.now() - timedelta(minutes=30))

    assert "申込が完了しました" in text(aoki.apply())


def _renewed(credential: Credential, *, at: object) -> None:
    """Make a credential the successor of an older one, valid since an instant."""
    older = Credential.objects.create(
        resident=credential.resident,
        issuer_key_id=credential.issuer_key_id,
        serial="0ld",
        fingerprint="0" * 64,
        public_key=b"",
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        first_seen_at=credential.first_seen_at,
    )
    Credential.objects.filter(pk=credential.pk).update(predecessor=older, valid_from=at)
