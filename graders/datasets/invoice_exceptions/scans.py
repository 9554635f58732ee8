"""PDFs that hold a picture and no text, as an office scanner writes them, without a library."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 850, 1100


def scan(text: str, seed: str) -> bytes:
    """Give a page as a slightly turned picture in black and white, with specks."""
    # The bitmap font looks the same with every release of the drawing library.
    font = ImageFont.load_default_imagefont()
    small = Image.new("L", (WIDTH // 2, HEIGHT // 2), 255)
    ascii_text = text.replace("€", "EUR").encode("latin-1", "replace").decode("latin-1")
    ImageDraw.Draw(small).multiline_text((22, 30), ascii_text, fill=0, font=font, spacing=3)
    draw = random.Random(seed)
    page = small.resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)
    page = page.rotate(draw.choice((-1.2, -0.8, 0.9, 1.4)), fillcolor=255)
    for _ in range(250):
        page.putpixel((draw.randrange(WIDTH), draw.randrange(HEIGHT)), 0)
    return _pdf(page.convert("1", dither=Image.Dither.NONE))


def _pdf(page: Image.Image) -> bytes:
    data = _run_lengths(page.tobytes())
    content = b"q 595 0 0 770 0 36 cm /Im0 Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /XObject << /Im0 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
        b" /BitsPerComponent 1 /Filter /RunLengthDecode /Length %d >>\nstream\n%s\nendstream"
        % (WIDTH, HEIGHT, len(data), data),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % out.index(
        b"xref\n"
    )


def _run_lengths(data: bytes) -> bytes:
    """Pack as PDF's RunLengthDecode reads it: a count, then one byte to repeat or bytes to copy."""
    out, place = bytearray(), 0
    while place < len(data):
        run = 1
        while run < 128 and data[place : place + 1] == data[place + run : place + run + 1]:
            run += 1
        if run > 1:
            out += bytes((257 - run, data[place]))
        else:
            out += bytes((0, data[place]))
        place += run
    return bytes(out) + b"\x80"
