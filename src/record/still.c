/* SPDX-License-Identifier: Apache-2.0 */
#include "record/still.h"

#include "record/reel.h"
#include "record/safe.h"

#include <stdlib.h>

/* zlib's quickest: many markers shortly before a recording's end are waited for. */
#define PNG_LEVEL 1

static const char *const encode_png[] = {"videoconvert", "pngenc", NULL};

gboolean
parlor_still_preload (void)
{
  g_autoptr (ParlorChain) chain = parlor_chain_new (encode_png, NULL, NULL);
  return parlor_reel_preload () && chain != NULL;
}

/* What lies behind one key frame, up to the last picture of it that is wanted. */
typedef struct
{
  const guint8 *vault_key;
  ParlorStill **stills; /* borrowed, in their order */
  gint64 *times_ms;     /* owned: of each one's frame */
  guint n, done;
  GQueue frames;     /* GstBuffer, owned: to be decoded */
  GstBuffer *buffer; /* owned: the last that came out */
  GstCaps *caps;     /* owned: of it */
} Run;

static void
take_png (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  GstBuffer **png = user_data;
  gst_clear_buffer (png);
  *png = buffer;
}

static gboolean
write_png (const Run *run, const char *path)
{
  GstBuffer *png = NULL;
  g_autoptr (ParlorChain) chain = parlor_chain_new (encode_png, take_png, &png);
  GstMapInfo map;
  if (chain != NULL)
    g_object_set (parlor_chain_element (chain, 1), "compression-level", PNG_LEVEL, NULL);
  gboolean ok = chain != NULL && parlor_chain_start (chain, run->caps)
                && parlor_chain_push (chain, gst_buffer_ref (run->buffer)) && png != NULL
                && gst_buffer_map (png, &map, GST_MAP_READ);
  if (ok)
    {
      ok = parlor_safe_store (path, run->vault_key, map.data, map.size, NULL);
      gst_buffer_unmap (png, &map);
    }
  gst_clear_buffer (&png);
  return ok;
}

/* Those whose frame is before `time_ms`: what came out last is theirs. */
static void
finish_before (Run *run, gint64 time_ms)
{
  for (; run->done < run->n && run->times_ms[run->done] < time_ms; run->done++)
    if (run->buffer != NULL && run->caps != NULL && write_png (run, run->stills[run->done]->png))
      run->stills[run->done]->result = PARLOR_STILL_MADE;
}

static void
take_picture (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  Run *run = user_data;
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    finish_before (run, (gint64)(GST_BUFFER_PTS (buffer) / GST_MSECOND));
  gst_clear_buffer (&run->buffer);
  run->buffer = buffer;
  gst_caps_replace (&run->caps, caps);
}

static void
decode (Run *run, const ParlorPlanFile *file)
{
  g_autoptr (ParlorChain) chain = parlor_reel_decoder (file, take_picture, run);
  gboolean ok = chain != NULL;
  for (GstBuffer *frame; ok && (frame = g_queue_pop_head (&run->frames)) != NULL;)
    ok = parlor_chain_push (chain, frame);
  if (ok && parlor_chain_end (chain))
    finish_before (run, G_MAXINT64);
}

static void
run_free (gpointer data)
{
  Run *run = data;
  g_queue_clear_full (&run->frames, (GDestroyNotify)gst_buffer_unref);
  gst_clear_buffer (&run->buffer);
  gst_clear_caps (&run->caps);
  g_free (run->times_ms);
  g_free (run);
}

/* So that nothing of an enciphered file stays in memory but what is decoded. */
static void
take_frames (Run *run, const ParlorReel *reel, guint from, guint to)
{
  for (guint i = from; i <= to; i++)
    {
      GstBuffer *frame = parlor_reel_frame (reel, i);
      if (run->vault_key != NULL)
        {
          GstBuffer *copy = gst_buffer_copy_deep (frame);
          gst_buffer_unref (frame);
          frame = copy;
        }
      g_queue_push_tail (&run->frames, frame);
    }
}

/* The frame of a still; -1: none, or not yet. */
static gint
find_frame (const ParlorReel *reel, ParlorStill *still)
{
  gint i = parlor_reel_find (reel, still->file_ms);
  if (i < 0 || !still->wants_next || (guint)i + 1 < parlor_reel_n_frames (reel))
    return i;
  still->result = PARLOR_STILL_LATER;
  return -1;
}

/* Of the stills from `*at` on those that have one key frame; NULL: none is left. */
static Run *
next_run (const ParlorReel *reel, const guint8 *vault_key, ParlorStill **stills, guint n, guint *at)
{
  gint i = -1;
  while (*at < n && (i = find_frame (reel, stills[*at])) < 0)
    (*at)++;
  if (i < 0)
    return NULL;
  Run *run = g_new0 (Run, 1);
  run->vault_key = vault_key;
  run->stills = stills + *at;
  run->times_ms = g_new0 (gint64, n - *at);
  guint key = parlor_reel_key (reel, (guint)i), last = key;
  for (; *at < n && (i = find_frame (reel, stills[*at])) >= 0
         && parlor_reel_key (reel, (guint)i) == key;
       (*at)++)
    {
      run->times_ms[run->n++] = parlor_reel_time_ms (reel, (guint)i);
      last = (guint)i;
    }
  take_frames (run, reel, key, last);
  return run;
}

static int
by_instant (const void *a, const void *b)
{
  gint64 left = (*(ParlorStill *const *)a)->file_ms, right = (*(ParlorStill *const *)b)->file_ms;
  return (left > right) - (left < right);
}

static void
collect (const ParlorReelSource *source, const ParlorPlanFile *file, ParlorStill **stills, guint n,
         GPtrArray *runs)
{
  g_autoptr (ParlorReel) reel = parlor_reel_open (source, file);
  Run *run;
  guint at = 0;
  while (reel != NULL && (run = next_run (reel, source->vault_key, stills, n, &at)) != NULL)
    g_ptr_array_add (runs, run);
}

void
parlor_still_make (const char *folder, const char *name, const char *codec, const guint8 *vault_key,
                   ParlorStill **stills, guint n)
{
  const ParlorReelSource source = {folder, vault_key, NULL};
  const ParlorPlanFile file = {.path = (char *)name, .codec = (char *)codec};
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (run_free);
  for (guint i = 0; i < n; i++)
    stills[i]->result = PARLOR_STILL_NONE;
  qsort (stills, n, sizeof *stills, by_instant);
  parlor_safe_begin_whole (vault_key);
  collect (&source, &file, stills, n, runs);
  parlor_safe_end_whole (vault_key);
  for (guint i = 0; i < runs->len; i++)
    decode (runs->pdata[i], &file);
}
