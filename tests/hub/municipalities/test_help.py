"""Help for everybody: who answers now, questions found in any writing, the service status, the page on privacy."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub import clock
from hub.page_text import main_text, text
from hub.staff.desk import at_work
from mynapoint.hub.municipalities.faq import faq_of, fold
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.municipalities.notices import StatusNotice
from mynapoint.hub.staff.models import Role
from mynapoint.hub.words import PageWords

ROOT = Path(__file__).parents[3]
PATHS = ("/help/", "/faq/", "/faq/?q=暗証番号", "/faq/?q=zzz", "/m/hadano/faq/", "/status/", "/privacy/")


def test_help_says_who_answers_now_and_when_the_next_will(towns: None, client: Client) -> None:
    clock.move_to(datetime(2020, 7, 1, 0, 0, tzinfo=UTC))  # Wednesday, 9:00 in Tokyo
    seen = main_text(client.get("/help/"))

    assert "次は今日の午前9時30分に開きます" in seen  # the telephone line
    assert "今日は午後5時まで開いています" in seen  # the counter of Hadano
    clock.move_to(datetime(2020, 7, 22, 11, 0, tzinfo=UTC))  # 20:00, before two holidays that were moved
    seen = main_text(client.get("/help/"))
    assert "次は明日の午前9時30分に開きます" in seen
    assert "次は2020年7月27日(月)の午前9時に開きます" in seen


def test_a_page_of_another_day_does_not_say_what_is_open(towns: None, client: Client) -> None:
    assert "開いています" not in main_text(client.get("/m/hadano/?as_of=2020-07-01"))


@pytest.mark.parametrize("query", ["暗証番号 ロック", "暗証番号 ﾛｯｸ", "ロック　暗証番号", "ろっく"])
def test_a_question_is_found_in_any_writing(towns: None, client: Client, query: str) -> None:
    seen = main_text(client.get("/faq/", {"q": query}))

    assert "暗証番号を忘れました。ロックされました。" in seen
    assert "ポイントはどう使いますか。" not in seen


def test_a_search_without_a_result_says_what_to_do(towns: None, client: Client) -> None:
    seen = main_text(client.get("/faq/", {"q": "zzzz"}))

    assert "「zzzz」の質問は0件です" in seen
    assert "0120-95-0178" in seen


def test_what_is_searched_for_is_escaped_and_bounded(towns: None, client: Client) -> None:
    seen = client.get("/faq/", {"q": "<script>" + "長" * 500}).content.decode()

    assert "<script>長" not in seen
    assert "長" * 101 not in seen


def test_answers_follow_the_law_and_are_left_out_before_it() -> None:
    before = LawOfDay(date(2020, 6, 18), "ja")
    after = LawOfDay(date(2022, 9, 20), "ja")

    def questions(law: LawOfDay) -> dict[str, list[str]]:
        return {entry.question: entry.answers for section in faq_of(law, None) for entry in section.entries}

    assert "いくら受け取れますか。" not in questions(before)  # of health insurance nothing was known
    assert "7,500ポイント" in questions(after)["いくら受け取れますか。"][0]
    assert "2023年2月28日まで" in questions(after)["いつまで申し込めますか。"][0]


def test_every_question_can_be_answered_today_in_both_languages() -> None:
    for language in ("ja", "en"):
        sections = faq_of(LawOfDay(date(2022, 7, 15), language), None)
        assert sum(len(section.entries) for section in sections) >= 19
        assert all("{" not in answer for section in sections for entry in section.entries for answer in entry.answers)


def test_names_are_compared_in_one_writing() -> None:
    assert fold("ﾎﾟｲﾝﾄ、ＩＤ") == fold("ポイントid") == fold("ぽいんと ID")


def test_a_notice_is_published_by_the_office_shown_in_its_time_and_read_by_machines(db: None, client: Client) -> None:
    office = at_work(Role.OFFICE, "").client
    fields = {"kind": "congestion", "words_ja": "大変混み合っています。", "words_en": "Very crowded."}
    sent = office.post("/staff/status/", fields | {"starts_at": "2022-07-15T10:00", "ends_at": "2022-07-15T12:00"})

    assert sent.status_code == 302
    assert "大変混み合っています。" in main_text(client.get("/status/"))
    assert "大変混み合っています。" in main_text(client.get("/help/"))
    told = client.get("/api/public/v1/status").json()
    assert told["at"] == "2022-07-15T10:00:00+09:00"
    (notice,) = told["notices"]
    assert notice["kind"] == "congestion"
    assert notice["words"] == {"ja": "大変混み合っています。", "en": "Very crowded."}
    assert (notice["starts_at"], notice["ends_at"]) == ("2022-07-15T10:00:00+09:00", "2022-07-15T12:00:00+09:00")
    clock.move_to(datetime(2022, 7, 15, 3, 0, tzinfo=UTC))
    assert client.get("/api/public/v1/status").json()["notices"] == []
    assert "終わったこと" in main_text(client.get("/status/"))


def test_a_notice_ends_when_the_office_says_so_and_only_then(db: None, client: Client) -> None:
    office = at_work(Role.OFFICE, "").client
    fields = {"kind": "fault", "words_ja": "申込ができません。", "words_en": "Applying does not work."}
    office.post("/staff/status/", fields | {"starts_at": "2022-07-15T10:00", "ends_at": ""})
    notice = StatusNotice.objects.get()

    assert at_work(Role.EDITOR, "hadano").client.post(f"/staff/status/{notice.pk}/end/").status_code == 403
    assert len(client.get("/api/public/v1/status").json()["notices"]) == 1
    office.post(f"/staff/status/{notice.pk}/end/")
    assert client.get("/api/public/v1/status").json()["notices"] == []


def test_a_notice_cannot_end_before_it_begins(db: None) -> None:
    fields = {"kind": "fault", "words_ja": "障害", "words_en": "Fault"}
    times = {"starts_at": "2022-07-15T10:00", "ends_at": "2022-07-15T10:00"}

    assert at_work(Role.OFFICE, "").client.post("/staff/status/", fields | times).status_code == 422


def test_what_the_privacy_page_tells_people_to_run_exists(db: None, client: Client) -> None:
    commands = re.findall(r"<code>([^<]+)</code>", client.get("/privacy/").content.decode())

    assert [one for one in commands if one.startswith("python -m pytest")]
    for command in commands:
        for file in re.findall(r"tests/\S+\.py", command):
            assert (ROOT / file).is_file()


@pytest.mark.parametrize("path", PATHS)
def test_help_is_in_english_without_a_word_of_japanese(towns: None, client: Client, path: str) -> None:
    client.cookies["django_language"] = "en"

    seen = main_text(client.get(path)).replace("暗証番号", "")

    assert not [letter for letter in seen if "\u3041" <= letter <= "\u9fff"], seen


def test_help_does_not_know_a_municipality_that_does_not_exist(db: None, client: Client) -> None:
    assert client.get("/m/atlantis/faq/").status_code == 404
    assert "マイナポイント" in text(client.get("/faq/"))


def test_with_a_whole_country_of_municipalities_help_asks_for_the_name(towns: None, client: Client) -> None:
    same = {"site": "https://town.example/", "section": PageWords("-", "-")}
    others = [Municipality(slug=f"town-{n}", name=PageWords(f"第{n}町", f"Town {n}"), **same) for n in range(1700)]
    Municipality.objects.bulk_create(others)

    with CaptureQueriesContext(connection) as asked:
        seen = main_text(client.get("/help/"))
    assert "秦野市のよくある質問" not in seen
    assert len(asked) < 10

    assert "秦野市のよくある質問" in main_text(client.get("/help/", {"town": "秦野"}))
    assert "秦野市のよくある質問" in main_text(client.get("/help/", {"town": "ＨＡＤＡＮＯ"}))
    assert "名前をもう少し長く" in main_text(client.get("/help/", {"town": "町"}))
    assert "ここにありません" in main_text(client.get("/help/", {"town": "アトランティス"}))
