"""The closed list of reasons for “no”: each with its code and a sentence (ja, en) naming the figure and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from mynapoint.award.figures import in_words
from mynapoint.programme.words import is_japanese


class Refusal(Enum):
    """One reason. The value is ``(code, ja, en)``; ``{names}`` in a sentence are filled from the figures.

    Codes are public: a machine may switch on them, so a code never changes its meaning.
    """

    BEFORE_APPLICATION_PERIOD = (
        "before_application_period",
        "申込の受付は{starts_on}に始まります。始まりましたら、もう一度お手続きください。",
        "Applications open on {starts_on}. Please come back then.",
    )
    START_NOT_ANNOUNCED = (
        "start_not_announced",
        "受付開始日は未定です。国からの発表をお待ちください。",
        "The first day of applications has not been announced yet. Please wait for the announcement.",
    )
    AFTER_APPLICATION_PERIOD = (
        "after_application_period",
        "申込期間は{ended_on}に終了しました。",
        "Applications closed on {ended_on}.",
    )
    CARD_REQUESTED_TOO_LATE = (
        "card_requested_too_late",
        "対象となるのは、{requested_by}までにマイナンバーカードを申請した方です(このカードの申請日:{requested_on})。",
        "The card had to be requested by {requested_by}; this one was requested on {requested_on}.",
    )
    GRACE_MISSED = (
        "grace_missed",
        "特例の対象となるのは、{until}までにマイナンバーカードを申請した方です(このカードの申請日:{requested_on})。",
        "The exception is for cards requested by {until}; this one was requested on {requested_on}.",
    )
    ALREADY_APPLIED = (
        "already_applied",
        "この施策には{applied_on}に「{service}」で申込済みです。申込は1人1回で、決済サービスの変更はできません。",
        "You applied for this incentive on {applied_on} with {service}. It is once per person and cannot be changed.",
    )
    ACCOUNT_ALREADY_USED = (
        "account_already_used",
        "この決済サービスIDは、この施策で別の方の申込に使われています。ご自身の決済サービスIDをご確認ください。",
        "This account already serves another person for this incentive. Please check your account number.",
    )
    CAP_REACHED = (
        "cap_reached",
        "上限の{points_max}ポイントまで付与済みです。",
        "The cap of {points_max} points has been reached.",
    )
    NOT_IN_AREA = (
        "not_in_area",
        "対象は、{area}にお住まいの方です。お住まいの市区町村の制度をご確認ください。",
        "This is for residents of {area}. Please see what your own municipality offers.",
    )
    TOO_YOUNG = (
        "too_young",
        "対象は、{born_until}までに生まれた方です(生年月日:{born_on})。",
        "This is for people born by {born_until}; your day of birth is {born_on}.",
    )
    TOO_OLD = (
        "too_old",
        "対象は、{born_from}以降に生まれた方です(生年月日:{born_on})。",
        "This is for people born on {born_from} or later; your day of birth is {born_on}.",
    )
    USE_BEFORE_EARNING = (
        "use_before_earning",
        "{used_on}の利用は対象外です。対象となるのは{earning_from}以降のチャージや買い物です。",
        "Use of {used_on} does not count: top-ups and purchases count from {earning_from}.",
    )
    USE_AFTER_EARNING = (
        "use_after_earning",
        "{used_on}の利用は対象外です。対象となるチャージや買い物は{earning_until}で終了しました。",
        "Use of {used_on} does not count: top-ups and purchases counted until {earning_until}.",
    )
    USE_BEFORE_APPLICATION = (
        "use_before_application",
        "{used_at}の利用は対象外です。対象となるのは、申込が有効になった{effective_from}以降のチャージや買い物です。",
        "Use at {used_at} does not count: the application took effect at {effective_from}.",
    )
    REGISTERED_TOO_LATE = (
        "registered_too_late",
        "登録が{registered_on}に済みましたが、期限は{registered_by}でした。この施策のポイントは付与されません。",
        "The registration was completed on {registered_on}; it had to be by {registered_by}, so no points are given.",
    )
    BUDGET_SPENT = (
        "budget_spent",
        "申込が予算の{budget}ポイントに達したため、受付を終了しました。",
        "Applications have closed, as they have reached the budget of {budget} points.",
    )
    SERVICE_LEFT = (
        "service_left",
        "{applied_on}に申し込んだ「{service}」は、この事業への参加を終えました。"
        "残りの分を別の決済サービスで受け取ることはできません。",
        "{service}, which you applied for on {applied_on}, no longer takes part. "
        "The rest cannot be earned with another payment service.",
    )
    SERVICE_NOT_OPEN = (
        "service_not_open",
        "「{service}」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。",
        "{service} does not take applications for this incentive at present. Please choose another payment service.",
    )
    SERVICE_SUSPENDED = (
        "service_suspended",
        "「{service}」は、新しい申込の受付を停止しています。再開をお待ちになるか、別の決済サービスをお選びください。",
        "{service} has suspended new applications. Please wait until it resumes, or choose another payment service.",
    )
    SERVICE_WITHDRAWN = (
        "service_withdrawn",
        "「{service}」は、この事業への登録を終えています。別の決済サービスをお選びください。",
        "{service} has left the programme for good. Please choose another payment service.",
    )
    SERVICE_NOT_JOINED_YET = (
        "service_not_joined_yet",
        "「{service}」がこの施策に参加するのは{joined_on}からです。その日をお待ちになるか、別の決済サービスをお選びください。",
        "{service} takes part in this incentive from {joined_on}. Please come back then, or choose another one.",
    )
    SERVICE_NO_LONGER_TAKES_PART = (
        "service_no_longer_takes_part",
        "「{service}」のこの施策への参加は{left_on}に終了しました。別の決済サービスをお選びください。",
        "{service} took part in this incentive until {left_on}. Please choose another payment service.",
    )
    CHANNEL_NOT_OPEN_YET = (
        "channel_not_open_yet",
        "「{service}」の申込({channel})は{first_day}に始まります。その日までお待ちください。",
        "{service} takes applications by this way ({channel}) from {first_day}. Please come back then.",
    )
    CHANNEL_CLOSED = (
        "channel_closed",
        "「{service}」の申込({channel})は{last_day}に終了しました。",
        "{service} took applications by this way ({channel}) until {last_day}.",
    )
    CHANNEL_NOT_OFFERED = (
        "channel_not_offered",
        "「{service}」はこの方法では申し込めません。申込方法:{channels}。",
        "{service} cannot be applied for in this way. It takes applications by: {channels}.",
    )
    NO_RESERVATION = (
        "no_reservation",
        "申込の前に、マイナポイントの予約(マイキーIDの設定)が必要です。",
        "A reservation (My Key ID) is needed before applying.",
    )
    ALREADY_RESERVED = (
        "already_reserved",
        "予約は済んでいます。マイキーIDは、マイページでご確認いただけます。",
        "You have made your reservation. Your My Key ID is on your page.",
    )
    CERTIFICATE_EXPIRED = (
        "certificate_expired",
        "カードの利用者証明用電子証明書は{expired_on}に有効期限が切れています。"
        "お住まいの市区町村の窓口で更新してから、もう一度お試しください。",
        "The card's user-authentication certificate expired on {expired_on}. "
        "Please have it renewed at your municipality, then try again.",
    )
    CERTIFICATE_NOT_YET_VALID = (
        "certificate_not_yet_valid",
        "カードの利用者証明用電子証明書は{valid_from}から有効です。それ以降にお試しください。",
        "The card's user-authentication certificate is valid from {valid_from}. Please try again then.",
    )
    CERTIFICATE_NOT_USABLE_YET = (
        "certificate_not_usable_yet",
        "カードの電子証明書は更新されたばかりです。この施策には{usable_from}からお申し込みいただけます。",
        "The card's certificate has just been renewed. It can be used to apply for this incentive from {usable_from}.",
    )
    CERTIFICATE_REVOKED = (
        "certificate_revoked",
        "カードの利用者証明用電子証明書は失効しています。お住まいの市区町村の窓口にご相談ください。",
        "The card's user-authentication certificate has been revoked. Please ask at your municipality.",
    )
    CERTIFICATE_NOT_ACCEPTED = (
        "certificate_not_accepted",
        "このカードの電子証明書は、ここでは使えません。マイナンバーカードかどうかご確認ください。",
        "This card's certificate is not accepted here. Please check that it is a My Number Card.",
    )
    REVOCATION_UNKNOWN = (
        "revocation_unknown",
        "ただいま、カードの電子証明書が有効かどうかを確認できません。恐れ入りますが、時間をおいてお試しください。",
        "It cannot be checked at present whether the card's certificate has been revoked. Please try again later.",
    )
    CHALLENGE_EXPIRED = (
        "challenge_expired",
        "お手続きの有効時間({minutes}分)が過ぎました。恐れ入りますが、もう一度はじめからお願いします。",
        "This step was open for {minutes} minutes and has lapsed. Please start it again.",
    )
    DRAFT_REPLACED = (
        "draft_replaced",
        "署名された申込内容は、別の内容に置き換えられたか、すでに申込済みです。マイページでご確認ください。",
        "The application you signed has been replaced by another or has been made already. Please look at your page.",
    )
    CARD_SIGNATURE_INVALID = (
        "card_signature_invalid",
        "カードの署名を確認できませんでした。何も保存されていません。もう一度お試しください。",
        "The card's signature could not be verified. Nothing was saved. Please try again.",
    )
    OTHER_PERSONS_CARD = (
        "other_persons_card",
        "ログイン中の方とは別の方のカードで署名されました。何も保存せず、ログアウトしました。"
        "ご自身のカードで、はじめからお手続きください。",
        "The statement was signed with another person's card. Nothing was saved and you have been signed out. "
        "Please start again with your own card.",
    )
    RECORDS_JOINED = (
        "records_joined",
        "お手続きの間に、更新前の電子証明書での記録と1つにまとまりました。今のお手続きは保存されていません。"
        "もう一度ログインして、マイページをご確認ください。",
        "During this step your record was joined with the one from before your certificate was renewed. "
        "This step was not saved. Please sign in again and look at your page.",
    )
    CARD_STEP_CANCELLED = (
        "card_step_cancelled",
        "カードでの確認が取り消されました。何も保存されていません。続けるときは、もう一度お手続きください。",
        "The card step was cancelled. Nothing was saved. To go on, please start the step again.",
    )
    CARD_NOT_READ = (
        "card_not_read",
        "カードを読み取れませんでした。カードとカードリーダーをご確認のうえ、もう一度お試しください。",
        "The card could not be read. Please check the card and the reader, then try again.",
    )
    PIN_LOCKED = (
        "pin_locked",
        "暗証番号がロックされています。お住まいの市区町村の窓口で再設定してください。",
        "The PIN is locked. It can be reset at your municipality's counter.",
    )
    ACCOUNT_NOT_RECOGNISED = (
        "account_not_recognised",
        "「{service}」で、決済サービスIDとセキュリティコードの組み合わせを確認できませんでした。入力内容をご確認ください。",
        "{service} did not recognise this account number with this security code. Please check both.",
    )
    PRIOR_REGISTRATION_MISSING = (
        "prior_registration_missing",
        "「{service}」では、申込の前に決済サービス側での事前登録が必要です。登録を済ませてから、もう一度お試しください。",
        "{service} asks for a registration of its own before applying. Please complete it, then try again.",
    )
    ACCOUNT_NOT_ELIGIBLE = (
        "account_not_eligible",
        "この決済サービスIDは、マイナポイントの対象外です。「{service}」にお問い合わせください。",
        "This account cannot take part. Please ask {service}.",
    )
    TOO_MANY_TRIES = (
        "too_many_tries",
        "確認の失敗が続いたため、「{service}」がこの決済サービスIDの受付を一時的に止めています。"
        "時間をおいてお試しください。",
        "{service} has paused this account after repeated failures. Please try again later.",
    )
    PROVIDER_UNAVAILABLE = (
        "provider_unavailable",
        "「{service}」に接続できませんでした。申込はまだ完了していません。しばらくしてから、もう一度お試しください。",
        "{service} could not be reached. Your application has not been made. Please try again in a while.",
    )

    @property
    def code(self) -> str:
        """The public code."""
        return self.value[0]

    def sentence(self, language: str, figures: Mapping[str, object]) -> str:
        """Return the sentence in ``ja`` or ``en``. Raises KeyError when a figure it needs is missing.

        How figures are written: ``award.figures.in_words``.
        """
        words = {name: in_words(figure, language) for name, figure in figures.items()}
        return self.value[1 if is_japanese(language) else 2].format_map(words)


@dataclass(frozen=True)
class Reason:
    """One refusal with its figures, such as the day a period ended: days, numbers, or words for people."""

    refusal: Refusal
    figures: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return what happened, with the figure and what to do, in ``ja`` or ``en``."""
        return self.refusal.sentence(language, self.figures)


class Refused(Exception):
    """An act that was not done, with every reason; the transaction it was raised in rolls back."""

    def __init__(self, refusal: Refusal | Sequence[Reason], /, **figures: object) -> None:
        reasons = (Reason(refusal, figures),) if isinstance(refusal, Refusal) else tuple(refusal)
        super().__init__(", ".join(reason.refusal.code for reason in reasons))
        self.reasons = reasons

    @property
    def refusal(self) -> Refusal:
        """The first reason."""
        return self.reasons[0].refusal
