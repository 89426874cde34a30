from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from financehub.storage.sql_dialects import dialect_of

BAR_TABLES = ("storage_bar", "storage_rollup")


def create_bar_tables(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the bar tables as each vendor keeps a series together on disk; Django cannot say WITHOUT ROWID."""
    dialect = dialect_of(schema_editor.connection)
    for table in BAR_TABLES:
        schema_editor.execute(dialect.create_table(table))


def drop_bar_tables(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in BAR_TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


def tell_document_keys_apart(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """MySQL compares text without regard to case and accents by default; document keys are exact."""
    if schema_editor.connection.vendor == "mysql":
        schema_editor.execute(
            "ALTER TABLE storage_document MODIFY kind varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,"
            " MODIFY `key` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"
        )


def bar_fields() -> list[tuple[str, Any]]:
    return [
        ("pk", models.CompositePrimaryKey("instrument_id", "bar_interval", "time", blank=True, editable=False, primary_key=True, serialize=False)),
        ("instrument_id", models.IntegerField()),
        ("bar_interval", models.IntegerField()),
        ("time", models.BigIntegerField()),
        ("open", models.BigIntegerField()),
        ("high", models.BigIntegerField()),
        ("low", models.BigIntegerField()),
        ("close", models.BigIntegerField()),
        ("volume", models.BigIntegerField()),
        ("is_final", models.SmallIntegerField()),
        ("origin_id", models.IntegerField()),
    ]


def identity() -> tuple[str, Any]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(create_bar_tables, drop_bar_tables, atomic=False)],
            state_operations=[
                migrations.CreateModel(name="StoredBar", fields=bar_fields(), options={"db_table": "storage_bar"}),
                migrations.CreateModel(name="RollupBar", fields=bar_fields(), options={"db_table": "storage_rollup"}),
            ],
        ),
        migrations.CreateModel(
            name="StoredInstrument",
            fields=[
                identity(),
                ("symbol", models.CharField(max_length=64, unique=True)),
                ("price_scale", models.SmallIntegerField()),
                ("volume_scale", models.SmallIntegerField()),
            ],
            options={"db_table": "storage_instrument"},
        ),
        migrations.CreateModel(
            name="BarOrigin",
            fields=[
                identity(),
                ("source", models.CharField(max_length=40)),
                ("currency", models.CharField(max_length=12)),
                ("fetched_at", models.BigIntegerField()),
            ],
            options={
                "db_table": "storage_origin",
                "constraints": [models.UniqueConstraint(fields=("source", "currency", "fetched_at"), name="storage_origin_unique")],
            },
        ),
        migrations.CreateModel(
            name="BarCoverage",
            fields=[
                identity(),
                ("instrument_id", models.IntegerField()),
                ("bar_interval", models.IntegerField()),
                ("covered_from", models.BigIntegerField()),
                ("covered_to", models.BigIntegerField()),
            ],
            options={
                "db_table": "storage_coverage",
                "indexes": [models.Index(fields=["instrument_id", "bar_interval", "covered_from"], name="storage_coverage_series")],
            },
        ),
        migrations.CreateModel(
            name="StoredDocument",
            fields=[
                identity(),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("payload", models.BinaryField()),
                ("source", models.CharField(max_length=40)),
                ("as_of", models.DateTimeField()),
                ("fetched_at", models.DateTimeField()),
            ],
            options={
                "db_table": "storage_document",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="storage_document_unique")],
                "indexes": [models.Index(fields=["kind", "fetched_at"], name="storage_document_age")],
            },
        ),
        migrations.RunPython(tell_document_keys_apart, migrations.RunPython.noop, atomic=False),
    ]
