"""The log of messages, the words of sellers, and additional recipients."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper

from entrepot.domain.notifications.kinds import MessageState
from entrepot.infra.db.fields import PgEnumField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference

OPEN_STATES = (MessageState.WAITING.value, MessageState.SENDING.value)


class Message(TenantModel):
    """One message to one address.

    `seller_id` sells to the account told, `brand_id` is the account whose brand it bears. `user_id` is null for
    messages to a company. `kind` is a `MessageKind`. `text` and `html` hold `wording.LINK` where a link for one use
    belongs: the link itself is made in the moment of sending and stored nowhere. `source` names what happened and to
    whom it is told, so that it is told once; `event` is that for people. `valid_until`: later it is of no use and is
    not sent. `again_of` is the message that this one repeats; a digest leaves its `mail_id` on all that it tells.
    """

    seller_id = models.BigIntegerField()
    brand_id = models.BigIntegerField()
    account = TenantForeignKey("parties.Account", db_index=False)
    account_name = models.CharField(max_length=250)
    user_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    address = models.CharField(max_length=254, blank=True)
    is_copy = models.BooleanField(default=False)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    event = models.CharField(max_length=80)
    source = models.CharField(max_length=400, unique=True)
    again_of_id = models.BigIntegerField(null=True)
    state = PgEnumField(MessageState)
    attempts = models.SmallIntegerField(default=0)
    failure = models.CharField(max_length=20, default="", blank=True)
    error = models.CharField(max_length=500, default="", blank=True)
    mail_id = models.CharField(max_length=120, default="", blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        constraints = [
            TenantKey(table="message"),
            TenantReference(column="account_id", to_table="account", name="message_account"),
        ]
        indexes = [
            models.Index(fields=["seller_id", "-id"], name="message_of_seller"),
            models.Index(fields=["seller_id", "state", "-id"], name="message_of_seller_state"),
            models.Index(fields=["seller_id", "kind", "-id"], name="message_of_seller_kind"),
            models.Index(fields=["account", "-id"], name="message_of_account"),
            models.Index(
                models.F("seller_id"),
                OpClass(Upper("address"), name="text_pattern_ops"),
                name="message_of_seller_address",
            ),
            models.Index(
                models.F("seller_id"),
                OpClass(Upper("account_name"), name="text_pattern_ops"),
                name="message_of_seller_name",
            ),
            models.Index(
                fields=["next_try_at", "id"],
                name="message_open",
                condition=models.Q(state__in=OPEN_STATES),
            ),
        ]


class MessageTemplate(TenantModel):
    """A seller's own words for one kind of message in one language."""

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "message_template"
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "kind", "language"], name="message_template_once"
            ),
        ]


class MessageRecipient(TenantModel):
    """An address that is told of some topics of an account beside the account's own people."""

    account = TenantForeignKey("parties.Account", db_index=False)
    address = models.CharField(max_length=254)
    topics = models.JSONField(default=list)

    class Meta:
        db_table = "message_recipient"
        constraints = [
            TenantReference(
                column="account_id", to_table="account", name="message_recipient_account"
            ),
            models.UniqueConstraint(fields=["account", "address"], name="message_recipient_once"),
        ]
