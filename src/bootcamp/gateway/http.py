"""The gateway's own HTTP client: few calls deep, with connections that are kept open.

Half of the time of a forwarded call goes here, so it is aiohttp, whose parser is in C, and nothing
of a request is worked out twice.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

__all__ = ["Broken", "Client", "Response", "TooSlow", "Unreachable"]

_IDLE_CONNECTION_SECONDS = 30.0


class Broken(Exception):
    """The connection broke, or what came was not HTTP."""


class Unreachable(Broken):
    """No connection could be made; the request was not sent."""


class TooSlow(Broken):
    """Nothing came for as long as was to be waited."""


class Response:
    """The head of an answer, and its body as it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body's bytes as they come.

        Raises:
            Broken: it ended before its end, or nothing came for too long.
        """
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except (aiohttp.ServerTimeoutError, TimeoutError):
            raise TooSlow from None
        except (aiohttp.ClientError, OSError):
            raise Broken from None

    def close(self) -> None:
        """End the call; a connection whose answer was not read to its end is closed."""
        self._answer.close()


class Client:
    """Asks one service."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        connect_seconds: float,
        idle_seconds: float,
        by_proxy: bool = True,
    ) -> None:
        self._base = base_url
        self._headers = dict(headers)
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=connect_seconds, sock_read=idle_seconds
        )
        self._proxy = _proxy_for(base_url) if by_proxy else None
        # The system's certificates: companies add their own there.
        self._certificates = ssl.create_default_context()
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, content: bytes) -> Response:
        """Send a request; gives the answer when its head has come. Redirects are not followed.

        Raises:
            Broken: there is no answer.
        """
        if self._session is None:
            self._session = self._opened()
        try:
            return Response(
                await self._session.post(
                    self._base + path, data=content, proxy=self._proxy, allow_redirects=False
                )
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable from None
        except (aiohttp.ServerTimeoutError, TimeoutError):
            raise TooSlow from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Broken from None

    async def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Fetch something small whole; gives the status and the body.

        Raises:
            Broken: there is no answer.
        """
        if self._session is None:
            self._session = self._opened()
        try:
            async with self._session.get(
                self._base + path, headers=headers, proxy=self._proxy, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            raise Broken from None

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=self._headers,
            timeout=self._timeout,
            connector=aiohttp.TCPConnector(
                ssl=self._certificates,
                limit=0,
                keepalive_timeout=_IDLE_CONNECTION_SECONDS,
                resolver=aiohttp.ThreadedResolver(),  # the system's own, as everything else here
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )


def _proxy_for(url: str) -> str | None:
    """Give the proxy that the environment names for an address, worked out once."""
    parts = urlsplit(url)
    proxies = getproxies()
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")
