/* SPDX-License-Identifier: Apache-2.0 */
/* What was said in a recording, as somebody's recogniser wrote it down: put as WebVTT, found by the
   search, given back with instants of the room's clock. */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_files.h"
#include "room/webvtt.h"

#include <string.h>

/* Of all texts together: they are in memory for the search. */
#define WORDS_MAX (256 * 1024)

typedef struct
{
  json_t *cues;
  GString *words;
} Taken;

static void
take_cue (const ParlorWebvttCue *cue, gpointer user_data)
{
  Taken *taken = user_data;
  json_array_append_new (
      taken->cues, json_pack ("{s:I,s:I,s:s,s:s}", "from_ms", (json_int_t)cue->from_ms, "to_ms",
                              (json_int_t)cue->to_ms, "speaker", cue->speaker, "text", cue->text));
  if (taken->words->len + strlen (cue->text) < WORDS_MAX)
    g_string_append_printf (taken->words, "%s\n", cue->text);
}

static void
keep (ParlorSite *site, ParlorHttpRequest *request, const ParlorRecordingRow *recording,
      const Taken *taken, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  char *cues = json_dumps (taken->cues, JSON_COMPACT);
  parlor_site_principal (site, request, &who);
  const ParlorTranscriptRow row = {.recording = recording->id,
                                   .brand = recording->brand,
                                   .cues = cues,
                                   .words = taken->words->str,
                                   .author = who.subject,
                                   .at_ms = site->spec.clock->wall_ms (site->spec.clock)};
  if (parlor_recordings_set_transcript (site->spec.recordings, &row, &error))
    parlor_http_reply_json (reply, 200,
                            json_pack ("{s:s,s:i}", "recording", recording->id, "cues",
                                       (int)json_array_size (taken->cues)));
  else
    parlor_http_problem_from_error (reply, error);
  free (cues);
}

void
parlor_handle_transcript_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint line = 0;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  Taken taken = {json_array (), g_string_new (NULL)};
  ParlorWebvttResult result = parlor_webvtt_parse (request->body != NULL ? request->body : "",
                                                   request->body_length, take_cue, &taken, &line);
  if (result == PARLOR_WEBVTT_OK)
    keep (site, request, row, &taken, reply);
  else
    {
      g_autofree char *detail = g_strdup_printf ("The body is no WebVTT that can be taken: %s, "
                                                 "line %u.",
                                                 parlor_webvtt_result_name (result), line);
      parlor_http_problem (reply, 422, "not_webvtt", detail);
    }
  g_string_free (taken.words, TRUE);
  json_decref (taken.cues);
}

void
parlor_handle_transcript_delete (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  parlor_site_principal (site, request, &who);
  if (parlor_recordings_drop_transcript (site->spec.recordings, row->id, who.subject,
                                         site->spec.clock->wall_ms (site->spec.clock), &error))
    reply->status = 204;
  else
    parlor_http_problem (reply, 404, "no_transcript", "The recording has no transcript.");
}

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending;
  gint64 from_ms; /* the recording's beginning, by the room's clock */
} Ask;

static json_t *
to_room_clock (const char *text, gint64 from_ms)
{
  json_t *cues = json_loads (text, 0, NULL), *cue;
  gsize i;
  json_array_foreach (cues, i, cue)
  {
    static const char *const times[] = {"from_ms", "to_ms"};
    for (guint k = 0; k < G_N_ELEMENTS (times); k++)
      json_object_set_new (
          cue, times[k],
          json_integer (json_integer_value (json_object_get (cue, times[k])) + from_ms));
  }
  return cues != NULL ? cues : json_array ();
}

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Ask *ask = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (error != NULL)
    parlor_http_problem (&reply, 503, "unavailable", "The transcript cannot be read now.");
  else if (n_rows == 0)
    parlor_http_problem (&reply, 404, "no_transcript", "The recording has no transcript.");
  else
    parlor_http_reply_json (
        &reply, 200,
        json_pack ("{s:o}", "cues",
                   to_room_clock (((const ParlorTranscriptRow *)rows[0])->cues, ask->from_ms)));
  parlor_http_answer (ask->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (ask);
}

void
parlor_handle_transcript_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  if (site->spec.records == NULL
      || !parlor_recordings_has_transcript (site->spec.recordings, row->id))
    {
      parlor_http_problem (reply, 404, "no_transcript", "The recording has no transcript.");
      return;
    }
  Ask *ask = g_new0 (Ask, 1);
  *ask = (Ask){parlor_http_defer (request), row->from_ms};
  const ParlorFindTerm term = {"recording", PARLOR_FIND_EQUAL, row->id, 0};
  const ParlorFind find = {&parlor_transcript_kind, &term, 1, NULL, FALSE, 1};
  site->spec.records->find (site->spec.records, &find, on_found, ask);
}
