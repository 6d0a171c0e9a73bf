"""What administrators type about a portal, cleaned; pure."""

import re
from urllib.parse import urlsplit

from entrepot.domain.identity.errors import PortalInput
from entrepot.domain.parties.names import HOST_SHAPE, has_controls

DOMAINS_MAX = 20
SECRET_MAX = 500
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])")
_CLAIM = re.compile(r"[A-Za-z0-9_:/.-]{1,80}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
# Whoever has an address there is nobody's employee by it.
_PUBLIC_DOMAINS = frozenset(
    [
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
        *("icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de"),
        *("proton.me", "protonmail.com", "mail.ru", "qq.com", "163.com"),
    ]
)


def clean_slug(text: str) -> str:
    """Return the short name for addresses, in lower case. Raises: PortalInput `portal_slug_malformed`."""
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise PortalInput(
            "portal_slug_malformed",
            "This short name cannot be part of an address.",
            field="slug",
            next_step="Use 3 to 60 letters, digits and hyphens, such as your company's name.",
        )
    return slug


def clean_issuer(text: str) -> str:
    """Return the issuer as it is written, without surrounding blanks: a portal's name is compared letter by letter.

    Raises: PortalInput `portal_issuer_malformed`.
    """
    issuer = text.strip()
    try:
        parts = urlsplit(issuer)
        is_good = (
            parts.scheme in ("https", "http")
            and bool(parts.hostname)
            and not (parts.username or parts.password or parts.query or parts.fragment)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        is_good = False
    if not is_good or len(issuer) > 300 or not issuer.isascii() or " " in issuer:
        raise PortalInput(
            "portal_issuer_malformed",
            "This is not the address of a portal.",
            field="issuer",
            next_step="Copy the issuer as the portal writes it, such as https://login.company.example.",
        )
    return issuer


def clean_client_id(text: str) -> str:
    """Return the name under which the portal knows us. Raises: PortalInput `portal_client_malformed`."""
    client_id = text.strip()
    if not 0 < len(client_id) <= 200 or not client_id.isprintable():
        raise PortalInput(
            "portal_client_malformed",
            "The client id is empty or cannot be one.",
            field="client_id",
            next_step="Copy it from the portal.",
        )
    return client_id


def clean_secret(text: str) -> str:
    """Return the client secret. Raises: PortalInput `portal_secret_malformed`."""
    secret = text.strip()
    if not 0 < len(secret) <= SECRET_MAX or has_controls(secret):
        raise PortalInput(
            "portal_secret_malformed",
            "The client secret is empty or cannot be one.",
            field="client_secret",
            next_step="Copy it from the portal.",
        )
    return secret


def clean_scopes(text: str) -> str:
    """Return the scopes with `openid` among them. Raises: PortalInput `portal_scopes_malformed`."""
    scopes = list(dict.fromkeys(["openid", *text.split()]))
    joined = " ".join(scopes)
    if len(joined) > 200 or not all(_SCOPE.fullmatch(one) for one in scopes):
        raise PortalInput(
            "portal_scopes_malformed",
            "These are not names of scopes.",
            field="scopes",
            next_step="Write them with blanks between, such as: openid profile email.",
        )
    return joined


def clean_claim(text: str) -> str:
    """Return the name of the fact that becomes the login. Raises: PortalInput `portal_claim_malformed`."""
    claim = text.strip()
    if not _CLAIM.fullmatch(claim):
        raise PortalInput(
            "portal_claim_malformed",
            "This is not the name of a fact.",
            field="login_claim",
            next_step="Write it as the portal does, such as preferred_username or email.",
        )
    return claim


def clean_domains(text: str) -> tuple[str, ...]:
    """Return mail domains from a text with blanks, commas or lines between, in order and once each.

    Raises: PortalInput `portal_domain_malformed`, `portal_domain_public`, `portal_domains_too_many`.
    """
    words = [one.lstrip("@").rstrip(".") for one in re.split(r"[\s,;]+", text.lower()) if one]
    domains = tuple(dict.fromkeys(words))
    if len(domains) > DOMAINS_MAX:
        raise PortalInput(
            "portal_domains_too_many",
            "{count} mail domains are too many.",
            field="domains",
            next_step="Name {most} at most.",
            count=len(domains),
            most=DOMAINS_MAX,
        )
    for one in domains:
        if not HOST_SHAPE.fullmatch(one) or "." not in one:
            raise PortalInput(
                "portal_domain_malformed",
                "{domain} is not a mail domain.",
                field="domains",
                next_step="Write what stands behind the @, such as company.example.",
                domain=one[:60],
            )
        if one in _PUBLIC_DOMAINS:
            raise PortalInput(
                "portal_domain_public",
                "{domain} belongs to a mail service that is open to everybody.",
                field="domains",
                next_step="Name domains of your own company only.",
                domain=one,
            )
    return domains
