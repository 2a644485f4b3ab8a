/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/opus.h"

/* RFC 6716 table 2, in units of 48 kHz. */
static void
test_durations (void)
{
  static const guint16 want[32] = {480,  960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920,
                                   2880, 480, 960,  480,  960, 120, 240,  480,  960, 120, 240,
                                   480,  960, 120,  240,  480, 960, 120,  240,  480, 960};
  for (guint config = 0; config < 32; config++)
    {
      guint8 payload[10] = {(guint8)(config << 3)};
      ParlorOpus opus;
      g_assert_true (parlor_opus_parse (payload, sizeof payload, &opus));
      g_assert_cmpuint (opus.samples, ==, want[config]);
      payload[0] |= 1;
      g_assert_true (parlor_opus_parse (payload, sizeof payload, &opus));
      g_assert_cmpuint (opus.samples, ==, 2u * want[config]);
      for (guint frames = 0; frames < 64; frames++)
        {
          payload[0] |= 3;
          payload[1] = (guint8)(0xc0 | frames);
          g_assert_cmpint (parlor_opus_parse (payload, sizeof payload, &opus), ==,
                           frames > 0 && frames * want[config] <= 5760);
        }
    }
}

static void
test_dtx (void)
{
  ParlorOpus opus;
  g_assert_true (parlor_opus_parse ((const guint8[]){0x78}, 1, &opus));
  g_assert_true (opus.dtx);
  g_assert_true (parlor_opus_parse ((const guint8[]){0x7c, 1, 2}, 3, &opus));
  g_assert_false (opus.dtx);
  g_assert_true (opus.stereo);
}

static void
test_short (void)
{
  ParlorOpus opus;
  g_assert_false (parlor_opus_parse (NULL, 0, &opus));
  g_assert_false (parlor_opus_parse ((const guint8[]){0x7b}, 1, &opus));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/opus/durations-as-in-rfc-6716-table-2", test_durations);
  g_test_add_func ("/proto/codec/opus/a-remnant-of-silence-is-dtx", test_dtx);
  g_test_add_func ("/proto/codec/opus/truncated-is-refused", test_short);
  return g_test_run ();
}
