"""A connector by signed HTTP calls and call-backs, with everything a connector can do.

The contract, which `bin/entrepot vendor-simulator` also speaks (JSON, quantities as strings):

    POST /operations            {operation, action, instance, product, quantity, units, parameters, people}
        200 {status: succeeded, vendor_id}   202 {status: accepted, poll_after}   4xx {error, text}: nothing was done
    GET  /operations/<key>      200 {status: accepted|succeeded|failed, text, vendor_id, poll_after, failed}
                                404 {error: unknown_operation}
    GET  /instances/<key>       200 {instance, vendor_id, state, product, quantity, units, parameters}
                                404 {error: unknown_instance}
    GET  /instances?after=      200 {instances: [...], after}
    GET  /usage?from=&until=    200 {usage: [{instance, resource, day, quantity}]}

    call-back to us             {operation, status: accepted|succeeded|failed, text, vendor_id, failed}

`quantity` are the units of the plan's first resource, `units` {name: quantity} those of further ones; a vendor may
leave `units` out of what it describes. `people` is there for the actions assign and release only: a list of
{key, login, name, email, resource}; `failed` {key: text} says for which of them it did not work, and may be left out.
A vendor answers a repeated `operation` as it answered the first, and one with other content with 409. Requests and
call-backs are signed as `signing` says.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from entrepot.domain.provisioning.connectors import signing
from entrepot.domain.provisioning.connectors.answers import guarded, refused, shown, unusable
from entrepot.domain.provisioning.connectors.protocol import Abilities, VendorFault
from entrepot.domain.provisioning.connectors.secrets import ConnectorSecrets
from entrepot.domain.provisioning.kinds import (
    FOR_PEOPLE,
    Action,
    ErrorClass,
    Feature,
    InstanceState,
)
from entrepot.domain.provisioning.results import (
    TEXT_LENGTH_MAX,
    Absent,
    Accepted,
    Call,
    Done,
    ObjectPage,
    Outcome,
    Refused,
    UsedUnits,
    VendorNews,
    VendorObject,
)
from entrepot.infra.egress import (
    BODY_LIMIT,
    Answer,
    Egress,
    NoAnswer,
    NotSent,
)
from entrepot.kernel.clock import Clock
from entrepot.kernel.strict_json import read_json

ABILITIES = Abilities(frozenset(Action), frozenset({Feature.FETCH, Feature.LIST, Feature.USAGE}))
_LIST_LIMIT = 2 * 1024 * 1024
_ID_LENGTH_MAX = 255


class SignedHttp:
    """One vendor at `base_url`; `clock` gives the instants of signatures."""

    def __init__(
        self, *, base_url: str, secrets: ConnectorSecrets, http: Egress, clock: Clock
    ) -> None:
        self._base = base_url.rstrip("/")
        self._secrets, self._http, self._clock = secrets, http, clock

    @property
    def abilities(self) -> Abilities:
        """Say that everything can be asked."""
        return ABILITIES

    async def create(self, call: Call) -> Outcome:
        """Ask for a new service."""
        return await self._submit(call)

    async def change(self, call: Call) -> Outcome:
        """Ask for another product, quantity or other parameters; the quantity is the new total."""
        return await self._submit(call)

    async def suspend(self, call: Call) -> Outcome:
        """Ask to stop the service."""
        return await self._submit(call)

    async def resume(self, call: Call) -> Outcome:
        """Ask to start the service again."""
        return await self._submit(call)

    async def cancel(self, call: Call) -> Outcome:
        """Ask to remove the service."""
        return await self._submit(call)

    async def assign(self, call: Call) -> Outcome:
        """Ask to hand the service out to people, all of them in one operation."""
        return await self._submit(call)

    async def release(self, call: Call) -> Outcome:
        """Ask to take the service away from people, all of them in one operation."""
        return await self._submit(call)

    async def poll(self, call: Call) -> Outcome:
        """Look at the operation by its key."""
        return await guarded(self._get(f"/operations/{quote(call.key, safe='')}"), _read_state)

    async def ask(self, call: Call) -> Outcome:
        """Look at the operation by its key: a vendor that has taken it knows it."""
        return await self.poll(call)

    async def clean(self, _call: Call) -> Outcome:
        """Leave nothing: in this contract a failed operation has no effect."""
        return Done()

    async def fetch(self, instance_key: str) -> VendorObject | None:
        """Describe one service. Raises: VendorFault."""
        answer = await self._query(f"/instances/{quote(instance_key, safe='')}")
        fields = answer.fields() or {}
        if answer.status == 404 and fields.get("error") == "unknown_instance":
            return None
        if answer.status != 200:
            raise VendorFault(f"status {answer.status}: {shown(answer)}")
        return _object(fields)

    async def list_objects(self, after: str) -> ObjectPage:
        """Return the services after a mark of the vendor, at first "". Raises: VendorFault."""
        fields = await self._fields(f"/instances?{urlencode({'after': after})}")
        following = str(fields.get("after") or "")
        return ObjectPage(tuple(_object(one) for one in _rows(fields, "instances")), following)

    async def usage(self, first_day: date, until: date) -> tuple[UsedUnits, ...]:
        """Return measured units. Raises: VendorFault."""
        span = {"from": first_day.isoformat(), "until": until.isoformat()}
        fields = await self._fields(f"/usage?{urlencode(span)}")
        return tuple(_used(one) for one in _rows(fields, "usage"))

    async def _submit(self, call: Call) -> Outcome:
        content: dict[str, Any] = {
            "operation": call.key,
            "action": call.action.value,
            "instance": call.instance_key,
            "product": dict(call.wanted.product),
            "quantity": str(call.wanted.quantity),
            "units": call.wanted.stored_units,
            "parameters": dict(call.wanted.parameters),
        }
        if call.action in FOR_PEOPLE:
            content["people"] = [dict(one) for one in call.people]
        body = json.dumps(content).encode()
        return await guarded(self._exchange("POST", "/operations", body), _read_submitted)

    async def _fields(self, target: str) -> Mapping[str, Any]:
        answer = await self._query(target)
        fields = answer.fields()
        if answer.status != 200 or fields is None:
            raise VendorFault(f"status {answer.status}: {shown(answer)}")
        return fields

    async def _query(self, target: str) -> Answer:
        try:
            return await self._get(target)
        except (NotSent, NoAnswer) as error:
            raise VendorFault(str(error)) from error

    async def _get(self, target: str) -> Answer:
        return await self._exchange("GET", target, b"")

    async def _exchange(self, method: str, target: str, body: bytes) -> Answer:
        url = f"{self._base}{target}"
        parts = urlsplit(url)
        signed_target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        now = self._clock.now()
        headers = signing.headers_for(
            secrets=self._secrets.valid(now)[:1],
            message_id=str(uuid.uuid4()),
            now=now,
            content=signing.request_content(method=method, target=signed_target, body=body),
        )
        if body:
            headers["Content-Type"] = "application/json"
        limit = BODY_LIMIT if target.startswith("/operations") else _LIST_LIMIT
        return await self._http.request(method, url, headers=headers, body=body, limit=limit)


def read_callback(*, body: bytes, sent_at: datetime) -> VendorNews:
    """Understand a call-back. Raises: ValueError for anything that is not in the contract."""
    fields = read_json(body)
    key = fields.get("operation") if isinstance(fields, dict) else None
    if not (isinstance(key, str) and 0 < len(key) <= 64):
        raise ValueError("there is no operation")
    outcome = _read_status(fields)
    if outcome is None:
        raise ValueError("the status is none of accepted, succeeded, failed")
    return VendorNews(key, outcome, sent_at)


def _read_submitted(answer: Answer) -> Outcome:
    fields = answer.fields()
    if answer.status in {200, 202} and fields is not None:
        return _read_status(fields) or unusable(answer)
    if 400 <= answer.status < 500:
        return refused(answer, text=str((fields or {}).get("text") or "")[:TEXT_LENGTH_MAX])
    return unusable(answer)


def _read_state(answer: Answer) -> Outcome:
    fields = answer.fields()
    if answer.status == 404 and (fields or {}).get("error") == "unknown_operation":
        return Absent()
    if answer.status == 200 and fields is not None:
        return _read_status(fields) or unusable(answer)
    return unusable(answer)


def _read_status(fields: Mapping[str, Any]) -> Accepted | Done | Refused | None:
    match fields.get("status"):
        case "succeeded":
            return Done(str(fields.get("vendor_id") or "")[:_ID_LENGTH_MAX], _failed(fields))
        case "accepted":
            return Accepted(poll_after_seconds=_seconds(fields.get("poll_after")))
        case "failed":
            text = str(fields.get("text") or "The vendor gave no reason.")
            return Refused(ErrorClass.VENDOR_FAILED, text[:TEXT_LENGTH_MAX])
        case _:
            return None


def _failed(fields: Mapping[str, Any]) -> Mapping[str, str]:
    """Read for whom it did not work; anything but texts by key says nothing."""
    failed = fields.get("failed")
    if not isinstance(failed, dict):
        return {}
    return {
        str(key)[:_ID_LENGTH_MAX]: str(text)[:TEXT_LENGTH_MAX] or "The vendor gave no reason."
        for key, text in failed.items()
    }


def _seconds(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 10**6 else None  # type: ignore[operator, arg-type]


def _rows(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = fields.get(name)
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise VendorFault(f"there is no list of {name}")
    return rows


def _object(fields: Mapping[str, Any]) -> VendorObject:
    product, parameters = fields.get("product"), fields.get("parameters")
    units = fields.get("units")
    try:
        return VendorObject(
            instance_key=str(fields["instance"])[:64],
            vendor_id=str(fields.get("vendor_id") or "")[:_ID_LENGTH_MAX],
            state=InstanceState(fields["state"]),
            product={k: str(v) for k, v in product.items()} if isinstance(product, dict) else None,
            quantity=_decimal(fields["quantity"]),
            parameters=parameters if isinstance(parameters, dict) else None,
            units={str(k)[:_ID_LENGTH_MAX]: _decimal(v) for k, v in units.items()}
            if isinstance(units, dict)
            else None,
        )
    except (KeyError, ValueError) as error:
        raise VendorFault(f"a service is not described as agreed: {error}") from error


def _used(fields: Mapping[str, Any]) -> UsedUnits:
    try:
        return UsedUnits(
            instance_key=str(fields["instance"])[:64],
            resource=str(fields["resource"])[:_ID_LENGTH_MAX],
            on_day=date.fromisoformat(str(fields["day"])),
            quantity=_decimal(fields["quantity"]),
        )
    except (KeyError, ValueError) as error:
        raise VendorFault(f"a use is not described as agreed: {error}") from error


def _decimal(value: object) -> Decimal:
    """Read a quantity given as text. Raises: ValueError for another form, infinity and more than 14 digits."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if not isinstance(value, str) or not number.is_finite() or not 0 <= number < 10**14:
        raise ValueError("no usable quantity")
    return number
