from django.db import migrations
from django.db.models import F


def as_they_stand(apps, _schema_editor):
    """Of rows joined before it was kept of which row somebody said so: the one they stand under."""
    rows = apps.get_model('people', 'Person').objects.exclude(same_as=None)
    rows.update(joined_to=F('same_as'))


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_joined_to_whom'),
    ]

    operations = [
        migrations.RunPython(as_they_stand, migrations.RunPython.noop),
    ]
