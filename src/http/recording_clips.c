/* SPDX-License-Identifier: Apache-2.0 */
#include "http/recording_clips.h"

#include "http/excerpt.h"
#include "http/problem.h"
#include "http/range.h"
#include "http/recording_files.h"

/* Where the part lies in the file's own time. */
typedef struct
{
  gint64 from_ms, to_ms;
} Span;

static gint64
number (const json_t *object, const char *name)
{
  return json_integer_value (json_object_get (object, name));
}

static const char *
text (const json_t *object, const char *name)
{
  const char *value = json_string_value (json_object_get (object, name));
  return value != NULL ? value : "";
}

/* FALSE: all of the file lies within the part. */
static gboolean
is_cut (const ParlorRecordingPart *part, const json_t *file, Span *span)
{
  gboolean begins = number (file, "from_ms") < part->from_ms;
  gboolean ends = number (file, "to_ms") > part->to_ms;
  span->from_ms = begins ? parlor_excerpt_file_ms (file, part->from_ms) : 0;
  span->to_ms = ends ? parlor_excerpt_file_ms (file, part->to_ms) : G_MAXINT64;
  return part->to_ms != 0 && (begins || ends);
}

static void
came (gboolean ok, int fd, gpointer user_data)
{
}

static char *
name_of (const ParlorRecordingPart *part, const json_t *file)
{
  return g_strconcat (part->row->id, "/", text (file, "path"), "/", text (file, "sha256"), NULL);
}

/* NULL: there is nothing to be given; *away: not now. */
static ParlorReader *
open_cut (const ParlorRecordingPart *part, const json_t *file, const Span *span, gint64 *start_ms,
          gboolean *away)
{
  const ParlorSiteSpec *spec = &part->site->spec;
  const char *path = text (file, "path");
  ParlorReader *whole = spec->clip != NULL ? parlor_site_read_recorded (part->site, part->row, path)
                                           : NULL;
  g_autofree char *name = name_of (part, file);
  *away = FALSE;
  if (whole != NULL)
    return spec->clip (whole, name, g_str_has_suffix (path, ".mp4"), span->from_ms, span->to_ms,
                       start_ms, spec->clip_data);
  if (spec->clip != NULL && spec->bring != NULL)
    *away = spec->bring (part->row->id, path, 0, -1, came, NULL, spec->bring_data)
            != PARLOR_BRING_NOWHERE;
  return NULL;
}

/* ---- what is found out before -------------------------------------------------------------- */

typedef struct
{
  ParlorHttpAgain *again;
  guint left;
  gboolean is_busy;
} Waiting;

static void
on_prepared (gpointer user_data)
{
  Waiting *waiting = user_data;
  if (--waiting->left > 0)
    return;
  if (waiting->again != NULL)
    parlor_http_again (waiting->again);
  g_free (waiting);
}

static void
prepare_one (const ParlorRecordingPart *part, const json_t *file, Waiting *waiting)
{
  const ParlorSiteSpec *spec = &part->site->spec;
  const char *path = text (file, "path");
  Span span;
  if (!parlor_excerpt_has_file (file, part->from_ms, part->to_ms) || !is_cut (part, file, &span))
    return;
  ParlorReader *whole = parlor_site_read_recorded (part->site, part->row, path);
  g_autofree char *name = name_of (part, file);
  if (whole == NULL)
    return; /* who opens it tells */
  switch (spec->clip_prepare (whole, name, g_str_has_suffix (path, ".mp4"), span.from_ms,
                              span.to_ms, on_prepared, waiting, spec->clip_data))
    {
    case PARLOR_CLIP_KNOWN:
      break;
    case PARLOR_CLIP_COMES:
      waiting->left++;
      break;
    case PARLOR_CLIP_BUSY:
      waiting->is_busy = TRUE;
      break;
    }
}

gboolean
parlor_recording_part_prepare (const ParlorRecordingPart *part, const json_t *manifest,
                               const json_t *file, ParlorHttpRequest *request,
                               ParlorHttpReply *reply, ParlorRouteHandler handler)
{
  if (part->to_ms == 0 || part->site->spec.clip_prepare == NULL || parlor_http_is_again (request))
    return TRUE;
  Waiting *waiting = g_new0 (Waiting, 1);
  gsize i;
  json_t *one;
  waiting->left = 1; /* this call */
  if (file != NULL)
    prepare_one (part, file, waiting);
  else
    json_array_foreach (json_object_get (manifest, "files"), i, one)
        prepare_one (part, one, waiting);
  gboolean known = waiting->left == 1 && !waiting->is_busy;
  if (waiting->is_busy)
    parlor_recording_part_away (reply);
  else if (!known)
    waiting->again = parlor_http_again_new (part->site, request, handler);
  on_prepared (waiting);
  return known;
}

/* ---- what the page is told ------------------------------------------------------------------ */

/* The pieces of its clock, from the cut file's beginning on. */
static json_t *
moved_clock (const json_t *file, gint64 start_ms)
{
  json_t *clock = json_array (), *piece;
  gsize i;
  json_array_foreach (json_object_get (file, "clock"), i, piece) json_array_append_new (
      clock, json_pack ("[I,I]", json_integer_value (json_array_get (piece, 0)),
                        json_integer_value (json_array_get (piece, 1)) - start_ms));
  return clock;
}

static void
tell_cut (const ParlorRecordingPart *part, json_t *file, gint64 start_ms)
{
  gint64 from_ms = MAX (number (file, "from_ms"), part->from_ms);
  gint64 to_ms = MIN (number (file, "to_ms"), part->to_ms);
  json_object_set_new (file, "clock", moved_clock (file, start_ms));
  json_object_set_new (file, "from_ms", json_integer (from_ms));
  json_object_set_new (file, "to_ms", json_integer (to_ms));
  json_object_set_new (file, "duration_ms", json_integer (to_ms - from_ms));
  json_object_del (file, "bytes");
  json_object_del (file, "sha256");
}

/* FALSE: on its way; *keeps: something of it can be given. */
static gboolean
cut_one (const ParlorRecordingPart *part, const json_t *full, json_t *file, gboolean *keeps)
{
  gint64 start_ms = 0;
  gboolean away = FALSE;
  Span span;
  *keeps = TRUE;
  if (!is_cut (part, full, &span))
    return TRUE;
  ParlorReader *reader = open_cut (part, full, &span, &start_ms, &away);
  *keeps = reader != NULL;
  if (reader == NULL)
    return !away;
  reader->free (reader);
  tell_cut (part, file, start_ms);
  return TRUE;
}

gboolean
parlor_recording_part_cut (const ParlorRecordingPart *part, const json_t *manifest, json_t *excerpt)
{
  json_t *files = json_object_get (excerpt, "files");
  gboolean all = TRUE;
  for (gsize i = json_array_size (files); i-- > 0;)
    {
      json_t *file = json_array_get (files, i);
      g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, number (file, "n"));
      gboolean keeps;
      /* All that are missing are sent for, not one after the other. */
      all = cut_one (part, parlor_manifest_file (manifest, n), file, &keeps) && all;
      if (!keeps)
        json_array_remove (files, i);
    }
  return all;
}

/* ---- its bytes ------------------------------------------------------------------------------ */

void
parlor_recording_part_away (ParlorHttpReply *reply)
{
  parlor_http_problem (reply, 503, "away",
                       "A file lies in the object store and is on its way: ask again.");
  parlor_http_reply_header (reply, "Retry-After", "5");
}

void
parlor_recording_part_reply (const ParlorRecordingPart *part, const ParlorHttpRequest *request,
                             ParlorHttpReply *reply, const json_t *file)
{
  gint64 start_ms = 0;
  gboolean away = FALSE;
  Span span;
  if (!parlor_excerpt_has_file (file, part->from_ms, part->to_ms))
    file = NULL;
  if (file == NULL || !is_cut (part, file, &span))
    {
      parlor_site_reply_track (part->site, request, reply, part->row, file);
      return;
    }
  ParlorReader *reader = open_cut (part, file, &span, &start_ms, &away);
  g_autofree char *etag = g_strdup_printf ("\"%s-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "\"",
                                           text (file, "sha256"), span.from_ms, span.to_ms);
  if (reader != NULL)
    parlor_http_reply_reader (request, reply, reader, parlor_site_track_type (file), etag);
  else if (away)
    parlor_recording_part_away (reply);
  else
    parlor_http_problem (reply, 404, "no_such_file", "The recording has no file of that number.");
}
