"""Addresses of the services of an account's people."""

from django.urls import URLPattern, path

from entrepot.web.screens.services.assigning import assign
from entrepot.web.screens.services.listing import my_services, services
from entrepot.web.screens.services.options import options
from entrepot.web.screens.services.page import release, retry, service
from entrepot.web.screens.services.person import services_part
from entrepot.web.screens.users.parts import add_part

add_part(services_part)

urlpatterns: list[URLPattern] = [
    path("", services, name="services"),
    path("mine/", my_services, name="my-services"),
    path("<int:resource_id>/", service, name="service"),
    path("<int:resource_id>/assign/", assign, name="service-assign"),
    path("<int:resource_id>/options/", options, name="service-options"),
    path("<int:resource_id>/release/", release, name="service-release"),
    path("<int:resource_id>/retry/", retry, name="service-retry"),
]
