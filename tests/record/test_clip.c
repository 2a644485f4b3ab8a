/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of recorded files: what is in them, where it lies, and that nothing else can be had. */
#include "record/clip.h"

#include "base/bytes.h"
#include "record/clips.h"
#include "record/mp4.h"
#include "record/webm.h"

#include <glib/gstdio.h>
#include <string.h>

#define FRAME_SIZE 16

/* ---- a file in memory ----------------------------------------------------------------------- */

typedef struct
{
  ParlorReader reader; /* first */
  const GByteArray *bytes;
  guint reads;
} Memory;

static guint n_open, n_reads;

static gssize
memory_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  Memory *self = (Memory *)reader;
  gsize n = (gsize)MIN (length, self->bytes->len - MIN (at, self->bytes->len));
  if (n > 0)
    memcpy (out, self->bytes->data + at, n);
  self->reads++;
  g_atomic_int_inc (&n_reads);
  return (gssize)n;
}

static void
memory_free (ParlorReader *reader)
{
  g_atomic_int_add (&n_open, -1);
  g_free (reader);
}

static ParlorReader *
open_memory (const GByteArray *bytes)
{
  Memory *self = g_new0 (Memory, 1);
  *self = (Memory){{bytes->len, memory_read, memory_free}, bytes, 0};
  g_atomic_int_inc (&n_open);
  return &self->reader;
}

/* All of it, by pieces of this size (transfer full). */
static GByteArray *
read_all (ParlorReader *reader, gsize step)
{
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (guint)reader->size);
  for (gsize at = 0; at < out->len; at += step)
    {
      gsize n = MIN (step, out->len - at);
      g_assert_cmpint (reader->read (reader, at, out->data + at, n), ==, (gssize)n);
    }
  guint8 byte;
  g_assert_cmpint (reader->read (reader, reader->size, &byte, 1), ==, 0);
  return out;
}

/* NULL: there is no clip. */
static GByteArray *
cut (const GByteArray *file, gboolean is_mp4, gint64 from_ms, gint64 to_ms, gint64 *start_ms)
{
  ParlorReader *memory = open_memory (file);
  g_autoptr (ParlorClip) clip = parlor_clip_new (memory, is_mp4, from_ms, to_ms);
  if (clip == NULL)
    {
      memory->free (memory);
      return NULL;
    }
  *start_ms = parlor_clip_start_ms (clip);
  ParlorReader *reader = parlor_clip_reader (clip, memory);
  g_assert_nonnull (reader);
  GByteArray *out = read_all (reader, 7), *again = read_all (reader, 4096);
  g_assert_cmpmem (out->data, out->len, again->data, again->len);
  g_byte_array_unref (again);
  reader->free (reader);
  g_assert_cmpuint (n_open, ==, 0);
  return out;
}

/* A frame is its own number in 32 bits, four times: none of them is in another. */
static void
put_frame (GByteArray *out, guint number)
{
  for (guint i = 0; i < FRAME_SIZE / 4; i++)
    {
      guint8 bytes[4];
      parlor_put_u32 (bytes, 0xabcd0000 + number);
      g_byte_array_append (out, bytes, sizeof bytes);
    }
}

static gboolean
holds (const GByteArray *bytes, guint number)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  put_frame (frame, number);
  return memmem (bytes->data, bytes->len, frame->data, frame->len) != NULL;
}

/* ---- WebM ----------------------------------------------------------------------------------- */

/* As a streaming muxer begins; the last byte is the kind of track. */
static const guint8 webm_head[] = {0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01, 0x18, 0x53,
                                   0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x15,
                                   0x49, 0xa9, 0x66, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,
                                   0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40, 0x16, 0x54, 0xae, 0x6b,
                                   0x88, 0xae, 0x86, 0xd7, 0x81, 0x01, 0x83, 0x81};

typedef struct
{
  gboolean sound;
  guint n;           /* frames */
  guint step_ms;     /* between two */
  guint per_cluster; /* frames */
  guint key_every;   /* frames */
} Shape;

static void
add_cluster (GByteArray *file, guint ms)
{
  const guint8 bytes[] = {0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xe7, 0x84};
  guint8 time[4];
  parlor_put_u32 (time, ms);
  g_byte_array_append (file, bytes, sizeof bytes);
  g_byte_array_append (file, time, sizeof time);
}

static void
add_block (GByteArray *file, guint off_ms, gboolean key, guint number)
{
  const guint8 bytes[] = {0xa3,           0x80 | (4 + FRAME_SIZE), 0x81, (guint8)(off_ms >> 8),
                          (guint8)off_ms, key ? 0x80 : 0};
  g_byte_array_append (file, bytes, sizeof bytes);
  put_frame (file, number);
}

static void
finish (GByteArray *file)
{
  g_autofree char *folder = g_dir_make_tmp ("clip-XXXXXX", NULL), *bytes = NULL;
  g_autofree char *path = g_build_filename (folder, "a.webm", NULL);
  gsize length;
  g_assert_true (g_file_set_contents (path, (const char *)file->data, (gssize)file->len, NULL));
  g_assert_cmpint (parlor_webm_finish (path, NULL), >, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_byte_array_set_size (file, 0);
  g_byte_array_append (file, (const guint8 *)bytes, (guint)length);
  g_unlink (path);
  g_rmdir (folder);
}

static GByteArray *
make_webm (const Shape *shape)
{
  g_autoptr (GByteArray) raw = g_byte_array_new ();
  const guint8 kind = shape->sound ? 2 : 1;
  gsize used;
  g_byte_array_append (raw, webm_head, sizeof webm_head);
  g_byte_array_append (raw, &kind, 1);
  add_cluster (raw, 0);
  GByteArray *file = parlor_webm_make_room (raw->data, raw->len, &used);
  g_assert_nonnull (file);
  for (guint i = 0; i < shape->n; i++)
    {
      guint in = i % shape->per_cluster;
      if (in == 0)
        add_cluster (file, i * shape->step_ms);
      add_block (file, in * shape->step_ms, shape->sound || i % shape->key_every == 0, i);
    }
  finish (file);
  return file;
}

/* Frames `first` to `last` are there, at their times less the first one's, and no other. */
static void
check (const GByteArray *clip, const GArray *list, const Shape *shape, guint first, guint last)
{
  g_assert_nonnull (list);
  g_assert_cmpuint (list->len, ==, last - first + 1);
  for (guint i = 0; i < list->len; i++)
    {
      const ParlorWebmFrame *frame = &g_array_index (list, ParlorWebmFrame, i);
      g_autoptr (GByteArray) wanted = g_byte_array_new ();
      put_frame (wanted, first + i);
      g_assert_cmpmem (clip->data + frame->offset, frame->size, wanted->data, wanted->len);
      g_assert_cmpint (frame->time_ms, ==, i * shape->step_ms);
    }
  for (guint i = 0; i < shape->n; i++)
    g_assert_cmpint (holds (clip, i), ==, i >= first && i <= last);
}

static void
check_webm (const Shape *shape, gint64 from_ms, gint64 to_ms, guint first, guint last)
{
  g_autoptr (GByteArray) file = make_webm (shape);
  g_auto (ParlorWebmIndex) index = {0};
  gint64 start_ms;
  g_autoptr (GByteArray) clip = cut (file, FALSE, from_ms, to_ms, &start_ms);
  g_assert_nonnull (clip);
  g_assert_cmpint (start_ms, ==, first * shape->step_ms);
  g_autoptr (GArray) list = parlor_webm_list (clip->data, clip->len);
  check (clip, list, shape, first, last);
  g_assert_true (parlor_webm_scan (clip->data, clip->len, &index));
  g_assert_cmpuint (index.whole, ==, clip->len);
  g_assert_cmpuint (index.track, ==, 1);
  g_assert_cmpint (index.is_video, ==, !shape->sound);
}

static const Shape camera = {FALSE, 300, 40, 25, 100};
static const Shape sound = {TRUE, 600, 20, 50, 1};

static void
test_webm (void)
{
  /* A key frame each 4 s, a cluster each second. */
  check_webm (&camera, 5000, 9000, 100, 224);
  check_webm (&camera, 4000, 4040, 100, 100);
  check_webm (&camera, 3999, 4000, 0, 99);
  check_webm (&camera, 0, 700, 0, 17);
  check_webm (&camera, 8500, G_MAXINT64, 200, 299);
  check_webm (&camera, 0, G_MAXINT64, 0, 299);
  check_webm (&camera, 7990, 8010, 100, 200);
}

/* Sound begins and ends by the packet, in the middle of a cluster as well. */
static void
test_sound (void)
{
  check_webm (&sound, 5010, 7000, 250, 349);
  check_webm (&sound, 2220, 2260, 111, 112);
  check_webm (&sound, 0, 20, 0, 0);
  check_webm (&sound, 11990, G_MAXINT64, 599, 599);
}

/* A key frame in the middle of a cluster is where it begins. */
static void
test_middle (void)
{
  const Shape odd = {FALSE, 300, 40, 30, 70};
  check_webm (&odd, 3000, 5000, 70, 124);
  check_webm (&odd, 11000, 11500, 210, 287);
}

/* Of a part that was cut: how many places its index leads to, each a cluster with a key frame. */
static guint
count_cues (const Shape *shape, gint64 from_ms, gint64 to_ms)
{
  g_autoptr (GByteArray) file = make_webm (shape);
  gint64 start_ms;
  g_autoptr (GByteArray) clip = cut (file, FALSE, from_ms, to_ms, &start_ms);
  g_auto (ParlorWebmIndex) index = {0};
  g_assert_true (parlor_webm_scan (clip->data, clip->len, &index));
  const guint8 cues[] = {0x1c, 0x53, 0xbb, 0x6b};
  const guint8 *at = memmem (clip->data, clip->len, cues, sizeof cues);
  const guint8 *first = clip->data + g_array_index (index.clusters, ParlorWebmCluster, 0).offset;
  guint n = 0;
  g_assert_nonnull (at);
  g_assert_true (at < first); /* before the media: found without a seek */
  for (; at + 10 <= first; at++)
    if (at[0] == 0xf1 && at[1] == 0x88)
      {
        guint64 offset = index.segment_at + parlor_get_u64 (at + 2);
        gboolean key = FALSE;
        for (guint i = 0; i < index.clusters->len; i++)
          {
            const ParlorWebmCluster *one = &g_array_index (index.clusters, ParlorWebmCluster, i);
            key = key || (one->offset == offset && one->key);
          }
        g_assert_true (key);
        n++;
      }
  return n;
}

/* What a player seeks by. */
static void
test_cues (void)
{
  g_assert_cmpuint (count_cues (&camera, 5000, 12000), ==, 2); /* at 4 s and 8 s of the file */
  /* Short sound has a second one: by a single one Chromium seeks nowhere. */
  g_assert_cmpuint (count_cues (&sound, 2200, 3900), ==, 2);
}

/* ---- MP4 ------------------------------------------------------------------------------------ */

/* Pictures at 25 a second. */
static GByteArray *
make_mp4 (guint n, guint key_every, gint32 first_offset)
{
  static const guint8 avcc[] = {1, 66, 0, 30, 255, 225, 0, 1, 7, 1, 0, 1, 8};
  const ParlorMp4Size size = {320, 180};
  GByteArray *file = parlor_mp4_head (avcc, sizeof avcc, &size);
  for (guint i = 0; i < n; i++)
    {
      const ParlorMp4Picture picture = {.sequence = i + 1,
                                        .decoded = i * 3600,
                                        .offset = first_offset,
                                        .duration = 3600,
                                        .key = i % key_every == 0};
      g_autoptr (GByteArray) head = parlor_mp4_fragment (&picture, FRAME_SIZE);
      g_byte_array_append (file, head->data, head->len);
      put_frame (file, i);
    }
  return file;
}

static void
check_mp4 (const GByteArray *file, gint64 from_ms, gint64 to_ms, guint first, guint last)
{
  const Shape shape = {FALSE, 300, 40, 0, 0};
  gint64 start_ms;
  g_autoptr (GByteArray) clip = cut (file, TRUE, from_ms, to_ms, &start_ms);
  g_assert_nonnull (clip);
  g_assert_cmpint (start_ms, ==, first * 40);
  g_autoptr (GArray) list = parlor_mp4_list (clip->data, clip->len);
  check (clip, list, &shape, first, last);
  g_assert_nonnull (memmem (clip->data, clip->len, "sidx", 4));
}

static void
test_mp4 (void)
{
  g_autoptr (GByteArray) file = make_mp4 (300, 100, 0);
  g_autofree char *folder = g_dir_make_tmp ("clip-XXXXXX", NULL), *bytes = NULL;
  g_autofree char *path = g_build_filename (folder, "a.mp4", NULL);
  gsize length;
  check_mp4 (file, 5000, 9000, 100, 224);
  /* The same by the index of a finished file. */
  g_assert_true (g_file_set_contents (path, (const char *)file->data, (gssize)file->len, NULL));
  g_assert_cmpint (parlor_mp4_finish (path, NULL, NULL), >, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_byte_array_set_size (file, 0);
  g_byte_array_append (file, (const guint8 *)bytes, (guint)length);
  g_unlink (path);
  g_rmdir (folder);
  check_mp4 (file, 5000, 9000, 100, 224);
  check_mp4 (file, 9000, 9100, 200, 227);
  check_mp4 (file, 0, 40, 0, 0);
  check_mp4 (file, 8500, G_MAXINT64, 200, 299);
}

/* ---- what is none --------------------------------------------------------------------------- */

static void
test_nothing (void)
{
  g_autoptr (GByteArray) webm = make_webm (&camera), mp4 = make_mp4 (30, 10, 0);
  gint64 start_ms;
  g_assert_null (cut (webm, FALSE, 5000, 5000, &start_ms));
  g_assert_null (cut (webm, FALSE, 9000, 5000, &start_ms));
  g_assert_null (cut (webm, TRUE, 0, 5000, &start_ms));
  g_assert_null (cut (mp4, FALSE, 0, 5000, &start_ms));
  for (guint length = 0; length < 700; length += 13)
    {
      g_autoptr (GByteArray) torn = g_byte_array_new ();
      g_byte_array_append (torn, webm->data, length);
      g_assert_null (cut (torn, FALSE, 0, 5000, &start_ms));
    }
  ParlorReader *memory = open_memory (webm), *other = open_memory (mp4);
  g_autoptr (ParlorClip) clip = parlor_clip_new (memory, FALSE, 0, 5000);
  g_assert_null (parlor_clip_reader (clip, other));
  memory->free (memory);
}

static void
test_kept (void)
{
  g_autoptr (GByteArray) file = make_webm (&camera);
  g_autoptr (ParlorClips) clips = parlor_clips_new (uv_default_loop ());
  gint64 start_ms = 0;
  for (guint i = 0; i < 2 * PARLOR_CLIPS_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      ParlorReader *reader = parlor_clips_read (open_memory (file), name, FALSE, 5000, 9000,
                                                &start_ms, clips);
      g_assert_cmpint (start_ms, ==, 4000);
      /* The first one is asked for again and again. */
      ParlorReader *again = parlor_clips_read (open_memory (file), "0", FALSE, 5000, 9000,
                                               &start_ms, clips);
      g_assert_cmpuint (again->size, ==, reader->size);
      reader->free (reader);
      again->free (again);
    }
  g_assert_cmpuint (parlor_clips_count (clips), ==, PARLOR_CLIPS_MAX);
  ParlorReader *memory = open_memory (file);
  ParlorReader *kept = parlor_clips_read (memory, "0", FALSE, 5000, 9000, &start_ms, clips);
  g_assert_cmpuint (((Memory *)memory)->reads, ==, 0);
  kept->free (kept);
  /* That there is none as well. */
  guint reads = n_reads;
  g_assert_null (parlor_clips_read (open_memory (file), "x", TRUE, 5000, 9000, &start_ms, clips));
  g_assert_cmpuint (n_reads, >, reads);
  reads = n_reads;
  g_assert_null (parlor_clips_read (open_memory (file), "x", TRUE, 5000, 9000, &start_ms, clips));
  g_assert_cmpuint (n_reads, ==, reads);
  g_assert_null (parlor_clips_read (open_memory (file), "0", FALSE, 9000, 5000, &start_ms, clips));
  g_assert_cmpuint (n_open, ==, 0);
}

/* ---- a disk that takes its time ------------------------------------------------------------- */

typedef struct
{
  ParlorReader reader; /* first */
  ParlorReader *whole;
} Slow;

static GMutex gate;
static GCond gate_opens;
static gboolean gate_is_open;

static gssize
slow_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  ParlorReader *whole = ((Slow *)reader)->whole;
  g_mutex_lock (&gate);
  while (!gate_is_open)
    g_cond_wait (&gate_opens, &gate);
  g_mutex_unlock (&gate);
  return whole->read (whole, at, out, length);
}

static void
slow_free (ParlorReader *reader)
{
  ParlorReader *whole = ((Slow *)reader)->whole;
  whole->free (whole);
  g_free (reader);
}

static ParlorReader *
open_slow (const GByteArray *bytes)
{
  Slow *self = g_new0 (Slow, 1);
  ParlorReader *whole = open_memory (bytes);
  *self = (Slow){{whole->size, slow_read, slow_free}, whole};
  return &self->reader;
}

static void
count (gpointer data)
{
  ++*(guint *)data;
}

static void
on_tick (uv_timer_t *timer)
{
  ++*(guint *)timer->data;
}

/* Whoever waits for a part holds nobody up: not the loop, and not a part that is known. */
static void
test_prepared (void)
{
  g_autoptr (GByteArray) file = make_mp4 (300, 100, 0), other = make_webm (&camera);
  uv_loop_t *loop = uv_default_loop ();
  g_autoptr (ParlorClips) clips = parlor_clips_new (loop);
  guint done = 0, ticks = 0;
  gint64 start_ms;
  uv_timer_t timer;
  uv_timer_init (loop, &timer);
  timer.data = &ticks;
  uv_timer_start (&timer, on_tick, 1, 1);
  gate_is_open = FALSE;
  for (guint i = 0; i < 2; i++) /* two people, one part */
    g_assert_cmpint (
        parlor_clips_prepare (open_slow (file), "slow", TRUE, 5000, 9000, count, &done, clips), ==,
        PARLOR_CLIP_COMES);
  while (ticks < 5)
    uv_run (loop, UV_RUN_ONCE);
  g_assert_cmpuint (done, ==, 0);
  ParlorReader *known = parlor_clips_read (open_memory (other), "known", FALSE, 5000, 9000,
                                           &start_ms, clips);
  g_assert_nonnull (known);
  known->free (known);
  g_mutex_lock (&gate);
  gate_is_open = TRUE;
  g_cond_broadcast (&gate_opens);
  g_mutex_unlock (&gate);
  while (done < 2)
    uv_run (loop, UV_RUN_ONCE);
  guint reads = n_reads;
  g_assert_cmpint (
      parlor_clips_prepare (open_slow (file), "slow", TRUE, 5000, 9000, count, &done, clips), ==,
      PARLOR_CLIP_KNOWN);
  ParlorReader *clip = parlor_clips_read (open_slow (file), "slow", TRUE, 5000, 9000, &start_ms,
                                          clips);
  g_assert_nonnull (clip);
  g_assert_cmpint (start_ms, ==, 4000);
  g_assert_cmpuint (n_reads, ==, reads);
  clip->free (clip);
  uv_close ((uv_handle_t *)&timer, NULL);
  /* Who still waits at the end is told as well. */
  g_assert_cmpint (
      parlor_clips_prepare (open_slow (file), "late", TRUE, 5000, 9000, count, &done, clips), ==,
      PARLOR_CLIP_COMES);
  parlor_clips_quit (clips);
  g_assert_cmpuint (done, ==, 3);
  g_assert_cmpint (
      parlor_clips_prepare (open_slow (file), "later", TRUE, 5000, 9000, count, &done, clips), ==,
      PARLOR_CLIP_BUSY);
  g_assert_cmpuint (n_open, ==, 0);
}

static void
on_turn (uv_work_t *work)
{
}

static void
on_turn_done (uv_work_t *work, int status)
{
  *(gboolean *)work->data = TRUE;
}

/* Nothing waits without bound, and who has other work for the loop's threads does not stand behind
 * it. */
static void
test_too_many (void)
{
  g_autoptr (GByteArray) file = make_mp4 (300, 100, 0);
  g_autoptr (ParlorClips) clips = parlor_clips_new (uv_default_loop ());
  guint done = 0;
  gboolean turn_came = FALSE;
  uv_work_t turn = {.data = &turn_came};
  gint64 until_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  gate_is_open = FALSE;
  for (guint i = 0; i <= PARLOR_CLIPS_WAITING_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_assert_cmpint (
          parlor_clips_prepare (open_slow (file), name, TRUE, 5000, 9000, count, &done, clips), ==,
          i < PARLOR_CLIPS_WAITING_MAX ? PARLOR_CLIP_COMES : PARLOR_CLIP_BUSY);
    }
  uv_queue_work (uv_default_loop (), &turn, on_turn, on_turn_done);
  while (!turn_came && g_get_monotonic_time () < until_us)
    {
      uv_run (uv_default_loop (), UV_RUN_NOWAIT);
      g_usleep (1000);
    }
  g_assert_true (turn_came);
  g_assert_cmpuint (done, ==, 0);
  g_mutex_lock (&gate);
  gate_is_open = TRUE;
  g_cond_broadcast (&gate_opens);
  g_mutex_unlock (&gate);
  parlor_clips_quit (clips);
  g_assert_cmpuint (done, ==, PARLOR_CLIPS_WAITING_MAX);
  g_assert_cmpuint (n_open, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/clip/a-part-begins-with-a-key-frame-and-has-nothing-behind", test_webm);
  g_test_add_func ("/record/clip/sound-is-cut-by-the-packet", test_sound);
  g_test_add_func ("/record/clip/a-key-frame-may-stand-anywhere", test_middle);
  g_test_add_func ("/record/clip/its-index-leads-to-key-frames", test_cues);
  g_test_add_func ("/record/clip/mp4-is-cut-by-fragments", test_mp4);
  g_test_add_func ("/record/clip/other-files-have-no-parts", test_nothing);
  g_test_add_func ("/record/clip/a-part-is-found-out-once", test_kept);
  g_test_add_func ("/record/clip/a-slow-disk-holds-nobody-up", test_prepared);
  g_test_add_func ("/record/clip/so-many-parts-are-found-out-at-once", test_too_many);
  return g_test_run ();
}
