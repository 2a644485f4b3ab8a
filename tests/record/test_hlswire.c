/* SPDX-License-Identifier: Apache-2.0 */
#include "record/hlswire.h"

#include <string.h>

static void
on_message (const ParlorHlsHead *head, GBytes *data, gpointer user_data)
{
  g_string_append_printf (user_data, "%d%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %.*s;",
                          (int)head->type, head->independent ? "!" : "", head->duration_us,
                          head->at_us, (int)g_bytes_get_size (data),
                          (const char *)g_bytes_get_data (data, NULL));
}

static void
append (GByteArray *out, const ParlorHlsHead *head, const char *text, guint32 length)
{
  guint8 bytes[PARLOR_HLS_HEAD_BYTES];
  parlor_hls_head_write (head, length, bytes);
  g_byte_array_append (out, bytes, sizeof bytes);
  g_byte_array_append (out, (const guint8 *)text, (guint)strlen (text));
}

static void
test_cut (void)
{
  ParlorHlsHead init = {.type = PARLOR_HLS_INIT};
  ParlorHlsHead part = {PARLOR_HLS_PART, TRUE, 400000, G_GINT64_CONSTANT (0x123456789)};
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  append (stream, &init, "moov", 4);
  append (stream, &part, "moof", 4);
  for (guint step = 1; step <= stream->len; step++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);
      g_autoptr (ParlorHlsReader) reader = parlor_hls_reader_new (on_message, seen);
      for (guint at = 0; at < stream->len; at += step)
        g_assert_true (
            parlor_hls_reader_push (reader, stream->data + at, MIN (step, stream->len - at)));
      g_assert_cmpstr (seen->str, ==, "1 0 0 moov;2! 400000 4886718345 moof;");
    }
}

static void
test_lies (void)
{
  static const guint lengths[] = {0, PARLOR_HLS_MESSAGE_MAX + 1};
  ParlorHlsHead head = {.type = PARLOR_HLS_INIT};
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);
      g_autoptr (ParlorHlsReader) reader = parlor_hls_reader_new (on_message, seen);
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      append (stream, &head, "", lengths[i]);
      g_assert_false (parlor_hls_reader_push (reader, stream->data, stream->len));
      /* And nothing is believed afterwards. */
      g_byte_array_set_size (stream, 0);
      append (stream, &head, "moov", 4);
      g_assert_false (parlor_hls_reader_push (reader, stream->data, stream->len));
      g_assert_cmpstr (seen->str, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/hlswire/however-it-is-cut", test_cut);
  g_test_add_func ("/record/hlswire/a-length-that-is-a-lie-ends-it", test_lies);
  return g_test_run ();
}
