"""Documents to keep or hand over as PDF (PDF/UA-1: tagged, titled), set by typst on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import typst

from mynapoint.programme.simulation_png import NoPicture, choose_font


class CannotBeSet(RuntimeError):
    """The document cannot be made on this machine, mostly for want of a Japanese font; the message says what helps."""


def set_pdf(template: str, said: Mapping[str, Any]) -> bytes:
    """Return a template as PDF/UA-1. Raises CannotBeSet.

    ``template``  of typst; reads ``json(bytes(sys.inputs.said))`` and the font's name ``sys.inputs.font``, sets a title
    ``said``      what the document says; nothing of it is ever read as markup
    """
    told = json.dumps(said, ensure_ascii=False)
    try:
        font = choose_font(told, _families())
        pdf: bytes = typst.compile(
            template.encode(),
            format="pdf",
            font_paths=_fonts(),
            sys_inputs={"said": told, "font": font},
            pdf_standards=["ua-1"],
        )
    except (NoPicture, typst.TypstError) as error:  # PDF/UA refuses a letter that no font here has
        raise CannotBeSet(str(error)) from error
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _families() -> frozenset[str]:
    return frozenset(_fonts().families())
