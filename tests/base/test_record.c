/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

typedef struct
{
  char *id;
  gint64 at_ms;
  gboolean open;
  double weight;
  GBytes *key;
} Thing;

static const ParlorField fields[] = {
    PARLOR_TEXT (Thing, id),     PARLOR_INT (Thing, at_ms), PARLOR_FLAG (Thing, open),
    PARLOR_REAL (Thing, weight), PARLOR_BYTES (Thing, key),
};

static const ParlorRecordKind things = {
    .table = "things",
    .fields = fields,
    .n_fields = G_N_ELEMENTS (fields),
    .n_key = 1,
    .size = sizeof (Thing),
};

static void
test_copy_owns (void)
{
  Thing one = {g_strdup ("th_1"), 17, TRUE, 0.5, g_bytes_new ("abc", 3)}, two;
  parlor_record_copy (&things, &two, &one);
  parlor_record_clear (&things, &one);
  g_assert_null (one.id);
  g_assert_cmpstr (two.id, ==, "th_1");
  g_assert_cmpint (two.at_ms, ==, 17);
  g_assert_cmpfloat (two.weight, ==, 0.5);
  g_assert_cmpuint (g_bytes_get_size (two.key), ==, 3);
  parlor_record_clear (&things, &two);
}

static void
test_null_stays_null (void)
{
  Thing one = {0}, two;
  parlor_record_copy (&things, &two, &one);
  g_assert_null (two.id);
  g_assert_null (two.key);
  parlor_record_clear (&things, &two);
}

static void
test_field_by_name (void)
{
  g_assert_cmpint (parlor_record_field (&things, "open")->type, ==, PARLOR_FIELD_FLAG);
  g_assert_null (parlor_record_field (&things, "opened"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/record/a-copy-owns-its-texts-and-bytes", test_copy_owns);
  g_test_add_func ("/base/record/null-stays-null", test_null_stays_null);
  g_test_add_func ("/base/record/a-field-is-found-by-its-name", test_field_by_name);
  return g_test_run ();
}
