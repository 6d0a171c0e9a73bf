"""Addresses of the people of an account: the own ones, and those of the accounts below."""

from django.urls import URLPattern, path

from entrepot.web.screens.users import (
    acts,
    bulk_role,
    creating,
    editing,
    factors,
    files,
    importing,
    listing,
    page,
)
from entrepot.web.screens.users.acts import Act
from entrepot.web.screens.users.parts import add_part

add_part(factors.factor_part)


def addresses(before: str = "") -> list[URLPattern]:
    """Return the addresses; `before` begins their names, such as "account-" for people of another account."""
    return [
        path("", listing.users, name=f"{before}users"),
        path("new/", creating.new_users, name=f"{before}user-new"),
        path("import/", importing.imports, name=f"{before}user-imports"),
        path("import/template/", importing.template_file, name=f"{before}user-import-template"),
        path("import/upload/", importing.upload, name=f"{before}user-import-upload"),
        path("import/<int:number>/", importing.work, name=f"{before}user-import"),
        path("import/<int:number>/apply/", importing.apply, name=f"{before}user-import-apply"),
        path("export/", files.export, name=f"{before}users-export"),
        path("act/", acts.together, name=f"{before}users-act"),
        path("role/", bulk_role.roles_together, name=f"{before}users-role"),
        path("<int:number>/", page.user, name=f"{before}user"),
        path("<int:number>/edit/", editing.edit_user, name=f"{before}user-edit"),
        path("<int:number>/role/", editing.set_role, name=f"{before}user-role"),
        path("<int:number>/link/", acts.link, name=f"{before}user-link"),
        path("<int:number>/factors/", factors.reset, name=f"{before}user-factors"),
        *[
            path(f"<int:number>/{act.value}/", acts.one_act(act), name=f"{before}user-{act.value}")
            for act in Act
        ],
    ]
