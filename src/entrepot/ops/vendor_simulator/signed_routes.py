"""The contract of the signed connector, as its vendor serves it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from entrepot.domain.provisioning.connectors import signing
from entrepot.kernel.errors import DomainError
from entrepot.ops.vendor_simulator.server import Simulator
from entrepot.ops.vendor_simulator.vendor import Task

PREFIX = "/signed"
_PAGE = 500
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_signed_routes(app: web.Application, simulator: Simulator) -> None:
    """Serve the contract below /signed."""
    routes = _Routes(simulator)
    app.router.add_post(f"{PREFIX}/operations", routes.checked(routes.submit))
    app.router.add_get(f"{PREFIX}/operations/{{key}}", routes.checked(routes.look))
    app.router.add_get(f"{PREFIX}/instances", routes.checked(routes.list_instances))
    app.router.add_get(f"{PREFIX}/instances/{{key}}", routes.checked(routes.describe))
    app.router.add_get(f"{PREFIX}/usage", routes.checked(routes.usage))


class _Routes:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def checked(self, handler: _Handler) -> _Handler:
        """Answer 401 unless the request is signed."""

        async def handle(request: web.Request) -> web.StreamResponse:
            settings = self._simulator.settings
            content = signing.request_content(
                method=request.method, target=request.raw_path, body=await request.read()
            )
            headers = {name.lower(): value for name, value in request.headers.items()}
            try:
                signing.verify(
                    secrets=[settings.secret],
                    headers=headers,
                    content=content,
                    now=settings.clock.now(),
                )
            except DomainError as error:
                fields = {"error": "not_authorised", "text": error.text()}
                return web.json_response(fields, status=401)
            return await handler(request)

        return handle

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Take an operation on; one that is known is answered as it stands."""
        fields: dict[str, Any] = json.loads(await request.read())
        task = Task(
            key=fields["operation"],
            action=fields["action"],
            instance=fields["instance"],
            product=fields["product"],
            quantity=fields["quantity"],
            parameters=fields["parameters"],
            units=fields.get("units") or {},
            people=fields.get("people") or [],
        )
        known = self._simulator.vendor.tasks.get(task.key)
        if known is not None and not self._simulator.settings.careless:
            if not known.is_same(task):
                text = "The operation is known with other content."
                return web.json_response({"error": "conflict", "text": text}, status=409)
            return self._answer(known)
        return await self._simulator.work(task, self._answer, request)

    def _answer(self, task: Task) -> web.Response:
        status = 202 if task.status == "accepted" else 200
        return web.json_response(self._simulator.described(task), status=status)

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Say how far an operation is."""
        task = self._simulator.vendor.tasks.get(request.match_info["key"])
        if task is None:
            return web.json_response({"error": "unknown_operation"}, status=404)
        return web.json_response(self._simulator.described(task))

    async def describe(self, request: web.Request) -> web.StreamResponse:
        """Describe one service."""
        thing = self._simulator.vendor.find(request.match_info["key"])
        if thing is None:
            return web.json_response({"error": "unknown_instance"}, status=404)
        return web.json_response(asdict(thing))

    async def list_instances(self, request: web.Request) -> web.StreamResponse:
        """Return a page of the services in the order of their names."""
        after = request.query.get("after", "")
        things = sorted(self._simulator.vendor.live(), key=lambda one: one.instance)
        page = [one for one in things if one.instance > after][: _PAGE + 1]
        following = page[_PAGE - 1].instance if len(page) > _PAGE else ""
        rows = [asdict(one) for one in page[:_PAGE]]
        return web.json_response({"instances": rows, "after": following})

    async def usage(self, request: web.Request) -> web.StreamResponse:
        """Report one use of each running service for the first day asked for."""
        rows = [
            {
                "instance": one.instance,
                "resource": "requests",
                "day": request.query["from"],
                "quantity": "1000",
            }
            for one in self._simulator.vendor.live()
            if one.state == "running"
        ]
        return web.json_response({"usage": rows[:_PAGE]})
