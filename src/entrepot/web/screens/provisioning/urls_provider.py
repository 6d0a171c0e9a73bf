"""Addresses of provisioning in the provider's panel."""

from django.urls import path

from entrepot.flows.operation_acts import OperationAct
from entrepot.web.screens.provisioning import acting, connectors, drift, follow_ups, listing, page

urlpatterns = [
    path("", listing.operations, name="provisioning"),
    path("<int:number>/", page.operation, name="operation"),
    *[
        path(f"<int:number>/{act}/", acting.act_page, {"act": act}, name=f"operation-{act}")
        for act in OperationAct
        if act is not OperationAct.NOW
    ],
    path("<int:number>/now/", acting.hurry, name="operation-now"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow-ups"),
    path("follow-ups/<int:number>/close/", follow_ups.close, name="follow-up-close"),
    path("connectors/", connectors.connector_list, name="connectors"),
    path("connectors/<int:number>/", connectors.connector_page, name="connector"),
    path("connectors/<int:number>/switch/", connectors.switch, name="connector-switch"),
    path("connectors/<int:number>/units/", connectors.units, name="connector-units"),
    path("connectors/<int:number>/people/", connectors.people, name="connector-people"),
    path("connectors/<int:number>/look/", drift.look, name="drift-look"),
    path("connectors/<int:number>/usage/", drift.usage, name="usage-fetch"),
    path("differences/<int:number>/repair/", drift.repair, name="drift-repair"),
]
