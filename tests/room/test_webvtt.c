/* SPDX-License-Identifier: Apache-2.0 */
#include "room/webvtt.h"

#include <string.h>

static void
collect (const ParlorWebvttCue *cue, gpointer user_data)
{
  g_string_append_printf (user_data, "%d-%d %s: %s\n", (int)cue->from_ms, (int)cue->to_ms,
                          cue->speaker, cue->text);
}

static void
check (const char *text, ParlorWebvttResult expected, const char *cues)
{
  g_autoptr (GString) found = g_string_new (NULL);
  ParlorWebvttResult result = parlor_webvtt_parse (text, strlen (text), collect, found, NULL);
  g_assert_cmpstr (parlor_webvtt_result_name (result), ==, parlor_webvtt_result_name (expected));
  g_assert_cmpstr (found->str, ==, cues);
}

static void
test_cues (void)
{
  check ("WEBVTT", PARLOR_WEBVTT_OK, "");
  check ("\xef\xbb\xbfWEBVTT a title\r\nKind: captions\r\n\r\n1\r\n00:01.000 --> 00:02.500 "
         "align:left\r\n"
         "<v Lin>间隙 <b>0.35</b> 毫米\r\nnot 0.4 &amp; not &lt;1\r\n\r\n",
         PARLOR_WEBVTT_OK, "1000-2500 Lin: 间隙 0.35 毫米 not 0.4 & not <1\n");
  check ("WEBVTT\n\nNOTE nothing\n00:01.000 --> 00:02.000\nhidden\n\nSTYLE\n::cue{}\n\n"
         "01:00:00.001 --> 01:00:00.002\nno name\n",
         PARLOR_WEBVTT_OK, "3600001-3600002 : no name\n");
  check ("WEBVTT\n\n00:00.000 --> 00:01.000\n<v.loud Mara Lee>one<v Lin>two</v>\n",
         PARLOR_WEBVTT_OK, "0-1000 Mara Lee: one\n0-1000 Lin: two\n");
  check ("WEBVTT\n\n00:00.000 --> 00:01.000\n\n00:01.000 --> 00:02.000\n<i></i>\n\nname alone\n\n",
         PARLOR_WEBVTT_OK, "");
}

static void
test_faults (void)
{
  check ("", PARLOR_WEBVTT_NOT_TEXT, "");
  check ("WEBVTT\xff", PARLOR_WEBVTT_NOT_TEXT, "");
  check ("WEBVTTX\n\n", PARLOR_WEBVTT_NO_HEADER, "");
  check ("00:00.000 --> 00:01.000\nx\n", PARLOR_WEBVTT_NO_HEADER, "");
  static const char *const times[] = {
      "00:01.000 --> 00:01.000",
      "00:02.000 --> 00:01.000",
      "1.000 --> 2.000",
      "00:61.000 --> 02:00.000",
      "60:00.000 --> 61:00.000",
      "00:01,000 --> 00:02,000",
      "00:01.00 --> 00:02.000",
      "00:01.0000 --> 00:02.000",
      "-->",
      "00:01.000-->",
      "99999:00:00.000 --> 1:00.000",
      "00:01.000 --> 00:02.000x",
  };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = g_strdup_printf ("WEBVTT\n\n%s\nx\n", times[i]);
      check (text, PARLOR_WEBVTT_BAD_TIME, "");
    }
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("WEBVTT\n\n00:00.000 --> 00:01.000\n");
  for (guint i = 0; i <= PARLOR_WEBVTT_TEXT_MAX; i++)
    g_string_append_c (text, 'x');
  g_assert_cmpint (parlor_webvtt_parse (text->str, text->len, NULL, NULL, NULL), ==,
                   PARLOR_WEBVTT_TOO_MUCH);
  g_string_assign (text, "WEBVTT\n\n");
  for (guint i = 0; i < PARLOR_WEBVTT_CUES_MAX; i++)
    g_string_append (text, "00:00.000 --> 00:01.000\nx\n\n");
  g_assert_cmpint (parlor_webvtt_parse (text->str, text->len, NULL, NULL, NULL), ==,
                   PARLOR_WEBVTT_OK);
  g_string_append (text, "00:00.000 --> 00:01.000\nx\n\n");
  guint line;
  g_assert_cmpint (parlor_webvtt_parse (text->str, text->len, NULL, NULL, &line), ==,
                   PARLOR_WEBVTT_TOO_MUCH);
  g_assert_cmpuint (line, >, 3 * PARLOR_WEBVTT_CUES_MAX);
}

/* A name or a text cannot end its line or turn what follows. */
static void
test_quiet (void)
{
  check ("WEBVTT\n\n00:00.000 --> 00:01.000\n<v A\xe2\x80\xae"
         "B>x\xe2\x80\xa8y\x01z\n",
         PARLOR_WEBVTT_OK, "0-1000 A B: x y z\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/webvtt/who-said-what-when", test_cues);
  g_test_add_func ("/room/webvtt/what-is-none-is-told", test_faults);
  g_test_add_func ("/room/webvtt/there-is-a-bound", test_bounds);
  g_test_add_func ("/room/webvtt/a-text-stays-in-its-line", test_quiet);
  return g_test_run ();
}
