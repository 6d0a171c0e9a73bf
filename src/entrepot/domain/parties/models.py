"""Accounts, their brands, and the people who work for them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from entrepot.domain.parties.kinds import (
    AccountAct,
    AccountKind,
    AccountStatus,
    ContactKind,
    RoleCode,
)
from entrepot.domain.parties.managers import UserManager
from entrepot.infra.db.fields import PgEnumField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference


class Account(TenantModel):
    """A company in the tree.

    `path` holds the ids from the provider down to this account, each followed by a dot ("1.7.31."), so that a subtree
    is a prefix. `tenant_id` is the provider's direct child on that path; the provider is its own tenant (decision 8).
    `name_key` is the name for sorting: case folded, without accents. `phone` is E.164 where `phone_checked`; numbers
    from before that check stay as they were typed until somebody repairs them. `request_key` is that of the form that
    opened the account, so that a repeated request opens none.
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
    phone_checked = models.BooleanField(db_default=False)
    language = models.CharField(max_length=5, default="en")
    currency = models.CharField(max_length=3)
    external_id = models.CharField(max_length=80, default="", blank=True)
    opened_on = models.DateField()
    request_key = models.CharField(max_length=64, db_default="", blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "account"
        constraints = [
            TenantKey(table="account"),
            models.CheckConstraint(
                condition=models.Q(depth__gte=0, depth__lte=5), name="account_depth_bounds"
            ),
            models.UniqueConstraint(
                fields=["parent", "external_id"],
                name="account_external_id_once",
                condition=~models.Q(external_id=""),
            ),
            models.UniqueConstraint(
                fields=["parent", "request_key"],
                name="account_request_once",
                condition=~models.Q(request_key=""),
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
            models.Index(
                fields=["parent", "name_key", "id"],
                name="account_phone_unchecked",
                condition=models.Q(phone_checked=False) & ~models.Q(phone=""),
            ),
        ]


class AccountContact(TenantModel):
    """One of the three contacts of an account. Empty address fields mean the company's address."""

    account = TenantForeignKey("parties.Account", db_index=False)
    kind = PgEnumField(ContactKind)
    name = models.CharField(max_length=150)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    street = models.CharField(max_length=250, default="", blank=True)
    postal_code = models.CharField(max_length=20, default="", blank=True)
    city = models.CharField(max_length=120, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)

    class Meta:
        db_table = "account_contact"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="account_contact_of"),
            models.UniqueConstraint(fields=["account", "kind"], name="account_contact_once"),
        ]


class AccountEvent(TenantModel):
    """One line of an account's timeline; rows are only ever added.

    `details` names the edited fields, or what an act needs later: the subscriptions that an account's hold took along
    are released with it.
    """

    account = TenantForeignKey("parties.Account", db_index=False)
    at = models.DateTimeField()
    act = PgEnumField(AccountAct)
    actor_name = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, default="", blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "account_event"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="account_event_of")
        ]
        indexes = [models.Index(fields=["account", "-at", "-id"], name="account_event_recent")]


class AccountNote(TenantModel):
    """What people of a seller write down about an account; nobody else reads it. Rows are only ever added."""

    account = TenantForeignKey("parties.Account", db_index=False)
    owner_id = models.BigIntegerField()
    at = models.DateTimeField()
    author_name = models.CharField(max_length=150)
    text = models.TextField()
    request_key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "account_note"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="account_note_of")
        ]
        indexes = [
            models.Index(fields=["account", "owner_id", "-at", "-id"], name="account_note_recent")
        ]


class SellerSetup(models.Model):
    """How far the wizard of a new reseller is. Sellers without a row were set up before there was one.

    `sales_currency` is set once and for ever by the first step. `steps_done` holds values of `SetupStep`.
    """

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="+")
    sales_currency = models.CharField(max_length=3, default="", blank=True)
    steps_done = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "seller_setup"


class Brand(models.Model):
    """How a seller appears to the people it serves, and the address that is their sign-in realm (decision 10)."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    host = models.CharField(max_length=120, unique=True)
    display_name = models.CharField(max_length=120)
    accent = models.CharField(max_length=7, default="#3b4fd8")
    logo_icon = models.CharField(max_length=40, default="package")
    document_prefix = models.CharField(max_length=10, unique=True)
    logo_digest = models.CharField(max_length=64, default="", db_default="", blank=True)

    class Meta:
        db_table = "brand"


class BrandLogo(models.Model):
    """The logo file of a brand, apart so that no page reads it; named by the brand's `logo_digest`."""

    brand = models.OneToOneField(Brand, models.CASCADE, primary_key=True, related_name="+")
    content = models.BinaryField()

    class Meta:
        db_table = "brand_logo"


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
