"""Editing a municipal page: drafted, previewed as of any day, published, never in the past, never another's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from hub import clock
from hub.page_text import main_text, text
from hub.staff.desk import at_work
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.municipalities.changes import Change, Kind
from mynapoint.hub.municipalities.models import BringItem, Counter, Department, Municipality, Question, Text
from mynapoint.hub.staff.models import Role, StaffAccount

PAGE = "/staff/pages/hadano/"
TODAY = "2022-07-15"


@pytest.fixture
def editor(hadano: Municipality) -> Client:
    return at_work(Role.EDITOR, "hadano").client


def a_text(**other: str) -> dict[str, str]:
    fields = {"words_ja": "8月から窓口を移します。", "words_en": "The counter moves in August.", "place": "notice"}
    return fields | {"position": "3", "valid_from": TODAY, "valid_until": "", "seen": "0"} | other


def publish(client: Client, page: str = PAGE) -> Any:
    seen = [f"{one.pk}:{one.version}" for one in Change.objects.filter(state="draft")]
    return client.post(f"{page}publish/", {"seen": seen})


def test_a_new_text_is_seen_by_nobody_until_it_is_published(editor: Client, client: Client) -> None:
    editor.post(f"{PAGE}text/add/", a_text(valid_from="2022-08-01"))

    assert "窓口を移します" not in text(client.get("/m/hadano/"))
    assert "窓口を移します" not in main_text(editor.get(f"{PAGE}preview/"))
    assert "窓口を移します" in main_text(editor.get(f"{PAGE}preview/?as_of=2022-08-01"))
    assert not Text.objects.filter(place="notice", municipality__slug="hadano").exists()

    assert publish(editor).status_code == 302

    assert "窓口を移します" not in text(client.get("/m/hadano/"))
    assert "窓口を移します" in text(client.get("/m/hadano/?as_of=2022-08-01"))
    clock.move_to(datetime(2022, 8, 1, 1, tzinfo=UTC))
    assert "窓口を移します" in text(client.get("/m/hadano/"))


def test_a_department_states_its_own_hours_which_need_not_be_a_counters(editor: Client, client: Client) -> None:
    row = Department.objects.filter(municipality__slug="hadano")[0]
    address = f"{PAGE}department/{row.pk}/"
    whole = shown(editor.get(address).context["form"]) | {"opens": "08:30", "closes": "17:15"}
    assert editor.post(address, whole | {"closes": "08:00"}).status_code == 422
    assert editor.post(address, whole | {"closes": ""}).status_code == 422

    editor.post(address, whole)
    publish(editor)

    seen = main_text(client.get("/m/hadano/"))
    assert "ICT推進担当 受付中 今日は午後5時15分まで開いています。" in seen
    assert "時間 平日 午前8時30分から午後5時15分まで 電話 0463-82-5115" in seen
    clock.move_to(datetime(2022, 7, 15, 9, tzinfo=UTC))  # the Monday after it is a national holiday
    assert "ICT推進担当 時間外 次は2022年7月19日(火)の午前8時30分に開きます。" in main_text(client.get("/m/hadano/"))
    assert "開いています" not in main_text(client.get("/m/hadano/?as_of=2022-08-01")).split("ICT推進担当")[1]


def test_a_change_is_a_new_row_and_a_last_day_on_the_old_one(editor: Client, client: Client) -> None:
    row = BringItem.objects.filter(municipality__slug="hadano", purpose="support")[1]
    form = editor.get(f"{PAGE}bring/{row.pk}/").context["form"]
    editor.post(
        f"{PAGE}bring/{row.pk}/", shown(form) | {"note_ja": "手帳に書いてきてください。", "note_en": "Note it."}
    )
    publish(editor)

    row.refresh_from_db()
    assert row.valid_until == date(2022, 7, 14)
    new = BringItem.objects.get(valid_from=date(2022, 7, 15))
    assert (new.position, new.note.ja, new.words) == (row.position, "手帳に書いてきてください。", row.words)
    published = Change.objects.get()
    assert published.before is not None
    assert published.before["note"][0] == row.note.ja
    history = main_text(editor.get(f"{PAGE}history/"))
    assert row.note.ja in history
    assert "手帳に書いてきてください。" in history
    assert "editor-hadanoが2022年7月15日 10:00に公開しました。" in history


def test_a_counter_and_its_hours_change_together_and_its_rests_go_along(editor: Client, client: Client) -> None:
    counter = Counter.objects.get(municipality__slug="hadano", purpose="pin_reset")
    editor.post(f"{PAGE}closed/add/", a_rest(counter))
    shut = {"first": "12-29", "last": "01-03", "counter": ""}
    editor.post(f"{PAGE}yearly/add/", a_rest(counter) | shut)
    fields = shown(editor.get(f"{PAGE}counter/{counter.pk}/").context["form"])
    hours = {"days_1": ["weekday"], "opens_1": "08:30", "closes_1": "12:00"}
    hours |= {"days_2": ["weekday"], "opens_2": "13:00", "closes_2": "17:15"}
    editor.post(f"{PAGE}counter/{counter.pk}/", fields | hours)
    publish(editor)

    seen = text(client.get("/m/hadano/"))
    assert "平日 午前8時30分から正午まで" in seen
    assert "今日は正午まで開いています" in seen
    assert "2022年7月20日から2022年7月21日まではお休みです(停電)" in seen
    assert "毎年12月29日から1月3日まではお休みです" in seen
    clock.move_to(datetime(2022, 7, 19, 9, 0, tzinfo=UTC))  # 18:00 in Tokyo, two closed days ahead
    assert "次は2022年7月22日(金)の午前8時30分に開きます" in text(client.get("/m/hadano/"))
    clock.move_to(datetime(2022, 12, 28, 9, 0, tzinfo=UTC))
    assert "次は2023年1月4日(水)の午前8時30分に開きます" in text(client.get("/m/hadano/"))


def test_what_ends_is_stated_up_to_its_last_day(editor: Client, client: Client) -> None:
    row = Text.objects.filter(municipality__slug="nishitokyo", place="request").first()
    assert row is not None
    words = str(row.words)
    nishitokyo = at_work(Role.EDITOR, "nishitokyo").client
    page = "/staff/pages/nishitokyo/"

    assert nishitokyo.post(f"{page}text/{row.pk}/end/", {"last_day": "2022-07-13", "seen": "0"}).status_code == 422
    nishitokyo.post(f"{page}text/{row.pk}/end/", {"last_day": "2022-07-20", "seen": "0"})
    publish(nishitokyo, page)

    assert words in text(client.get("/m/nishitokyo/?as_of=2022-07-20"))
    assert words not in text(client.get("/m/nishitokyo/?as_of=2022-07-21"))
    assert "最終更新日 2022年(令和4年)7月21日" in text(client.get("/m/nishitokyo/?as_of=2022-08-01"))


def test_nothing_can_be_stated_for_a_day_that_has_passed(editor: Client) -> None:
    refused = editor.post(f"{PAGE}text/add/", a_text(valid_from="2022-07-14"))

    assert refused.status_code == 422
    assert "2022年7月15日か、それより後の日" in text(refused)
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("申請は令和4年9月末までです。", "{card_requested_by}"),
        ("上限は5千ポイントです。", "{card_uptake_points}"),
        ("{card_requested_bye}までです。", "という差し込みはありません"),
        ("{pin_digits.__class__}", "波かっこ"),
    ],
)
def test_what_the_law_knows_cannot_be_typed_in_either_language(editor: Client, words: str, says: str) -> None:
    for language in ("ja", "en"):
        refused = editor.post(f"{PAGE}text/add/", a_text(**{f"words_{language}": words}))
        assert refused.status_code == 422
        assert says in text(refused)
    assert not Change.objects.exists()


def test_a_placed_figure_follows_the_law_and_is_left_out_before_it_was_announced(
    editor: Client, client: Client
) -> None:
    editor.post(f"{PAGE}text/add/", a_text(words_ja="カードの申請は{card_requested_by}です。"))
    publish(editor)

    assert "カードの申請は2022年9月30日までです。" in text(client.get("/m/hadano/"))
    clock.move_to(datetime(2022, 9, 20, 1, tzinfo=UTC))
    assert "カードの申請は2022年12月31日までです。" in text(client.get("/m/hadano/"))


def test_a_second_editor_is_told_what_the_first_wrote_and_overwrites_it_knowingly(editor: Client) -> None:
    editor.post(f"{PAGE}text/add/", a_text())
    draft = Change.objects.get()
    second = at_work(Role.OFFICE, "").client
    address = f"{PAGE}drafts/{draft.pk}/"
    second.get(address)
    editor.post(address, a_text(words_ja="先に保存した文です。", seen="1"))

    refused = second.post(address, a_text(words_ja="あとから保存した文です。", seen="1"))

    assert refused.status_code == 409
    assert "先に保存した文です。" in text(refused)
    draft.refresh_from_db()
    assert draft.fields["words"][0] == "先に保存した文です。"
    assert second.post(address, a_text(words_ja="あとから保存した文です。", seen="2")).status_code == 302


def test_nobody_publishes_or_drops_what_they_have_not_seen(editor: Client) -> None:
    editor.post(f"{PAGE}text/add/", a_text())
    draft = Change.objects.get()
    seen = [f"{draft.pk}:1"]
    editor.post(f"{PAGE}drafts/{draft.pk}/", a_text(words_ja="変えました。", seen="1"))

    assert editor.post(f"{PAGE}publish/", {"seen": seen}).status_code == 409
    assert editor.post(f"{PAGE}drafts/{draft.pk}/drop/", {"seen": "1"}).status_code == 409
    assert Change.objects.get().state == "draft"


def test_two_editors_cannot_draft_the_same_row_twice(editor: Client) -> None:
    row = BringItem.objects.filter(municipality__slug="hadano").first()
    assert row is not None
    fields = shown(editor.get(f"{PAGE}bring/{row.pk}/").context["form"])
    editor.post(f"{PAGE}bring/{row.pk}/", fields)

    again = at_work(Role.OFFICE, "").client.post(f"{PAGE}bring/{row.pk}/", fields | {"words_ja": "別の文"})

    assert again.status_code == 409
    assert Change.objects.count() == 1


def test_a_published_change_stays_as_it_is(editor: Client) -> None:
    editor.post(f"{PAGE}text/add/", a_text())
    publish(editor)

    with pytest.raises(IntegrityError, match="page_change_settled"), transaction.atomic():
        Change.objects.update(settled_by="staff:nobody")


def test_every_step_is_on_record_with_who_and_where(editor: Client) -> None:
    editor.post(f"{PAGE}text/add/", a_text())
    draft = Change.objects.get()
    publish(editor)
    editor.post(f"{PAGE}text/add/", a_text())
    editor.post(f"{PAGE}drafts/{draft.pk + 1}/drop/", {"seen": "1"})

    records = AuditRecord.objects.filter(act=Act.PAGE_CHANGE_STEP).order_by("id")
    assert [one.details["step"] for one in records] == ["drafted", "published", "drafted", "dropped"]
    assert {(one.who, one.subject) for one in records} == {(str(StaffAccount.objects.get()), "page:hadano")}
    assert not any("窓口" in str(one.details) for one in records)


PLACES = ["", "preview/", "history/", "text/add/", "bring/{bring}/", "bring/{bring}/end/", "drafts/{draft}/"]


@pytest.mark.parametrize("place", PLACES)
def test_another_municipalitys_page_does_not_exist_for_an_editor(editor: Client, place: str) -> None:
    editor.post(f"{PAGE}text/add/", a_text())
    named = {"bring": BringItem.objects.filter(municipality__slug="hadano").values("pk")[0]["pk"]}
    address = place.format(**named, draft=Change.objects.get().pk)
    stranger = at_work(Role.EDITOR, "nishitokyo").client

    assert editor.get(f"{PAGE}{address}").status_code == 200
    assert stranger.get(f"{PAGE}{address}").status_code == 404
    if place:  # nor through their own page
        under_their_own = f"/staff/pages/nishitokyo/{address}"
        assert stranger.get(under_their_own).status_code == (404 if "{" in place else 200)


@pytest.mark.parametrize("role", [Role.HELPER, Role.SUPERVISOR])
def test_only_editors_and_the_office_edit(hadano: Municipality, client: Client, role: Role) -> None:
    assert at_work(role, "hadano").client.get(PAGE).status_code == 403
    assert client.get(PAGE).status_code == 302
    assert at_work(Role.OFFICE, "").client.get(PAGE).status_code == 200


def test_an_edited_municipality_is_not_overwritten_by_a_file(editor: Client, folder: Any) -> None:
    from mynapoint.hub.municipalities.actions import EditedHere, import_municipalities

    editor.post(f"{PAGE}text/add/", a_text())
    publish(editor)

    with pytest.raises(EditedHere, match="hadano"):
        import_municipalities(folder)
    assert import_municipalities(folder, leave_edited=True) == 1
    assert Text.objects.filter(words__contains="窓口を移します").exists()


def test_a_question_of_the_municipality_is_on_its_page_and_found_by_search(editor: Client, client: Client) -> None:
    words = {"question_ja": "駐車場はありますか。", "question_en": "Is there parking?", "topic": "counter"}
    words |= {"answer_ja": "東庁舎の前にあります。", "answer_en": "In front of the East Building."}
    editor.post(f"{PAGE}question/add/", a_text(**words))
    publish(editor)

    assert Question.objects.count() == 1
    assert "駐車場はありますか。" in text(client.get("/m/hadano/"))
    assert "東庁舎の前にあります。" in text(client.get("/m/hadano/faq/", {"q": "駐車場"}))
    assert "東庁舎の前にあります。" not in text(client.get("/faq/", {"q": "駐車場"}))


def a_rest(counter: Counter) -> dict[str, str]:
    days = {"first_day": "2022-07-20", "last_day": "2022-07-21", "counter": str(counter.pk)}
    return days | {"reason_ja": "停電", "reason_en": "Power cut"} | {"position": "0", "valid_from": TODAY, "seen": "0"}


def shown(form: Any) -> dict[str, Any]:
    """What a browser would send of a form as it was shown."""
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in values.items() if value is not None} | {"seen": "0"}


def test_the_staff_area_is_in_english_without_a_word_of_japanese(editor: Client) -> None:
    editor.post(f"{PAGE}bring/add/", a_text(note_ja="", note_en="", purpose="support"))
    editor.cookies["django_language"] = "en"
    kinds = [f"{PAGE}{kind}/add/" for kind in Kind.values]
    draft = f"{PAGE}drafts/{Change.objects.get().pk}/"

    for path in (PAGE, f"{PAGE}history/", "/staff/inquiries/hadano/", *kinds):
        seen = main_text(editor.get(path)).replace("8月から窓口を移します。", "")
        assert not [letter for letter in seen if "\u3041" <= letter <= "\u9fff"], f"{path}: {seen}"
    refused = main_text(editor.post(draft, a_text(words_ja="2万円", words_en="9/30", valid_from="2022-01-01")))
    assert "“9/30” is set by the state. Do not type it; use this placeholder: {card_requested_by}" in refused
    assert "Choose 15 July 2022 or a later day." in refused
