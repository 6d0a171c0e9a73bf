"""Directories of accounts (SCIM): their tokens, the people and groups that they keep."""

from django.db import models

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, OwnRole, User
from entrepot.infra.db.fields import PgEnumField


class DirectoryToken(models.Model):
    """What a directory proves itself with. Only its print is kept; `prefix` is shown, to tell tokens apart."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directory_token"
        indexes = [models.Index(fields=["account", "-id"], name="directory_token_of_account")]


class DirectoryPerson(models.Model):
    """A person whom a directory keeps. `said` is what it said of them, in SCIM's words, to be read back the same."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, default="", blank=True)
    said = models.JSONField()
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "directory_person"
        indexes = [
            models.Index(fields=["account", "user"], name="directory_person_of_account"),
            models.Index(fields=["account", "external_id"], name="directory_person_external"),
        ]


class DirectoryGroup(models.Model):
    """A group that a directory keeps; who is in it gets its role, if it has one here."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=250)
    external_id = models.CharField(max_length=255, default="", blank=True)
    role = PgEnumField(RoleCode, null=True)
    own_role = models.ForeignKey(OwnRole, models.SET_NULL, null=True, related_name="+")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "directory_group"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="directory_group_name_once")
        ]


class DirectoryMember(models.Model):
    """One person in one group."""

    group = models.ForeignKey(
        DirectoryGroup, models.CASCADE, related_name="members", db_index=False
    )
    person = models.ForeignKey(DirectoryPerson, models.CASCADE, related_name="+")

    class Meta:
        db_table = "directory_member"
        constraints = [
            models.UniqueConstraint(fields=["group", "person"], name="directory_member_once")
        ]
