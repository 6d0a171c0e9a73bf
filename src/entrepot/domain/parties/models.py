"""Accounts, their brands, and the people who work for them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from entrepot.domain.parties.kinds import AccountKind, AccountStatus, RoleCode
from entrepot.domain.parties.managers import UserManager
from entrepot.infra.db.fields import PgEnumField
from entrepot.infra.db.models import TenantKey, TenantModel


class Account(TenantModel):
    """A company in the tree.

    `path` holds the ids from the provider down to this account, each followed by a dot ("1.7.31."), so that a subtree
    is a prefix. `tenant_id` is the provider's direct child on that path; the provider is its own tenant (decision 8).
    `name_key` is the name for sorting: case folded, without accents.
    """

    kind = PgEnumField(AccountKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.TextField(unique=True)
    depth = models.SmallIntegerField()
    name = models.CharField(max_length=250)
    name_key = models.CharField(max_length=250)
    status = PgEnumField(AccountStatus, default=AccountStatus.ACTIVE)
    admin_hold = models.BooleanField(default=False)
    credit_hold = models.BooleanField(default=False)
    is_operating_unit = models.BooleanField(default=False)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=80, default="", blank=True)
    street = models.CharField(max_length=250, default="", blank=True)
    postal_code = models.CharField(max_length=20, default="", blank=True)
    city = models.CharField(max_length=120, default="", blank=True)
    tax_number = models.CharField(max_length=40, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    language = models.CharField(max_length=5, default="en")
    currency = models.CharField(max_length=3)
    external_id = models.CharField(max_length=80, default="", blank=True)
    opened_on = models.DateField()
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "account"
        constraints = [
            TenantKey(table="account"),
            models.CheckConstraint(
                condition=models.Q(depth__gte=0, depth__lte=5), name="account_depth_bounds"
            ),
        ]
        indexes = [
            models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="account_subtree"),
            models.Index(fields=["tenant_id", "kind", "name_key", "id"], name="account_by_name"),
            models.Index(fields=["kind", "name_key", "id"], name="account_kind_name"),
            models.Index(fields=["parent", "name_key", "id"], name="account_child_name"),
            # The search of every page names accounts of all kinds in one order.
            models.Index(fields=["name_key", "id"], name="account_name"),
            models.Index(fields=["tenant_id", "name_key", "id"], name="account_tenant_name"),
        ]


class Brand(models.Model):
    """How a seller appears to the people it serves, and the address that is their sign-in realm (decision 10)."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    host = models.CharField(max_length=120, unique=True)
    display_name = models.CharField(max_length=120)
    accent = models.CharField(max_length=7, default="#3b4fd8")
    logo_icon = models.CharField(max_length=40, default="package")
    document_prefix = models.CharField(max_length=10, unique=True)

    class Meta:
        db_table = "brand"


class User(AbstractBaseUser):
    """A person who signs in. `username` is "realm/login"; people type only the login (decision 10)."""

    username = models.CharField(max_length=400, unique=True)
    realm = models.CharField(max_length=120)
    login = models.CharField(max_length=256)
    display_name = models.CharField(max_length=150)
    email = models.CharField(max_length=254, default="", blank=True)
    language = models.CharField(max_length=5, default="en")
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["realm", "login", "display_name"]

    objects = UserManager()

    class Meta:
        db_table = "party_user"
        constraints = [
            models.UniqueConstraint(fields=["realm", "login"], name="user_login_once_per_realm")
        ]


class Membership(models.Model):
    """What one user may do for one account."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    role = PgEnumField(RoleCode)

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="membership_once")]
        indexes = [models.Index(fields=["account"], name="membership_account")]


class Hub(models.Model):
    """The one provider of this database and its billing calendar's zone (decision 12).

    `standing_day` is set in the demo and in sandboxes only: there the calendar stands still, and people see that day
    as today until the next day is billed. Null means the real calendar.
    """

    provider = models.OneToOneField(Account, models.PROTECT, related_name="+")
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    standing_day = models.DateField(null=True)

    class Meta:
        db_table = "hub"
