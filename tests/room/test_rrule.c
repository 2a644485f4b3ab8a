/* SPDX-License-Identifier: Apache-2.0 */
#include "room/rrule.h"

static void
test_written_back (void)
{
  static const struct
  {
    const char *text, *kept;
  } cases[] = {
      {"FREQ=DAILY", "FREQ=DAILY"},
      {"rrule:freq=daily;interval=3;count=10", "FREQ=DAILY;INTERVAL=3;COUNT=10"},
      {"INTERVAL=1;FREQ=WEEKLY;WKST=MO;BYDAY=FR,MO,WE", "FREQ=WEEKLY;BYDAY=MO,WE,FR"},
      {"FREQ=WEEKLY;UNTIL=20261231", "FREQ=WEEKLY;UNTIL=20261231"},
      {"FREQ=WEEKLY;UNTIL=20261231T235959Z", "FREQ=WEEKLY;UNTIL=20261231"},
      {"FREQ=WEEKLY;UNTIL=20261231T235959", "FREQ=WEEKLY;UNTIL=20261231"},
      {"FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"},
      {"FREQ=MONTHLY;BYDAY=2TU;COUNT=1000", "FREQ=MONTHLY;BYDAY=2TU;COUNT=1000"},
      {"FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"},
      {"FREQ=MONTHLY", "FREQ=MONTHLY"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ParlorRrule rule, again;
      char text[PARLOR_RRULE_SIZE], twice[PARLOR_RRULE_SIZE];
      g_assert_true (parlor_rrule_parse (cases[i].text, &rule, NULL));
      parlor_rrule_print (&rule, text);
      g_assert_cmpstr (text, ==, cases[i].kept);
      g_assert_true (parlor_rrule_parse (text, &again, NULL));
      parlor_rrule_print (&again, twice);
      g_assert_cmpstr (twice, ==, text);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = {
      "",
      "RRULE:",
      "FREQ",
      "FREQ=",
      "INTERVAL=2",
      "FREQ=YEARLY",
      "FREQ=SECONDLY",
      "FREQ=DAILY;FREQ=DAILY",
      "FREQ=DAILY;INTERVAL=0",
      "FREQ=DAILY;INTERVAL=100",
      "FREQ=DAILY;INTERVAL=-1",
      "FREQ=DAILY;COUNT=1001",
      "FREQ=DAILY;COUNT=2;UNTIL=20261231",
      "FREQ=DAILY;UNTIL=20260230",
      "FREQ=DAILY;UNTIL=20261231T2359",
      "FREQ=DAILY;UNTIL=20261231X",
      "FREQ=DAILY;UNTIL=2026-12-31",
      "FREQ=DAILY;BYDAY=MO",
      "FREQ=WEEKLY;BYDAY=",
      "FREQ=WEEKLY;BYDAY=MO,MO",
      "FREQ=WEEKLY;BYDAY=1MO",
      "FREQ=WEEKLY;BYDAY=XX",
      "FREQ=WEEKLY;BYDAY=MO,",
      "FREQ=WEEKLY;BYMONTHDAY=1",
      "FREQ=WEEKLY;WKST=SU",
      "FREQ=MONTHLY;BYDAY=MO",
      "FREQ=MONTHLY;BYDAY=5MO",
      "FREQ=MONTHLY;BYDAY=-2MO",
      "FREQ=MONTHLY;BYDAY=1MO,2MO",
      "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3",
      "FREQ=MONTHLY;BYMONTHDAY=0",
      "FREQ=MONTHLY;BYMONTHDAY=32",
      "FREQ=MONTHLY;BYSETPOS=1",
      "FREQ=DAILY;;COUNT=2",
      "FREQ=DAILY;COUNT=2\r\nX-EVIL:1",
  };
  ParlorRrule rule;
  g_autofree char *vast = g_strnfill (100000, 'A');
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      if (parlor_rrule_parse (cases[i], &rule, &error))
        g_error ("\"%s\" was taken", cases[i]);
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  g_assert_false (parlor_rrule_parse (NULL, &rule, NULL));
  g_assert_false (parlor_rrule_parse (vast, &rule, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/rrule/a-rule-is-written-back-in-one-way", test_written_back);
  g_test_add_func ("/room/rrule/what-is-not-ours-is-refused", test_refused);
  return g_test_run ();
}
