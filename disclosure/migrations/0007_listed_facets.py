import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# What a row can be asked by: category/stage/place/imported of every two or more of its facets, "" for those not asked
# for; a place is a province, a city or a region by its number of digits. Written out, since it runs for every row.
FACETS = """
CREATE FUNCTION gz_facets(category text, stage text, province text, city text, region text, imported boolean)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[
        c || s || '//', c || '/' || p, c || '/' || y, c || '/' || r, s || p, s || y, s || r,
        c || s || p, c || s || y, c || s || r,
        c || '///' || i, s || '//' || i, '/' || p || i, '/' || y || i, '/' || r || i,
        c || s || '//' || i, c || '/' || p || i, c || '/' || y || i, c || '/' || r || i,
        s || p || i, s || y || i, s || r || i, c || s || p || i, c || s || y || i, c || s || r || i
    ] FROM (SELECT category c, '/' || stage s, '/' || province || '/' p, '/' || city || '/' y, '/' || region || '/' r,
                   CASE WHEN imported THEN 't' ELSE 'f' END i) parts
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0006_paper_by_file")]

    operations = [
        migrations.RunSQL(FACETS, "DROP FUNCTION gz_facets(text, text, text, text, text, boolean)"),
        migrations.AddIndex(
            model_name="listednotice",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "category", "stage", "province", "city", "region_code", "imported",
                    function="gz_facets",
                    output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                name="listed_facets",
            ),
        ),
    ]  # fmt: skip
