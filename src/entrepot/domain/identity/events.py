"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("directory_token", "directory_group"))
@dataclass(frozen=True, slots=True)
class DirectoryChanged(Act):
    """A directory got a token or lost one, or one of its groups was changed."""


@announces(kinds=("portal",))
@dataclass(frozen=True, slots=True)
class PortalChanged(Act):
    """A sign-in portal was added, changed, switched or deleted, or somebody it sent was refused."""
