/* SPDX-License-Identifier: Apache-2.0 */
/* Frames to parts, and what stands in them (record/cmaf.c). */
#include "record/hlspack.h"
#include "base/bytes.h"

#include <string.h>

#define FRAME_US 33333
#define HOUR_US (3600 * G_GINT64_CONSTANT (1000000))
#define BEGIN_US (1000 * G_GINT64_CONSTANT (1000000))

typedef struct
{
  GPtrArray *inits, *parts; /* GBytes */
  GArray *times;            /* gint64: begin, duration, independent of each part */
} Seen;

static void
on_init (GBytes *init, gpointer user_data)
{
  g_ptr_array_add (((Seen *)user_data)->inits, g_bytes_ref (init));
}

static void
on_part (GBytes *part, gint64 at_us, gint64 duration_us, gboolean independent, gpointer user_data)
{
  Seen *seen = user_data;
  gint64 row[] = {at_us, duration_us, independent};
  g_ptr_array_add (seen->parts, g_bytes_ref (part));
  g_array_append_vals (seen->times, row, 3);
}

static void
free_bytes (gpointer data)
{
  g_bytes_unref (data);
}

static void
seen_init (Seen *seen)
{
  seen->inits = g_ptr_array_new_with_free_func (free_bytes);
  seen->parts = g_ptr_array_new_with_free_func (free_bytes);
  seen->times = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
seen_clear (Seen *seen)
{
  g_ptr_array_unref (seen->inits);
  g_ptr_array_unref (seen->parts);
  g_array_unref (seen->times);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static gint64
time_of (const Seen *seen, guint part, guint column)
{
  return g_array_index (seen->times, gint64, 3 * part + column);
}

static ParlorHlsPack *
pack_new_of (Seen *seen, ParlorCmafSound sound)
{
  ParlorHlsPackOut out = {on_init, on_part, seen};
  seen_init (seen);
  ParlorHlsPack *pack = parlor_hls_pack_new (&out, sound);
  parlor_hls_pack_format (pack, NULL, 640, 360);
  return pack;
}

static ParlorHlsPack *
pack_new (Seen *seen)
{
  return pack_new_of (seen, PARLOR_CMAF_OPUS);
}

static void
video (ParlorHlsPack *pack, gint64 at_us, gboolean key)
{
  g_autoptr (GBytes) frame = g_bytes_new_static ("picture", 7);
  parlor_hls_pack_video (pack, frame, BEGIN_US + at_us, key);
}

static void
audio (ParlorHlsPack *pack, gint64 at_us)
{
  static const guint8 packet[] = {0xfc, 1, 2, 3};
  g_autoptr (GBytes) bytes = g_bytes_new_static (packet, sizeof packet);
  parlor_hls_pack_audio (pack, bytes, BEGIN_US + at_us);
}

/* The first box of this type from `from` on, as an offset of what is in it; 0 = none. */
static gsize
find (GBytes *bytes, const char *type, gsize from)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  for (gsize at = from; at + 8 <= size; at++)
    if (!memcmp (data + at + 4, type, 4))
      return at + 8;
  return 0;
}

static guint32
word (GBytes *bytes, gsize at)
{
  return parlor_get_u32 ((const guint8 *)g_bytes_get_data (bytes, NULL) + at);
}

/* How many samples the runs of a part have, and how long they last together. */
static void
count (GBytes *part, guint track, guint *samples, guint64 *duration)
{
  *samples = 0;
  *duration = 0;
  for (gsize at = 0; (at = find (part, "tfhd", at));)
    {
      gsize run = find (part, "trun", at);
      if (word (part, at + 4) != track)
        continue;
      *samples = word (part, run + 4);
      for (guint i = 0; i < *samples; i++)
        *duration += word (part, run + 12 + 16 * i);
    }
}

static void
test_parts (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  video (pack, -FRAME_US, FALSE); /* before the first key frame */
  for (guint i = 0; i < 61; i++)
    video (pack, i * FRAME_US, i % 30 == 0);
  g_assert_cmpuint (seen.inits->len, ==, 1);
  g_assert_cmpuint (seen.parts->len, ==, 6); /* 12, 12 and 6 frames, twice */
  for (guint i = 0; i < seen.parts->len; i++)
    {
      guint n;
      guint64 duration;
      count (seen.parts->pdata[i], PARLOR_CMAF_VIDEO_TRACK, &n, &duration);
      g_assert_cmpuint (n, ==, i % 3 == 2 ? 6 : 12);
      g_assert_cmpint (time_of (&seen, i, 1), <=, 400000);
      g_assert_cmpint (time_of (&seen, i, 2), ==, i % 3 == 0);
      g_assert_cmpint (ABS ((gint64)duration * 100 / 9 - time_of (&seen, i, 1)), <, 1000);
    }
  g_assert_cmpint (time_of (&seen, 1, 0), ==, BEGIN_US + 12 * FRAME_US);
}

static void
test_late (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  for (guint i = 0; i < 6; i++)
    video (pack, i * FRAME_US, i == 0);
  video (pack, 5 * FRAME_US + 390000, FALSE);
  /* What waited goes out by itself, and the frame that lasted so long is one more. */
  g_assert_cmpuint (seen.parts->len, ==, 2);
  g_assert_cmpint (time_of (&seen, 0, 1), ==, 5 * FRAME_US);
  g_assert_cmpint (time_of (&seen, 1, 1), ==, 390000);
}

static void
test_silence (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  guint64 sum = 0;
  for (guint i = 0; i < 91; i++)
    {
      video (pack, i * FRAME_US, i % 30 == 0);
      for (guint k = 0; k < 2 && i < 30; k++)
        audio (pack, i * FRAME_US + k * 20000); /* too many, then none at all */
    }
  for (guint i = 0; i < seen.parts->len; i++)
    {
      guint n;
      guint64 duration;
      count (seen.parts->pdata[i], PARLOR_CMAF_AUDIO_TRACK, &n, &duration);
      g_assert_cmpuint (n, >, 0);
      sum += duration;
    }
  /* Three seconds of picture, three of sound; 0.2 s is what may be on its way. */
  g_assert_cmpuint (sum, >=, 48000 * 28 / 10);
  g_assert_cmpuint (sum, <=, 48000 * 32 / 10);
}

static void
test_gap (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  video (pack, 0, TRUE);
  video (pack, FRAME_US, FALSE);
  video (pack, HOUR_US, TRUE);
  video (pack, HOUR_US + FRAME_US, TRUE);
  g_assert_cmpuint (seen.parts->len, ==, 3);
  g_assert_cmpint (time_of (&seen, 2, 0), ==, BEGIN_US + HOUR_US);
  /* An hour of silence is no part. */
  g_assert_cmpuint (g_bytes_get_size (seen.parts->pdata[2]), <, 4096);
}

static void
test_formats (void)
{
  static const guint8 record[] = {1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 0, 0};
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  g_autoptr (GBytes) avcc = g_bytes_new_static (record, sizeof record);
  video (pack, 0, TRUE);
  parlor_hls_pack_format (pack, NULL, 640, 360);
  video (pack, FRAME_US, TRUE);
  g_assert_cmpuint (seen.inits->len, ==, 1);
  parlor_hls_pack_format (pack, avcc, 640, 360);
  video (pack, 2 * FRAME_US, FALSE);
  g_assert_cmpuint (seen.inits->len, ==, 1);
  video (pack, 3 * FRAME_US, TRUE);
  g_assert_cmpuint (seen.inits->len, ==, 2);
  g_assert_cmpuint (find (seen.inits->pdata[0], "vp09", 0), >, 0);
  g_assert_cmpuint (find (seen.inits->pdata[1], "avcC", 0), >, 0);
}

/* Whatever its bytes, an access unit lasts 1,024 samples; what is missing is units of nothing. */
static void
test_aac (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new_of (&seen, PARLOR_CMAF_AAC);
  guint samples;
  guint64 duration;
  for (guint i = 0; i < 31; i++)
    {
      video (pack, i * FRAME_US, i % 30 == 0);
      if (i < 9) /* and then no more */
        audio (pack, i * G_GINT64_CONSTANT (21333));
    }
  GBytes *init = seen.inits->pdata[0];
  g_assert_cmpuint (find (init, "Opus", 0), ==, 0);
  gsize esds = find (init, "esds", find (init, "mp4a", 0));
  g_assert_cmpuint (esds, >, 0);
  /* AudioSpecificConfig: AAC-LC, 48 kHz, two channels; then the sync layer's descriptor, and no
   * more. */
  g_assert_cmpuint (word (init, esds + 25), ==, 0x02119006);
  g_assert_cmpuint (word (init, esds - 8), ==, 8 + 4 + 2 + 25);
  for (guint i = 0; i < seen.parts->len; i++)
    {
      count (seen.parts->pdata[i], PARLOR_CMAF_AUDIO_TRACK, &samples, &duration);
      g_assert_cmpuint (duration, ==, samples * 1024);
      g_assert_cmpuint (samples, >, 0);
    }
  g_assert_cmpuint (seen.parts->len, >=, 2);
}

/* Each box ends where the next begins, down to the tables. */
static gsize
walk (const guint8 *data, gsize size, guint depth)
{
  static const char *const containers[] = {"moov", "trak", "mdia", "minf", "dinf",
                                           "stbl", "mvex", "moof", "traf", NULL};
  gsize at = 0;
  while (at + 8 <= size)
    {
      char type[5] = {0};
      gsize length = parlor_get_u32 (data + at);
      memcpy (type, data + at + 4, 4);
      g_assert_cmpuint (length, >=, 8);
      g_assert_cmpuint (at + length, <=, size);
      if (g_strv_contains (containers, type))
        g_assert_cmpuint (walk (data + at + 8, length - 8, depth + 1), ==, length - 8);
      at += length;
    }
  return at;
}

static void
test_boxes (void)
{
  g_auto (Seen) seen;
  g_autoptr (ParlorHlsPack) pack = pack_new (&seen);
  for (guint i = 0; i < 31; i++)
    video (pack, i * FRAME_US, i % 30 == 0);
  gsize size;
  const guint8 *data = g_bytes_get_data (seen.inits->pdata[0], &size);
  g_assert_cmpuint (walk (data, size, 0), ==, size);
  data = g_bytes_get_data (seen.parts->pdata[0], &size);
  g_assert_cmpuint (walk (data, size, 0), ==, size);
  /* The first run's data begins in the mdat. */
  gsize trun = find (seen.parts->pdata[0], "trun", 0);
  g_assert_cmpmem (data + word (seen.parts->pdata[0], trun + 8), 7, "picture", 7);
}

static void
test_opus (void)
{
  static const struct
  {
    guint8 bytes[2];
    guint samples;
  } rows[] = {{{0xfc, 0}, 960}, {{0x00, 0}, 480},  {{0x18, 0}, 2880}, {{0x60, 0}, 480},
              {{0x81, 0}, 240}, {{0xfb, 6}, 5760}, {{0xfb, 7}, 0},    {{0xfb, 0}, 0}};
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (parlor_opus_samples (rows[i].bytes, 2), ==, rows[i].samples);
  g_assert_cmpuint (parlor_opus_samples (rows[0].bytes, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/hlspack/parts-are-short-and-begin-at-key-frames", test_parts);
  g_test_add_func ("/record/hlspack/a-late-frame-makes-no-part-too-long", test_late);
  g_test_add_func ("/record/hlspack/missing-sound-is-silence", test_silence);
  g_test_add_func ("/record/hlspack/an-hour-of-nothing-is-a-gap", test_gap);
  g_test_add_func ("/record/hlspack/another-codec-begins-anew-at-a-key-frame", test_formats);
  g_test_add_func ("/record/hlspack/an-access-unit-of-aac-is-1024-samples", test_aac);
  g_test_add_func ("/record/hlspack/boxes-fit-into-each-other", test_boxes);
  g_test_add_func ("/record/hlspack/an-opus-packet-says-how-long-it-is", test_opus);
  return g_test_run ();
}
