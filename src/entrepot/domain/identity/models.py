"""Sign-in portals of accounts, and who has come through them."""

from django.db import models

from entrepot.domain.identity.models_directory import (  # noqa: F401 - models of this app
    DirectoryGroup,
    DirectoryMember,
    DirectoryPerson,
    DirectoryToken,
)
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, OwnRole, User
from entrepot.infra.db.fields import PgEnumField


class Portal(models.Model):
    """A provider of identities (OpenID Connect) through which people of one account sign in.

    `realm` is the host at which they do, `slug` the portal's name in addresses there. `sealed_secret` is opened with
    `secrets.py`. `login_claim` names the fact that becomes the login name of somebody new, who gets `role`; an own role
    that was removed meanwhile counts as the least role. `checks_second_factor`: signing in there is enough where an
    account requires a second factor.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    realm = models.CharField(max_length=120)
    slug = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    sealed_secret = models.TextField()
    scopes = models.CharField(max_length=200)
    login_claim = models.CharField(max_length=80)
    role = PgEnumField(RoleCode)
    own_role = models.ForeignKey(OwnRole, models.SET_NULL, null=True, related_name="+")
    checks_second_factor = models.BooleanField(default=False)
    is_on = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "portal"
        constraints = [
            models.UniqueConstraint(fields=["realm", "slug"], name="portal_slug_once_per_realm")
        ]
        indexes = [models.Index(fields=["account", "name"], name="portal_of_account")]


class PortalDomain(models.Model):
    """A mail domain whose people a portal takes; within a realm one portal takes a domain."""

    portal = models.ForeignKey(Portal, models.CASCADE, related_name="domains")
    realm = models.CharField(max_length=120)
    domain = models.CharField(max_length=253)

    class Meta:
        db_table = "portal_domain"
        constraints = [
            models.UniqueConstraint(fields=["realm", "domain"], name="portal_domain_once_per_realm")
        ]


class ExternalIdentity(models.Model):
    """Who a person is at a portal: `subject` is the portal's own name for them and never changes."""

    portal = models.ForeignKey(Portal, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "external_identity"
        constraints = [
            models.UniqueConstraint(fields=["portal", "subject"], name="external_identity_once"),
            models.UniqueConstraint(fields=["portal", "user"], name="external_identity_of_user"),
        ]
