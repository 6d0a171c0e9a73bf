"""The words of messages: which kinds there are, whose words count, own words with a preview, back to the default."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages as notes
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.notifications.builtin import samples
from entrepot.domain.notifications.commands import reset_template, set_template
from entrepot.domain.notifications.commands.templates import checked
from entrepot.domain.notifications.kinds import VARIABLES, MessageKind
from entrepot.domain.notifications.queries import (
    LANGUAGES,
    TemplateFacts,
    list_templates,
    template_facts,
)
from entrepot.domain.notifications.wording import (
    BODY_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    Wording,
    fill,
)
from entrepot.domain.parties.account_queries import brand_of
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.addresses import panel_address
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.messages import tabs, words
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_FIELDS = ("subject", "body")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind in one language."""

    url: str
    kind: str
    language: str
    subject: str
    whose: str
    is_own: bool


class WordsForm(forms.Form):
    """Subject and text; the version is the one that the page had shown."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=SUBJECT_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH_MAX,
        help_text=_(
            "Empty lines part paragraphs. A paragraph whose names have no value is left out."
        ),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    version = forms.IntegerField(min_value=0, max_value=NUMBER_MAX, widget=forms.HiddenInput)


@screen(Capability.VIEW_MESSAGES)
def word_list(request: SignedInRequest) -> HttpResponse:
    """Show which words count for each kind and language."""
    viewer = request.viewer
    context = {
        "tabs": tabs.of_seller(viewer, "message-words"),
        "columns": [
            Column(gettext("Kind of message"), 340),
            Column(gettext("Language"), 120),
            Column(gettext("Subject")),
            Column(gettext("Words of"), 200),
        ],
        "rows": [_row(viewer, one) for one in list_templates(viewer)],
    }
    return render(request, "screens/messages/words.html", context)


@screen(Capability.VIEW_MESSAGES)
def words_page(request: SignedInRequest, kind: str, language: str) -> HttpResponse:
    """Show the words of one kind with a preview."""
    facts = _facts(request.viewer, kind, language)
    return _page(request, facts, WordsForm(initial=_initial(facts)), shown=facts.wording)


@screen(Capability.MANAGE_MESSAGES, methods=("POST",))
def keep(request: SignedInRequest, kind: str, language: str) -> HttpResponse:
    """Keep own words, or only show how they would read."""
    viewer = request.viewer
    facts = _facts(viewer, kind, language)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, form, shown=facts.wording, status=422)
    given = Wording(form.cleaned_data["subject"], form.cleaned_data["body"])
    try:
        cleaned = checked(given, kind=facts.kind)
        if "preview" in request.POST:
            return _page(request, facts, form, shown=cleaned)
        set_template(
            seller_id=viewer.account_id,
            kind=facts.kind,
            language=facts.language,
            wording=given,
            version=form.cleaned_data["version"],
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in _FIELDS else None, refusal.text(translate=gettext))
        status = 422 if isinstance(refusal, BadInput) else 409
        return _page(request, facts, form, shown=facts.wording, status=status)
    notes.success(request, gettext("The words are kept; they count for messages from now on."))
    return HttpResponseRedirect(_url(viewer, facts))


@screen(Capability.MANAGE_MESSAGES, methods=("POST",))
def reset(request: SignedInRequest, kind: str, language: str) -> HttpResponse:
    """Take own words back."""
    viewer = request.viewer
    facts = _facts(viewer, kind, language)
    version = request.POST.get("version", "")
    try:
        reset_template(
            seller_id=viewer.account_id,
            kind=facts.kind,
            language=facts.language,
            version=int(version) if version.isascii() and version.isdigit() else 0,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        form = WordsForm(initial=_initial(facts))
        notes.error(request, refusal.text(translate=gettext))
        return _page(request, facts, form, shown=facts.wording, status=409)
    notes.success(request, gettext("The default counts again."))
    return HttpResponseRedirect(_url(viewer, facts))


def _facts(viewer: Viewer, kind: str, language: str) -> TemplateFacts:
    if kind not in set(MessageKind) or language not in LANGUAGES:
        raise Http404
    return template_facts(viewer, kind=MessageKind(kind), language=language)


def _page(
    request: SignedInRequest,
    facts: TemplateFacts,
    form: WordsForm,
    *,
    shown: Wording,
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    brand = brand_of(account_id=viewer.account_id)
    name = brand.display_name if brand else viewer.account_name
    panel = panel_address(brand.host if brand else "panel.example")
    sample = samples(kind=facts.kind, language=facts.language, brand=name, panel=panel)
    preview = fill(shown, values=sample)
    may_change = viewer.can(Capability.MANAGE_MESSAGES)
    place = _place(facts)
    context = {
        "title": f"{words.kind(facts.kind)}, {words.language(facts.language)}",
        "crumbs": [Link(gettext("Words"), address(viewer, "message-words"))],
        "form": form,
        "whose": _whose(facts),
        "is_own": facts.is_own,
        "version": facts.version,
        "names": ["{{" + one + "}}" for one in VARIABLES[facts.kind]],
        "subject": preview.subject,
        "text": words.shown(preview.body),
        "inherited": facts.inherited if facts.is_own else None,
        "may_change": may_change,
        "keep_url": address(viewer, "message-words-keep", *place) if may_change else "",
        "reset_url": address(viewer, "message-words-reset", *place)
        if may_change and facts.is_own
        else "",
        "back_url": address(viewer, "message-words"),
    }
    return render(request, "screens/messages/words_page.html", context, status=status)


def _row(viewer: Viewer, facts: TemplateFacts) -> Row:
    return Row(
        url=_url(viewer, facts),
        kind=words.kind(facts.kind),
        language=words.language(facts.language),
        subject=facts.wording.subject,
        whose=_whose(facts),
        is_own=facts.is_own,
    )


def _whose(facts: TemplateFacts) -> str:
    if facts.is_own:
        return gettext("own words")
    return facts.of_name or gettext("default")


def _initial(facts: TemplateFacts) -> dict[str, object]:
    wording = facts.wording
    return {"subject": wording.subject, "body": wording.body, "version": facts.version}


def _place(facts: TemplateFacts) -> tuple[str, str]:
    return facts.kind.value, facts.language


def _url(viewer: Viewer, facts: TemplateFacts) -> str:
    return address(viewer, "message-words-of", *_place(facts))
