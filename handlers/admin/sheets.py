"""Tables as xlsx files. The library is loaded when a file is made, and a file is made in a thread: nobody waits for it."""

from __future__ import annotations

import io
from collections.abc import Sequence

Cell = str | int | None
WIDTH = 24


def workbook(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A file with one table. Text that a spreadsheet would take for a formula stays text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for column in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDTH
    cells = []
    for name in head:
        cell = WriteOnlyCell(sheet, value=str(name))
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    for row in rows:
        made = [WriteOnlyCell(sheet, value=value) for value in row]
        for one, value in zip(made, row, strict=True):
            if isinstance(value, str):
                one.data_type = "s"
        sheet.append(made)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
