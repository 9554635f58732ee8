"""Make a workbook's bytes the same on every run: no clock, no compressor."""

import re
import zipfile
from io import BytesIO

_DAY = (2026, 1, 1, 0, 0, 0)
_CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def sealed(workbook: bytes) -> bytes:
    """Return the same workbook with fixed times, its parts stored and in order of their names."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as given, zipfile.ZipFile(target, "w") as kept:
        for name in sorted(given.namelist()):
            part = zipfile.ZipInfo(name, _DAY)
            part.compress_type = zipfile.ZIP_STORED
            kept.writestr(part, _CLOCK.sub(rb"\g<1>2026-01-01T00:00:00Z", given.read(name)))
    return target.getvalue()
