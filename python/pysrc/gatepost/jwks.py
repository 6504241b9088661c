"""The keys of an issuer, fetched when they are needed: `JwksManager`.

It carries out a `KeyRefresh` with ``httpx2`` (extra ``gatepost[http]``), for threads and for event
loops alike. Each fetch runs in a thread of its own, with an event loop of its own: no request that
waits for it can end it, and one deadline holds for all of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_futures
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gatepost._http import Refused, client_for, get
from gatepost._native import (
    AccessToken,
    KeyRefresh,
    KeySet,
    ServerMetadata,
    Validator,
    server_metadata_urls,
)
from gatepost.exceptions import (
    GatepostError,
    KeyNotFoundError,
    KeysUnavailableError,
    PolicyError,
)
from gatepost.issuers import Issuer

if TYPE_CHECKING:
    import httpx2

_logger = logging.getLogger("gatepost")
_Verdict = TypeVar("_Verdict")

LACKING = frozenset({"key_not_found", "keys_unavailable"})
"""The reasons that the issuer's keys can change."""

# A request waits for the fetch that runs already, which may be older than the key that its token
# names, and then for one more.
_MOST_WAITS = 2
# Others bring keys in between. More often than this they do not.
_MOST_VERDICTS = 4


class JwksManager:
    """Keeps the keys of one issuer for a validator: fetches them once they are needed.

    They are fetched for the first token of `issuer` that asks for them, once more in the background
    when they are not fresh any more, and for a token whose key they lack, as `refresh` (a
    `KeyRefresh`, which sets the times) says: one fetch at a time, and none within its cooldown.
    While the issuer is down, or answers with what is no key set, the old keys serve on, up to their
    maximum age.

    A fetch follows no redirect, reads at most 1 MiB, takes no compressed body, and ends as a whole
    after four fifths of the time that `refresh` gives it: 8 seconds, of 10. Where the issuer's
    metadata say where the keys are, they are read with each fetch, at most 1 MiB of them too, and
    must name this issuer; while they cannot be read, their last word counts.

    `validator` is one that knows the issuer, or made here for it alone. `client` makes the
    ``httpx2.AsyncClient`` for one fetch, which closes it: for a proxy or a private certificate
    authority. `clock` tells the seconds since 1970: ``time.time()`` unless given.

    A fetch that fails is logged as a warning of the logger ``gatepost``, with the attributes
    ``reason``, ``number`` and ``issuer``. Safe to share between threads and event loops; asyncio is
    the one library for these that is supported.

    Raises ImportError where ``httpx2`` is not installed and no `client` is given, and PolicyError
    for an issuer whose keys are handed in.

    ::

        keys = gatepost.JwksManager(gatepost.auth0("tenant.auth0.com", audience))
        token = keys.validate(jwt)  # or: await keys.validate_async(jwt)
    """

    def __init__(
        self,
        issuer: Issuer,
        validator: Validator | None = None,
        *,
        refresh: KeyRefresh | None = None,
        client: Callable[[], httpx2.AsyncClient] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if issuer.keys is not None:
            raise PolicyError(detail="the issuer's keys are handed in: there is nothing to fetch")
        self.issuer = issuer
        self.validator = Validator(issuer.policy, None) if validator is None else validator
        self._refresh = KeyRefresh() if refresh is None else refresh
        self._client = client or client_for("keys are fetched", issuer.loopback_for_development)
        self._clock = clock
        # Held for moments, never while something is fetched: what the machine has been told, the
        # keys that the validator has and their generation change together.
        self._lock = Lock()
        self._flight = Future[None]()
        self._keys: KeySet | None = None
        self._are_given = False
        self._generation = 0
        # Where the keys were fetched from, of which the machine has the entity tag.
        self._fetched_from: str | None = None
        self._kept_at = -1

    @property
    def next_fetch_at(self) -> int | None:
        """When the next fetch may start at the earliest, in seconds since 1970, if there was one:
        for ``Guard.refuse(..., until=...)``."""
        return self._refresh.next_fetch_at

    def validate(self, jwt: str | bytes) -> AccessToken:
        """Decides over one access token like `Validator.validate`, waiting for keys if need be.

        Raises TokenError: `KeysUnavailableError` where the keys are not to be had now.
        """
        return _accepted(self.settle(self._validating(jwt)))

    async def validate_async(self, jwt: str | bytes) -> AccessToken:
        """`validate`, for an event loop."""
        return _accepted(await self.settle_async(self._validating(jwt)))

    def keep(self, now: float) -> None:
        """Fetches in the background what is not fresh any more, and takes back what is too old.

        To be called before each verdict; it looks at the keys once a second, which is as precise as
        their times are. Nothing is fetched that no token has asked for yet.
        """
        if int(now) == self._kept_at:
            return
        self._kept_at = int(now)
        with self._lock:
            if self._keys is None:
                return
            action = self._refresh.before_validation(now)
            if action.fetch is not None:
                self._start(action.fetch, now)
            self._give(now)

    def settle(self, judge: Callable[[float], _Verdict | str]) -> _Verdict | str:
        """The verdict of `judge`, which is asked anew once keys have come that it lacked.

        `judge` is told the time, and returns its verdict, or one of the reasons ``key_not_found``
        and ``keys_unavailable`` for a token of this issuer. That is what this returns too where the
        keys that would decide are not to be had. It blocks for as long as a fetch takes.
        """
        waits = 0
        while True:
            verdict, wait = self._round(judge, waits)
            if wait is None:
                return verdict
            wait_for_futures([wait.flight], wait.seconds)
            waits += 1

    async def settle_async(self, judge: Callable[[float], _Verdict | str]) -> _Verdict | str:
        """`settle`, for an event loop."""
        import asyncio

        waits = 0
        while True:
            verdict, wait = self._round(judge, waits)
            if wait is None:
                return verdict
            # Whoever is cancelled here cancels nothing else: the flight is running.
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(wait.flight), wait.seconds)
            waits += 1

    def _validating(self, jwt: str | bytes) -> Callable[[float], AccessToken | str]:
        def judge(now: float) -> AccessToken | str:
            try:
                return self.validator.validate(jwt, now)
            except (KeyNotFoundError, KeysUnavailableError) as error:
                name = self.validator.unverified_issuer(jwt)
                if name != self.issuer.policy.issuer:
                    raise
                return error.reason

        return judge

    def _round(
        self, judge: Callable[[float], _Verdict | str], waits: int
    ) -> tuple[_Verdict | str, _Wait | None]:
        """What is decided; or what was so far, and what to wait for before the next round."""
        verdict: _Verdict | str = "keys_unavailable"
        for _ in range(_MOST_VERDICTS):
            now = self._now()
            self.keep(now)
            # Read before the verdict: keys that come in between are looked at once more.
            generation = self._generation
            verdict = judge(now)
            if not isinstance(verdict, str):
                break
            reason, wait = self._ask(verdict, generation, now)
            if reason is not None:
                return reason, None
            if wait is not None:
                return (verdict, wait) if waits < _MOST_WAITS else ("keys_unavailable", None)
        return verdict, None

    def _ask(self, lacking: str, generation: int, now: float) -> tuple[str | None, _Wait | None]:
        """Why to refuse, what to wait for, or neither: judge again."""
        with self._lock:
            if lacking == "keys_unavailable":
                action = self._refresh.before_validation(now)
            else:
                action = self._refresh.unknown_key(generation, now)
            if action.fetch is not None:
                until = self._start(action.fetch, now)
            elif action.until is not None:
                until = action.until
            else:
                self._give(now)
                return action.reason, None
            return None, _Wait(self._flight, max(until - now, 0))

    def _start(self, number: int, now: float) -> int:
        """Starts a fetch, and says when the machine gives it up. The lock is held."""
        until = self._refresh.unknown_key(self._refresh.generation, now).until
        assert until is not None
        self._flight = flight = Future[None]()
        # From now on nobody can cancel it.
        flight.set_running_or_notify_cancel()
        seconds = (until - int(now)) * 0.8
        fetch = Thread(
            target=self._carry_out,
            args=(number, seconds, flight),
            name="gatepost-keys",
            daemon=True,
        )
        try:
            fetch.start()
        except RuntimeError as error:
            # No more threads, or the interpreter is ending.
            self._refresh.failed(number, now)
            self._log(error)
            flight.set_result(None)
        return until

    def _give(self, now: float) -> None:
        """The validator has the keys for as long as they may be used. The lock is held."""
        may_use = self._keys is not None and self._refresh.has_keys(now)
        if may_use is not self._are_given:
            self._replace(self._keys if may_use else None)

    def _replace(self, keys: KeySet | None) -> None:
        self.validator.replace_keys(keys, self.issuer.policy.issuer)
        self._are_given = keys is not None

    def _carry_out(self, number: int, seconds: float, flight: Future[None]) -> None:
        import asyncio

        async def fetch() -> None:
            try:
                self._report(number, await asyncio.wait_for(self._download(seconds), seconds))
            except Exception as error:
                self._fail(number, error)
            # Before the event loop ends, which may have to wait for the resolver of names.
            flight.set_result(None)

        try:
            asyncio.run(fetch())
        except Exception as error:
            # There is no event loop to be had, or its end went wrong, which is late.
            if not flight.done():
                self._fail(number, error)
                flight.set_result(None)

    def _fail(self, number: int, error: Exception) -> None:
        with self._lock:
            self._refresh.failed(number, self._now())
        self._log(error)

    async def _download(self, seconds: float) -> _Download:
        with self._lock:
            fetched_from, entity_tag = self._fetched_from, self._refresh.entity_tag
        async with self._client() as client:
            url = self.issuer.jwks_uri or await self._discover(client, fetched_from, seconds / 2)
            headers = {"accept": "application/jwk-set+json, application/json"}
            statuses = {200}
            # What the tag is compared with is what it came from.
            if entity_tag is not None and url == fetched_from:
                headers["if-none-match"] = entity_tag
                statuses.add(304)
            answer, body = await get(client, url, headers, statuses)
        # Every key is checked, and none of them kept if the set as a whole is refused.
        keys = None if answer.status_code == 304 else KeySet.from_jwks(body)
        return _Download(url, answer.headers, body, keys)

    async def _discover(self, client: httpx2.AsyncClient, known: str | None, seconds: float) -> str:
        """The ``jwks_uri`` of the first metadata document that has one, or else the one `known`.

        It takes so many seconds at most, the same for each document: one that does not come leaves
        time for the others, and for the keys.
        """
        import asyncio

        refused: Exception = Refused("no metadata")
        urls = server_metadata_urls(self.issuer.policy.issuer)
        for url in urls:
            try:
                getting = get(client, url, {"accept": "application/json"})
                _, body = await asyncio.wait_for(getting, seconds / len(urls))
                found = ServerMetadata.parse(body, self.issuer.policy.issuer).require_jwks_uri()
                if not self.issuer.may_fetch(found):
                    raise Refused("jwks_uri is not https")
                return found
            except Exception as error:
                refused = error
        if known is None:
            raise refused
        self._log(refused, "metadata")
        return known

    def _report(self, number: int, fetched: _Download) -> None:
        now, headers = self._now(), fetched.headers
        cache_control, age = headers.get("cache-control"), headers.get("age")
        with self._lock:
            if fetched.keys is None:
                self._refresh.not_modified(number, cache_control=cache_control, age=age, now=now)
                return
            change = self._refresh.fetched(
                number,
                fetched.body,
                cache_control=cache_control,
                entity_tag=headers.get("etag"),
                age=age,
                now=now,
            )
            if change == "ignored":
                return
            self._fetched_from = fetched.url
            if change == "changed":
                self._keys = fetched.keys
                self._replace(fetched.keys)
                self._generation = self._refresh.generation

    def _log(self, error: Exception, lacking: str = "keys") -> None:
        known = error if isinstance(error, GatepostError) else KeysUnavailableError()
        _logger.warning(
            "no %s of %s: %s",
            lacking,
            self.issuer.policy.issuer,
            # Whose text may hold what a stranger wrote is named by its class alone.
            error if isinstance(error, (GatepostError, Refused)) else type(error).__name__,
            extra={
                "reason": known.reason,
                "number": known.number,
                "issuer": self.issuer.policy.issuer,
            },
        )

    def _now(self) -> float:
        return time.time() if self._clock is None else self._clock()


class _Wait(NamedTuple):
    flight: Future[None]
    seconds: float


class _Download(NamedTuple):
    url: str
    headers: httpx2.Headers
    body: bytes
    # None where they have not changed.
    keys: KeySet | None


def _accepted(verdict: AccessToken | str) -> AccessToken:
    if isinstance(verdict, AccessToken):
        return verdict
    raise KeyNotFoundError if verdict == "key_not_found" else KeysUnavailableError
