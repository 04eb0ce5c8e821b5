from django.db import migrations, models


def name_typists(apps, schema_editor):
    """Whoever saved a table before counts as one who typed it: the journal kept no more."""
    entries = apps.get_model("kernel", "JournalEntry").objects.filter(
        kind="keyed_table", did="keyed.typed"
    )
    for table in apps.get_model("evidence", "KeyedTable").objects.all():
        saved = entries.filter(subject=str(table.pk)).values_list("who", flat=True)
        table.typists = sorted({table.entered_by, *saved}) if table.cells else []
        table.save(update_fields=["typists"])


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_desk"),
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="keyedtable",
            name="typists",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(name_typists, migrations.RunPython.noop),
    ]
