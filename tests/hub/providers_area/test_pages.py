"""A provider's reports, money and keys: its own alone, by people at its own terminals."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import NUMBER, REGISTER, SamplePay
from hub.settlement.desk_of_claims import AFTER_ALL, claims
from hub.staff.desk import at_work, desk, person
from hub.visitor import browser, text
from mynapoint.cli import app
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.actions import import_register, register_provider_key
from mynapoint.hub.payment_services.models import ProviderKey
from mynapoint.hub.staff.models import Role, StaffAccount
from mynapoint.provider.hub_client import HubRefused

AREA = "/staff/provider/"


@pytest.fixture
def provider(db: None) -> Client:
    import_register(REGISTER)
    return at_work(Role.PROVIDER, terminal="pay 1", name="pay-1").client


@pytest.fixture
def other(provider: Client) -> Client:
    return at_work(Role.PROVIDER, terminal="aoba 1", name="aoba-1", provider="aoba").client


def reported(points: int = 3_000) -> AwardReport:
    """サンプルPay reports 3,000 points and, for the same application, far too many."""
    application = applies(CertificateId("aa", "1"), clock.START)
    awarded(application, points, clock.START)
    awarded(application, 9_000, clock.START)
    return AwardReport.objects.get(pk=AwardReport.objects.order_by("-pk").values_list("pk", flat=True)[0])


def test_a_report_shows_its_totals_and_each_refused_line_with_number_field_and_reason(provider: Client) -> None:
    refused = reported()

    listed = text(provider.get(f"{AREA}reports/"))
    shown = text(provider.get(f"{AREA}reports/{refused.pk}/"))
    rows = list(
        csv.reader(io.StringIO(provider.get(f"{AREA}reports/{refused.pk}/refused.csv").content.decode("utf-8-sig")))
    )

    assert listed.index(refused.report_id) < listed.index("3,000"), "the newest first"
    assert "付与の上限を超えます" in shown
    assert "over_cap" in shown
    assert rows[1][0] == "2"
    assert rows[1][2:4] == ["points", "over_cap"]


def test_the_reports_before_the_oldest_on_the_page_are_one_link_away(provider: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("mynapoint.hub.providers_area.report_lists.ON_A_PAGE", 1)
    newest = reported()

    assert f"?before={newest.pk}" in text(provider.get(f"{AREA}reports/"))
    assert newest.report_id not in text(provider.get(f"{AREA}reports/?before={newest.pk}"))
    assert provider.get(f"{AREA}reports/?before=nonsense").status_code == 200


def test_claims_are_shown_with_their_state_and_the_statement_is_handed_over(provider: Client) -> None:
    reported()
    clock.move_to(AFTER_ALL)
    claim = claims(3_000, "2022-07", AFTER_ALL)

    page = text(provider.get(f"{AREA}money/"))

    assert claim.claim_id in page
    assert "提出" in page
    told = provider.get(f"{AREA}money/{NUMBER}/statement.csv").content.decode("utf-8-sig")
    assert claim.claim_id in told
    assert provider.get(f"{AREA}money/{NUMBER}/statement.pdf").content.startswith(b"%PDF")


def test_another_providers_reports_money_and_keys_are_not_there(provider: Client, other: Client) -> None:
    report = reported()
    clock.move_to(AFTER_ALL)
    claim = claims(3_000, "2022-07", AFTER_ALL)
    key = register_provider_key(
        provider="sample-pay", key_id="pay-key", public_key=bytes(32), valid_from=datetime(2022, 1, 1, tzinfo=UTC)
    )
    for path in (f"reports/{report.pk}/", f"reports/{report.pk}/refused.csv", f"money/{NUMBER}/statement.csv"):
        assert provider.get(AREA + path).status_code == 200
        assert other.get(AREA + path).status_code == 404
    assert other.get(f"{AREA}money/{NUMBER}/statement.pdf").status_code == 404
    assert other.post(f"{AREA}keys/{key.pk}/end/", {"even_the_last": "on"}).status_code == 404
    for path, theirs in (("reports/", report.report_id), ("money/", claim.claim_id), ("keys/", "pay-key")):
        assert theirs in text(provider.get(AREA + path))
        assert theirs not in text(other.get(AREA + path))


def test_nothing_of_a_resident_is_on_any_page_of_a_provider(provider: Client) -> None:
    application = applies(CertificateId("aa", "1"), clock.START)
    awarded(application, 3_000, clock.START)
    secrets = (str(application.resident_id), application.account_reference, "ア*キ", "****1234", str(application.pk))
    report = AwardReport.objects.get()

    for path in ("reports/", f"reports/{report.pk}/", "money/", "keys/", "services/", f"services/{NUMBER}/", "trial/"):
        page = text(provider.get(AREA + path))
        if path != "trial/":
            assert not [one for one in secrets if one in page], path


def test_people_of_a_provider_sign_in_at_terminals_of_their_provider_alone(provider: Client) -> None:
    who = person(Role.PROVIDER, name="pay-2")

    assert desk("", "aoba 2", "aoba").sign_in(who) == 422
    assert desk("", "office").sign_in(who) == 422
    assert desk("hadano").sign_in(who) == 422
    assert desk("", "pay 2", "sample-pay").sign_in(who) == 302


def test_a_key_is_added_beside_the_old_one_and_counts_at_the_door_until_it_is_ended(
    sample_pay: SamplePay,
) -> None:
    client = at_work(Role.PROVIDER, name="pay-1").client
    old, new = sample_pay.key, SigningKey.generate("sample-pay-2")
    pem = new.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert client.post(f"{AREA}keys/add/", {"key_id": "sample-pay-2", "text": pem}).status_code == 302

    for key in (old, new):
        sample_pay.key = key
        list(sample_pay.hub_client().notices(after=0))
    ended = ProviderKey.objects.get(key_id=old.key_id)
    assert client.post(f"{AREA}keys/{ended.pk}/end/").status_code == 302
    sample_pay.key = old
    with pytest.raises(HubRefused):
        list(sample_pay.hub_client().notices(after=0))

    last = ProviderKey.objects.get(key_id="sample-pay-2")
    assert client.post(f"{AREA}keys/{last.pk}/end/").status_code == 409
    assert client.post(f"{AREA}keys/{last.pk}/end/", {"even_the_last": "on"}).status_code == 302
    who = AuditRecord.objects.filter(act=Act.REGISTER_CHANGED, subject__startswith="provider_key:")
    assert {one.who for one in who} == {str(StaffAccount.objects.get(name="pay-1"))}


def test_what_is_no_public_key_or_a_secret_one_is_refused_and_not_kept(provider: Client) -> None:
    curve = generate_private_key(SECP256R1()).public_key()
    wrong = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    secret = "-----BEGIN {0}-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END {0}-----".format("PRIVATE KEY")
    for given, told in ((wrong, "Ed25519"), (secret, "秘密鍵です"), ("00", "Ed25519"), ("", "どちらか1つ")):
        answer = provider.post(f"{AREA}keys/add/", {"key_id": "pay-key-2", "text": given})
        assert answer.status_code == 422
        assert told in text(answer)
    assert not ProviderKey.objects.exists()


def test_a_key_can_be_announced_and_its_end_be_put_ahead(provider: Client) -> None:
    tomorrow = timezone.localtime() + timedelta(days=1)
    fields = {"key_id": "pay-key-3", "text": "ab" * 32, "valid_from": tomorrow.strftime("%Y-%m-%dT%H:%M")}
    assert provider.post(f"{AREA}keys/add/", fields).status_code == 302

    page = text(provider.get(f"{AREA}keys/"))

    assert "これから使えます" in page
    assert provider.post(f"{AREA}keys/add/", fields | {"text": "cd" * 32}).status_code == 422


def test_the_office_opens_an_account_and_a_terminal_with_which_somebody_gets_in(provider: Client) -> None:
    office = at_work(Role.OFFICE, name="office-one").client
    opened = office.post("/staff/providers/people/add/", {"provider": "sample-pay", "name": "pay-9"})
    added = office.post("/staff/providers/people/terminals/", {"provider": "sample-pay", "name": "keiri"})
    assert opened.status_code == added.status_code == 200
    code = text(added).split('<p class="one-time-code"><code>')[1].split("<")[0]
    machine = browser()
    assert machine.post("/staff/terminal/", {"code": code}).status_code == 302
    enrolment = text(opened).split('<p class="one-time-code"><code>')[1].split("<")[0]

    assert "typed-key" in text(machine.post("/staff/enrol/", {"name": "pay-9", "code": enrolment}))
    assert office.post("/staff/providers/people/add/", {"provider": "sample-pay", "name": "pay-9"}).status_code == 422
    assert office.post("/staff/providers/people/add/", {"provider": "nobody", "name": "pay-8"}).status_code == 422


def test_the_operator_opens_an_account_and_a_terminal_of_a_registered_provider_alone(provider: Client) -> None:
    def typed(*words: str) -> Any:
        return CliRunner().invoke(app, ["hub", "staff", *words])

    done = typed("add", "pay-7", "--role", "provider", "--provider", "sample-pay")
    assert done.exit_code == 0, done.output
    assert "pay-7 (provider, sample-pay) is added" in done.output
    assert typed("terminal", "keiri", "--provider", "sample-pay").exit_code == 0
    assert "pay-7\tprovider\tsample-pay\twaiting" in typed("list").output

    assert typed("add", "pay-8", "--role", "provider", "--provider", "nobody").exit_code == 2
    assert typed("add", "pay-8", "--role", "provider").exit_code == 1
    assert typed("add", "pay-8", "--role", "helper", "--municipality", "hadano", "--provider", "aoba").exit_code == 1
    assert typed("withdraw-terminal", "keiri").exit_code == 2, "the office has none of that name"
    assert typed("withdraw-terminal", "keiri", "--provider", "sample-pay").exit_code == 0
