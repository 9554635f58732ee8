"""Values that a browser keeps for us and cannot change."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

__all__ = ["Signer", "kept_key"]


class Signer:
    """Signs small JSON values, each for one purpose and with an age limit."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, purpose: str, value: Any) -> str:
        """Give `value` as text that `open` accepts again for the same purpose."""
        body = _encode(json.dumps({"at": int(time.time()), "value": value}).encode())
        return f"{body}.{self.mac(purpose, body)}"

    def open(self, purpose: str, sealed: str, *, max_age_seconds: int) -> Any | None:
        """Give the value back, or None when it was changed, is too old or is for something else."""
        body, _, mac = sealed.rpartition(".")
        if not body or not hmac.compare_digest(mac.encode(), self.mac(purpose, body).encode()):
            return None
        content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        age = time.time() - content["at"]
        return content["value"] if age <= max_age_seconds else None

    def mac(self, purpose: str, text: str) -> str:
        """Give a code that only the holder of the key can compute for this purpose and text."""
        digest = hmac.digest(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256)
        return _encode(digest)


def kept_key(path: Path) -> bytes:
    """Give the key stored at `path`, made at the first call; sessions outlive a restart with it."""
    try:
        # O_EXCL: of two processes that start together, one makes the key and both read it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) >= 32:
            return key
        key = secrets.token_bytes(32)
        path.write_bytes(key)
        return key
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
    return key


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
