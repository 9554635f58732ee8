"""Turn an authored page into the bytes of a text, Word or PDF file, the same bytes every time.

Layout is drawn from a generator seeded by the page's key, so that one page can be reworded
without disturbing any other.
"""

import io
import random
import re
import textwrap
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import matplotlib
from docx.shared import Pt
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

SEED = "quillon-2026"
WRITTEN = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
_WRAPPED_SHARE = 0.4
_CRLF_SHARE = 0.2
_FOOTER_SHARE = 0.5
_JUSTIFIED_SHARE = 0.4
_FOOTERS = {
    "en": (
        "Page {0} of {1}",
        "- {0} -",
        "Confidential    {0}/{1}",
        "Initials: ____ ____    p. {0}",
    ),
    "fr": (
        "Page {0} sur {1}",
        "- {0} -",
        "Paraphes : ____ ____    {0}/{1}",
        "Confidentiel - p. {0}",
    ),
}
_SCAN_SIZE = (1240, 1754)
_SCAN_FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"


def compose(key: str, language: str, text: str, kind: str) -> bytes:
    """Return the page as a file of this kind: txt, pdf, docx, scan, or one without any text."""
    draw = random.Random(f"{SEED}:{key}")
    make = {
        "txt": lambda: _text(text, draw),
        "docx": lambda: _word(text, draw),
        "pdf": lambda: _pdf(text, language, draw),
        "scan": lambda: scan(text, draw),
        "empty.docx": lambda: _word("", draw),
        "empty.pdf": lambda: _pdf("", language, None),
        "empty.txt": lambda: b"",
        "blank.txt": lambda: b"\n\n   \n\f\n",
    }
    return make[kind]()


def _text(text: str, draw: random.Random) -> bytes:
    if draw.random() < _WRAPPED_SHARE:
        width = draw.choice((68, 74, 80, 92))
        text = "\n".join(
            textwrap.fill(line, width, break_on_hyphens=False) for line in text.split("\n")
        )
    end = "\r\n" if draw.random() < _CRLF_SHARE else "\n"
    return (text + "\n").replace("\n", end).encode()


def _word(text: str, draw: random.Random) -> bytes:
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = WRITTEN
    style = document.styles["Normal"].font
    style.name, style.size = draw.choice(("Calibri", "Arial", "Cambria")), Pt(draw.choice((10, 11)))
    for line in filter(str.strip, text.split("\n")):
        paragraph = document.add_paragraph()
        head = re.match(r"^(?:[^.\n]{0,50}[.)–] ?){1,2}(?=[A-ZÉÀ])", line)
        cut = head.end() if head and draw.random() < _JUSTIFIED_SHARE else 0
        paragraph.add_run(line[:cut]).bold = True
        paragraph.add_run(line[cut:])
    whole = io.BytesIO()
    document.save(whole)
    return same_every_time(whole.getvalue())


def same_every_time(packed: bytes) -> bytes:
    """Give an Office file again, with one date on all of its parts."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            new.writestr(part, old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _pdf(text: str, language: str, draw: random.Random | None) -> bytes:
    """Set the text on a page; without a draw, give the bare page."""
    page = _blank_pdf()
    if draw is not None:
        page.set_margins(left := draw.choice((18, 22, 28)), 20, left)
        page.set_font(draw.choice(("Times", "Helvetica")), size=draw.choice((10, 11)))
        align = "J" if draw.random() < _JUSTIFIED_SHARE else "L"
        if draw.random() < _FOOTER_SHARE:
            pages = draw.randrange(4, 19)
            footer = draw.choice(_FOOTERS[language]).format(draw.randrange(1, pages + 1), pages)
            page.text(90, 285, footer)
        page.set_y(20)
        for line in text.split("\n"):
            page.multi_cell(0, 5.2, line, align=align, new_x="LMARGIN", new_y="NEXT")
            page.ln(0 if line.strip() else 1.5)
    return bytes(page.output())


def scan(text: str, draw: random.Random) -> bytes:
    """Give a PDF that holds nothing but a picture of the page, a little askew and dusty."""
    picture = Image.new("L", _SCAN_SIZE, 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(_SCAN_FONT, 22)
    down = 130
    for paragraph in text.split("\n"):
        for line in textwrap.wrap(paragraph, 78) or [""]:
            pen.text((130, down), line, fill=30, font=font)
            down += 34
    picture = picture.rotate(draw.uniform(-1.2, 1.2), fillcolor=255)
    pen = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = draw.randrange(_SCAN_SIZE[0]), draw.randrange(_SCAN_SIZE[1])
        pen.ellipse((x, y, x + draw.randrange(1, 4), y + draw.randrange(1, 4)), fill=90)
    page = _blank_pdf()
    page.image(picture.point(lambda grey: 255 * (grey > 140)).convert("1"), 0, 0, 210, 297)
    return bytes(page.output())


def _blank_pdf() -> FPDF:
    page = FPDF()
    page.core_fonts_encoding = "windows-1252"
    page.set_creation_date(WRITTEN)
    page.set_compression(False)
    page.set_auto_page_break(False)
    page.add_page()
    return page
