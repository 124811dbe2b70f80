"""A4 sheets: headings, facts, quotes, tables and pictures. Millimetres and points."""

from __future__ import annotations

import io
from collections.abc import Sequence

from fpdf.fonts import FontFace

from care.paper.pen import FAINT, INK, LINE, MARGIN, RULE, TEXT, Pen

_LABEL = 40
_PICTURE_WIDE, _PICTURE_HIGH = 52, 44
_SHADE = (243, 244, 246)


class Sheet(Pen):
    """Drawn from the top down; what does not fit goes on overleaf."""

    def headline(self, text: str, below: str) -> None:
        self._pen(20, INK, bold=True)
        self._flow(text, 9)
        self._pen(TEXT, FAINT)
        self._flow(below)
        self.ln(1)
        self._rule()
        self.ln(2)

    def heading(self, text: str) -> None:
        """Never the last on its page."""
        self._room(30)
        if self.get_y() > MARGIN:
            self.ln(4)
        self._pen(12, INK, bold=True)
        self._flow(text, 6.5)
        self._rule()
        self.ln(2)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Name and value; what has no value is left out."""
        for name, value in rows:
            if value:
                self._room(LINE)
                self._pen(TEXT, FAINT)
                self.cell(_LABEL, LINE, name)
                self._pen(TEXT, INK)
                self._flow(value)

    def entry(self, lead: str, text: str = "") -> None:
        """A line in bold words, and what belongs to it, a little to the right."""
        self._room(2 * LINE)
        self._pen(TEXT, INK)
        self._flow(lead)
        if text:
            self._pen(TEXT, FAINT)
            with self._indented(5):
                self._flow(text)
        self.ln(0.8)

    def quote(self, text: str) -> None:
        """Somebody's own words, beside a bar."""
        self._room(2 * LINE)
        self._pen(10, INK)
        self.c_margin = 3
        self._flow(text, 5.4, border="L")
        self.c_margin = 0
        self.ln(3)

    def note(self, text: str) -> None:
        self._pen(TEXT, FAINT)
        self._flow(text)

    def grid(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose last column is of amounts. Cells are short: a row must fit on a page."""
        self._pen(TEXT, INK)
        self.set_draw_color(*RULE)
        align = ["LEFT"] * (len(head) - 1) + ["RIGHT"]
        self._shape("".join("".join(row) for row in rows))
        style = FontFace(color=FAINT, fill_color=_SHADE, emphasis="")
        with self.table(
            col_widths=tuple(widths),
            text_align=tuple(align),
            headings_style=style,
            borders_layout="HORIZONTAL_LINES",
            line_height=LINE,
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
        self._room(max(_PICTURE_HIGH if pictures else 0, LINE * len(rows)) + 4 + LINE * len(below))
        page, top = self.page, self.get_y()
        if pictures:
            self._picture(pictures[0], MARGIN, top)
        with self._indented(_PICTURE_WIDE + 4 if pictures else 0):
            self.facts(rows)
        if pictures and self.page == page:
            self.set_y(max(self.get_y(), top + _PICTURE_HIGH))
        for n, picture in enumerate(pictures[1:]):
            if n % 3 == 0:
                self.ln(2)
                self._room(_PICTURE_HIGH)
                top = self.get_y()
            self._picture(picture, MARGIN + (n % 3) * (_PICTURE_WIDE + 4), top)
            self.set_y(top + _PICTURE_HIGH)
        self.ln(1 if pictures else 0)
        self.facts(below)
        self.ln(3)

    def _picture(self, data: bytes, x: float, y: float) -> None:
        self.image(io.BytesIO(data), x=x, y=y, w=_PICTURE_WIDE, h=_PICTURE_HIGH, keep_aspect_ratio=True)
