"""send_inquiry: kept, numbered, and asked for again when empty."""

from __future__ import annotations

import re

from django.test import Client

from hub.page_text import markup, text
from mynapoint.hub.municipalities.exchanges import Inquiry

INQUIRY = "/m/nishitokyo/inquiry/"


def test_an_inquiry_is_kept_and_its_number_shown(towns: None, client: Client) -> None:
    response = client.post(INQUIRY, {"question": "窓口は何時までですか。", "reply_to": ""})

    kept = Inquiry.objects.get()
    assert kept.question == "窓口は何時までですか。"
    assert re.fullmatch(r"20220715-[2-9A-HJ-NP-Z]{8}", kept.number)
    assert kept.number in text(response)


def test_an_empty_inquiry_and_a_wrong_address_are_named_beside_their_fields(towns: None, client: Client) -> None:
    response = client.post(INQUIRY, {"question": " ", "reply_to": "nowhere"})

    assert response.status_code == 422
    assert 'id="id_question_error"' in markup(response)
    assert 'aria-describedby="id_question_error help"' in markup(response)
    assert 'id="id_reply_to_error"' in markup(response)
    assert not Inquiry.objects.exists()


def test_the_form_warns_against_writing_numbers_that_must_stay_secret(towns: None, client: Client) -> None:
    assert "マイナンバー、暗証番号" in text(client.get(INQUIRY))
