"""The pen of a sheet: fonts for every script, text that flows, and the foot of each page. Millimetres and points.

Whatever it writes comes from outside. It passes `visible` first, is never read as markup, and flows over pages, so that
no text can break the layout, hide in it or act.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from care.paper.letters import faces_for, letters_of, needs_shaping, visible

MARGIN, LINE = 18, 4.8
TEXT, _SMALL = 9, 7.5
INK, FAINT, RULE = (25, 28, 33), (105, 111, 120), (205, 209, 214)
_OWN = "helvetica"  # for words of ours, which are plain ASCII
# Of a text with more lines than this the line ends are shown instead of followed.
_MOST_LINES = 150
# Stands for the number of pages. No text can hold it: `visible` shows control characters.
_PAGES = 3 * "\x03"


class Pen(FPDF):
    """`text` is all that will be written, for its fonts. The same content and time give the same bytes."""

    def __init__(self, text: str, *, title: str, foot: str, at: datetime) -> None:
        super().__init__(format="A4")
        self._ours = _OWN
        self._can_shape = False
        chosen = faces_for(text)
        self._letters = letters_of(chosen)
        for face in chosen:
            self.add_font(face.name, fname=face.path)
        if chosen:
            self._ours = chosen[0].name
            self.set_fallback_fonts([face.name for face in chosen[1:]])
            self._can_shape = importlib.util.find_spec("uharfbuzz") is not None
        self._foot = self.shown(foot)
        self.alias_nb_pages(_PAGES)
        self.set_creation_date(at)
        self.set_title(self.shown(title))
        self.set_lang("en")
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=22)
        self.add_page()

    def shown(self, text: str) -> str:
        return visible(text, self._letters)

    def footer(self) -> None:
        padding, self.c_margin = self.c_margin, 0  # a quote may go on overleaf
        self.set_y(-16)
        self._pen(_SMALL, FAINT)
        self._shape(self._foot)
        self._rule()
        self.set_y(self.get_y() + 1.5)
        self.cell(0, 4, self._foot)
        self.set_x(MARGIN)
        self.cell(0, 4, f"Page {self.page_no()} of {_PAGES}", align="R")
        self.c_margin = padding

    def _flow(self, text: str, line: float = LINE, border: str = "") -> None:
        shown = self.shown(text)
        if shown.count("\n") > _MOST_LINES:
            shown = shown.replace("\n", " \N{PILCROW SIGN} ")
        self._shape(shown)
        self.multi_cell(0, line, shown, align="L", border=border, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _render_styled_text_line(self, *args: Any, **kwargs: Any) -> bool:
        """fpdf2 2.8.9 sets the font of a line that starts in a fallback font inside a saved state, which ends with the
        line, and takes it for set on the page: the lines after it would come out in an older font."""
        if self.current_font is not None and not self.current_font_is_set_on_page:
            self._out(self._set_font_for_page(self.current_font, self.font_size_pt))
        return super()._render_styled_text_line(*args, **kwargs)

    def _shape(self, text: str) -> None:
        self.set_text_shaping(self._can_shape and needs_shaping(text))

    @contextmanager
    def _indented(self, by: float) -> Iterator[None]:
        self._margin(MARGIN + by)
        yield
        self._margin(MARGIN)

    def _margin(self, left: float) -> None:
        self.set_left_margin(left)
        self.set_x(left)

    def _room(self, high: float) -> None:
        if self.will_page_break(high):
            self.add_page()

    def _rule(self) -> None:
        self.set_draw_color(*RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())

    def _pen(self, points: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font(_OWN if bold else self._ours, "B" if bold else "", points)
        self.set_text_color(*colour)
