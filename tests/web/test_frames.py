"""A request costs the same however deep the server calls us: frames do not map memory call by call."""

import resource
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from entrepot.web.frames import RoomForFramesMiddleware

_CALLS = 2_000
# Deeper than a chunk of 16 KB lasts for the frames of `_down`.
_DEPTHS = range(300)


def _leaf(value: int) -> int:
    return value + 1


def _down(depth: int) -> int:
    """Call `_leaf` often from `depth` frames below; return how many pages the system had to map meanwhile."""
    if depth:
        return _down(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for value in range(_CALLS):
        _leaf(value)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def _most(answer: Callable[[HttpRequest], HttpResponse]) -> int:
    return int(answer(HttpRequest())["Most"])


def _every_depth(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={"Most": str(max(_down(depth) for depth in _DEPTHS))})


def test_no_depth_maps_memory_with_every_call() -> None:
    assert _most(RoomForFramesMiddleware(_every_depth)) < _CALLS // 10


def test_every_request_gets_that_room() -> None:
    name = f"{RoomForFramesMiddleware.__module__}.{RoomForFramesMiddleware.__name__}"
    assert settings.MIDDLEWARE[0] == name
