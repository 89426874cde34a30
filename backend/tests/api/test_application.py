"""The interface as a whole: its document is the one the front end has."""

from io import StringIO
from pathlib import Path

from api.door import DOCUMENT, operations
from django.core.management import call_command

from financehub.api.application import openapi_document

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"


def test_front_end_has_the_current_document() -> None:
    assert (FRONTEND / "openapi.json").read_bytes() == openapi_document(), (
        "run: cd backend && ../.venv/bin/python manage.py export_openapi ../frontend/openapi.json"
    )


def test_document_is_exported(tmp_path: Path) -> None:
    said = StringIO()
    call_command("export_openapi", str(tmp_path / "openapi.json"), stdout=said)
    assert (tmp_path / "openapi.json").read_bytes() == openapi_document()
    assert said.getvalue() == f"wrote {tmp_path / 'openapi.json'}\n"


def test_every_operation_is_named_and_tells_its_errors() -> None:
    names = [entry["operationId"] for _, _, entry in operations()]
    assert len(set(names)) == len(names) == 17
    for _, path, entry in operations():
        assert entry["summary"] and entry["tags"]
        if path != "/api/health":
            body = entry["responses"]["422"]["content"]["application/json"]["schema"]
            assert body == {"$ref": "#/components/schemas/ErrorBody"}


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    wanted = {part.split('"')[0] for part in openapi_document().decode().split("#/components/schemas/")[1:]}
    assert wanted == set(schemas)
