"""Names for machines, made from people's: small letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
import zlib

__all__ = ["login_from", "slug_from"]


def slug_from(name: str) -> str:
    """Give the slug of a team or a use case of this name."""
    # A name without a Latin letter gets a number of its own, so that two such teams stay two.
    slug = _plain_letters(name) or f"team-{zlib.crc32(name.encode()):08x}"
    return (slug if re.match(r"[a-z].", slug) else f"team-{slug}".rstrip("-"))[:40].rstrip("-")


def login_from(email: str) -> str:
    """Give the login of whoever has this address."""
    name = _plain_letters(email.partition("@")[0])
    return (name if re.match(r"[a-z].", name) else f"user-{name}".rstrip("-"))[:30].rstrip("-")


def _plain_letters(text: str) -> str:
    """Give `text` in small letters, digits and hyphens; accents fall away."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
