"""Opaque tokens, of which their issuer alone can say what they are (RFC 7662).

`Introspector` asks about them, for threads and for event loops alike, and remembers for a while
what was answered; `IntrospectionClient` puts the question to an endpoint, with ``httpx2`` (extra
``gatepost[http]``). What an answer is worth is decided by the policy for opaque tokens that a
`Validator` was given.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import os
import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote_plus

from gatepost._http import Refused, client_for, may_fetch, post
from gatepost._json import integer
from gatepost._native import (
    MAX_INTROSPECTION_LEN,
    AccessToken,
    Credentials,
    Guard,
    Principal,
    RequestHead,
    Response,
    Validator,
)
from gatepost.exceptions import IntrospectionUnavailableError, PolicyError, TokenError

if TYPE_CHECKING:
    import httpx2

_logger = logging.getLogger("gatepost")
_Verdict = TypeVar("_Verdict")

# Whatever was answered is not asked for again so soon.
_RECENT_SECONDS = 5


class Introspector:
    """Asks about opaque tokens, and has what was answered judged.

    `ask` is given a token and returns the body of what the endpoint has answered, with the status
    200, about it: an `IntrospectionClient`, or an async function of your own, which raises where
    there is no answer. It runs in an event loop of this object's own, in a thread that begins with
    the first opaque token and ends with `close`.

    Requests that bring the same token cause one question. It is given up after `timeout` seconds,
    as a whole; more than `max_concurrent` are not asked at once. Where there is no answer, the
    request is answered with 503 and ``Retry-After``, and a warning of the logger ``gatepost`` says
    why, with the attributes ``reason`` and ``number`` and no part of the token.

    An answer for which a token is let in counts for `max_age` seconds from when it was asked for,
    and never longer than the token's ``exp``: so long is one let in that has been revoked. Any
    other counts for 5 seconds, or for `max_age` if that is less. Each time it is judged anew. At
    most `max_tokens` of either kind are kept, the latest used, by the SHA-256 of their tokens.

    `clock` tells the seconds since 1970: ``time.time()`` unless given. Safe to share between
    threads and event loops of asyncio. After a fork, which has to happen while nobody asks, the
    child asks for itself.

    Raises PolicyError for a number that makes no sense.

    >>> import gatepost
    >>> from gatepost.introspection import Introspector
    >>> resource = "https://mcp.example.com/mcp"
    >>> policy = gatepost.Policy("https://as.example.com", resource)
    >>> guard = gatepost.Guard(resource, gatepost.Validator.of([], introspection=policy))
    >>> async def ask(token):
    ...     return b'{"active":true,"sub":"alice","exp":4102444800,"aud":"%s"}' % resource.encode()
    >>> introspector = Introspector(ask)
    >>> headers = [("Authorization", "Bearer 2YotnFZFEjr1zCsicMWpAA")]
    >>> introspector.authenticate(guard, gatepost.RequestHead("POST", "/mcp", headers)).subject
    'alice'
    >>> introspector.close()
    """

    def __init__(
        self,
        ask: Callable[[str], Awaitable[bytes]],
        *,
        timeout: float = 5,
        max_age: float = 60,
        max_tokens: int = 1000,
        max_concurrent: int = 100,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if not (0 < timeout <= 60):
            raise PolicyError(detail="timeout: more than 0, and at most 60 seconds")
        if not (0 <= max_age <= 3600):
            raise PolicyError(detail="max_age: 0 to 3600 seconds")
        if not (1 <= max_tokens <= 100_000):
            raise PolicyError(detail="max_tokens: 1 to 100 000")
        if not (1 <= max_concurrent <= 10_000):
            raise PolicyError(detail="max_concurrent: 1 to 10 000")
        self._ask = ask
        self._timeout = timeout
        self._max_age = max_age
        self._max_concurrent = max_concurrent
        self._clock = clock
        # Held for moments: of all that follows.
        self._lock = Lock()
        # Apart, so that strangers with tokens that are none push out nobody else's.
        self._good = _Answers(max_tokens)
        self._recent = _Answers(max_tokens)
        self._flights: dict[bytes, _Flight] = {}
        self._worker: _Worker | None = None

    def authenticate(self, guard: Guard, head: RequestHead) -> Principal | Response:
        """Decides over the head of a request like `Guard.authenticate`, and asks about its token if
        need be: it blocks for as long as that takes."""
        return self._settle(_of_head(head), _judging(guard, head))

    async def authenticate_async(self, guard: Guard, head: RequestHead) -> Principal | Response:
        """`authenticate`, for an event loop."""
        return await self._settle_async(_of_head(head), _judging(guard, head))

    def validate(self, validator: Validator, token: str | bytes) -> AccessToken:
        """Decides over one access token like `Validator.validate`, and asks about it if need be.

        Raises TokenError: `IntrospectionUnavailableError` where there is no answer.
        """
        return _accepted(self._settle(_text_of(token), _validating(validator, token)))

    async def validate_async(self, validator: Validator, token: str | bytes) -> AccessToken:
        """`validate`, for an event loop."""
        judge = _validating(validator, token)
        return _accepted(await self._settle_async(_text_of(token), judge))

    def close(self) -> None:
        """Ends the thread. Whoever waits for an answer gets none; who asks later begins another."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None and worker.is_here:
            worker.end(self._ask)
            # Those that had not begun when it ended.
            with self._lock:
                flights = list(self._flights.values())
            for flight in flights:
                self._land(flight, None)

    def _settle(
        self, token: Callable[[], str], judge: Callable[[float, bytes | None], _Verdict]
    ) -> _Verdict:
        verdict, flight = self._begin(token, judge)
        if flight is None:
            return verdict
        with suppress(FutureTimeoutError):
            flight.landed.result(self._timeout)
        return self._end(flight, judge, verdict)

    async def _settle_async(
        self, token: Callable[[], str], judge: Callable[[float, bytes | None], _Verdict]
    ) -> _Verdict:
        verdict, flight = self._begin(token, judge)
        if flight is None:
            return verdict
        # Whoever is cancelled here cancels nothing else: the flight is running.
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(flight.landed), self._timeout)
        return self._end(flight, judge, verdict)

    def _begin(
        self, token: Callable[[], str], judge: Callable[[float, bytes | None], _Verdict]
    ) -> tuple[_Verdict, _Flight | None]:
        """What is decided; or what was so far, and what to wait for."""
        now = self._now()
        verdict = judge(now, None)
        if getattr(verdict, "reason", None) != "introspection_unavailable":
            return verdict, None
        text = token()
        key = hashlib.sha256(text.encode()).digest()
        with self._lock:
            if self._worker is not None and not self._worker.is_here:
                # A fork has left its thread behind, and all that it was about to bring.
                self._worker = None
                self._flights.clear()
            known = self._good.get(key, now) or self._recent.get(key, now)
            flight = None if known else self._flights.get(key) or self._start(key, text, now)
        if known:
            return judge(now, known), None
        return verdict, flight

    def _end(
        self,
        flight: _Flight,
        judge: Callable[[float, bytes | None], _Verdict],
        so_far: _Verdict,
    ) -> _Verdict:
        answer = flight.landed.result() if flight.landed.done() else None
        if answer is None:
            return so_far
        now = self._now()
        verdict = judge(now, answer)
        token = verdict.token if isinstance(verdict, Principal) else verdict
        with self._lock:
            if isinstance(token, AccessToken):
                # Beyond its end a leeway may let it in, but not by an old answer.
                until = min(flight.began + self._max_age, flight.expires)
                self._good.put(flight.key, answer, until)
            elif flight.expires <= now and getattr(verdict, "reason", None) == "expired":
                self._recent.put(flight.key, answer, self._recent_until(flight))
        return verdict

    def _start(self, key: bytes, token: str, now: float) -> _Flight | None:
        """Begins to ask. The lock is held."""
        if len(self._flights) >= self._max_concurrent:
            self._log("too many questions at once")
            return None
        try:
            worker = self._worker = self._worker or _Worker()
        except (OSError, RuntimeError) as error:
            # No more threads, no more files, or the interpreter is ending.
            self._log(type(error).__name__)
            return None
        flight = _Flight(key, now)
        if not worker.run(lambda: self._fly(flight, token)):
            return None
        self._flights[key] = flight
        return flight

    async def _fly(self, flight: _Flight, token: str) -> None:
        answer = None
        try:
            answer = await asyncio.wait_for(_awaited(self._ask(token)), self._timeout)
            if not isinstance(answer, bytes) or not 0 < len(answer) <= MAX_INTROSPECTION_LEN:
                answer = None
                self._log("no answer of 1 to 8192 bytes")
        except Exception as error:
            # Whose text may hold what a stranger wrote is named by its class alone.
            self._log(str(error) if isinstance(error, Refused) else type(error).__name__)
        finally:
            self._land(flight, answer)

    def _land(self, flight: _Flight, answer: bytes | None) -> None:
        if answer is not None:
            flight.expires = _expiry_of(answer)
        with self._lock:
            self._flights.pop(flight.key, None)
            if answer is not None:
                until = min(self._recent_until(flight), flight.expires)
                self._recent.put(flight.key, answer, until)
        with suppress(InvalidStateError):
            flight.landed.set_result(answer)

    def _recent_until(self, flight: _Flight) -> float:
        return flight.began + min(_RECENT_SECONDS, self._max_age)

    def _log(self, why: str) -> None:
        error = IntrospectionUnavailableError()
        extra = {"reason": error.reason, "number": error.number}
        _logger.warning("a token cannot be introspected: %s", why, extra=extra)

    def _now(self) -> float:
        return time.time() if self._clock is None else self._clock()


class IntrospectionClient:
    """Asks an introspection endpoint about tokens, with ``client_secret_basic`` (RFC 6749, section
    2.3.1): what an `Introspector` asks.

    `endpoint` is what the metadata of the authorization server call ``introspection_endpoint``, an
    https URL. With `loopback_for_development`, http to a literal loopback address (127.0.0.1,
    [::1]) is taken as well: for a developer's machine, never for a server that others reach.
    `client` makes the ``httpx2.AsyncClient``, which is closed with the `Introspector`: for a proxy
    or a private certificate authority.

    It follows no redirect, takes no compressed body, and reads at most 8192 bytes. The secret
    is in no message and no ``repr``.

    Raises ImportError where ``httpx2`` is not installed and no `client` is given, and PolicyError
    for another URL.

    ::

        ask = IntrospectionClient("https://as.example.com/introspect", "mcp-server", secret)
        introspector = Introspector(ask)
    """

    def __init__(
        self,
        endpoint: str,
        client_id: str,
        client_secret: str,
        *,
        client: Callable[[], httpx2.AsyncClient] | None = None,
        loopback_for_development: bool = False,
    ) -> None:
        if not may_fetch(endpoint, loopback_for_development):
            raise PolicyError(detail="endpoint: must be an https URL")
        self.endpoint = endpoint
        credentials = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        self._authorization = "Basic " + b64encode(credentials.encode()).decode()
        self._make_client = client or client_for("tokens are asked about", loopback_for_development)
        self._client: httpx2.AsyncClient | None = None
        self._process = os.getpid()

    async def __call__(self, token: str) -> bytes:
        """What the endpoint answers about `token`, at most 8192 bytes and one."""
        if self._client is None or self._process != os.getpid():
            # Never over the connections of the process that this one was forked from.
            self._client, self._process = self._make_client(), os.getpid()
        headers = {"accept": "application/json", "authorization": self._authorization}
        form = {"token": token, "token_type_hint": "access_token"}
        return await post(self._client, self.endpoint, headers, form, MAX_INTROSPECTION_LEN)

    async def aclose(self) -> None:
        """Closes the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def __repr__(self) -> str:
        return f"IntrospectionClient(endpoint={self.endpoint!r})"


class _Flight:
    """A question that was asked, and will be answered, with None where there is no answer."""

    def __init__(self, key: bytes, began: float) -> None:
        self.key = key
        self.began = began
        # What the answer says of the token's end, once there is one.
        self.expires = math.inf
        self.landed = Future[bytes | None]()
        # From now on nobody can cancel it.
        self.landed.set_running_or_notify_cancel()


class _Answers:
    """At most so many answers, of which the one that was not used for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[bytes, tuple[bytes, float]] = OrderedDict()

    def get(self, key: bytes, now: float) -> bytes | None:
        answer, until = self._answers.get(key, (None, 0.0))
        if answer is None:
            return None
        if until <= now:
            del self._answers[key]
            return None
        self._answers.move_to_end(key)
        return answer

    def put(self, key: bytes, answer: bytes, until: float) -> None:
        self._answers[key] = (answer, until)
        self._answers.move_to_end(key)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)


class _Worker:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._process = os.getpid()
        ready = Future[asyncio.AbstractEventLoop]()

        def run() -> None:
            try:
                asyncio.run(self._serve(ready))
            except BaseException as error:
                # Whoever waits for the loop learns that there is none.
                if ready.done():
                    raise
                ready.set_exception(error)

        self._thread = Thread(target=run, name="gatepost-introspection", daemon=True)
        self._thread.start()
        self._loop = ready.result()

    @property
    def is_here(self) -> bool:
        """Whether the thread is one of this process: a fork leaves all threads behind."""
        return self._process == os.getpid()

    def run(self, call: Callable[[], Awaitable[None]]) -> bool:
        """Has `call` awaited, unless the loop has ended."""

        def start() -> None:
            task = asyncio.ensure_future(call())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        try:
            self._loop.call_soon_threadsafe(start)
        except RuntimeError:
            return False
        return True

    def end(self, ask: object) -> None:
        async def close() -> None:
            try:
                if hasattr(ask, "aclose"):
                    await asyncio.wait_for(ask.aclose(), _RECENT_SECONDS)
            finally:
                self._over.set()

        with suppress(RuntimeError):
            asyncio.run_coroutine_threadsafe(close(), self._loop)
        self._thread.join()

    async def _serve(self, ready: Future[asyncio.AbstractEventLoop]) -> None:
        self._over = asyncio.Event()
        self._tasks: set[asyncio.Future[None]] = set()
        ready.set_result(asyncio.get_running_loop())
        await self._over.wait()


def _of_head(head: RequestHead) -> Callable[[], str]:
    # A guard that asks about a token has found one.
    return lambda: Credentials.from_values(head.values("Authorization")).token or ""


def _text_of(token: str | bytes) -> Callable[[], str]:
    # What is no text was refused, and nobody asked about it.
    return lambda: token if isinstance(token, str) else token.decode()


def _judging(
    guard: Guard, head: RequestHead
) -> Callable[[float, bytes | None], Principal | Response]:
    return lambda now, answer: guard.authenticate(head, now, introspection=answer)


def _validating(
    validator: Validator, token: str | bytes
) -> Callable[[float, bytes | None], AccessToken | TokenError]:
    def judge(now: float, answer: bytes | None) -> AccessToken | TokenError:
        try:
            return validator.validate(token, now, introspection=answer)
        except TokenError as error:
            return error

    return judge


def _expiry_of(answer: bytes) -> float:
    """The ``exp`` of an answer, read with Python's tolerant reader: what it is worth is judged
    elsewhere."""
    try:
        exp = json.loads(answer, parse_int=integer)["exp"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return math.inf
    return exp if isinstance(exp, (int, float)) else math.inf


def _accepted(verdict: AccessToken | TokenError) -> AccessToken:
    if isinstance(verdict, TokenError):
        raise verdict
    return verdict


async def _awaited(answer: Awaitable[bytes]) -> bytes:
    return await answer
