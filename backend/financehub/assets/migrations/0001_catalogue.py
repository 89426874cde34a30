import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogueInstrument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('symbol', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('asset_class', models.CharField(max_length=12)),
                ('currency', models.CharField(blank=True, max_length=12)),
                ('venue', models.CharField(blank=True, max_length=20)),
                ('base', models.CharField(blank=True, max_length=32)),
                ('price_decimals', models.SmallIntegerField(default=2)),
                ('isin', models.CharField(blank=True, db_index=True, max_length=12)),
                ('sector', models.CharField(blank=True, max_length=60)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('is_featured', models.BooleanField(default=False)),
                ('rank', models.IntegerField()),
                ('listed_by', models.CharField(max_length=40)),
                ('search_symbol', models.CharField(db_index=True, max_length=64)),
                ('search_name', models.CharField(db_index=True, max_length=200)),
                ('search_words', models.TextField()),
            ],
            options={
                'db_table': 'assets_instrument',
                'indexes': [models.Index(fields=['asset_class', 'symbol'], name='assets_instrument_class')],
            },
        ),
        migrations.CreateModel(
            name='ProviderName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_id', models.CharField(max_length=40)),
                ('provider_symbol', models.CharField(max_length=64)),
                ('search_name', models.CharField(db_index=True, max_length=64)),
                ('instrument', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='provider_names', to='assets.catalogueinstrument')),
            ],
            options={
                'db_table': 'assets_provider_name',
                'indexes': [models.Index(fields=['provider_id', 'provider_symbol'], name='assets_provider_symbol')],
                'constraints': [models.UniqueConstraint(fields=('instrument', 'provider_id'), name='assets_one_name_per_provider')],
            },
        ),
    ]
