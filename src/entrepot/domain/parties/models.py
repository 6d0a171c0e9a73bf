"""Accounts, their brands, and the people who work for them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from entrepot.domain.parties.kinds import (
    AccountAct,
    AccountKind,
    AccountStatus,
    ContactKind,
    RoleCode,
    SignInOutcome,
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
    """A person who signs in. `username` is "realm/login"; people type only the login (decision 10).

    `email` is where notices go; it has nothing to do with the login. `phone` is E.164. `awaits_activation` holds from
    an invitation until the person sets a password. `kept_by` is the name of the portal or directory that keeps name,
    login, mail address and telephone number of somebody, empty for people kept here; who `signs_in_outside` has no
    password here. A person with `deleted_at` has no login, no personal data and no membership any more; the row stays
    for what refers to it.
    """

    username = models.CharField(max_length=400, unique=True)
    realm = models.CharField(max_length=120)
    login = models.CharField(max_length=256)
    display_name = models.CharField(max_length=150)
    email = models.CharField(max_length=254, default="", blank=True)
    email_key = models.GeneratedField(
        expression=Lower("email"), output_field=models.CharField(max_length=254), db_persist=True
    )
    language = models.CharField(max_length=5, default="en")
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    phone = models.CharField(max_length=40, default="", db_default="", blank=True)
    is_active = models.BooleanField(default=True)
    awaits_activation = models.BooleanField(default=False, db_default=False)
    kept_by = models.CharField(max_length=120, default="", db_default="", blank=True)
    signs_in_outside = models.BooleanField(default=False, db_default=False)
    date_joined = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1, db_default=1)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["realm", "login", "display_name"]

    objects = UserManager()

    class Meta:
        db_table = "party_user"
        constraints = [
            models.UniqueConstraint(fields=["realm", "login"], name="user_login_once_per_realm")
        ]
        indexes = [
            models.Index(
                fields=["email_key"], opclasses=["text_pattern_ops"], name="user_email_begins"
            ),
            # Few of many are disabled; a list of them need not look at all others.
            models.Index(fields=["id"], condition=models.Q(is_active=False), name="user_disabled"),
        ]


class OwnRole(models.Model):
    """A role that an account has made for its own people: a `Level` per `Privilege` by their values (`roles.py`)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    levels = models.JSONField()
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "own_role"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="own_role_name_once")
        ]


class Membership(models.Model):
    """What one user may do for one account; with the role "own" by the levels of `own_role`.

    `name_key` repeats the person's name for sorting, so that a list of many people is read from one index.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    role = PgEnumField(RoleCode)
    own_role = models.ForeignKey(OwnRole, models.PROTECT, null=True, related_name="+")
    name_key = models.CharField(max_length=250, default="", db_default="", blank=True)

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role=RoleCode.OWN, own_role__isnull=False)
                | (~models.Q(role=RoleCode.OWN) & models.Q(own_role__isnull=True)),
                name="membership_own_role",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "name_key", "user"], name="membership_by_name"),
        ]


class SignIn(models.Model):
    """One attempt to sign in as a person whom we know. Rows are only ever added, and the oldest go (`sign_ins.py`).

    `network` is the address that the attempt came from, `browser` what the browser says of itself, cut.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    network = models.CharField(max_length=64, default="", blank=True)
    browser = models.CharField(max_length=200, default="", blank=True)
    outcome = PgEnumField(SignInOutcome)

    class Meta:
        db_table = "sign_in"
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="sign_in_recent"),
            models.Index(
                fields=["at"],
                name="sign_in_wrong",
                condition=models.Q(outcome__in=[SignInOutcome.WRONG, SignInOutcome.FACTOR_WRONG]),
            ),
        ]


class FactorRule(models.Model):
    """Who needs a second factor, as one account says: its `own` people, and those of the accounts below by kind.

    What the provider says of resellers and customers holds for all of them, what a reseller says for those directly
    below. An account without a row demands nothing.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    own = models.BooleanField(default=False)
    resellers = models.BooleanField(default=False)
    customers = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "factor_rule"


class OpenSession(AbstractBaseSession):
    """A browser's session; `user_id` is the person who is signed in with it, null before that."""

    user_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "open_session"
        indexes = [models.Index(fields=["user_id"], name="open_session_of_user")]


class ActingSession(models.Model):
    """The time in which a person of a seller works in the panel of an account below, on its behalf.

    Its rights are looked up with every request (`acting.py`); `ended_at` is set when the person ends it, or when one of
    them is found gone. `end_cause` is a value of `EndCause`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    home = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_cause = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        db_table = "acting_session"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(ended_at__isnull=True),
                name="acting_session_one_at_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("began_at")), name="acting_session_ends"
            ),
        ]
        indexes = [models.Index(fields=["account", "-began_at"], name="acting_session_of_account")]


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
