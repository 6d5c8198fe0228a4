"""The sheet as PDF, one page, large letters, nothing that is missed."""

from __future__ import annotations

from typing import Any

from mynapoint.hub.printing import set_pdf
from mynapoint.hub.support.checklist import Sheet
from mynapoint.hub.support.checklist_words import CHOSEN, KEPT, MISSING, NOT_ASKED, PLACE, READY, TITLE, WHAT, Language
from mynapoint.programme.words import date_in

_PAGE = """
#let sheet = json(bytes(sys.inputs.said))
#set document(title: sheet.title)
#set page(paper: "a4", margin: 20mm)
#set text(font: sys.inputs.font, size: 13pt, lang: sheet.lang)
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
    """Return the sheet as PDF in its language. Raises CannotBeSet."""
    return set_pdf(_PAGE, written(sheet))


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
