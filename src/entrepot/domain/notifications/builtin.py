"""The words that count where no seller has chosen its own, and the values of a preview; pure."""

from collections.abc import Mapping

from entrepot.domain.notifications import builtin_de, builtin_en
from entrepot.domain.notifications.kinds import VARIABLES, MessageKind
from entrepot.domain.notifications.wording import LINK, Wording

_TEXTS = {"en": builtin_en.TEXTS, "de": builtin_de.TEXTS}

_SAMPLES: Mapping[str, tuple[str, str]] = {
    "person": ("Maria Muster", "Maria Muster"),
    "company": ("Muster & Sons Ltd", "Muster & Söhne GmbH"),
    "account": ("Example Clinic Ltd", "Beispielklinik GmbH"),
    "login": ("maria.muster", "maria.muster"),
    "link": (LINK, LINK),
    "hours": ("48", "48"),
    "minutes": ("30", "30"),
    "keeper": ("Example company sign-in", "Anmeldung der Beispielfirma"),
    "day": ("2 March 2026", "2. März 2026"),
    "change": ("An authenticator app was added", "Eine Authenticator-App wurde hinzugefügt"),
    "role": ("Billing", "Abrechnung"),
    "by": ("Jo Keller", "Jo Keller"),
    "services": ("Office Suite, Backup", "Office-Paket, Datensicherung"),
    "reason": ("Asked for by telephone", "Telefonisch vereinbart"),
    "orders": ("SO-1024", "SO-1024"),
    "plans": ("Office Suite, 25 seats", "Office-Paket, 25 Plätze"),
    "until": ("9 March 2026", "9. März 2026"),
    "number": ("INV-2026-000077", "INV-2026-000077"),
    "amount": ("€1,254.40", "1.254,40 €"),
    "due": ("16 March 2026", "16. März 2026"),
    "resource": ("Transfer", "Übertragung"),
    "share": ("80%", "80 %"),
    "used": ("812 GB", "812 GB"),
    "included": ("1,000 GB", "1.000 GB"),
    "plan": ("Office Suite", "Office-Paket"),
    "subscription": ("SUB-204311", "SUB-204311"),
    "ends_on": ("1 April 2026", "1. April 2026"),
    "days": ("30", "30"),
}


def builtin(*, kind: MessageKind, language: str) -> Wording:
    """Return the usual words of a kind; of a language that does not exist the English ones."""
    return Wording(*_TEXTS.get(language, builtin_en.TEXTS)[kind])


def samples(*, kind: MessageKind, language: str, brand: str, panel: str) -> dict[str, str]:
    """Return a value for each name that the texts of a kind may use."""
    place = 1 if language == "de" else 0
    known = {"brand": brand, "seller": brand, "panel": panel}
    return {
        name: known.get(name) or (panel if name.endswith("_link") else _SAMPLES[name][place])
        for name in VARIABLES[kind]
    }
