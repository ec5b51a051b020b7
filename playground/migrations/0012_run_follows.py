
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0011_search_short'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='follows',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followers', to='playground.run'),
        ),
    ]
