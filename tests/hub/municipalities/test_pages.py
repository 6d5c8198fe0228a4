"""Municipal pages as of any day: today, in between, before the first edition, and after a new announcement."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

import mynapoint.programme
from hub import clock
from hub.page_text import main_text, markup, text
from mynapoint.hub.municipalities.models import ClosedDays, Counter, CounterHours, Municipality
from mynapoint.hub.words import PageWords
from mynapoint.programme import rounds

DATA = Path(mynapoint.programme.__file__).parent / "data"


@pytest.fixture
def law_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the law's files, which the hub reads in place of the shipped ones."""
    folder = Path(shutil.copytree(DATA, tmp_path / "law"))
    monkeypatch.setattr(rounds, "_DATA", folder)
    return folder


def test_changing_a_deadline_in_the_file_changes_every_page_on_the_next_request(
    towns: None, client: Client, law_files: Path
) -> None:
    file = law_files / "round2.toml"
    announced = "announced_on = 2022-01-24\nvalue = 2022-09-30"
    before = file.read_text(encoding="utf-8")
    assert announced in before
    for town in ("nishitokyo", "hadano"):
        assert "申請期限 2022年9月30日まで" in main_text(client.get(f"/m/{town}/", {"as_of": "2022-01-24"}))

    file.write_text(before.replace(announced, announced.replace("2022-09-30", "2022-10-07")), encoding="utf-8")

    for town in ("nishitokyo", "hadano"):
        seen = main_text(client.get(f"/m/{town}/", {"as_of": "2022-01-24"}))
        assert "申請期限 2022年10月7日まで" in seen
        assert "2022年9月30日" not in seen


def test_while_a_changed_file_cannot_be_read_pages_go_on_as_before(
    towns: None, client: Client, law_files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/m/hadano/")
    (law_files / "round2.toml").write_text("id = ", encoding="utf-8")

    seen = main_text(client.get("/m/hadano/", {"as_of": "2022-01-24"}))

    assert "申請期限 2022年9月30日まで" in seen
    assert "round2.toml cannot be read" in caplog.text


def test_a_new_announcement_shows_from_its_own_day(towns: None, client: Client) -> None:
    before = main_text(client.get("/m/nishitokyo/", {"as_of": "2022-09-19"}))
    after = main_text(client.get("/m/nishitokyo/", {"as_of": "2022-09-20"}))

    assert "申請期限 2022年9月30日まで" in before
    assert "申請期限 2022年12月31日まで" in after
    assert "最終更新日 2022年(令和4年)9月20日" in after


def test_without_as_of_the_page_is_today_s(towns: None, client: Client) -> None:
    seen = text(client.get("/m/nishitokyo/"))

    assert "申込の開始 2022年6月30日から" in seen
    assert "時点でお知らせしていた内容" not in seen
    assert "独自にお知らせできることは" not in seen


def test_in_between_days_are_sensible(towns: None, client: Client) -> None:
    seen = main_text(client.get("/m/hadano/", {"as_of": "2022-07-01"}))

    assert "申込の開始 2022年6月30日から" in seen
    assert "市役所での予約と申込の支援は、終わりました" in seen
    assert "終了しました" in seen
    assert "未確認(最後に公表された受付時間は2022年3月31日まで)" in seen
    assert "窓口に持ってくるもの" not in seen


@pytest.mark.parametrize("town", ["nishitokyo", "hadano"])
def test_after_the_end_the_page_says_what_ended_and_when(towns: None, client: Client, town: str) -> None:
    clock.move_to(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))

    seen = main_text(client.get(f"/m/{town}/"))

    assert "申込の受付は、2023年(令和5年)9月30日に終了しました" in seen
    assert "もう申し込むことができません" in seen
    assert "申込の期限 2023年9月30日まで(終了)" in seen
    assert "第2弾をご利用ください" not in seen
    assert "お手伝いします" not in seen


def test_while_the_new_last_day_is_open_the_page_says_so(towns: None, client: Client) -> None:
    seen = main_text(client.get("/m/nishitokyo/", {"as_of": "2022-12-20"}))

    assert "申込の期限 未定" in seen
    assert "もう申し込むことができません" not in seen


def test_midnight_in_tokyo_changes_the_day(towns: None, client: Client) -> None:
    clock.move_to(datetime(2022, 9, 19, 14, 59, tzinfo=UTC))  # 23:59 in Tokyo
    before = main_text(client.get("/m/hadano/"))
    clock.move_to(datetime(2022, 9, 19, 15, 0, tzinfo=UTC))

    assert "申請期限 2022年9月30日まで" in before
    assert "申請期限 2022年12月31日まで" in main_text(client.get("/m/hadano/"))


@pytest.mark.parametrize("asked", ["foo", "2022-13-01", "20220124", "", "2022-1-4", "2022-02-30", "٢٠٢٢-01-24"])
def test_a_day_that_is_none_is_refused_with_how_to_write_it(towns: None, client: Client, asked: str) -> None:
    response = client.get("/m/hadano/", {"as_of": asked})

    assert response.status_code == 400
    assert "2022-01-24 のように" in text(response)


def test_before_its_first_edition_there_was_no_page(towns: None, client: Client) -> None:
    response = client.get("/m/hadano/", {"as_of": "2020-06-17"})

    assert response.status_code == 404
    assert "最初の版は2020年6月18日です" in text(response)


def test_an_unknown_municipality_is_not_found(towns: None, client: Client) -> None:
    assert client.get("/m/atlantis/").status_code == 404


def test_the_answered_text_of_a_bad_day_is_escaped(towns: None, client: Client) -> None:
    response = client.get("/m/hadano/", {"as_of": "<script>alert(1)</script>"})

    assert "<script>" not in markup(response)


def test_changed_hours_and_closed_days_show_from_their_day(hadano: Municipality, client: Client) -> None:
    room = Counter.objects.get(municipality=hadano, purpose="support")
    CounterHours.objects.filter(counter=room).update(valid_until=date(2020, 9, 30))
    dated = {"municipality": hadano, "counter": room, "valid_from": date(2020, 10, 1)}
    CounterHours.objects.create(**dated, days=["weekday", "saturday"], opens="10:00", closes="12:00")
    reason = PageWords("年末年始", "New Year")
    ClosedDays.objects.create(**dated, first_day=date(2020, 12, 29), last_day=date(2021, 1, 3), reason=reason)

    before = main_text(client.get("/m/hadano/", {"as_of": "2020-09-30"}))
    after = main_text(client.get("/m/hadano/", {"as_of": "2020-10-01"}))

    assert "平日 午前9時から午後5時まで" in before
    assert "平日・土曜日 午前10時から正午まで" in after
    assert "日曜日・祝日はお休みです" in after
    assert "2020年12月29日から2021年1月3日まではお休みです(年末年始)" in after


@pytest.mark.parametrize("address", ["nishitokyo/?as_of=2022-01-24", "hadano/?as_of=2020-06-18", "hadano/inquiry/"])
def test_municipal_pages_are_in_english_without_a_word_of_japanese(towns: None, client: Client, address: str) -> None:
    client.cookies["django_language"] = "en"

    seen = text(client.get(f"/m/{address}")).replace("日本語", "")

    assert not [letter for letter in seen if "\u3041" <= letter <= "\u9fff"], seen
