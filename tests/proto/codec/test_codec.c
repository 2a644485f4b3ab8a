/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/codec.h"

static void
test_names (void)
{
  for (guint i = 1; i < PARLOR_CODEC_N; i++)
    {
      const ParlorCodecInfo *info = parlor_codec_info ((ParlorCodec)i);
      g_assert_cmpint (parlor_codec_from_rtpmap (info->name, info->clock_hz, info->channels), ==,
                       i);
      g_assert_cmpint (parlor_codec_is_video ((ParlorCodec)i), ==, info->kind == PARLOR_KIND_VIDEO);
    }
  g_assert_cmpstr (parlor_codec_info (PARLOR_CODEC_N)->name, ==, "");
  g_assert_cmpint (parlor_codec_from_rtpmap ("OPUS", 48000, 2), ==, PARLOR_CODEC_OPUS);
  g_assert_cmpint (parlor_codec_from_rtpmap ("vp8", 90000, 0), ==, PARLOR_CODEC_VP8);
  g_assert_cmpint (parlor_codec_from_rtpmap ("pcmu", 8000, 0), ==, PARLOR_CODEC_PCMU);
  g_assert_cmpint (parlor_codec_from_rtpmap ("opus", 48000, 1), ==, PARLOR_CODEC_NONE);
  g_assert_cmpint (parlor_codec_from_rtpmap ("red", 90000, 0), ==, PARLOR_CODEC_NONE);
  g_assert_cmpint (parlor_codec_from_rtpmap ("rtx", 90000, 0), ==, PARLOR_CODEC_NONE);
  g_assert_cmpint (parlor_codec_from_rtpmap (NULL, 90000, 0), ==, PARLOR_CODEC_NONE);
}

static void
test_audio (void)
{
  ParlorFrameInfo info;
  parlor_codec_inspect (PARLOR_CODEC_OPUS, (const guint8[]){0x78, 1}, 2, FALSE, &info);
  g_assert_true (info.valid && info.begins_frame && info.ends_frame && info.key_frame);
  parlor_codec_inspect (PARLOR_CODEC_OPUS, NULL, 0, FALSE, &info);
  g_assert_false (info.valid);
  parlor_codec_inspect (PARLOR_CODEC_NONE, (const guint8[]){0x78, 1}, 2, FALSE, &info);
  g_assert_false (info.valid);
}

static void
test_video (void)
{
  static const guint8 vp8[] = {0x90, 0xf0, 0x92, 0x67, 23, 0xb1, 0x10, 0x02};
  static const guint8 vp9[] = {0xa8, 0x05, 0x50, 0x09, 'v'};
  static const guint8 h264[] = {0x7c, 0x85, 1};
  static const guint8 av1[] = {0x18, 0x08, 1};
  ParlorFrameInfo info;
  parlor_codec_inspect (PARLOR_CODEC_VP8, vp8, sizeof vp8, TRUE, &info);
  g_assert_true (info.valid && info.begins_frame && info.ends_frame && info.key_frame);
  g_assert_cmpuint (info.picture_id, ==, 4711);
  g_assert_cmpuint (info.temporal, ==, 2);
  g_assert_cmpuint (info.key_idx_offset, ==, 5);
  parlor_codec_inspect (PARLOR_CODEC_VP9, vp9, sizeof vp9, FALSE, &info);
  g_assert_true (info.valid && info.begins_frame && info.key_frame && info.layer_sync
                 && !info.ends_frame);
  g_assert_cmpuint (info.temporal, ==, 2);
  g_assert_cmpuint (info.tl0_pic_idx, ==, 9);
  parlor_codec_inspect (PARLOR_CODEC_H264, h264, sizeof h264, FALSE, &info);
  g_assert_true (info.valid && info.key_frame && info.begins_frame && !info.discardable);
  g_assert_true (info.has_slice);
  parlor_codec_inspect (PARLOR_CODEC_H264, (const guint8[]){0x0c, 0xff}, 2, TRUE, &info);
  g_assert_true (info.valid && info.ends_frame && info.discardable && !info.has_slice);
  parlor_codec_inspect (PARLOR_CODEC_H264, (const guint8[]){0x01, 0x9a}, 2, TRUE, &info);
  g_assert_true (info.discardable && info.has_slice);
  parlor_codec_inspect (PARLOR_CODEC_AV1, av1, sizeof av1, FALSE, &info);
  g_assert_true (info.valid && info.key_frame && info.begins_frame);
}

/* A truncated payload of any video codec is told and nothing else is. */
static void
test_invalid (void)
{
  static const ParlorCodec codecs[] = {PARLOR_CODEC_VP8, PARLOR_CODEC_VP9, PARLOR_CODEC_AV1,
                                       PARLOR_CODEC_H264};
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      ParlorFrameInfo info, zero = {0};
      parlor_codec_inspect (codecs[i], (const guint8[]){0xff}, 1, TRUE, &info);
      g_assert_cmpmem (&info, sizeof info, &zero, sizeof zero);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/names-go-both-ways", test_names);
  g_test_add_func ("/proto/codec/audio-packets-stand-alone", test_audio);
  g_test_add_func ("/proto/codec/video-descriptors-answer-one-question", test_video);
  g_test_add_func ("/proto/codec/an-unreadable-payload-is-not-valid", test_invalid);
  return g_test_run ();
}
