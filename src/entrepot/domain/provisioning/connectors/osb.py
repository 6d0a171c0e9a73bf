"""A client of the Open Service Broker API 2.17.

The broker has no suspend, usage or list. `wanted.product` has `service_id`, `plan_id` and, where a parameter carries
the units, its name as `quantity_parameter`; units of further resources are parameters of their own names then. A
repeated PUT, PATCH or DELETE with the same values has one effect by the
specification, so an operation whose effect is absent may be sent again under the same instance id.

Where the specification starts orphan mitigation (5xx, time-out, unusable 201 and 202 of a creation), the broker is
asked first; mitigation follows when that leads nowhere, and always after a creation that failed asynchronously.
A deletion that failed is sent again, as the same section demands.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from entrepot.domain.provisioning.connectors.answers import guarded, refused, shown, unusable
from entrepot.domain.provisioning.connectors.offers import read_catalog
from entrepot.domain.provisioning.connectors.protocol import Abilities, VendorFault
from entrepot.domain.provisioning.connectors.secrets import ConnectorSecrets
from entrepot.domain.provisioning.kinds import Action, ErrorClass, Feature, InstanceState
from entrepot.domain.provisioning.results import (
    QUANTITY_PARAMETER,
    REFERENCE_LENGTH_MAX,
    Absent,
    Accepted,
    Call,
    Done,
    ObjectPage,
    Offer,
    Outcome,
    Refused,
    Unknown,
    UsedUnits,
    VendorObject,
    Wanted,
)
from entrepot.infra.egress import (
    BODY_LIMIT,
    Answer,
    Egress,
    NoAnswer,
    NotSent,
)

VERSION = "2.17"
PLATFORM = "entrepot"
ABILITIES = Abilities(
    frozenset({Action.CREATE, Action.CHANGE, Action.CANCEL}),
    frozenset({Feature.FETCH, Feature.CLEAN}),
)
_CATALOG_LIMIT = 4 * 1024 * 1024
_PLAN_FIELDS = ("service_id", "plan_id")


class ServiceBroker:
    """One broker at `base_url`, spoken to with basic authentication."""

    def __init__(self, *, base_url: str, secrets: ConnectorSecrets, http: Egress) -> None:
        self._base = base_url.rstrip("/")
        self._http = http
        login = f"{secrets.user}:{secrets.password}".encode()
        self._login = f"Basic {base64.b64encode(login).decode('ascii')}"

    @property
    def abilities(self) -> Abilities:
        """Say what the API offers."""
        return ABILITIES

    async def create(self, call: Call) -> Outcome:
        """Provision: PUT with the instance's id."""
        body = {
            **plan_of(call.wanted),
            "context": {"platform": PLATFORM},
            "organization_guid": f"tenant-{call.tenant_id}",
            "space_guid": call.instance_key,
            "parameters": parameters_of(call.wanted),
        }
        exchange = self._send("PUT", call, {"accepts_incomplete": "true"}, body)
        return await guarded(exchange, _read_change)

    async def change(self, call: Call) -> Outcome:
        """Update: PATCH with the whole of what is wanted."""
        body = {
            **plan_of(call.wanted),
            "context": {"platform": PLATFORM},
            "parameters": parameters_of(call.wanted),
            "previous_values": plan_of(call.before),
        }
        exchange = self._send("PATCH", call, {"accepts_incomplete": "true"}, body)
        return await guarded(exchange, _read_change)

    async def cancel(self, call: Call) -> Outcome:
        """Deprovision: DELETE; an instance that is gone is done."""
        query = {"accepts_incomplete": "true", **plan_of(call.before)}
        return await guarded(self._send("DELETE", call, query), _read_delete)

    async def clean(self, call: Call) -> Outcome:
        """Mitigate an orphan: DELETE until the broker says that it is gone. No user causes this."""
        query = {"accepts_incomplete": "true", **plan_of(call.wanted)}
        exchange = self._send("DELETE", call, query, by_user=False)
        return await guarded(exchange, _read_delete)

    async def suspend(self, call: Call) -> Outcome:
        """Refuse: the API has no such call."""
        return _unsupported(call)

    async def resume(self, call: Call) -> Outcome:
        """Refuse: the API has no such call."""
        return _unsupported(call)

    async def assign(self, call: Call) -> Outcome:
        """Refuse: the API knows no people."""
        return _unsupported(call)

    async def release(self, call: Call) -> Outcome:
        """Refuse: the API knows no people."""
        return _unsupported(call)

    async def poll(self, call: Call) -> Outcome:
        """Look at the last operation, naming the broker's reference if it gave one."""
        query = plan_of(call.before if call.action is Action.CANCEL else call.wanted)
        if call.reference:
            query["operation"] = call.reference
        exchange = self._send("GET", call, query, path="/last_operation", by_user=False)
        return await guarded(exchange, lambda answer: _read_poll(answer, call.action))

    async def ask(self, call: Call) -> Outcome:
        """Find out what the broker did; its last operation alone may still be the one before."""
        seen = await self.poll(call)
        if isinstance(seen, Accepted | Unknown):
            return seen
        if call.reference and isinstance(seen, Done | Refused):
            return seen
        if isinstance(seen, Refused):
            # Asked without a reference, a failure may be an older one unless the service is new.
            return seen if call.action is Action.CREATE else Absent(seen.text)
        if isinstance(seen, Done) and call.action is Action.CREATE:
            return seen
        try:
            found = await self.fetch(call.instance_key)
        except VendorFault:
            # Not every broker describes instances. Sending again has no second effect here.
            return seen if isinstance(seen, Absent) else Absent()
        return _compare(call, found)

    async def fetch(self, instance_key: str) -> VendorObject | None:
        """Fetch one instance. Raises: VendorFault also while an operation is under way."""
        url = f"{self._base}/v2/service_instances/{quote(instance_key, safe='')}"
        answer = await self._query(url)
        if answer.status in {404, 410}:
            return None
        fields = answer.fields()
        if answer.status != 200 or fields is None:
            raise VendorFault(f"status {answer.status}: {shown(answer)}")
        product: dict[str, str] = {n: str(fields[n]) for n in _PLAN_FIELDS if n in fields}
        parameters = fields.get("parameters")
        return VendorObject(
            instance_key=instance_key,
            state=InstanceState.RUNNING,
            product=product or None,
            parameters=parameters if isinstance(parameters, dict) else None,
        )

    async def list_objects(self, _after: str) -> ObjectPage:
        """Refuse: the API has no list."""
        raise VendorFault("a service broker cannot list its instances")

    async def usage(self, _first_day: date, _until: date) -> tuple[UsedUnits, ...]:
        """Refuse: the API has no usage."""
        raise VendorFault("a service broker does not report usage")

    async def catalog(self) -> tuple[Offer, ...]:
        """Read what the broker offers. Raises: VendorFault."""
        answer = await self._query(f"{self._base}/v2/catalog", limit=_CATALOG_LIMIT)
        fields = answer.fields()
        if answer.status != 200 or fields is None:
            raise VendorFault(f"status {answer.status}: {shown(answer)}")
        return read_catalog(fields)

    async def _query(self, url: str, *, limit: int = BODY_LIMIT) -> Answer:
        try:
            return await self._http.request("GET", url, headers=self._headers(), limit=limit)
        except (NotSent, NoAnswer) as error:
            raise VendorFault(str(error)) from error

    async def _send(
        self,
        method: str,
        call: Call,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        path: str = "",
        by_user: bool = True,
    ) -> Answer:
        instance = quote(call.instance_key, safe="")
        url = f"{self._base}/v2/service_instances/{instance}{path}?{urlencode(query)}"
        headers = self._headers()
        if by_user and call.originator is not None:
            who = json.dumps({"user_id": str(call.originator)}).encode()
            encoded = base64.b64encode(who).decode("ascii")
            headers["X-Broker-API-Originating-Identity"] = f"{PLATFORM} {encoded}"
        content = b"" if body is None else json.dumps(body).encode()
        if content:
            headers["Content-Type"] = "application/json"
        return await self._http.request(method, url, headers=headers, body=content)

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": self._login,
            "X-Broker-API-Version": VERSION,
            "X-Broker-API-Request-Identity": str(uuid.uuid4()),
        }


def plan_of(wanted: Wanted) -> dict[str, str]:
    """Return what names the plan in requests and answers."""
    return {name: wanted.product.get(name, "") for name in _PLAN_FIELDS}


def parameters_of(wanted: Wanted) -> dict[str, Any]:
    """Return the parameters of a request, with the units under their names."""
    parameters = dict(wanted.parameters)
    name = wanted.product.get(QUANTITY_PARAMETER)
    if name:
        parameters |= {other: _number(units) for other, units in sorted(wanted.units.items())}
        parameters[name] = _number(wanted.quantity)
    return parameters


def _number(units: Decimal) -> int | str:
    whole = int(units)
    return whole if whole == units else str(units)


def _unsupported(call: Call) -> Refused:
    return Refused(ErrorClass.UNSUPPORTED, f"A service broker cannot {call.action.value}.")


def _read_change(answer: Answer) -> Outcome:
    """Read the answer to a PUT or PATCH; a page instead of JSON is never taken for a success."""
    fields = answer.fields()
    if answer.status in {200, 201} and fields is not None:
        return Done()
    if answer.status == 202 and fields is not None:
        return _accepted(answer, fields)
    return _read_failure(answer)


def _read_delete(answer: Answer) -> Outcome:
    if answer.status in {404, 410}:
        return Done()
    return _read_change(answer)


def _read_failure(answer: Answer) -> Outcome:
    if not 400 <= answer.status < 500:
        return unusable(answer)
    fields = answer.fields() or {}
    text = str(fields.get("description") or "")
    if fields.get("error") == "ConcurrencyError":
        return Refused(ErrorClass.BUSY, text or "The broker is busy with this service.")
    return refused(answer, text=text)


def _read_poll(answer: Answer, action: Action) -> Outcome:
    fields = answer.fields()
    if answer.status == 410 and action is Action.CANCEL:
        return Done()
    if answer.status == 404:
        # Of a deletion too: a broker may have forgotten the operation, not the service. DELETE again tells.
        return Absent()
    if answer.status != 200 or fields is None:
        # Also 410 for a creation or change: the specification says to go on polling.
        return unusable(answer)
    return _read_operation(answer, fields, action)


def _read_operation(answer: Answer, fields: Mapping[str, Any], action: Action) -> Outcome:
    text = str(fields.get("description") or "The broker gave no reason.")
    match fields.get("state"):
        case "succeeded":
            return Done()
        case "failed" if action is Action.CANCEL:
            return Absent(f"The broker could not remove the service: {text}")
        case "failed":
            is_new = action is Action.CREATE
            return Refused(ErrorClass.VENDOR_FAILED, text, may_be_left=is_new)
        case "in progress":
            return Accepted(poll_after_seconds=answer.retry_after())
        case _:
            return unusable(answer)


def _accepted(answer: Answer, fields: Mapping[str, Any]) -> Outcome:
    reference = fields.get("operation") or ""
    if not isinstance(reference, str) or len(reference) > REFERENCE_LENGTH_MAX:
        return unusable(answer)
    return Accepted(reference, answer.retry_after())


def _compare(call: Call, found: VendorObject | None) -> Outcome:
    """Tell from the instance itself whether the operation had its effect."""
    if call.action is Action.CANCEL:
        return Done() if found is None else Absent("The service still exists.")
    if call.action is Action.CREATE:
        return Absent() if found is None else Done()
    if found is None:
        return Refused(ErrorClass.VENDOR_FAILED, "The service no longer exists at the vendor.")
    is_plan = found.product is None or found.product == plan_of(call.wanted)
    is_same = found.parameters == parameters_of(call.wanted)
    return Done() if is_plan and is_same else Absent("The service is as it was before.")
