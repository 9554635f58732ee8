"""Write Word files by hand, so that the same words give the same bytes on every machine.

Parts are stored without compression and dated alike: two zlibs need not agree on a byte.
"""

import hashlib
import io
import random
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from authored_minutes import cells_of

SEED = "minutes to actions"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    + "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="application/vnd.openxmlformats-'
        f'officedocument.wordprocessingml.{kind}+xml"/>'
        for part, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("numbering", "numbering"),
        )
    )
    + "</Types>"
)
_ROOT_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_FONTS = ("Calibri", "Arial", "Times New Roman", "Verdana", "Cambria", "Georgia")
_INLINE = re.compile(r"\*\*(.+?)\*\*")
_NUMBERED = re.compile(r"^\d+\. ")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_WORDS_A_RUN = 14


def word_file(lines: Sequence[str], key: str) -> bytes:
    """Return a Word file with these lines, in a look that hangs on the key."""
    chance = random.Random(f"{SEED}:{key}")
    body, rows = [], []
    for line in [*lines, ""]:
        if line.startswith("|"):
            rows.append(cells_of(line))
            continue
        if rows:
            body.append(_table(rows, chance))
            rows = []
        if line.strip():
            body.append(_paragraph(line, chance))
    return _packed("".join(body), chance.choice(_FONTS), chance.choice((20, 21, 22, 22, 24)))


def picture_file(picture: bytes) -> bytes:
    """Return a Word file that holds a picture of a page and not one word."""
    # Width and height stand in the first chunk of a PNG.
    width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))
    wide = 5_760_000
    size = f'cx="{wide}" cy="{wide * height // width}"'
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    inside = (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing">'
        f'<wp:extent {size}/><wp:docPr id="1" name="Image 1"/><a:graphic xmlns:a="{drawing}/main">'
        f'<a:graphicData uri="{drawing}/picture"><pic:pic xmlns:pic="{drawing}/picture">'
        '<pic:nvPicPr><pic:cNvPr id="1" name="scan.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{_R}" r:embed="rId9"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    return _packed(inside, "Calibri", 22, picture)


def _paragraph(line: str, chance: random.Random) -> str:
    style, numbering = "", ""
    if line.startswith("## "):
        style, line = "Heading2", line[3:]
    elif line.startswith("# "):
        style, line = "Heading1", line[2:]
    elif line.startswith("- "):
        style, numbering, line = "ListParagraph", "1", line[2:]
    elif _NUMBERED.match(line):
        style, numbering, line = "ListParagraph", "2", _NUMBERED.sub("", line)
    rules = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbering:
        rules += f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{numbering}"/></w:numPr>'
    rules = f"<w:pPr>{rules}</w:pPr>" if rules else ""
    return f"<w:p>{rules}{_runs(line, chance)}</w:p>"


def _runs(text: str, chance: random.Random, *, bold: bool = False) -> str:
    """Cut a text into runs, as Word does wherever somebody stopped and typed on."""
    runs = []
    for place, part in enumerate(_INLINE.split(text)):
        look = "<w:rPr><w:b/></w:rPr>" if bold or place % 2 else ""
        words = re.findall(r"\S+\s*|\s+", part)
        while words:
            count = chance.randint(3, _MOST_WORDS_A_RUN)
            said, words = "".join(words[:count]), words[count:]
            runs.append(f'<w:r>{look}<w:t xml:space="preserve">{escape(said)}</w:t></w:r>')
    return "".join(runs)


def _table(rows: list[list[str]], chance: random.Random) -> str:
    width = max(map(len, rows))
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    out = [
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders>'
        "</w:tblPr><w:tblGrid>",
        '<w:gridCol w:w="2400"/>' * width,
        "</w:tblGrid>",
    ]
    for place, row in enumerate(rows):
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="2400" w:type="dxa"/></w:tcPr><w:p>'
            f"{_runs(cell, chance, bold=place == 0)}</w:p></w:tc>"
            for cell in [*row, *[""] * (width - len(row))]
        )
        out.append(f"<w:tr>{cells}</w:tr>")
    return "".join([*out, "</w:tbl>", "<w:p/>"])


def _styles(font: str, size: int) -> str:
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:rPr><w:b/><w:sz w:val="{size + add}"/></w:rPr></w:style>'
        for level, add in ((1, 10), (2, 4))
    )
    return (
        f'{_XML}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{font}"'
        f' w:hAnsi="{font}"/><w:sz w:val="{size}"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        '<w:pPr><w:spacing w:after="120"/></w:pPr></w:style>'
        f'{headings}<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name'
        ' w:val="List Paragraph"/><w:basedOn w:val="Normal"/></w:style></w:styles>'
    )


def _numbering() -> str:
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{place}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{mark}"/><w:pPr><w:ind w:left="720"'
        ' w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
        for place, form, mark in ((1, "bullet", "•"), (2, "decimal", "%1."))
    )
    used = "".join(
        f'<w:num w:numId="{place}"><w:abstractNumId w:val="{place}"/></w:num>' for place in (1, 2)
    )
    return f"{_XML}<w:numbering {_W}>{lists}{used}</w:numbering>"


def _packed(body: str, font: str, size: int, picture: bytes | None = None) -> bytes:
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{_R}/{part}" Target="{part}.xml"/>'
        for place, part in ((1, "styles"), (2, "numbering"))
    )
    if picture:
        relations += f'<Relationship Id="rId9" Type="{_R}/image" Target="media/scan.png"/>'
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417"'
        ' w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    )
    parts: dict[str, bytes] = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _ROOT_RELATIONS.encode(),
        "word/document.xml": (
            f"{_XML}<w:document {_W}><w:body>{body}{page}</w:body></w:document>"
        ).encode(),
        "word/_rels/document.xml.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
        ).encode(),
        "word/styles.xml": _styles(font, size).encode(),
        "word/numbering.xml": _numbering().encode(),
    }
    if picture:
        parts["word/media/scan.png"] = picture
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip of the parts, dated alike and not compressed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as file:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 0, 0
            file.writestr(entry, data)
    return content.getvalue()


def scan(folder: Path, key: str) -> bytes:
    """Return the picture of a page that stands for a scan, as it lies in the folder."""
    return (folder / "scans" / f"{key}.png").read_bytes()


def shuffled(key: str) -> str:
    """Return a fixed stand-in for chance."""
    return hashlib.sha256(f"{SEED}:{key}".encode()).hexdigest()
