from django.db import migrations

# One expression, so that PostgreSQL inlines it: the anchor day in January never needs clamping, and adding months
# clamps in C (billing engine, trap 2). Python's twin is kernel.periods.boundary; a property test compares the two.
GRID_DATE = """
CREATE FUNCTION grid_date(day date, months integer, anchor integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (
        make_date(extract(year FROM day)::integer, 1, anchor)
        + make_interval(months => extract(month FROM day)::integer - 1 + months)
    )::date
$$
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]

    operations = [migrations.RunSQL(GRID_DATE, "DROP FUNCTION grid_date(date, integer, integer)")]
