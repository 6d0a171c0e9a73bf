"""Room for the frames of one request, so that rendering does not pay for the depth at which it happens to run.

CPython keeps frames in chunks of 16 KB and gives an empty chunk back to the system at once. A loop of calls across the
end of a chunk therefore maps and unmaps memory with every call: templates nest deep enough that a page took up to
twice its time, depending on how deep the server called us (docs/decisions/0012).
"""

from collections.abc import Callable
from types import FunctionType

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]

# Slots of 8 bytes. A frame of 160 KB gets a chunk of 256 KB, and the rest of that chunk holds what is called from it.
_SLOTS = 20_000


def _call(answer: Answer, request: HttpRequest) -> HttpResponse:
    return answer(request)


_call_with_room = FunctionType(_call.__code__.replace(co_stacksize=_SLOTS), globals())


class RoomForFramesMiddleware:
    """Answer the request from a frame whose chunk has room for all that follow. Stands before all others."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        response: HttpResponse = _call_with_room(self.get_response, request)
        return response
