"""Refusals of the provisioning package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, NotFound, Refused


class ProvisioningInput(BadInput):
    """A value that cannot be used."""

    codes = frozenset(
        {
            "connector_name_unusable",
            "connector_name_taken",
            "connector_address_unusable",
            "provisioning_quantity_negative",
            "quantity_parameter_unusable",
            "people_at_once_unusable",
            "provisioning_parameters_too_large",
            "provisioning_comment_missing",
        }
    )


class ProvisioningRefused(Refused):
    """The state of the operation or the abilities of the connector do not allow it."""

    codes = frozenset(
        {
            "connector_cannot",
            "connector_inactive",
            "drift_not_repairable",
            "drift_outdated",
            "drift_repaired_already",
            "operation_open",
            "operation_over",
            "operation_not_waiting",
            "operation_not_parked",
            "operation_not_by_hand",
            "operation_effect_unknown",
            "instance_not_there",
            "follow_up_closed",
            "secret_missing",
            "secret_file_readable",
        }
    )


class ProvisioningConflict(Conflict):
    """The same cause was asked for with other content."""

    codes = frozenset({"operation_cause_reused"})


class NoSuchOperation(NotFound):
    """There is no such operation, instance, connector or follow-up."""

    codes = frozenset({"provisioning_object_missing"})

    def __init__(self, *, object: str) -> None:  # noqa: A002 - as in DomainError
        super().__init__(
            "provisioning_object_missing",
            "{object} does not exist.",
            object=object,
            next_step="Look it up in the list of provisioning.",
        )


class CallbackRefused(Refused):
    """A call-back that was not taken; nothing of it is stored, its reason is counted."""

    codes = frozenset(
        {
            "callback_unknown_connector",
            "callback_unsigned",
            "callback_signature_wrong",
            "callback_outside_window",
            "callback_too_large",
            "callback_encoded",
        }
    )
