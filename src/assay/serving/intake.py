"""Intake: segments of many requests go into the store in one transaction.

A thousand runs send a thousand segments a second. Each in a transaction of its own would cost a thousand syncs; here
what arrives while one transaction is under way waits for the next, and that one takes all of it. An answer is given
when the data is durable, so whoever hears of it may forget its copy.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from assay.errors import AssayError, UnavailableError
from assay.storage.contract import Appended, Store
from assay.storage.parcel import Parcel

BATCH_BYTES = 16 << 20
"""Rows that one transaction takes at most, beside the request that reaches this: nobody waits behind a greater one."""
GATHER_S = 0.01
"""So long the intake lets requests gather when they come faster than one a transaction."""
WAITING_BYTES = 256 << 20
"""So many bytes may wait before a sender is told to come back later: the journal it sends from has them."""

Answers = list[Appended | AssayError]


class _Request:
    def __init__(self, parcels: Sequence[Parcel], loop: asyncio.AbstractEventLoop) -> None:
        self.parcels = parcels
        self.size_bytes = sum(len(one.rows) for one in parcels)
        self.loop = loop
        self.answer: asyncio.Future[Answers] = loop.create_future()


class Intake:
    """What a store takes, one transaction after another, in a thread of its own.

    Args:
        store: Where it goes.
        when_taken: Told of the parcels that were taken, in the intake's thread.
    """

    def __init__(self, store: Store, when_taken: Callable[[Sequence[Parcel], Answers], None]) -> None:
        self._store = store
        self._when_taken = when_taken
        self._waiting: list[_Request] = []
        self._waiting_bytes = 0
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="assay-intake", daemon=True)
        self._thread.start()

    async def take(self, parcels: Sequence[Parcel]) -> Answers:
        """What came of each parcel, once it is durable.

        Raises:
            RefusedError: There is no space; nothing was taken.
            StoreError: The store can't take it now.
        """
        request = _Request(parcels, asyncio.get_running_loop())
        with self._guard:
            if self._ending:
                raise UnavailableError("the server is stopping; send again")
            if self._waiting_bytes > WAITING_BYTES:
                raise UnavailableError("more waits to be stored than this server holds in memory; send again later")
            self._waiting.append(request)
            self._waiting_bytes += request.size_bytes
        self._wake.set()
        return await request.answer

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait for a transaction."""
        return self._waiting_bytes

    @property
    def waiting_requests(self) -> int:
        """Requests that wait for a transaction."""
        return len(self._waiting)

    def end(self) -> None:
        """Take what waits, and no more."""
        with self._guard:
            self._ending = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            with self._guard:
                self._wake.clear()
                if not self._waiting and self._ending:
                    return
            while requests := self._next():
                self._take(requests)
                if len(requests) > 1 and not self._ending:
                    time.sleep(GATHER_S)  # more are on their way, and each transaction costs as much as many segments

    def _next(self) -> list[_Request]:
        with self._guard:
            size_bytes = count = 0
            while count < len(self._waiting) and size_bytes < BATCH_BYTES:
                size_bytes += self._waiting[count].size_bytes
                count += 1
            requests, self._waiting = self._waiting[:count], self._waiting[count:]
            self._waiting_bytes -= size_bytes
            if self._ending:
                self._wake.set()
        return requests

    def _take(self, requests: list[_Request]) -> None:
        parcels = [parcel for request in requests for parcel in request.parcels]
        try:
            answers = self._store.take(parcels)
            self._when_taken(parcels, answers)
        except Exception as error:  # noqa: BLE001 - it is raised in those who wait
            for request in requests:
                _tell(request, None, error)
            return
        at = 0
        for request in requests:
            _tell(request, answers[at : at + len(request.parcels)], None)
            at += len(request.parcels)


def _tell(request: _Request, answers: Answers | None, error: Exception | None) -> None:
    def settle() -> None:
        if request.answer.done():  # who asked has gone
            return
        if error is not None:
            request.answer.set_exception(error)
        else:
            request.answer.set_result(answers or [])

    request.loop.call_soon_threadsafe(settle)
