"""A4 sheets: headings, facts, quotes, tables and pictures, with a running foot. Millimetres and points.

Whatever is drawn comes from outside. It passes `visible` first, is never read as markup, and flows over pages, so that
no text can break the layout, hide in it or act.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from care.paper.letters import faces_for, letters_of, needs_shaping, visible

_MARGIN, _LABEL, _LINE = 18, 40, 4.8
_TEXT, _SMALL = 9, 7.5
_PICTURE_WIDE, _PICTURE_HIGH = 52, 44
_INK, _FAINT, _RULE, _SHADE = (25, 28, 33), (105, 111, 120), (205, 209, 214), (243, 244, 246)
_OWN = "helvetica"  # for words of ours, which are plain ASCII
# Of a text with more lines than this the line ends are shown instead of followed.
_MOST_LINES = 150
# Stands for the number of pages. No text can hold it: `visible` shows control characters.
_PAGES = 3 * "\x03"


class Sheet(FPDF):
    """`text` is all that will be drawn, for its fonts. The same content and time give the same bytes."""

    def __init__(self, text: str, *, title: str, foot: str, at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = foot
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
        self.alias_nb_pages(_PAGES)
        self.set_creation_date(at)
        self.set_title(self.shown(title))
        self.set_lang("en")
        self.set_margins(_MARGIN, _MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=22)
        self.add_page()

    def shown(self, text: str) -> str:
        return visible(text, self._letters)

    def footer(self) -> None:
        padding, self.c_margin = self.c_margin, 0  # a quote may go on overleaf
        self.set_y(-16)
        self._pen(_SMALL, _FAINT)
        self._shape(self._foot)
        self._rule()
        self.set_y(self.get_y() + 1.5)
        self.cell(0, 4, self._foot)
        self.set_x(_MARGIN)
        self.cell(0, 4, f"Page {self.page_no()} of {_PAGES}", align="R")
        self.c_margin = padding

    def headline(self, text: str, below: str) -> None:
        self._pen(20, _INK, bold=True)
        self._flow(text, 9)
        self._pen(_TEXT, _FAINT)
        self._flow(below)
        self.ln(1)
        self._rule()
        self.ln(2)

    def heading(self, text: str) -> None:
        """Never the last on its page."""
        self._room(30)
        if self.get_y() > _MARGIN:
            self.ln(4)
        self._pen(12, _INK, bold=True)
        self._flow(text, 6.5)
        self._rule()
        self.ln(2)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Name and value; what has no value is left out."""
        for name, value in rows:
            if value:
                self._room(_LINE)
                self._pen(_TEXT, _FAINT)
                self.cell(_LABEL, _LINE, name)
                self._pen(_TEXT, _INK)
                self._flow(value)

    def entry(self, lead: str, text: str = "") -> None:
        """A line in bold words, and what belongs to it, a little to the right."""
        self._room(2 * _LINE)
        self._pen(_TEXT, _INK)
        self._flow(lead)
        if text:
            self._pen(_TEXT, _FAINT)
            with self._indented(5):
                self._flow(text)
        self.ln(0.8)

    def quote(self, text: str) -> None:
        """Somebody's own words, beside a bar."""
        self._room(2 * _LINE)
        self._pen(10, _INK)
        self.c_margin = 3
        self._flow(text, 5.4, border="L")
        self.c_margin = 0
        self.ln(3)

    def note(self, text: str) -> None:
        self._pen(_TEXT, _FAINT)
        self._flow(text)

    def grid(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose last column is of amounts. Cells are short: a row must fit on a page."""
        self._pen(_TEXT, _INK)
        self.set_draw_color(*_RULE)
        align = ["LEFT"] * (len(head) - 1) + ["RIGHT"]
        self._shape("".join("".join(row) for row in rows))
        style = FontFace(color=_FAINT, fill_color=_SHADE, emphasis="")
        with self.table(
            col_widths=tuple(widths),
            text_align=tuple(align),
            headings_style=style,
            borders_layout="HORIZONTAL_LINES",
            line_height=_LINE,
            padding=(0.6, 1.5),
        ) as table:
            for row in (head, *rows):
                cells = table.row()
                for text in row:
                    cells.cell(self.shown(text).replace("\n", " "))
        self.ln(2)

    def proof(
        self, pictures: Sequence[bytes], rows: Sequence[tuple[str, str]], below: Sequence[tuple[str, str]]
    ) -> None:
        """A file: what is known of it beside its first picture, then any more of them, then what needs the width."""
        self._room(max(_PICTURE_HIGH if pictures else 0, _LINE * len(rows)) + 4 + _LINE * len(below))
        page, top = self.page, self.get_y()
        if pictures:
            self._picture(pictures[0], _MARGIN, top)
        with self._indented(_PICTURE_WIDE + 4 if pictures else 0):
            self.facts(rows)
        if pictures and self.page == page:
            self.set_y(max(self.get_y(), top + _PICTURE_HIGH))
        for n, picture in enumerate(pictures[1:]):
            if n % 3 == 0:
                self.ln(2)
                self._room(_PICTURE_HIGH)
                top = self.get_y()
            self._picture(picture, _MARGIN + (n % 3) * (_PICTURE_WIDE + 4), top)
            self.set_y(top + _PICTURE_HIGH)
        self.ln(1 if pictures else 0)
        self.facts(below)
        self.ln(3)

    def _picture(self, data: bytes, x: float, y: float) -> None:
        self.image(io.BytesIO(data), x=x, y=y, w=_PICTURE_WIDE, h=_PICTURE_HIGH, keep_aspect_ratio=True)

    def _flow(self, text: str, line: float = _LINE, border: str = "") -> None:
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

    def _indented(self, by: float) -> _Indent:
        return _Indent(self, by)

    def _room(self, high: float) -> None:
        if self.will_page_break(high):
            self.add_page()

    def _rule(self) -> None:
        self.set_draw_color(*_RULE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())

    def _pen(self, points: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font(_OWN if bold else self._ours, "B" if bold else "", points)
        self.set_text_color(*colour)


class _Indent:
    """Moves the left margin for a while."""

    def __init__(self, sheet: Sheet, by: float) -> None:
        self._sheet, self._by = sheet, by

    def __enter__(self) -> None:
        self._sheet.set_left_margin(_MARGIN + self._by)
        self._sheet.set_x(_MARGIN + self._by)

    def __exit__(self, *_: object) -> None:
        self._sheet.set_left_margin(_MARGIN)
        self._sheet.set_x(_MARGIN)
