/* SPDX-License-Identifier: Apache-2.0 */
#include "http/range.h"

static void
check (const char *value, guint64 size, ParlorRangeResult expected, guint64 from, guint64 length)
{
  guint64 got_from = 0, got_length = 0;
  ParlorRangeResult result = parlor_range_parse (value, size, &got_from, &got_length);
  g_assert_cmpint (result, ==, expected);
  if (expected != PARLOR_RANGE_PART)
    return;
  g_assert_cmpuint (got_from, ==, from);
  g_assert_cmpuint (got_length, ==, length);
}

static void
test_parts (void)
{
  check ("bytes=0-", 100, PARLOR_RANGE_PART, 0, 100);
  check ("bytes=0-0", 100, PARLOR_RANGE_PART, 0, 1);
  check ("bytes=90-200", 100, PARLOR_RANGE_PART, 90, 10);
  check ("bytes=-5", 100, PARLOR_RANGE_PART, 95, 5);
  check ("bytes=-500", 100, PARLOR_RANGE_PART, 0, 100);
}

static void
test_nowhere (void)
{
  check ("bytes=100-", 100, PARLOR_RANGE_NOWHERE, 0, 0);
  check ("bytes=-0", 100, PARLOR_RANGE_NOWHERE, 0, 0);
  check ("bytes=0-", 0, PARLOR_RANGE_NOWHERE, 0, 0);
}

static void
test_ignored (void)
{
  static const char *const values[] = {
      NULL,
      "",
      "bytes",
      "bytes=",
      "bytes=-",
      "bytes=5-3",
      "bytes=a-b",
      "items=0-5",
      "bytes=0-1,3-4",
      "bytes=0 -5",
      "bytes=--5",
      "bytes=0x1-2",
      "bytes=99999999999999999999-",
  };
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    check (values[i], 100, PARLOR_RANGE_NONE, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/range/parts-lie-within-the-file", test_parts);
  g_test_add_func ("/http/range/beyond-the-end-is-nowhere", test_nowhere);
  g_test_add_func ("/http/range/what-is-no-single-range-is-ignored", test_ignored);
  return g_test_run ();
}
