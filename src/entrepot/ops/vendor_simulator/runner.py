"""Run the simulator: in this process until interrupted, or in a thread beside tests and proofs."""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from entrepot.ops.vendor_simulator.broker_routes import add_broker_routes
from entrepot.ops.vendor_simulator.faults import Fault, Faults
from entrepot.ops.vendor_simulator.server import Settings, Simulator
from entrepot.ops.vendor_simulator.signed_routes import add_signed_routes
from entrepot.ops.vendor_simulator.vendor import Vendor, load

_SAVE_SECONDS = 2.0


def application(simulator: Simulator) -> web.Application:
    """Return the web application with both protocols and the page of the operator."""
    app = web.Application(client_max_size=1_048_576)
    add_signed_routes(app, simulator)
    add_broker_routes(app, simulator)

    async def summary(_request: web.Request) -> web.StreamResponse:
        vendor = simulator.vendor
        fields = {
            "services": len(vendor.live()),
            "people": sum(len(one.people) for one in vendor.live()),
            "operations": len(vendor.tasks),
            "doubles": vendor.doubles(),
            "faults met": dict(vendor.requests),
        }
        return web.json_response(fields)

    async def expect(request: web.Request) -> web.StreamResponse:
        names = await request.json()
        try:
            simulator.faults.expect([Fault(name) for name in names])
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"expected": names})

    app.router.add_get("/simulator", summary)
    app.router.add_post("/simulator/expect", expect)

    async def stop(_app: web.Application) -> None:
        await simulator.close()

    app.on_shutdown.append(stop)
    return app


async def serve(
    *, simulator: Simulator, host: str, port: int, state: Path | None, stop: asyncio.Event
) -> None:
    """Serve until `stop` is set; keep the state in a file if one is named."""
    runner = web.AppRunner(application(simulator), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _SAVE_SECONDS)
            if state is not None:
                simulator.vendor.save(state)
    finally:
        await runner.cleanup()


class SimulatorThread:
    """A simulator on a free port of this machine, in a thread of its own; `vendor` shows what it has."""

    def __init__(
        self, *, settings: Settings, faults: Faults | None = None, state: Path | None = None
    ) -> None:
        self.vendor = load(state) if state else Vendor()
        self.faults = faults or Faults()
        self.simulator = Simulator(vendor=self.vendor, faults=self.faults, settings=settings)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._main, name="vendor-simulator", daemon=True)

    @property
    def address(self) -> str:
        """Return the `host:port` it listens on."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start it and wait until it listens."""
        self._thread.start()
        if not self._ready.wait(timeout=10):
            raise RuntimeError("the simulator did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            # Answers that were hanging on purpose.
            for task in (left := asyncio.all_tasks(self._loop)):
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        runner = web.AppRunner(application(self.simulator), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
