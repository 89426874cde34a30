"""Tables of the store: bars as integers, what was fetched of them, and documents for everything else.

Times are whole seconds since the epoch. A price is an integer; divided by 10^`price_scale` of its instrument it is what the source said.
"""

from django.db import models


class StoredInstrument(models.Model):
    """A symbol that has bars, and how many decimals its integers carry; writers of its bars take turns on this row."""

    symbol = models.CharField(max_length=64, unique=True)
    price_scale = models.SmallIntegerField()
    volume_scale = models.SmallIntegerField()

    class Meta:
        db_table = "storage_instrument"


class BarOrigin(models.Model):
    """Who gave some bars, in which currency ("" when not said), and the second in which they arrived.

    A row of its own, because a bar then carries one small number instead of three columns.
    """

    source = models.CharField(max_length=40)
    currency = models.CharField(max_length=12)
    fetched_at = models.BigIntegerField()

    class Meta:
        db_table = "storage_origin"
        constraints = (models.UniqueConstraint(fields=("source", "currency", "fetched_at"), name="storage_origin_unique"),)


class BarColumnsModel(models.Model):
    """The columns of a bar. `bar_interval` is in seconds, `time` is the start; created by the migration, per vendor."""

    pk = models.CompositePrimaryKey("instrument_id", "bar_interval", "time")
    instrument_id = models.IntegerField()
    bar_interval = models.IntegerField()
    time = models.BigIntegerField()
    open = models.BigIntegerField()
    high = models.BigIntegerField()
    low = models.BigIntegerField()
    close = models.BigIntegerField()
    volume = models.BigIntegerField()
    is_final = models.SmallIntegerField()
    origin_id = models.IntegerField()

    class Meta:
        abstract = True


class StoredBar(BarColumnsModel):
    """A bar as a source gave it."""

    class Meta:
        db_table = "storage_bar"


class RollupBar(BarColumnsModel):
    """A bar made of finer ones."""

    class Meta:
        db_table = "storage_rollup"


class BarCoverage(models.Model):
    """A stretch covered_from ≤ time < covered_to for which all bars of an interval were fetched; stretches of one series never touch."""

    instrument_id = models.IntegerField()
    bar_interval = models.IntegerField()
    covered_from = models.BigIntegerField()
    covered_to = models.BigIntegerField()

    class Meta:
        db_table = "storage_coverage"
        indexes = (models.Index(fields=("instrument_id", "bar_interval", "covered_from"), name="storage_coverage_series"),)


class StoredDocument(models.Model):
    """One document under a kind and a key; the index on `fetched_at` serves retention."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    payload = models.BinaryField()
    source = models.CharField(max_length=40)
    as_of = models.DateTimeField()
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "storage_document"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="storage_document_unique"),)
        indexes = (models.Index(fields=("kind", "fetched_at"), name="storage_document_age"),)
