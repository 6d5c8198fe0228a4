"""Service, channel and certificate: every reason against each, with its figure and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mynapoint.award.direct import direct_points, registration_refusal
from mynapoint.award.eligibility import Applicant, refusals, refusals_at, use_refusals
from mynapoint.award.means import Certificate, Channel, Days, Service, ServiceState, certificate_refusals
from mynapoint.award.refusals import Reason
from mynapoint.programme.rounds import CARD_UPTAKE, HEALTH_INSURANCE, PUBLIC_FUNDS_ACCOUNT, load_round
from mynapoint.programme.values import Points
from mynapoint.programme.words import Words

LAW = load_round("round2").incentives
DAY = date(2022, 7, 15)
NOON = datetime(2022, 7, 15, 3, 0, tzinfo=UTC)
WEB = Channel("web", Words("ウェブ", "the web"), Days(date(2022, 1, 1), date(2023, 9, 30)))
SHOP = Channel("shop", Words("店頭", "shops"), Days(date(2022, 1, 1)))
SAMPLE_PAY = Service(
    label=Words("サンプルPay", "SamplePay"),
    state=ServiceState.REGISTERED,
    takes_part=[Days(date(2020, 7, 1), date(2021, 12, 31)), Days(date(2022, 1, 1), date(2023, 9, 30))],
    channels=[WEB, SHOP],
)
CERTIFICATE = Certificate(datetime(2022, 6, 1, tzinfo=UTC), datetime(2027, 6, 20, 14, 59, 59, tzinfo=UTC))
REFUSED: list[tuple[Service, str, list[str]]] = [
    (replace(SAMPLE_PAY, state=ServiceState.SUSPENDED),
     "web", ["「サンプルPay」は、新しい申込の受付を停止しています。"
             "再開をお待ちになるか、別の決済サービスをお選びください。"]),
    (replace(SAMPLE_PAY, state=ServiceState.WITHDRAWN, takes_part=SAMPLE_PAY.takes_part[:1], channels=[SHOP]),
     "web", ["「サンプルPay」は、この事業への登録を終えています。別の決済サービスをお選びください。",
             "「サンプルPay」のこの施策への参加は2021年12月31日に終了しました。別の決済サービスをお選びください。",
             "「サンプルPay」はこの方法では申し込めません。申込方法:店頭。"]),
    (replace(SAMPLE_PAY, state=ServiceState.NOT_REGISTERED),
     "web", ["「サンプルPay」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。"]),
    (replace(SAMPLE_PAY, takes_part=[]),
     "web", ["「サンプルPay」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。"]),
    (replace(SAMPLE_PAY, channels=[]),
     "web", ["「サンプルPay」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。"]),
    (replace(SAMPLE_PAY, takes_part=[Days(date(2022, 8, 1))]),
     "web", ["「サンプルPay」がこの施策に参加するのは2022年8月1日からです。"
             "その日をお待ちになるか、別の決済サービスをお選びください。"]),
    (replace(SAMPLE_PAY, channels=[replace(WEB, days=Days(date(2022, 8, 1)))]),
     "web", ["「サンプルPay」の申込(ウェブ)は2022年8月1日に始まります。その日までお待ちください。"]),
    (replace(SAMPLE_PAY, channels=[replace(WEB, days=Days(date(2022, 1, 1), date(2022, 6, 30))), SHOP]),
     "web", ["「サンプルPay」の申込(ウェブ)は2022年6月30日に終了しました。",
             "「サンプルPay」はこの方法では申し込めません。申込方法:店頭。"]),
    (SAMPLE_PAY, "kiosk", ["「サンプルPay」はこの方法では申し込めません。申込方法:ウェブ、店頭。"]),
    (replace(SAMPLE_PAY, channels=[replace(WEB, days=Days(date(2022, 1, 1), date(2022, 6, 30)))]),
     "kiosk", ["「サンプルPay」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。"]),
]  # fmt: skip


def asked(service: Service, channel: str | None) -> list[Reason]:
    return refusals(LAW[CARD_UPTAKE], Applicant(), on=DAY, service=service, channel=channel)


def test_a_service_that_takes_part_now_and_is_open_by_this_way_is_no_reason() -> None:
    assert asked(SAMPLE_PAY, "web") == asked(SAMPLE_PAY, "shop") == asked(SAMPLE_PAY, None) == []


@pytest.mark.parametrize(("service", "channel", "sentences"), REFUSED)
def test_every_reason_against_service_and_channel_is_told(service: Service, channel: str, sentences: list[str]) -> None:
    reasons = asked(service, channel)

    assert [reason.sentence("ja") for reason in reasons] == sentences
    assert all("SamplePay" in reason.sentence("en") for reason in reasons)
    assert all("サンプル" not in reason.sentence("en") for reason in reasons)


CERTIFICATES: list[tuple[Certificate, list[str], str]] = [
    (CERTIFICATE, [], ""),
    (replace(CERTIFICATE, valid_from=datetime(2022, 7, 15, 15, 0, tzinfo=UTC)),
     ["certificate_not_yet_valid"], "2022年7月16日から有効です"),
    (replace(CERTIFICATE, valid_until=datetime(2022, 7, 1, tzinfo=UTC)),
     ["certificate_expired"], "2022年7月1日に有効期限が切れています"),
    (replace(CERTIFICATE, revoked=True), ["certificate_revoked"], "失効しています"),
    (replace(CERTIFICATE, revoked=None), ["revocation_unknown"], "確認できません"),
    (replace(CERTIFICATE, valid_until=datetime(2022, 7, 1, tzinfo=UTC), revoked=True),
     ["certificate_expired", "certificate_revoked"], ""),
    (replace(CERTIFICATE, renewed_at=datetime(2022, 7, 15, 2, 30, 20, tzinfo=UTC)),
     ["certificate_not_usable_yet"], "この施策には2022年7月15日12時31分からお申し込みいただけます"),
]  # fmt: skip


@pytest.mark.parametrize(("certificate", "codes", "figure"), CERTIFICATES)
def test_every_reason_against_a_certificate_is_told(certificate: Certificate, codes: list[str], figure: str) -> None:
    reasons = refusals_at(LAW[HEALTH_INSURANCE], Applicant(), now=NOON, certificate=certificate)

    assert [reason.refusal.code for reason in reasons] == codes
    assert figure in "".join(reason.sentence("ja") for reason in reasons)
    assert all(reason.sentence("en") for reason in reasons)


def test_without_an_incentive_a_renewed_certificate_need_not_wait() -> None:
    assert certificate_refusals(replace(CERTIFICATE, renewed_at=NOON), now=NOON) == []


def test_a_renewed_certificate_waits_longer_for_the_account_than_for_the_card() -> None:
    certificate = replace(CERTIFICATE, renewed_at=datetime(2022, 7, 15, 1, 0, tzinfo=UTC))

    def reasons(incentive: str) -> list[Reason]:
        return refusals_at(LAW[incentive], Applicant(), now=NOON, certificate=certificate)  # type: ignore[index]

    assert reasons(CARD_UPTAKE) == []
    [waits] = reasons(PUBLIC_FUNDS_ACCOUNT)
    assert waits.sentence("en").endswith("from 18 July 2022, 00:00.")
    assert "2022年7月18日0時からお申し込みいただけます" in waits.sentence("ja")


def test_reasons_of_person_service_channel_and_certificate_are_told_together() -> None:
    codes = [
        reason.refusal.code
        for reason in refusals_at(
            LAW[HEALTH_INSURANCE],
            Applicant(card_requested_on=date(2023, 3, 5), points_recorded=Points(7500)),
            now=datetime(2023, 10, 1, 3, 0, tzinfo=UTC),
            service=SAMPLE_PAY,
            channel="web",
            certificate=replace(CERTIFICATE, revoked=True),
        )
    ]

    assert codes == [
        "after_application_period",
        "card_requested_too_late",
        "cap_reached",
        "service_no_longer_takes_part",
        "channel_closed",
        "channel_not_offered",
        "certificate_revoked",
    ]


def test_a_use_before_the_application_took_effect_does_not_count() -> None:
    effective_from = datetime(2022, 7, 15, 23, 0, tzinfo=UTC)
    judge: Callable[[datetime], list[Reason]] = lambda at: use_refusals(  # noqa: E731
        LAW[CARD_UPTAKE], used_at=at, effective_from=effective_from
    )

    assert judge(effective_from) == []
    [reason] = judge(datetime(2022, 7, 15, 22, 59, 59, tzinfo=UTC))
    assert reason.sentence("ja") == (
        "2022年7月16日7時59分の利用は対象外です。"
        "対象となるのは、申込が有効になった2022年7月16日8時以降のチャージや買い物です。"
    )
    assert use_refusals(LAW[HEALTH_INSURANCE], used_at=NOON, effective_from=effective_from) == []


def test_all_reasons_against_a_use_are_told() -> None:
    reasons = use_refusals(LAW[CARD_UPTAKE], used_at=datetime(2021, 12, 31, 3, 0, tzinfo=UTC), effective_from=NOON)

    assert [reason.refusal.code for reason in reasons] == ["use_before_earning", "use_before_application"]
    assert reasons[0].sentence("ja") == (
        "2021年12月31日の利用は対象外です。対象となるのは2022年1月1日以降のチャージや買い物です。"
    )


def test_a_registration_after_its_last_day_says_so_and_gives_nothing() -> None:
    account, late = LAW[PUBLIC_FUNDS_ACCOUNT], date(2023, 10, 1)
    reason = registration_refusal(account, registered_on=late)

    assert reason is not None
    assert "登録が2023年10月1日に済みましたが、期限は2023年9月30日でした。" in reason.sentence("ja")
    assert direct_points(account, on=late, applied_on=DAY, registered_on=late, posted=Points(0)) == 0
    assert registration_refusal(LAW[HEALTH_INSURANCE], registered_on=late) is None, "no last day is known"
