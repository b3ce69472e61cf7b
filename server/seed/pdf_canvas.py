"""A tiny PDF writer over PDFium: filled shapes and lines of text, with a text layer.

Uses the standard Helvetica, so nothing is embedded and text is Latin-1. Coordinates are
points from the top left corner, as on a screen.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

WIDTH_PT = 960.0
HEIGHT_PT = 540.0
Colour = tuple[int, int, int]


class PdfCanvas:
    def __init__(self) -> None:
        self._document = pypdfium2.PdfDocument.new()
        self._page: Any = None

    def new_page(self) -> None:
        self._finish_page()
        self._page = self._document.new_page(WIDTH_PT, HEIGHT_PT)

    def save(self, path: Path) -> None:
        self._finish_page()
        self._document.save(path)
        self._document.close()

    def rectangle(
        self, x: float, y: float, width: float, height: float, colour: Colour
    ) -> None:
        shape = pdfium.FPDFPageObj_CreateNewRect(
            x, HEIGHT_PT - y - height, width, height
        )
        pdfium.FPDFPath_SetDrawMode(shape, pdfium.FPDF_FILLMODE_WINDING, False)
        pdfium.FPDFPageObj_SetFillColor(shape, *colour, 255)
        pdfium.FPDFPage_InsertObject(self._page, shape)

    def text(
        self,
        x: float,
        y: float,
        line: str,
        size_pt: float,
        colour: Colour,
        *,
        is_bold: bool = False,
    ) -> None:
        """Draw one line with its baseline at `y`."""
        shape = self._text_shape(line, size_pt, is_bold)
        pdfium.FPDFPageObj_SetFillColor(shape, *colour, 255)
        pdfium.FPDFPageObj_Transform(shape, 1, 0, 0, 1, x, HEIGHT_PT - y)
        pdfium.FPDFPage_InsertObject(self._page, shape)

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float,
        colour: Colour,
        *,
        width_pt: float,
        is_bold: bool = False,
    ) -> float:
        """Draw text broken at `width_pt`; return the baseline below it."""
        for line in self._lines(text, size_pt, width_pt, is_bold):
            self.text(x, y, line, size_pt, colour, is_bold=is_bold)
            y += size_pt * 1.35
        return y

    def width_of(self, line: str, size_pt: float, *, is_bold: bool = False) -> float:
        """Measure a line in points."""
        shape = self._text_shape(line, size_pt, is_bold)
        edges = [ctypes.c_float() for _ in range(4)]
        pdfium.FPDFPageObj_GetBounds(shape, *edges)
        pdfium.FPDFPageObj_Destroy(shape)
        return edges[2].value - edges[0].value

    def _lines(
        self, text: str, size_pt: float, width_pt: float, is_bold: bool
    ) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width_of(longer, size_pt, is_bold=is_bold) > width_pt:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def _text_shape(self, line: str, size_pt: float, is_bold: bool) -> Any:
        font = b"Helvetica-Bold" if is_bold else b"Helvetica"
        shape = pdfium.FPDFPageObj_NewTextObj(self._document, font, size_pt)
        units = (line + "\0").encode("utf-16-le")
        buffer = (ctypes.c_ushort * (len(units) // 2)).from_buffer_copy(units)
        pdfium.FPDFText_SetText(shape, buffer)
        return shape

    def _finish_page(self) -> None:
        if self._page is not None:
            pdfium.FPDFPage_GenerateContent(self._page)
            self._page.close()
            self._page = None
