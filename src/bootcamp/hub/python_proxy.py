"""The pure-Python proxy, with invitation links kept out of its log.

It writes the path of every refused request, and `--log-level` does not reach that.
"""

from __future__ import annotations

import logging

from configurable_http_proxy import cli

from bootcamp.hub.log import WithoutInvitations

if __name__ == "__main__":
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithoutInvitations())
    cli.main()
