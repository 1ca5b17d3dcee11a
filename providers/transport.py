"""One request, one answer. The only file that knows an HTTP library.

No retry, no redirect, no cookie, no .netrc: a call goes to the account's own host with the
account's own credentials, or not at all. Proxy variables of the system are honoured (a server
behind a proxy has no other way out), and so is REQUESTS_CA_BUNDLE (same reason); .netrc is not,
because it would replace the credentials of the account.
"""

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .body import BodyCut, BodyTooLarge, BodyUnreadable, fill
from .errors import Malformed, NotAllowed, ProviderError, TooLarge
from .http_call import Endpoint, Exchange, Request, Response, read_origin
from .masking import Mask, mask_url
from .timed_http import Attempt, TimedAnswer, TimedConnection
from .verdicts import Call, error_from_failure, error_from_status

CHUNK = 8 * 1024  # bytes; what is lost at most when an answer stops in the middle
IN_MEMORY = 4 * 1024 * 1024  # bytes of an answer; a bigger one moves to disk
ERROR_BODY = 64 * 1024  # bytes read of an answer that is an error
FAILURES = (requests.RequestException, HTTPError, OSError, BodyCut)


class Transport:
    """Sends requests to one host, one after another, over one connection that is kept open.

    clock: monotonic seconds. on_exchange: told of each call, also of one without an answer.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Callable[[], float],
        on_exchange: Callable[[Exchange], None] | None = None,
    ):
        self._endpoint = endpoint
        self._origin = read_origin(endpoint.base_url)
        self._headers = {"User-Agent": endpoint.user_agent, "Accept-Encoding": "gzip"}
        self._mask = Mask()
        if endpoint.auth:
            login = base64.b64encode(":".join(endpoint.auth).encode()).decode()  # RFC 7617, UTF-8
            self._headers["Authorization"] = f"Basic {login}"
            self._mask = Mask(endpoint.auth[1], login)
        self._on_exchange = on_exchange
        self._attempt = Attempt(clock)
        self._adapter = _TimedAdapter(self._attempt)

    def __repr__(self):
        return f"Transport({self._endpoint.platform} at {self._origin.host})"

    def send(self, request: Request) -> Response:
        """Return a 2xx answer, or raise a ProviderError."""
        self._ensure_own_host(request.url)
        self._mask = self._mask.extend(*request.secrets)
        call = Call(self._endpoint.platform, self._origin.host, request.idempotent)
        self._attempt.start(self._endpoint.deadline)
        status, size = None, 0
        try:
            # closing() keeps a connection that was read to its end
            with closing(self._open(request)) as answer:
                status = answer.status_code
                response = self._read(answer, request, call)
                size = response.size
                return response
        except FAILURES as error:
            raise error_from_failure(call, error, self._attempt.is_sent) from None
        finally:
            self._report(request, status, size)

    def _open(self, request: Request) -> requests.Response:
        headers = self._headers | dict(request.headers)
        call = requests.Request(request.method, request.url, headers=headers, data=request.body)
        return self._adapter.send(
            call.prepare(),
            stream=True,
            timeout=(self._endpoint.connect_timeout, request.read_timeout),
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
            proxies={} if self._origin.is_loopback else get_environ_proxies(request.url),
        )

    def _read(self, answer: requests.Response, request: Request, call: Call) -> Response:
        if not 200 <= answer.status_code < 300:
            headers = answer.headers.copy()
            headers["Location"] = self._mask(mask_url(headers.get("Location", "")))
            body = self._read_excerpt(answer)
            raise error_from_status(call, answer.status_code, headers, body)
        with ExitStack() as on_failure:
            file = on_failure.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
            cut = self._fill(file, answer, request, call)
            size = file.tell()
            file.seek(0)
            on_failure.pop_all()  # the caller closes it
        elapsed = self._attempt.elapsed_ms()
        return Response(answer.status_code, answer.headers, file, size, elapsed, cut)

    def _fill(self, file, answer, request: Request, call: Call) -> ProviderError | None:
        """What is missing at the end, if the request accepts that."""
        try:
            fill(file, _iter_chunks(answer), _get_encoding(answer), request.max_bytes)
        except (BodyTooLarge, BodyUnreadable) as error:
            raise self._judge_body(error, answer.status_code, request.max_bytes) from None
        except FAILURES as error:
            if not request.accepts_cut:
                raise
            return error_from_failure(call, error, is_sent=True)
        return None

    def _read_excerpt(self, answer: requests.Response) -> str:
        """Whatever can be had of an error's body; the status alone decides."""
        file = BytesIO()
        with suppress(*FAILURES, BodyTooLarge, BodyUnreadable):  # what came is enough
            chunk = answer.raw.read(ERROR_BODY, decode_content=False)
            fill(file, [chunk], _get_encoding(answer), ERROR_BODY)
        text = self._mask(file.getvalue().decode("utf-8", "replace"))
        return self._endpoint.quote_error(text)

    def _judge_body(self, error: Exception, status: int, max_bytes: int) -> ProviderError:
        if isinstance(error, BodyTooLarge):
            text = f"The answer of {self._endpoint.platform} is larger than {max_bytes:,} bytes. "
            return TooLarge(text + "Ask for less at a time.", status=status)
        text = f"The answer of {self._endpoint.platform} is packed in a way that cannot be read."
        return Malformed(text, status=status)

    def _ensure_own_host(self, url: str) -> None:
        if read_origin(url) != self._origin:
            raise NotAllowed(
                f"A call to {mask_url(url)} is not allowed: this account talks to "
                f"{self._origin.host} only. Check the host in the account."
            )

    def _report(self, request: Request, status: int | None, size: int) -> None:
        if self._on_exchange:
            url = self._mask(mask_url(request.url))
            elapsed = self._attempt.elapsed_ms()
            self._on_exchange(Exchange(request.method, url, status, elapsed, size))


class _TimedAdapter(HTTPAdapter):
    """Hands out connections whose answers are read within the attempt."""

    def __init__(self, attempt: Attempt):
        self._pools = _build_timed_pools(attempt)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _build_timed_pools(attempt: Attempt) -> dict[str, type]:
    build_answer = staticmethod(partial(TimedAnswer, attempt=attempt))
    parts = {"attempt": attempt, "response_class": build_answer}
    http = type("TimedHTTP", (TimedConnection, HTTPConnection), parts)
    https = type("TimedHTTPS", (TimedConnection, HTTPSConnection), parts)
    return {
        "http": type("TimedPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("TimedTLSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
    }


def _get_encoding(answer: requests.Response) -> str:
    return answer.headers.get("Content-Encoding", "")


def _iter_chunks(answer: requests.Response) -> Iterator[bytes]:
    """The body as it is on the wire; raises BodyCut when it is shorter than announced."""
    while chunk := answer.raw.read(CHUNK, decode_content=False):
        yield chunk
    announced = answer.headers.get("Content-Length", "")
    is_counted = announced.isdecimal() and "Transfer-Encoding" not in answer.headers
    if is_counted and answer.raw.tell() < int(announced):
        raise BodyCut
