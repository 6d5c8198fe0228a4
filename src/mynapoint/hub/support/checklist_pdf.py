"""The sheet as PDF, set on this machine by typst: one page, large letters, nothing that is missed."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import typst

from mynapoint.hub.support.checklist import Sheet
from mynapoint.hub.support.checklist_words import CHOSEN, KEPT, MISSING, NOT_ASKED, PLACE, READY, TITLE, WHAT, Language
from mynapoint.programme.simulation_png import choose_font
from mynapoint.programme.words import date_in

_PAGE = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.title)
#set page(paper: "a4", margin: 20mm)
#set text(font: sheet.font, size: 13pt, lang: sheet.lang)
#set par(leading: 0.9em)
#text(size: 24pt, weight: "bold", sheet.title)
#v(2mm)
#sheet.day
#if sheet.service != "" [ #linebreak() #sheet.chosen: *#sheet.service* ]
#v(4mm)
#for item in sheet.items [
  #block(width: 100%, inset: 4mm, stroke: 0.8pt, radius: 2mm, breakable: false)[
    #grid(columns: (10mm, 1fr), gutter: 3mm,
      text(size: 20pt, weight: "bold", item.mark),
      [*#item.words* #linebreak() #item.state
       #if item.todo != "" [ #v(1mm) #sheet.what: #item.todo #linebreak() #sheet.place: #item.where ]])
  ]
]
#v(4mm)
#text(size: 11pt, sheet.kept)
"""


def pdf(sheet: Sheet) -> bytes:
    """Return the sheet as PDF in its language. Raises NoPicture where no Japanese font is installed."""
    inputs = {"sheet": json.dumps(written(sheet) | {"font": choose_font("あ", _families())}, ensure_ascii=False)}
    made: bytes = typst.compile(_PAGE.encode(), format="pdf", font_paths=_fonts(), sys_inputs=inputs)
    return made


def written(sheet: Sheet) -> dict[str, Any]:
    """Return everything the page says, in the language of the sheet."""
    language = sheet.language
    state = {True: READY, False: MISSING, None: NOT_ASKED}
    mark = {True: "○", False: "×", None: "□"}
    items = [
        {
            "words": one.words,
            "mark": mark[one.is_ready],
            "state": state[one.is_ready][language],
            "todo": one.todo,
            "where": one.where,
        }
        for one in sheet.items
    ]
    lang = "en" if language is Language.EN else "ja"
    service = sheet.service.label if sheet.service else None
    return {
        "title": TITLE[language],
        "day": date_in(sheet.day, lang),
        "lang": lang,
        "service": (service.en if lang == "en" else service.ja) if service else "",
        "chosen": CHOSEN[language],
        "what": WHAT[language],
        "place": PLACE[language],
        "kept": KEPT[language],
        "items": items,
    }


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


def _families() -> set[str]:
    return set(_fonts().families())
