"""Smallest possible PDF, Word, Excel and mail files, written byte by byte.

No library writes them, so a newer library cannot change a byte.
"""

import base64
import io
import random
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_NOON = (2026, 3, 2, 12, 0, 0)


def mail(subject: str, sender: str, date: str, text: str, charset: str = "utf-8") -> bytes:
    """Give a plain mail."""
    words = base64.b64encode(subject.encode()).decode()
    head = (
        f"Subject: =?utf-8?b?{words}?=\nFrom: {sender}\nTo: contact@alderfinch.example\n"
        f"Date: {date}\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode() + text.encode(charset)


def pdf(lines: Sequence[str]) -> bytes:
    """Give a PDF of one page with text that can be copied out of it."""
    shown = " T*\n".join(f"({_pdf_text(line)}) Tj" for line in lines)
    page = f"BT /F1 11 Tf 60 780 Td 16 TL\n{shown} T*\nET".encode("cp1252")
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            _stream(b"", page),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ]
    )


def scan(seed: int, width: int = 150, height: int = 212) -> bytes:
    """Give a PDF whose only page is a grey picture: what a scanner makes of a letter."""
    draw = random.Random(seed)
    rows = []
    for y in range(height):
        line = 20 <= y < height - 30 and y % 9 < 4
        end = 20 + random.Random(seed + y // 9).randrange(50, width - 40) if line else 0
        rows.append(
            bytes(
                draw.randrange(30, 120)
                if 15 < x < end and (x * 7 + y // 9 * 5) % 6
                else draw.randrange(225, 250)
                for x in range(width)
            )
        )
    about = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /Im1 5 0 R >> >> >>",
            _stream(b"", b"595 0 0 842 0 0 cm /Im1 Do"),
            _stream(about.encode(), b"".join(rows)),
        ]
    )


def pdf_without_pages() -> bytes:
    """Give a PDF that opens and has nothing in it."""
    return _pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"],
    )


def docx(blocks: Sequence[str | Sequence[Sequence[str]]]) -> bytes:
    """Give a Word file: a text is a paragraph, a list of rows is a table."""
    body = "".join(_paragraph(b) if isinstance(b, str) else _table(b) for b in blocks)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _package(
        "word/document.xml",
        main,
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
        {},
    )


def xlsx(sheet: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """Give a workbook of one sheet."""
    cells = "".join(
        f'<row r="{r}">' + "".join(_cell(r, c, v) for c, v in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, start=1)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _package(
        "xl/workbook.xml",
        f"{kind}.sheet.main+xml",
        f'<workbook xmlns="{space}" xmlns:r="{links}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        {
            "xl/worksheets/sheet1.xml": (
                f"{kind}.worksheet+xml",
                f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>',
            ),
            "xl/_rels/workbook.xml.rels": (
                "",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                f'relationships"><Relationship Id="rId1" Type="{links}/worksheet" '
                'Target="worksheets/sheet1.xml"/></Relationships>',
            ),
        },
    )


def _pdf_text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _stream(about: bytes, content: bytes) -> bytes:
    head = b"<< " + about + f" /Length {len(content)} >>\nstream\n".encode()
    return head + content + b"\nendstream"


def _pdf(objects: Sequence[bytes]) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return made + end.encode() + f"startxref\n{len(made)}\n%%EOF\n".encode()


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


def _cell(row: int, column: int, value: str | float) -> str:
    place = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _package(main: str, main_type: str, content: str, others: dict[str, tuple[str, str]]) -> bytes:
    """Give an office file: a zip, not packed, with the date of its parts held still."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    kinds = {main: main_type, **{name: kind for name, (kind, _) in others.items() if kind}}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Type="{links}/officeDocument" '
        f'Target="{main}"/></Relationships>',
        main: content,
        **{name: text for name, (_, text) in others.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _NOON), (head + text).encode())
    return made.getvalue()
