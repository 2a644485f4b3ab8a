/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/av1.h"

static void
test_key_frame (void)
{
  /* W=2 N=1: a sequence header of 3 bytes with length, then a frame OBU with an extension (tid 1,
   * sid 2) to the end. */
  static const guint8 payload[] = {0x28, 3, 0x08, 1, 2, 0x34, 0x30, 9, 9};
  ParlorAv1 av1;
  g_assert_true (parlor_av1_parse (payload, sizeof payload, &av1));
  g_assert_true (av1.new_sequence && av1.has_sequence_header && !av1.continues && !av1.goes_on);
  g_assert_cmpuint (av1.n_elements, ==, 2);
  g_assert_cmpuint (av1.tid, ==, 1);
  g_assert_cmpuint (av1.sid, ==, 2);
}

/* The first element of a continuing packet is in the middle of an OBU: its bytes are no header. */
static void
test_continued (void)
{
  static const guint8 payload[] = {0x80, 2, 0x08, 0x0c, 2, 0x12, 0x00};
  ParlorAv1 av1;
  g_assert_true (parlor_av1_parse (payload, sizeof payload, &av1));
  g_assert_true (av1.continues && !av1.has_sequence_header && av1.has_temporal_delimiter);
  g_assert_cmpuint (av1.n_elements, ==, 2);
}

static void
test_refused (void)
{
  ParlorAv1 av1;
  g_assert_false (parlor_av1_parse (NULL, 0, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x10}, 1, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x98, 0x30}, 2, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x20, 5, 1}, 3, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x20, 1, 0x30}, 3, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x00, 0}, 2, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x00, 0x80, 0x80, 0x80, 0x00}, 5, &av1));
  g_assert_false (parlor_av1_parse ((const guint8[]){0x10, 0x34}, 2, &av1));
}

static void
test_lies (void)
{
  for (guint head = 0; head < 256; head++)
    for (guint length = 0; length < 256; length++)
      for (gsize size = 0; size <= 64; size++)
        {
          guint8 model[64] = {(guint8)head, (guint8)length, (guint8)(length >> 1), 0x34, 1, 2};
          g_autofree guint8 *payload = g_memdup2 (model, size);
          ParlorAv1 av1;
          if (parlor_av1_parse (payload, size, &av1))
            g_assert_cmpuint (av1.n_elements, >, 0);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/av1/a-new-sequence-with-two-elements", test_key_frame);
  g_test_add_func ("/proto/codec/av1/a-continued-element-has-no-header", test_continued);
  g_test_add_func ("/proto/codec/av1/malformed-payloads-are-refused", test_refused);
  g_test_add_func ("/proto/codec/av1/lies-up-to-64-bytes-stay-inside", test_lies);
  return g_test_run ();
}
