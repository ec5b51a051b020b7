"""The built-in connection, so that every run can point at a row."""

import uuid
from typing import Any

from django.db import migrations


def make(apps: Any, schema_editor: Any) -> None:
    connection = apps.get_model("playground", "Connection")
    connection.objects.get_or_create(
        id=uuid.UUID(int=1), defaults={"name": "Sandbox", "base_url": "sandbox:", "shared": True, "owner": None}
    )


class Migration(migrations.Migration):
    dependencies = [("playground", "0001_initial")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
