"""The catalogue: instruments, and what each provider calls them."""

from django.db import models


class CatalogueInstrument(models.Model):
    """One instrument. `rank` orders what is otherwise equal (less is better known); `listed_by` is who brought it in.

    The `search_` columns hold what is searched, normalised by `search_text`: the symbol without punctuation, the name, and every word of
    every name with a space before it.
    """

    symbol = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200, blank=True)
    asset_class = models.CharField(max_length=12)
    currency = models.CharField(max_length=12, blank=True)
    venue = models.CharField(max_length=20, blank=True)
    base = models.CharField(max_length=32, blank=True)
    price_decimals = models.SmallIntegerField(default=2)
    isin = models.CharField(max_length=12, blank=True, db_index=True)
    sector = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    is_featured = models.BooleanField(default=False)
    rank = models.IntegerField()
    listed_by = models.CharField(max_length=40)
    search_symbol = models.CharField(max_length=64, db_index=True)
    search_name = models.CharField(max_length=200, db_index=True)
    search_words = models.TextField()

    class Meta:
        db_table = "assets_instrument"
        indexes = (models.Index(fields=("asset_class", "symbol"), name="assets_instrument_class"),)


class ProviderName(models.Model):
    """What a provider calls an instrument. One name may stand for several: share classes have one CIK.

    `search_name` is the name in lower case.
    """

    instrument = models.ForeignKey(CatalogueInstrument, on_delete=models.CASCADE, related_name="provider_names")
    provider_id = models.CharField(max_length=40)
    provider_symbol = models.CharField(max_length=64)
    search_name = models.CharField(max_length=64, db_index=True)

    class Meta:
        db_table = "assets_provider_name"
        constraints = (models.UniqueConstraint(fields=("instrument", "provider_id"), name="assets_one_name_per_provider"),)
        indexes = (models.Index(fields=("provider_id", "provider_symbol"), name="assets_provider_symbol"),)
