"""What is served under which address; files of the terminal are served before Django is asked."""

from django.urls import path, re_path

from financehub.api.application import api
from financehub.api.error_handlers import unknown_route

urlpatterns = [
    re_path(r"^api/?$", unknown_route),
    path("api/", api.urls),
    re_path(r"", unknown_route),
]
