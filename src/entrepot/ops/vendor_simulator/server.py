"""The simulated vendor's HTTP side: both protocols on one port, with faults between work and answer."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from entrepot.domain.provisioning.connectors import signing
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.ops.vendor_simulator.faults import Fault, Faults
from entrepot.ops.vendor_simulator.vendor import Task, Vendor

_CALLBACK_ATTEMPTS = 5


@dataclass(slots=True)
class Settings:
    """How the vendor works.

    `work_seconds` 0 answers at once, otherwise operations are accepted first. `careless`: repeated requests are not
    recognised. `callback_url` empty sends none. `poll_after` is what pollers are told. Each answer to an operation
    takes `answer_seconds`, and `person_seconds` more for everybody whom it is about.
    """

    secret: str = ""
    user: str = "broker"
    password: str = "broker"  # noqa: S105 - the default of a simulator, not of anything real
    callback_url: str = ""
    callback_secret: str = ""
    work_seconds: float = 0.0
    answer_seconds: float = 0.0
    person_seconds: float = 0.0
    poll_after: float | None = None
    careless: bool = False
    clock: Clock = field(default_factory=SystemClock)


class Simulator:
    """One vendor; its routes stand in `signed_routes` and `broker_routes`."""

    def __init__(self, *, vendor: Vendor, faults: Faults, settings: Settings) -> None:
        self.vendor, self.faults, self.settings = vendor, faults, settings
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop what is still going on."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def work(
        self, task: Task, answer: Callable[[Task], web.Response], request: web.Request
    ) -> web.StreamResponse:
        """Take an operation on, meet its fault, answer."""
        settings = self.settings
        await asyncio.sleep(settings.answer_seconds + settings.person_seconds * len(task.people))
        fault = self.faults.draw()
        self.vendor.requests[fault.value] += 1
        if fault is Fault.BUSY:
            return web.json_response({"error": "busy", "text": "Try later."}, status=429)
        if fault is Fault.TIMEOUT_BEFORE:
            await asyncio.sleep(self.faults.hang_seconds)
            return web.Response(status=504)
        task.will_fail = fault is Fault.FAIL
        if fault is not Fault.FORGET:
            self.vendor.tasks[task.key] = task
        self._begin(task, fault)
        return await self._answer(fault, answer(task), request)

    def _begin(self, task: Task, fault: Fault) -> None:
        seconds = self.settings.work_seconds
        if fault is Fault.FORGET:
            return
        if fault is Fault.LATE:
            seconds += self.faults.late_seconds
        if fault is Fault.OUT_OF_ORDER or seconds <= 0:
            self.vendor.finish(task)
            self.spawn(self._report(task, fault))
        else:
            self.spawn(self._finish_later(task, fault, seconds))

    async def _finish_later(self, task: Task, fault: Fault, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.vendor.finish(task)
        await self._report(task, fault)

    async def _answer(
        self, fault: Fault, answer: web.Response, request: web.Request
    ) -> web.StreamResponse:
        match fault:
            case Fault.SLOW:
                await asyncio.sleep(self.faults.slow_seconds)
            case Fault.TIMEOUT_AFTER:
                await asyncio.sleep(self.faults.hang_seconds)
            case Fault.ERROR_AFTER:
                return web.json_response({"error": "internal"}, status=500)
            case Fault.HTML:
                page = "<html><body><h1>Service unavailable</h1></body></html>"
                return web.Response(text=page, content_type="text/html")
            case Fault.EMPTY:
                return web.Response(status=204)
            case Fault.DRIP:
                return await self._drip(answer, request)
            case Fault.OUT_OF_ORDER:
                # The call-back leaves first and has time to arrive.
                await asyncio.sleep(0.05)
            case _:
                pass
        return answer

    async def _drip(self, answer: web.Response, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status)
        response.content_type = "application/json"
        await response.prepare(request)
        body = answer.body if isinstance(answer.body, bytes) else b"{}"
        with suppress(ConnectionError):
            for place in range(len(body)):
                await response.write(body[place : place + 1])
                await asyncio.sleep(max(self.faults.hang_seconds / max(len(body), 1), 0.05))
        return response

    async def _report(self, task: Task, fault: Fault) -> None:
        """Send the call-back; twice, or with an old one after it, where the fault says so."""
        if not self.settings.callback_url or task.key.startswith("broker:"):
            return
        message_id = f"msg-{uuid.uuid4().hex}"
        await self.call_back(message_id, self.described(task))
        if fault is Fault.TWICE:
            await self.call_back(message_id, self.described(task))
            await self.call_back(f"msg-{uuid.uuid4().hex}", self.described(task))
        if fault is Fault.OUT_OF_ORDER:
            old = {"operation": task.key, "status": "accepted"}
            await self.call_back(f"msg-{uuid.uuid4().hex}", old)

    def described(self, task: Task) -> dict[str, Any]:
        """Describe an operation as the contract says."""
        thing = self.vendor.find(task.instance)
        fields: dict[str, Any] = {"operation": task.key, "status": task.status}
        if task.status == "failed":
            fields["text"] = task.text
        if task.status == "succeeded" and thing is not None:
            fields["vendor_id"] = thing.vendor_id
        if task.failed:
            fields["failed"] = task.failed
        if task.status == "accepted" and self.settings.poll_after is not None:
            fields["poll_after"] = self.settings.poll_after
        return fields

    async def call_back(self, message_id: str, fields: dict[str, Any]) -> int:
        """Send one signed call-back and try again while it is not taken; return the last status, 0 for none."""
        body = json.dumps(fields).encode()
        status = 0
        for attempt in range(_CALLBACK_ATTEMPTS):
            headers = signing.headers_for(
                secrets=[self.settings.callback_secret or self.settings.secret],
                message_id=message_id,
                now=self.settings.clock.now(),
                content=body,
            )
            with suppress(aiohttp.ClientError, TimeoutError):
                status = await self._post(body, headers)
            if 200 <= status < 300:
                break
            await asyncio.sleep(0.2 * 2**attempt)
        return status

    async def _post(self, body: bytes, headers: dict[str, str]) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        headers = {**headers, "Content-Type": "application/json"}
        url = self.settings.callback_url
        async with self._session.post(url, data=body, headers=headers) as response:
            return response.status

    def spawn(self, work: Awaitable[None]) -> None:
        """Run something beside the requests and keep it until it is over."""
        running = asyncio.ensure_future(work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
