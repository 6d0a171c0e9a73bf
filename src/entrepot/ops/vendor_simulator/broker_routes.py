"""The Open Service Broker API 2.17, as the vendor serves it."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from entrepot.ops.vendor_simulator.server import Simulator
from entrepot.ops.vendor_simulator.vendor import Task

PREFIX = "/broker"
SERVICE_ID = "5f3c0c52-mailboxes"
PLANS = {"small-plan-id": "small", "large-plan-id": "large"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_broker_routes(app: web.Application, simulator: Simulator) -> None:
    """Serve the API below /broker."""
    routes = _Routes(simulator)
    instance = f"{PREFIX}/v2/service_instances/{{key}}"
    app.router.add_get(f"{PREFIX}/v2/catalog", routes.checked(routes.catalog))
    app.router.add_get(f"{instance}/last_operation", routes.checked(routes.last_operation))
    app.router.add_get(instance, routes.checked(routes.fetch))
    app.router.add_put(instance, routes.checked(routes.provision))
    app.router.add_patch(instance, routes.checked(routes.update))
    app.router.add_delete(instance, routes.checked(routes.deprovision))


class _Routes:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        # The newest operation of each instance, by its key.
        self._last: dict[str, str] = {}
        self._number = 0

    def checked(self, handler: _Handler) -> _Handler:
        """Answer 401 without the login and 412 without the version."""

        async def handle(request: web.Request) -> web.StreamResponse:
            settings = self._simulator.settings
            login = base64.b64encode(f"{settings.user}:{settings.password}".encode()).decode()
            if request.headers.get("Authorization") != f"Basic {login}":
                return web.json_response({"description": "The login is wrong."}, status=401)
            if not request.headers.get("X-Broker-API-Version", "").startswith("2."):
                return web.json_response({"description": "Version 2 is spoken here."}, status=412)
            return await handler(request)

        return handle

    async def catalog(self, _request: web.Request) -> web.StreamResponse:
        """Offer one service with two plans."""
        plans = [
            {"id": plan, "name": name, "description": f"The {name} one", "free": False,
             "maximum_polling_duration": 3600}
            for plan, name in PLANS.items()
        ]  # fmt: skip
        service = {
            "id": SERVICE_ID,
            "name": "mailboxes",
            "description": "Mailboxes for offices",
            "bindable": False,
            "instances_retrievable": True,
            "plan_updateable": True,
            "plans": plans,
        }
        return web.json_response({"services": [service]})

    async def provision(self, request: web.Request) -> web.StreamResponse:
        """Create, or say that the same exists or is under way."""
        fields = await self._fields(request)
        task = self._task("create", request, fields)
        known = self._task_of(task.instance)
        if known is not None and known.action == "create" and known.status != "failed":
            if not known.is_same(task):
                return web.json_response({"description": "It exists otherwise."}, status=409)
            return self._answer(known, existed=True)
        return await self._work(task, request)

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Change plan or parameters to what is given."""
        fields = await self._fields(request)
        task = self._task("change", request, fields)
        busy = self._busy(task)
        return busy if busy is not None else await self._work(task, request)

    async def deprovision(self, request: web.Request) -> web.StreamResponse:
        """Remove; what does not exist is gone. A creation under way is stopped."""
        task = self._task("cancel", request, dict(request.query))
        known = self._task_of(task.instance)
        if known is not None and known.action == "cancel" and known.status == "accepted":
            return self._answer(known)
        if known is not None and known.action == "create" and known.status == "accepted":
            known.status, known.text = "failed", "It was deleted meanwhile."
        elif self._simulator.vendor.find(task.instance) is None:
            return web.json_response({}, status=410)
        return await self._work(task, request)

    async def last_operation(self, request: web.Request) -> web.StreamResponse:
        """Say how far the newest operation is, or the one named."""
        key = request.query.get("operation") or self._last.get(request.match_info["key"], "")
        task = self._simulator.vendor.tasks.get(key)
        if task is None:
            return web.json_response({}, status=404)
        if task.action == "cancel" and task.status == "succeeded":
            return web.json_response({}, status=410)
        states = {"accepted": "in progress"}
        fields = {"state": states.get(task.status, task.status)}
        if task.text:
            fields["description"] = task.text
        return web.json_response(fields, headers=self._headers())

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """Describe an instance."""
        thing = self._simulator.vendor.find(request.match_info["key"])
        if thing is None:
            return web.json_response({"description": "There is none."}, status=404)
        return web.json_response({**thing.product, "parameters": thing.parameters})

    async def _work(self, task: Task, request: web.Request) -> web.StreamResponse:
        before = self._last.get(task.instance)
        self._last[task.instance] = task.key
        answer = await self._simulator.work(task, self._answer, request)
        if task.key not in self._simulator.vendor.tasks and before is not None:
            self._last[task.instance] = before
        return answer

    def _busy(self, task: Task) -> web.Response | None:
        known = self._task_of(task.instance)
        if known is None or known.status != "accepted":
            return None
        if known.action == task.action and known.is_same(task):
            return self._answer(known)
        fields = {"error": "ConcurrencyError", "description": "Another operation is under way."}
        return web.json_response(fields, status=422)

    def _task_of(self, instance: str) -> Task | None:
        return self._simulator.vendor.tasks.get(self._last.get(instance, ""))

    def _answer(self, task: Task, *, existed: bool = False) -> web.Response:
        if task.status == "accepted":
            fields = {"operation": task.key}
            return web.json_response(fields, status=202, headers=self._headers())
        if task.status == "failed":
            return web.json_response({"description": task.text}, status=400)
        is_new = task.action == "create" and not existed
        return web.json_response({}, status=201 if is_new else 200)

    def _headers(self) -> dict[str, str]:
        wish = self._simulator.settings.poll_after
        return {} if wish is None else {"Retry-After": str(round(wish))}

    async def _fields(self, request: web.Request) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(await request.read())
        return fields

    def _task(self, action: str, request: web.Request, fields: dict[str, Any]) -> Task:
        self._number += 1
        product = {name: str(fields.get(name, "")) for name in ("service_id", "plan_id")}
        return Task(
            key=f"broker:{self._number}",
            action=action,
            instance=request.match_info["key"],
            product=product,
            quantity="1",
            parameters=fields.get("parameters") or {},
        )
