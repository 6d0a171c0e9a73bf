"""Addresses of what sellers do with the accounts below them; the same in the panels of sellers."""

from django.urls import URLPattern, path

from entrepot.domain.parties.kinds import AccountKind
from entrepot.web.screens.customers.acting import act as act_for
from entrepot.web.screens.customers.acts import HOLD, RELEASE, change_hold, note
from entrepot.web.screens.customers.editing import edit_account, new_account
from entrepot.web.screens.customers.handover import hand_over
from entrepot.web.screens.customers.phones import phones
from entrepot.web.screens.customers.terms import edit_terms

urlpatterns: list[URLPattern] = [
    path("customers/new/", new_account, {"kind": AccountKind.CUSTOMER}, name="customer-new"),
    path("accounts/phones/", phones, name="account-phones"),
    path("accounts/<int:number>/edit/", edit_account, name="account-edit"),
    path("accounts/<int:number>/hand-over/", hand_over, name="account-hand-over"),
    path("accounts/<int:number>/act/", act_for, name="account-act"),
    path("accounts/<int:number>/note/", note, name="account-note"),
    *[
        path(f"accounts/<int:number>/{act}/", change_hold, {"act": act}, name=f"account-{act}")
        for act in (HOLD, RELEASE)
    ],
    path("credit/<int:number>/terms/", edit_terms, name="credit-terms"),
]
