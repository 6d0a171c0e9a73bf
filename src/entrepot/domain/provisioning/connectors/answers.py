"""From what HTTP gave to an outcome: rules that every connector over HTTP shares."""

from collections.abc import Awaitable, Callable

from entrepot.domain.provisioning.kinds import ErrorClass
from entrepot.domain.provisioning.results import Outcome, Refused, Unknown
from entrepot.infra.egress import Answer, NoAnswer, NotAllowed, NotSent

_SHOWN_MAX = 300
_CLASSES = {
    401: ErrorClass.NOT_AUTHORISED,
    403: ErrorClass.NOT_AUTHORISED,
    408: ErrorClass.TEMPORARY,
    409: ErrorClass.CONFLICT,
    425: ErrorClass.BUSY,
    429: ErrorClass.BUSY,
}


async def guarded(exchange: Awaitable[Answer], read: Callable[[Answer], Outcome]) -> Outcome:
    """Wait for an answer and read it; what went wrong on the way is an outcome as well."""
    try:
        return read(await exchange)
    except NotAllowed as error:
        return Refused(ErrorClass.MISCONFIGURED, f"The address is never called: {error}.")
    except NotSent as error:
        return Refused(ErrorClass.UNREACHABLE, f"The vendor could not be reached: {error}.")
    except NoAnswer as error:
        return Unknown(f"The vendor's answer was lost: {error}.")


def refused(answer: Answer, *, text: str = "") -> Refused:
    """Read a 4xx: the vendor says that nothing was changed."""
    error_class = _CLASSES.get(answer.status, ErrorClass.REJECTED)
    said = text or f"The vendor refused with status {answer.status}."
    return Refused(error_class, said, retry_after_seconds=answer.retry_after())


def unusable(answer: Answer) -> Unknown:
    """Read an answer that means nothing: a page instead of data, an unexpected status, a 5xx."""
    return Unknown(
        f"The vendor answered with status {answer.status} and nothing usable: {shown(answer)}"
    )


def shown(answer: Answer) -> str:
    """Return the beginning of a body for people, printable characters only."""
    text = answer.body[:_SHOWN_MAX].decode("utf-8", errors="replace")
    return "".join(c if c.isprintable() else " " for c in text) or "(empty)"
