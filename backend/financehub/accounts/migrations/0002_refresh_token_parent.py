"""Remember for which token a refresh token was given."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users_and_sessions")]

    operations = [
        migrations.AddField(
            model_name="refreshtoken",
            name="parent",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="successors", to="accounts.refreshtoken"
            ),
        ),
    ]
