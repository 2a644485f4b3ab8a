/* SPDX-License-Identifier: Apache-2.0 */
#include "load/ivf.h"
#include "load/repeats.h"

#include <string.h>

/* Rate 25, scale 1; then frames of so many bytes, key frames where the number is even. */
static GByteArray *
make_file (const char *fourcc, const guint8 *sizes, guint n)
{
  GByteArray *file = g_byte_array_new ();
  guint8 header[32] = {'D', 'K', 'I', 'F', 0, 0, 32, 0};
  guint8 frame[12 + 255] = {0};

  memcpy (header + 8, fourcc, 4);
  header[16] = 25;
  header[20] = 1;
  g_byte_array_append (file, header, sizeof header);
  for (guint i = 0; i < n; i++)
    {
      frame[0] = sizes[i];
      frame[12] = sizes[i] & 1;
      g_byte_array_append (file, frame, 12 + sizes[i]);
    }
  return file;
}

static void
test_frames (void)
{
  static const guint8 sizes[] = {20, 33, 35, 40};
  g_autoptr (GByteArray) bytes = make_file ("VP80", sizes, G_N_ELEMENTS (sizes));
  g_autoptr (LoadIvf) file = load_ivf_new_from_bytes (bytes->data, bytes->len, LOAD_IVF_VP8, NULL);

  g_assert_nonnull (file);
  g_assert_cmpuint (load_ivf_n_frames (file), ==, 4);
  g_assert_cmpuint (load_ivf_fps (file), ==, 25);
  for (guint i = 0; i < 8; i++)
    {
      g_assert_cmpuint (load_ivf_frame (file, i).length, ==, sizes[i % 4]);
      g_assert_cmpint (load_ivf_frame (file, i).key, ==, !(sizes[i % 4] & 1));
    }
  g_assert_cmpuint (load_ivf_next_key (file, 1), ==, 3);
  g_assert_cmpuint (load_ivf_next_key (file, 5), ==, 7);
  g_assert_cmpuint (load_ivf_next_key (file, 8), ==, 8);
}

static void
assert_not (const char *fourcc, GByteArray *bytes, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_ivf_new_from_bytes (bytes->data, bytes->len, fourcc, &error));
  g_assert_nonnull (strstr (error->message, why));
  g_byte_array_unref (bytes);
}

static void
assert_refused (GByteArray *bytes, const char *why)
{
  assert_not (LOAD_IVF_VP8, bytes, why);
}

/* The first byte of a packet is 0 here: one frame. */
static void
test_sound (void)
{
  static const guint8 even[] = {20, 12}, odd[] = {20, 33};
  g_autoptr (GByteArray) bytes = make_file ("OPUS", even, G_N_ELEMENTS (even));
  g_autoptr (LoadIvf) file = load_ivf_new_from_bytes (bytes->data, bytes->len, LOAD_IVF_OPUS, NULL);

  g_assert_nonnull (file);
  g_assert_cmpuint (load_ivf_frame (file, 3).length, ==, 12);
  assert_not (LOAD_IVF_OPUS, make_file ("OPUS", odd, G_N_ELEMENTS (odd)), "no single frames");
  assert_not (LOAD_IVF_OPUS, make_file ("VP80", even, 1), "not Opus");
}

static void
test_other_files (void)
{
  static const guint8 odd[] = {33}, even[] = {20}, none[] = {0};
  GByteArray *cut = make_file ("VP80", even, 1);

  g_byte_array_set_size (cut, cut->len - 1);
  assert_refused (make_file ("VP90", even, 1), "not VP8");
  assert_refused (make_file ("VP80", odd, 1), "key frame");
  assert_refused (make_file ("VP80", none, 1), "empty");
  assert_refused (make_file ("VP80", even, 0), "no frame");
  assert_refused (cut, "cut off");
  assert_refused (g_byte_array_new (), "no IVF");
}

static void
test_repeats (void)
{
  LoadRepeats *repeats = load_repeats_new ();
  gsize length = 0;
  guint8 packet[LOAD_PACKET_MAX + 1] = {0};

  for (guint i = 65500; i < 65500 + LOAD_REPEATS_PKTS + 10; i++)
    {
      packet[0] = (guint8)i;
      load_repeats_keep (repeats, (guint16)i, packet, 100 + i % 7);
    }
  g_assert_null (load_repeats_find (repeats, 65509, &length));
  g_assert_nonnull (load_repeats_find (repeats, 65510, &length));
  g_assert_cmpuint (length, ==, 100 + 65510 % 7);
  g_assert_cmpuint (load_repeats_find (repeats, (guint16)65540, &length)[0], ==, (guint8)65540);
  g_assert_null (load_repeats_find (repeats, 1000, &length));
  load_repeats_keep (repeats, 3, packet, sizeof packet);
  g_assert_cmpuint (load_repeats_find (repeats, 3, &length)[0], ==, (guint8)(65536 + 3));
  load_repeats_free (repeats);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tools/load/a-file-is-played-over-and-over", test_frames);
  g_test_add_func ("/tools/load/a-file-of-sound-has-one-frame-a-packet", test_sound);
  g_test_add_func ("/tools/load/what-is-no-vp8-file-is-refused-with-a-reason", test_other_files);
  g_test_add_func ("/tools/load/the-last-packets-are-kept-for-repeats", test_repeats);
  return g_test_run ();
}
