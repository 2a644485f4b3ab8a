/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/codecs.h"

static ParlorCodecKey
h264 (const char *level_id, const char *mode)
{
  g_autofree char *fmtp = g_strdup_printf (
      "level-asymmetry-allowed=1;packetization-mode=%s;profile-level-id=%s", mode, level_id);

  return parlor_codec_key_from_format ("H264", 90000, 0, fmtp);
}

static void
assert_name (ParlorCodecKey key, const char *expected)
{
  char text[48];

  g_assert_cmpstr (parlor_codec_key_to_string (key, text, sizeof text), ==, expected);
}

static void
test_names (void)
{
  assert_name (PARLOR_CODEC_KEY_NONE, "none");
  assert_name (parlor_codec_key_from_format ("OPUS", 48000, 2, "x"), "opus");
  assert_name (parlor_codec_key_from_format ("vp8", 90000, 0, NULL), "VP8");
  assert_name (parlor_codec_key_from_format ("VP9", 90000, 0, ""), "VP9/0");
  assert_name (parlor_codec_key_from_format ("VP9", 90000, 0, "profile-id=2"), "VP9/2");
  assert_name (parlor_codec_key_from_format ("AV1", 90000, 0, "level-idx=5;profile=0;tier=0"),
               "AV1");
  assert_name (h264 ("42e01f", "1"), "H264/constrained-baseline/1");
}

static void
test_not_forwarded (void)
{
  static const struct
  {
    const char *encoding;
    guint32 clock_hz;
    guint channels;
    const char *fmtp;
  } cases[] = {
      {"H265", 90000, 0, ""},
      {"VP9", 90000, 0, "profile-id=1"},
      {"VP9", 90000, 0, "profile-id=x"},
      {"AV1", 90000, 0, "profile=1"},
      {"opus", 8000, 2, ""},
      {"opus", 48000, 1, ""},
      {"VP8", 8000, 0, ""},
      {"rtx", 90000, 0, "apt=96"},
      {"red", 48000, 2, "111/111"},
      {"ulpfec", 90000, 0, ""},
      {"telephone-event", 8000, 1, ""},
      {"CN", 8000, 1, ""},
      {"", 0, 0, ""},
      {"H264", 90000, 0, "packetization-mode=2"},
      {"H264", 90000, 0, "profile-level-id=6e001f"},
      {"H264", 90000, 0, "profile-level-id=zz"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmphex (parlor_codec_key_from_format (cases[i].encoding, cases[i].clock_hz,
                                                   cases[i].channels, cases[i].fmtp),
                     ==, PARLOR_CODEC_KEY_NONE);
}

/* RFC 6184 table 5, and the level ids that browsers offer. */
static void
test_h264_profiles (void)
{
  assert_name (h264 ("42001f", "1"), "H264/baseline/1");
  assert_name (h264 ("42e01f", "0"), "H264/constrained-baseline/0");
  assert_name (h264 ("42C02A", "0"), "H264/constrained-baseline/0");
  assert_name (h264 ("4de01f", "1"), "H264/constrained-baseline/1");
  assert_name (h264 ("58f01f", "1"), "H264/constrained-baseline/1");
  assert_name (h264 ("58a01f", "1"), "H264/baseline/1");
  assert_name (h264 ("4d001f", "1"), "H264/main/1");
  assert_name (h264 ("64001f", "1"), "H264/high/1");
  assert_name (h264 ("640c1f", "1"), "H264/constrained-high/1");
  assert_name (h264 ("f4001f", "1"), "H264/high-444/1");
  assert_name (parlor_codec_key_from_format ("H264", 90000, 0, ""), "H264/constrained-baseline/0");
  g_assert_cmpint (h264 ("42e01", "1"), ==, PARLOR_CODEC_KEY_NONE);
  g_assert_cmpint (h264 ("42e0zz", "1"), ==, PARLOR_CODEC_KEY_NONE);
  assert_name (h264 ("\t42e01f \t", "1"), "H264/constrained-baseline/1");
}

static void
test_decodes (void)
{
  ParlorCodecKey constrained_1 = h264 ("42e01f", "1"), constrained_0 = h264 ("42e01f", "0");
  ParlorCodecKey baseline_1 = h264 ("42001f", "1"), main_1 = h264 ("4d001f", "1");
  ParlorCodecKey high_1 = h264 ("64001f", "1"), constrained_high_1 = h264 ("640c1f", "1");
  ParlorCodecKey vp8 = parlor_codec_key_from_format ("VP8", 90000, 0, "");
  ParlorCodecKey vp9 = parlor_codec_key_from_format ("VP9", 90000, 0, "");
  ParlorCodecKey vp9_2 = parlor_codec_key_from_format ("VP9", 90000, 0, "profile-id=2");

  g_assert_true (parlor_codec_key_decodes (high_1, constrained_1));
  g_assert_true (parlor_codec_key_decodes (high_1, main_1));
  g_assert_true (parlor_codec_key_decodes (high_1, constrained_high_1));
  g_assert_true (parlor_codec_key_decodes (constrained_high_1, constrained_1));
  g_assert_true (parlor_codec_key_decodes (constrained_1, baseline_1));
  g_assert_true (parlor_codec_key_decodes (constrained_1, constrained_0));
  g_assert_false (parlor_codec_key_decodes (constrained_0, constrained_1));
  g_assert_false (parlor_codec_key_decodes (constrained_1, main_1));
  g_assert_false (parlor_codec_key_decodes (main_1, high_1));
  g_assert_false (parlor_codec_key_decodes (constrained_high_1, main_1));
  g_assert_true (parlor_codec_key_decodes (vp8, vp8));
  g_assert_false (parlor_codec_key_decodes (vp8, vp9));
  g_assert_false (parlor_codec_key_decodes (vp9, vp9_2));
  g_assert_false (parlor_codec_key_decodes (vp9_2, vp9));
  g_assert_false (parlor_codec_key_decodes (0, 0));
  g_assert_false (parlor_codec_key_decodes (vp8, 0));
  g_assert_false (parlor_codec_key_decodes (high_1, vp8));
}

static void
test_fmtp (void)
{
  char value[8];

  g_assert_true (parlor_fmtp_get ("a=1; B = two ;c=3", "b", value, sizeof value));
  g_assert_cmpstr (value, ==, "two");
  g_assert_true (parlor_fmtp_get ("a=1;c=3", "c", value, sizeof value));
  g_assert_cmpstr (value, ==, "3");
  g_assert_false (parlor_fmtp_get ("aa=1", "a", value, sizeof value));
  g_assert_false (parlor_fmtp_get ("a=12345678", "a", value, sizeof value));
  g_assert_false (parlor_fmtp_get ("0-15", "a", value, sizeof value));
  g_assert_false (parlor_fmtp_get (NULL, "a", value, sizeof value));
  g_assert_false (parlor_fmtp_get (";;=;", "a", value, sizeof value));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sdp/codecs/keys-have-names", test_names);
  g_test_add_func ("/proto/sdp/codecs/what-is-not-forwarded-has-no-key", test_not_forwarded);
  g_test_add_func ("/proto/sdp/codecs/h264-profile-comes-from-idc-and-iop", test_h264_profiles);
  g_test_add_func ("/proto/sdp/codecs/a-decoder-takes-what-its-profile-contains", test_decodes);
  g_test_add_func ("/proto/sdp/codecs/fmtp-parameters-are-found-by-name", test_fmtp);
  return g_test_run ();
}
