"""Write the OpenAPI document to a file: `manage.py export_openapi ../frontend/openapi.json`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from financehub.api.application import openapi_document


class Command(BaseCommand):
    help = "Write the OpenAPI document to a file."
    requires_system_checks: list[str] = []  # noqa: RUF012 Django declares it so

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        path.write_bytes(openapi_document())
        self.stdout.write(f"wrote {path}")
