"""The web program's entry point."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
application = get_wsgi_application()
# Not before the applications are there. A web program whose tenants share one wall must not serve.
import_module("entrepot.infra.db.row_security").require_wall()
