/* SPDX-License-Identifier: Apache-2.0 */
/* Files as the streaming muxer makes them, written here byte by byte. */
#include "record/webm.h"

#include <glib/gstdio.h>
#include <string.h>

/* EBML head, segment of unknown size, Info {TimestampScale}, Tracks {TrackEntry {number 1, video}}.
 */
static const guint8 head[] = {0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01, 0x18, 0x53,
                              0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x15,
                              0x49, 0xa9, 0x66, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,
                              0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40, 0x16, 0x54, 0xae, 0x6b,
                              0x88, 0xae, 0x86, 0xd7, 0x81, 0x01, 0x83, 0x81, 0x01};

static void
add_cluster (GByteArray *file, guint8 seconds)
{
  const guint8 bytes[] = {0x1f,
                          0x43,
                          0xb6,
                          0x75,
                          0x01,
                          0xff,
                          0xff,
                          0xff,
                          0xff,
                          0xff,
                          0xff,
                          0xff,
                          0xe7,
                          0x82,
                          (guint8)(seconds * 1000 >> 8),
                          (guint8)(seconds * 1000)};
  g_byte_array_append (file, bytes, sizeof bytes);
}

static void
add_block (GByteArray *file, guint16 ms, gboolean key)
{
  const guint8 bytes[] = {0xa3, 0x88, 0x81, (guint8)(ms >> 8), (guint8)ms, key ? 0x80 : 0x00, 1,
                          2,    3,    4};
  g_byte_array_append (file, bytes, sizeof bytes);
}

/* Three seconds, a key frame each, ten blocks a second. */
static GByteArray *
make_file (void)
{
  g_autoptr (GByteArray) raw = g_byte_array_new ();
  gsize used = 0;
  g_byte_array_append (raw, head, sizeof head);
  g_assert_null (parlor_webm_make_room (raw->data, raw->len, &used));
  add_cluster (raw, 0);
  GByteArray *file = parlor_webm_make_room (raw->data, raw->len, &used);
  g_assert_nonnull (file);
  g_assert_cmpuint (used, ==, sizeof head);
  for (guint8 s = 0; s < 3; s++)
    {
      add_cluster (file, s);
      for (guint i = 0; i < 10; i++)
        add_block (file, (guint16)(i * 100), i == 0);
    }
  return file;
}

static gint64
finish (const GByteArray *file, gsize length, GByteArray *out)
{
  g_autofree char *folder = g_dir_make_tmp ("webm-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.webm", NULL), *bytes = NULL;
  gsize size = 0;
  g_assert_true (g_file_set_contents (path, (const char *)file->data, (gssize)length, NULL));
  gint64 duration_ms = parlor_webm_finish (path, NULL);
  g_assert_cmpint (parlor_webm_finish (path, NULL), ==, duration_ms);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_byte_array_append (out, (const guint8 *)bytes, (guint)size);
  g_unlink (path);
  g_rmdir (folder);
  return duration_ms;
}

static void
test_finish (void)
{
  g_autoptr (GByteArray) file = make_file (), done = g_byte_array_new ();
  g_auto (ParlorWebmIndex) index = {0};
  g_assert_cmpint (finish (file, file->len, done), ==, 3000);
  g_assert_true (parlor_webm_scan (done->data, done->len, &index));
  g_assert_true (index.is_finished);
  g_assert_true (index.is_video);
  g_assert_cmpuint (index.track, ==, 1);
  g_assert_cmpuint (index.n_blocks, ==, 30);
  g_assert_cmpuint (index.clusters->len, ==, 3);
  g_assert_cmpuint (index.whole, ==, done->len);
  g_assert_cmpuint (g_array_index (index.clusters, ParlorWebmCluster, 1).size_at, ==, 0);
  g_assert_true (g_array_index (index.clusters, ParlorWebmCluster, 2).key);
  /* Duration (RFC 9559 section 5.1.2.6), eight bytes of a double: 3000.0 */
  const guint8 duration[] = {0x44, 0x89, 0x88, 0x40, 0xa7, 0x70, 0, 0, 0, 0, 0};
  g_assert_nonnull (memmem (done->data, done->len, duration, sizeof duration));
}

/* Chromium and ffmpeg seek nowhere in sound that has a single cue. */
static void
test_short_sound (void)
{
  g_autoptr (GByteArray) file = make_file (), done = g_byte_array_new ();
  gsize two = file->len - (16 + 10 * 10); /* its last second is not there */
  guint n = 0;
  const guint8 video[] = {0x83, 0x81, 0x01}; /* TrackType (RFC 9559 section 5.1.4.1.3) */
  guint8 *type = memmem (file->data, file->len, video, sizeof video);
  g_assert_nonnull (type);
  type[2] = 2; /* audio */
  g_assert_cmpint (finish (file, two, done), ==, 2000);
  for (gsize at = two; at + 2 <= done->len; at++)
    n += done->data[at] == 0xf1 && done->data[at + 1] == 0x88; /* CueClusterPosition */
  g_assert_cmpuint (n, ==, 2);
}

/* A crash cuts it off anywhere: what is whole is there and has an index, and no byte of media
 * moved.
 */
static void
test_torn (void)
{
  g_autoptr (GByteArray) file = make_file ();
  gsize media = sizeof head + PARLOR_WEBM_ROOM;
  for (gsize cut = 0; cut < file->len; cut += 3)
    {
      g_autoptr (GByteArray) done = g_byte_array_new ();
      g_auto (ParlorWebmIndex) index = {0};
      gint64 duration_ms = finish (file, cut, done);
      g_assert_cmpint (duration_ms, >=, 0);
      g_assert_cmpint (duration_ms, <=, 3000);
      if (duration_ms == 0)
        continue;
      g_assert_true (parlor_webm_scan (done->data, done->len, &index));
      g_assert_true (index.is_finished);
      g_assert_cmpuint (index.whole, ==, done->len);
      gsize first = media + 16; /* of the first cluster; its size is written over */
      g_assert_cmpmem (done->data + first, 10, file->data + first, 10);
    }
}

typedef struct
{
  guint n;
  gint64 first_ms, last_ms;
} Seen;

static void
see (const guint8 *frame, gsize length, gint64 time_ms, gpointer user_data)
{
  Seen *seen = user_data;
  g_assert_cmpuint (length, ==, 4);
  if (seen->n++ == 0)
    seen->first_ms = time_ms;
  seen->last_ms = time_ms;
}

static void
check_frames (const GByteArray *file, gint64 until_ms, guint n, gint64 first_ms, gint64 last_ms)
{
  Seen seen = {0};
  g_assert_true (parlor_webm_frames (file->data, file->len, until_ms, see, &seen));
  g_assert_cmpuint (seen.n, ==, n);
  g_assert_cmpint (seen.first_ms, ==, first_ms);
  g_assert_cmpint (seen.last_ms, ==, last_ms);
}

static void
test_frames (void)
{
  g_autoptr (GByteArray) file = make_file (), done = g_byte_array_new ();
  check_frames (file, 1450, 5, 1000, 1400);
  check_frames (file, 1000, 1, 1000, 1000);
  check_frames (file, 99999, 10, 2000, 2900);
  finish (file, file->len, done);
  check_frames (done, 2100, 2, 2000, 2100);
  g_assert_false (parlor_webm_frames (head, sizeof head, 0, see, NULL));
}

static void
test_no_webm (void)
{
  g_auto (ParlorWebmIndex) index = {0};
  g_assert_false (parlor_webm_scan ((const guint8 *)"", 0, &index));
  g_assert_false (parlor_webm_scan ((const guint8 *)"RIFF....WAVE", 12, &index));
  g_assert_false (parlor_webm_scan (head, 9, &index));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/webm/a-finished-file-has-duration-and-cues", test_finish);
  g_test_add_func ("/record/webm/short-sound-has-a-second-cue", test_short_sound);
  g_test_add_func ("/record/webm/a-torn-file-is-finished-wherever-it-is-torn", test_torn);
  g_test_add_func ("/record/webm/a-frame-is-reached-from-its-key-frame", test_frames);
  g_test_add_func ("/record/webm/other-files-are-none", test_no_webm);
  return g_test_run ();
}
