"""What every button of billing sends: who starts the work, at which instant, with which form."""

from entrepot.domain.billing.queries.jobs import form_token
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.billing_jobs import Starter
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.requests import SignedInRequest


def token(viewer: Viewer) -> int:
    """Return what the forms of a page carry, so that a second click starts nothing."""
    return form_token(viewer)


def starter(request: SignedInRequest) -> Starter:
    """Return who starts a job by this request. Raises: BadInput `form_token_missing`."""
    text = request.POST.get("token", "")
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > NUMBER_MAX:
        raise BadInput(
            "form_token_missing",
            "This form is not complete.",
            next_step="Open the page again and repeat the click.",
        )
    viewer = request.viewer
    return Starter(
        actor=viewer.actor(request_id=request.request_id),
        account_id=viewer.account_id,
        tenant_id=viewer.tenant_id,
        token=int(text),
        now=request.now,
    )
