"""The way to Telegram: the library's place for a transport, filled with aiohttp.

It holds hundreds of calls at once at little cost, where the library's own client (httpx) grows slower with each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.outcomes import NotSent

CONNECTIONS = 300
"""More than the courier and the replies ever have on their way."""
CONNECT = 5.0
"""Seconds for a connection to be made, or to become free."""


class AiohttpRequest(BaseRequest):
    """Calls the Bot API. What failed before it left is a NetworkError caused by NotSent; anything else may have arrived."""

    def __init__(self, timeout: float, leaves: Callable[[], Awaitable[None]]) -> None:
        """``timeout``: seconds to wait for an answer, unless a call says otherwise.

        ``leaves`` is awaited when a call with parameters has its connection, right before they go (and before further parts).
        """
        self._timeout = timeout
        self._trace = aiohttp.TraceConfig()

        async def leaving(*_: Any) -> None:
            await leaves()

        self._trace.on_request_chunk_sent.append(leaving)  # called before a part is sent; with the first go the headers
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return self._timeout

    async def initialize(self) -> None:
        """Open the pool of connections."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trace_configs=[self._trace],
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        *timeouts: Any,
        **named_timeouts: Any,
    ) -> tuple[int, bytes]:
        """One call; returns the status and the body of the answer. Of the timeouts only that of the answer can be set.

        Raises NetworkError, TimedOut.
        """
        if self._session is None:
            raise RuntimeError("the transport is not open")
        read = read_timeout if isinstance(read_timeout, float | int) else self._timeout
        timeout = aiohttp.ClientTimeout(total=CONNECT + 2 * read, connect=CONNECT, sock_connect=CONNECT, sock_read=read)
        data, headers = _body(request_data) if request_data else (None, None)
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except aiohttp.ConnectionTimeoutError as error:
            raise TimedOut("no connection in time") from NotSent(type(error).__name__)
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise NetworkError(f"no connection: {type(error).__name__}") from NotSent(type(error).__name__)
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"connection broken: {type(error).__name__}") from error


def _body(request_data: RequestData) -> tuple[aiohttp.FormData | bytes, dict[str, str] | None]:
    """The parameters as a form, and its headers; with files, in parts."""
    files = request_data.multipart_data
    if not files:
        return request_data.url_encoded_parameters().encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    form = aiohttp.FormData(request_data.json_parameters, quote_fields=False)  # a Chinese file name stays readable
    for name, (filename, content, kind) in files.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None
