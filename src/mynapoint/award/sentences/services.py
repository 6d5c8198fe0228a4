"""What people read when a payment service, its channel or an account there will not do."""

from __future__ import annotations

SENTENCES = {
    "service_left": (
        "{applied_on}に申し込んだ「{service}」は、この事業への参加を終えました。"
        "残りの分を別の決済サービスで受け取ることはできません。",
        "{service}, which you applied for on {applied_on}, no longer takes part. "
        "The rest cannot be earned with another payment service.",
    ),
    "service_not_open": (
        "「{service}」は、現在この施策の申込を受け付けていません。別の決済サービスをお選びください。",
        "{service} does not take applications for this incentive at present. Please choose another payment service.",
    ),
    "service_suspended": (
        "「{service}」は、新しい申込の受付を停止しています。再開をお待ちになるか、別の決済サービスをお選びください。",
        "{service} has suspended new applications. Please wait until it resumes, or choose another payment service.",
    ),
    "service_withdrawn": (
        "「{service}」は、この事業への登録を終えています。別の決済サービスをお選びください。",
        "{service} has left the programme for good. Please choose another payment service.",
    ),
    "service_not_joined_yet": (
        "「{service}」がこの施策に参加するのは{joined_on}からです。その日をお待ちになるか、別の決済サービスをお選びください。",
        "{service} takes part in this incentive from {joined_on}. Please come back then, or choose another one.",
    ),
    "service_no_longer_takes_part": (
        "「{service}」のこの施策への参加は{left_on}に終了しました。別の決済サービスをお選びください。",
        "{service} took part in this incentive until {left_on}. Please choose another payment service.",
    ),
    "channel_not_open_yet": (
        "「{service}」の申込({channel})は{first_day}に始まります。その日までお待ちください。",
        "{service} takes applications by this way ({channel}) from {first_day}. Please come back then.",
    ),
    "channel_closed": (
        "「{service}」の申込({channel})は{last_day}に終了しました。",
        "{service} took applications by this way ({channel}) until {last_day}.",
    ),
    "channel_not_offered": (
        "「{service}」はこの方法では申し込めません。申込方法:{channels}。",
        "{service} cannot be applied for in this way. It takes applications by: {channels}.",
    ),
    "account_not_recognised": (
        "「{service}」で、決済サービスIDとセキュリティコードの組み合わせを確認できませんでした。入力内容をご確認ください。",
        "{service} did not recognise this account number with this security code. Please check both.",
    ),
    "prior_registration_missing": (
        "「{service}」では、申込の前に決済サービス側での事前登録が必要です。登録を済ませてから、もう一度お試しください。",
        "{service} asks for a registration of its own before applying. Please complete it, then try again.",
    ),
    "account_not_eligible": (
        "この決済サービスIDは、マイナポイントの対象外です。「{service}」にお問い合わせください。",
        "This account cannot take part. Please ask {service}.",
    ),
    "too_many_tries": (
        "確認の失敗が続いたため、「{service}」がこの決済サービスIDの受付を一時的に止めています。"
        "時間をおいてお試しください。",
        "{service} has paused this account after repeated failures. Please try again later.",
    ),
    "tries_used_up": (
        "決済サービスIDかセキュリティコードの誤りが、1時間に{tries_max}回になりました。まだ申し込まれていません。"
        "IDとコードを確かめて、1時間ほどたってからお試しください。",
        "Account or security code was wrong {tries_max} times within an hour. You have not applied yet. "
        "Please check both, and try again in about an hour.",
    ),
    "provider_unavailable": (
        "「{service}」に接続できませんでした。申込はまだ完了していません。しばらくしてから、もう一度お試しください。",
        "{service} could not be reached. Your application has not been made. Please try again in a while.",
    ),
    "provider_busy": (
        "「{service}」への確認が混み合っています。入力された内容はまだ送っていません。30秒ほど待ってから、もう一度お試しください。",
        "Many people are being checked with {service} right now. What you typed has not been sent. "
        "Please try again in about 30 seconds.",
    ),
}
