"""Call-backs of vendors: verified, stored, answered; a worker looks into them later."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from entrepot.domain.provisioning.errors import CallbackRefused
from entrepot.domain.provisioning.inbox import BODY_LIMIT, receive
from entrepot.flows.provisioning import surroundings
from entrepot.kernel.clock import Clock, SystemClock

clock: Clock = SystemClock()
_STATUS = {"callback_too_large": 413, "callback_encoded": 413}


@csrf_exempt
@require_POST
def take_callback(request: HttpRequest, connector: str) -> HttpResponse:
    """Take one signed call-back: 202 also for one that is known already, 401 or 413 for what is refused.

    An unknown connector answers as a wrong signature does, so that nobody can look for names.
    """
    try:
        receive(
            connector_name=connector,
            headers=request.headers,
            # One byte more than is allowed tells that there is more, without reading the rest.
            body=request.read(BODY_LIMIT + 1),
            surroundings=surroundings(),
            now=clock.now(),
        )
    except CallbackRefused as refusal:
        status = _STATUS.get(refusal.code, 401)
        code = refusal.code if status == 413 else "callback_refused"
        return JsonResponse({"error": code}, status=status)
    return HttpResponse(status=202)
