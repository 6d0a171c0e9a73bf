"""A site that serves the gallery alone: no database, no sign-in, the product's content policy."""

import pytest
from django.test import Client

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "builtins": ["django_cotton.templatetags.cotton"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]


@pytest.fixture
def gallery_site(settings):
    """Point Django at the gallery."""
    settings.ROOT_URLCONF = "tests.web.ui.gallery_urls"
    settings.TEMPLATES = TEMPLATES
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
    ]
    return settings


@pytest.fixture
def browse(gallery_site):
    """Give a client of the gallery."""
    return Client(headers={"accept-language": "en"})
