"""The addresses of SCIM 2.0 (RFC 7643, RFC 7644): one account's users and groups, for a bearer token of the account."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ForbiddenException,
    ListResponse,
    NotFoundException,
    NotImplementedException,
    ResponseParameters,
    Schema,
    SCIMException,
    ScimPolicy,
    SearchRequest,
    UniquenessException,
)

from entrepot.api.scim import groups, users
from entrepot.api.scim.reading import WrongMethod, clock, directory_behind
from entrepot.api.scim.request import ScimRequest
from entrepot.api.scim.resources import RESULTS_MAX, provider
from entrepot.domain.identity.errors import DirectoryConflict
from entrepot.domain.parties.errors import PartyConflict
from entrepot.domain.parties.walls import wall_of
from entrepot.infra.db.walls import behind
from entrepot.kernel.errors import BadInput, DomainError, NotFound

_TYPE = "application/scim+json"
_SERVICE = provider()
_KINDS: Mapping[str, Any] = {"Users": users, "Groups": groups}
_UNIQUE = frozenset({"login_taken", "group_name_taken"})


@csrf_exempt
def scim(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one SCIM request; whatever is refused is an Error of RFC 7644."""
    try:
        asked = ScimRequest(
            http=request,
            directory=directory_behind(request),
            now=clock.now(),
            request_id=uuid.uuid4().hex,
            base=request.build_absolute_uri("/scim/v2"),
        )
        with behind(wall_of(asked.directory.viewer)), _SERVICE:
            return _route(asked, path)
    except SCIMException as refusal:
        return _refused(refusal.to_error())
    except ValidationError as refusal:
        errors = [dict(one) for one in refusal.errors(include_url=False, include_context=True)]
        return _refused(Error.from_validation_error(errors[0]))
    except DomainError as refusal:
        return _refused(_said(refusal))


def _route(asked: ScimRequest, path: str) -> HttpResponse:
    parts = [one for one in path.split("/") if one]
    if not parts or len(parts) > 2:
        raise NotFoundException(detail="There is no such address.")
    if parts == [".search"]:
        raise NotImplementedException(detail="Search users and groups each at their own address.")
    kind = _KINDS.get(parts[0])
    if kind is None:
        return _described(asked, parts)
    table: dict[str, Callable[..., HttpResponse]] = {"GET": _list, "POST": _make}
    if parts[1:] == [".search"]:
        table = {"POST": _search}
    elif len(parts) == 2:
        table = {"GET": _read, "PUT": _replace, "PATCH": _change, "DELETE": _delete}
    method = "GET" if asked.http.method == "HEAD" else str(asked.http.method)
    if method not in table:
        raise WrongMethod
    return table[method](asked, kind, *parts[1:])


def _list(asked: ScimRequest, kind: Any) -> HttpResponse:
    return _page(asked, kind, SearchRequest[kind.MODEL].model_validate(_parameters(asked)))


def _search(asked: ScimRequest, kind: Any, _word: str) -> HttpResponse:
    given = asked.body()
    wanted = SearchRequest[kind.MODEL].model_validate(given, scim_ctx=Context.SEARCH_REQUEST)
    return _page(asked, kind, wanted)


def _page(asked: ScimRequest, kind: Any, wanted: Any) -> HttpResponse:
    start = max(wanted.start_index or 1, 1)
    count = min(RESULTS_MAX if wanted.count is None else max(wanted.count, 0), RESULTS_MAX)
    rows, total = kind.found(asked, wanted.filter, start - 1, count)
    content = ListResponse[kind.MODEL](
        total_results=total,
        start_index=start,
        items_per_page=len(rows),
        resources=rows,
    ).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted)
    return _answer(200, content)


def _make(asked: ScimRequest, kind: Any) -> HttpResponse:
    given = kind.MODEL.model_validate(
        asked.body(), scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=_POLICY
    )
    made = kind.add(asked, given)
    return _one(asked, made, 201, Context.RESOURCE_CREATION_RESPONSE)


def _read(asked: ScimRequest, kind: Any, number: str) -> HttpResponse:
    found = kind.one(asked, number)
    if asked.http.headers.get("If-None-Match", "") == found.meta.version:
        return HttpResponse(status=304, headers={"ETag": found.meta.version})
    return _one(asked, found, 200, Context.RESOURCE_QUERY_RESPONSE)


def _replace(asked: ScimRequest, kind: Any, number: str) -> HttpResponse:
    present = kind.one(asked, number)
    asked.require_version(present.meta.version)
    given = kind.MODEL.model_validate(
        asked.body(), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=_POLICY
    )
    given.replace(present)
    kept = kind.store(asked, present, given)
    return _one(asked, kept, 200, Context.RESOURCE_REPLACEMENT_RESPONSE)


def _change(asked: ScimRequest, kind: Any, number: str) -> HttpResponse:
    present = kind.one(asked, number)
    asked.require_version(present.meta.version)
    wanted = kind.PATCH.model_validate(
        asked.body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=_POLICY
    )
    changed = present.model_copy(deep=True)
    if wanted.patch(changed, scim_policy=_POLICY):
        present = kind.store(asked, present, changed)
    return _one(asked, present, 200, Context.RESOURCE_PATCH_RESPONSE)


def _delete(asked: ScimRequest, kind: Any, number: str) -> HttpResponse:
    present = kind.one(asked, number)
    asked.require_version(present.meta.version)
    kind.remove(asked, present)
    return HttpResponse(status=204)


def _described(asked: ScimRequest, parts: list[str]) -> HttpResponse:
    name, number = parts[0], parts[1] if len(parts) == 2 else ""
    lists: dict[str, list[Any]] = {
        "ResourceTypes": list(_SERVICE.resource_types),
        "Schemas": list(_SERVICE.schemas),
    }
    if asked.http.method not in ("GET", "HEAD") and (
        name in lists or name == "ServiceProviderConfig"
    ):
        raise WrongMethod
    if name == "ServiceProviderConfig" and not number and _SERVICE.config is not None:
        config = _SERVICE.config.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
        return _answer(200, config)
    if name not in lists:
        raise NotFoundException(detail="There is no such address.")
    if "filter" in asked.http.GET:
        raise ForbiddenException(detail="What the service can do is not filtered.")
    if number:
        found = next((one for one in lists[name] if str(one.id) == number), None)
        if found is None:
            raise NotFoundException(detail="There is no such description.")
        return _answer(200, found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
    model = Schema if name == "Schemas" else type(lists[name][0])
    rows = lists[name]
    content = ListResponse[model](  # type: ignore[valid-type]
        total_results=len(rows), start_index=1, items_per_page=len(rows), resources=rows
    )
    return _answer(200, content.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


def _parameters(asked: ScimRequest) -> dict[str, Any]:
    return {name: asked.http.GET[name] for name in asked.http.GET}


def _one(asked: ScimRequest, resource: Any, status: int, context: Context) -> HttpResponse:
    given = {
        name: value
        for name, value in _parameters(asked).items()
        if name in ("attributes", "excludedAttributes")
    }
    shape = ResponseParameters[type(resource)].model_validate(given)  # type: ignore[misc]
    content = resource.model_dump(scim_ctx=context, response_parameters=shape)
    headers = {"ETag": resource.meta.version}
    if status == 201:
        headers["Location"] = str(resource.meta.location)
    return _answer(status, content, headers)


def _answer(
    status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        json.dumps(content),
        status=status,
        content_type=_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _refused(error: Error) -> HttpResponse:
    status = int(error.status or 400)
    headers = {"Retry-After": "60"} if status == 429 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(status, error.model_dump(), headers)


def _said(refusal: DomainError) -> Error:
    """Say a refusal of ours as SCIM does; what belongs to somebody else does not exist."""
    text = refusal.text()
    if isinstance(refusal, NotFound):
        return Error(status=404, detail=text)
    if refusal.code in _UNIQUE:
        return UniquenessException(detail=text).to_error()
    if isinstance(refusal, DirectoryConflict | PartyConflict):
        return Error(status=412, detail=text)
    if isinstance(refusal, BadInput):
        return Error(status=400, scim_type="invalidValue", detail=text)
    if refusal.code == "directory_held":
        return Error(status=403, detail=text)
    return Error(status=409, detail=text)


# Directories send more than we keep, and Entra ID writes patches in ways of its own.
_POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
