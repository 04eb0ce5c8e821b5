from django.db import migrations, models
from django.db.models import F


def the_same_in_english(apps, schema_editor):
    bodies = apps.get_model("programme", "Organisation").objects
    bodies.update(acronym_en=F("acronym_es"))


class Migration(migrations.Migration):
    dependencies = [("programme", "0003_catalogue_kinds")]

    operations = [
        migrations.RenameField("organisation", "acronym", "acronym_es"),
        migrations.AddField(
            "organisation", "acronym_en", models.CharField(blank=True, max_length=40)
        ),
        migrations.RunPython(the_same_in_english, migrations.RunPython.noop),
    ]
