"""What the hub's and the proxy's logs must not keep."""

from __future__ import annotations

import logging
import re

__all__ = ["WithoutInvitations"]

_INVITATION_IN_A_PATH = re.compile(r"(/invitation/)[^\s/?\"')]+")


class WithoutInvitations(logging.Filter):
    """Takes invitation tokens out of log lines: whoever reads one could use it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the line where needed; keep it always."""
        line = record.getMessage()
        if "/invitation/" in line:
            record.msg, record.args = _INVITATION_IN_A_PATH.sub(r"\1[secret]", line), ()
        return True
