"""answer_survey: three answers and a day, nothing about the reader."""

from __future__ import annotations

from datetime import date

from django.test import Client

from hub.page_text import markup, text
from mynapoint.hub.municipalities.exchanges import SurveyAnswer

SURVEY = "/m/hadano/survey/"


def test_answers_are_kept_with_the_day_and_nothing_about_the_reader(towns: None, client: Client) -> None:
    response = client.post(SURVEY, {"easy_to_find": "1", "useful": "3"}, follow=True)

    kept = SurveyAnswer.objects.get()
    assert (kept.easy_to_find, kept.easy_to_understand, kept.useful) == (1, None, 3)
    assert kept.answered_on == date(2022, 7, 15)
    assert {field.name for field in SurveyAnswer._meta.get_fields()} == {
        "id",
        "municipality",
        "answered_on",
        "easy_to_find",
        "easy_to_understand",
        "useful",
    }
    assert "ご回答ありがとうございました" in text(response)


def test_an_empty_survey_is_asked_again(towns: None, client: Client) -> None:
    response = client.post(SURVEY, {})

    assert response.status_code == 422
    assert "1つ以上の質問にお答えください" in text(response)
    assert not SurveyAnswer.objects.exists()


def test_an_answer_that_was_not_offered_is_refused(towns: None, client: Client) -> None:
    response = client.post(SURVEY, {"useful": "9"})

    assert response.status_code == 422
    assert "error-summary" in markup(response)
    assert not SurveyAnswer.objects.exists()
