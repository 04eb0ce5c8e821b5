"""The web application, as a WSGI server wants it."""

import os

from django.core.wsgi import get_wsgi_application

from convive.cli.together import end_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "convive.settings")
end_with(os.getppid())  # a server process whose manager was killed would keep the port for ever
application = get_wsgi_application()
