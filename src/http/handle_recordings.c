/* SPDX-License-Identifier: Apache-2.0 */
/* REST of recordings: what docs/openapi.yaml calls "recordings". */
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/range.h"
#include "http/recording_files.h"
#include "http/recording_series.h"
#include "live/replays.h"
#include "room/recording.h"

#include <string.h>

#define LIST_DEFAULT 50
#define LIST_MAX 200

/* ---- in a room ------------------------------------------------------------------------------ */

static json_t *
state_to_json (const ParlorRoom *room)
{
  const ParlorRecordingInfo *info = parlor_room_recording (room);
  return json_pack ("{s:s,s:s,s:s,s:s}", "recording", info->id, "state",
                    parlor_recording_state_name (info->state), "mode",
                    info->notice ? "notice" : "ask", "policy",
                    parlor_record_policy_name (info->policy));
}

void
parlor_handle_record (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  json_t *body = room != NULL ? parlor_http_json_body (request) : NULL;
  const char *name = json_string_value (json_object_get (body, "action"));
  ParlorRecordAction action;
  if (room == NULL)
    return;
  if (!parlor_record_action_from_name (name, &action))
    parlor_http_problem (reply, 400, "bad_request", "action is start, pause, resume or stop.");
  else if (!parlor_room_record (room, NULL, action, parlor_site_now_us (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 200, state_to_json (room));
  json_decref (body);
}

static json_t *
marker_row_to_json (const ParlorMarkerRow *marker)
{
  return json_pack ("{s:s,s:I,s:s,s:s,s:s?,s:s,s:I,s:I,s:s?}", "id", marker->id, "version",
                    (json_int_t)marker->version, "kind", marker->kind, "text", marker->text,
                    "owner", marker->owner, "author", marker->author, "room_ms",
                    (json_int_t)marker->room_ms, "at", (json_int_t)marker->at_ms, "recording",
                    marker->recording);
}

void
parlor_handle_marker_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  json_t *body = room != NULL ? parlor_http_json_body (request) : NULL;
  ParlorMarkerSpec spec = {.id = json_string_value (json_object_get (body, "id")),
                           .text = json_string_value (json_object_get (body, "text")),
                           .owner = json_string_value (json_object_get (body, "owner"))};
  guint n = 0;
  if (room == NULL)
    return;
  if (spec.text == NULL
      || !parlor_marker_kind_from_name (json_string_value (json_object_get (body, "kind")),
                                        &spec.kind))
    parlor_http_problem (
        reply, 400, "bad_request",
        "kind is conclusion, parameter, assignment or question; text is what is to be noted.");
  else if (!parlor_room_mark (room, NULL, &spec, parlor_site_now_us (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    {
      const ParlorMarkerRow *const *markers = parlor_room_markers (room, &n);
      guint i = n - 1; /* a new one of this instant is the last */
      while (spec.id != NULL && i > 0 && strcmp (markers[i]->id, spec.id) != 0)
        i--;
      parlor_http_reply_json (reply, 201, marker_row_to_json (markers[i]));
    }
  json_decref (body);
}

/* ---- lists ---------------------------------------------------------------------------------- */

static gint64
number_query (const ParlorHttpRequest *request, const char *name)
{
  const char *value = parlor_http_query (request, name);
  return value != NULL ? MAX (g_ascii_strtoll (value, NULL, 10), 0) : 0;
}

/* With how many published replays rest on it. */
static json_t *
row_to_json (ParlorSite *site, const ParlorRecordingRow *row)
{
  json_t *json = parlor_recording_to_json (row);
  guint n = site->spec.replays != NULL ? parlor_replays_of_recording (site->spec.replays, row->id)
                                       : 0;
  json_object_set_new (json, "replays", json_integer (n));
  return json;
}

/* `room`, or the room of `series`; one that is not known has none. */
static const char *
room_of (const ParlorSite *site, const ParlorHttpRequest *request, const char *brand)
{
  const char *series = parlor_http_query (request, "series");
  const ParlorScheduleRow *row = series != NULL && site->spec.schedules != NULL
                                     ? parlor_schedules_get (site->spec.schedules, brand, series)
                                     : NULL;
  if (series == NULL)
    return parlor_http_query (request, "room");
  return row != NULL ? row->room : series;
}

void
parlor_handle_recording_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  gboolean more = FALSE;
  gint64 limit = number_query (request, "limit");
  parlor_site_principal (site, request, &who);
  const ParlorRecordingQuery query = {
      .brand = who.brand,
      .room = room_of (site, request, who.brand),
      .state = parlor_http_query (request, "state"),
      .text = parlor_http_query (request, "text"),
      .person = parlor_http_query (request, "person"),
      .from_ms = number_query (request, "from"),
      .until_ms = number_query (request, "to"),
      .after = parlor_http_query (request, "cursor"),
      .limit = (guint)CLAMP (limit > 0 ? limit : LIST_DEFAULT, 1, LIST_MAX),
  };
  json_t *list = json_array ();
  g_autoptr (GPtrArray) rows = site->spec.recordings != NULL
                                   ? parlor_recordings_list (site->spec.recordings, &query, &more)
                                   : g_ptr_array_new ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, row_to_json (site, rows->pdata[i]));
  parlor_site_add_occurrences (site, rows, list);
  parlor_http_reply_json (
      reply, 200,
      json_pack ("{s:o,s:s?}", "recordings", list, "cursor",
                 more ? ((const ParlorRecordingRow *)rows->pdata[rows->len - 1])->id : NULL));
}

/* ---- one ------------------------------------------------------------------------------------ */

static void
note_view (ParlorSite *site, ParlorHttpRequest *request, const ParlorRecordingRow *row)
{
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  parlor_recordings_viewed (site->spec.recordings, row->id, who.subject,
                            parlor_site_wall_ms (site));
}

void
parlor_handle_recording_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  note_view (site, request, row);
  gboolean transcript = parlor_recordings_has_transcript (site->spec.recordings, row->id);
  json_t *json = row_to_json (site, row), *manifest = parlor_site_manifest (site, row);
  json_object_set_new (json, "transcript", json_boolean (transcript));
  if (manifest != NULL)
    json_object_set_new (json, "manifest", manifest);
  parlor_http_reply_json (reply, 200, json);
}

/* The bytes that are signed, with the signature in a header. */
void
parlor_handle_recording_manifest (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  g_autofree char *path = g_build_filename (site->spec.recordings_folder, row->id, "manifest.sig",
                                            NULL);
  g_autofree char *signature = NULL;
  g_autofree char *etag = g_strdup_printf ("\"%s\"", row->sha256 != NULL ? row->sha256 : "");
  if (g_file_get_contents (path, &signature, NULL, NULL))
    parlor_http_reply_header (reply, "Parlor-Signature", g_strstrip (signature));
  if (!parlor_site_reply_recorded (site, request, reply, row, "manifest.json", "application/json",
                                   etag))
    parlor_http_problem (reply, 409, "not_ready", "The recording is not sealed yet.");
}

void
parlor_handle_recording_file (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  note_view (site, request, row);
  json_t *manifest = parlor_site_manifest (site, row);
  parlor_site_reply_track (site, request, reply, row,
                           parlor_manifest_file (manifest, request->params[1]));
  json_decref (manifest);
}

/* ---- minutes -------------------------------------------------------------------------------- */

/* The newest version of each marker, in the order of their instants; (transfer full). */
static json_t *
newest_markers (const json_t *manifest)
{
  json_t *by_id = json_object (), *list = json_array (), *marker;
  const char *id;
  gsize i;
  json_array_foreach (json_object_get (manifest, "markers"), i,
                      marker) if ((id = json_string_value (json_object_get (marker, "id"))) != NULL)
      json_object_set (by_id, id, marker);
  json_object_foreach (by_id, id, marker) json_array_append (list, marker);
  json_decref (by_id);
  return list;
}

static char *
deep_link (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRecordingRow *row,
           gint64 room_ms)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  return g_strdup_printf ("%s/admin#/recordings/%s?at=%" G_GINT64_FORMAT, base, row->id, room_ms);
}

static json_t *
minute_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRecordingRow *row,
                const json_t *marker)
{
  gint64 room_ms = json_integer_value (json_object_get (marker, "room_ms"));
  g_autofree char *link = deep_link (site, request, row, room_ms);
  return json_pack ("{s:O,s:O,s:O,s:I,s:s,s:s?}", "id", json_object_get (marker, "id"), "kind",
                    json_object_get (marker, "kind"), "text", json_object_get (marker, "text"),
                    "room_ms", (json_int_t)room_ms, "link", link, "owner",
                    json_string_value (json_object_get (marker, "owner")));
}

/* What people wrote stands as they wrote it, and makes neither link nor heading (CommonMark 2.4).
 */
static void
append_plain (GString *text, const char *words)
{
  for (const char *p = words != NULL ? words : ""; *p != '\0'; p++)
    {
      if (strchr ("\\`*_{}[]<>#|!&~", *p) != NULL)
        g_string_append_c (text, '\\');
      g_string_append_c (text, *p == '\n' || *p == '\r' ? ' ' : *p);
    }
}

static void
add_minute (GString *text, const json_t *minute, gint64 from_ms)
{
  gint64 seconds = MAX (json_integer_value (json_object_get (minute, "room_ms")) - from_ms, 0)
                   / 1000;
  const char *owner = json_string_value (json_object_get (minute, "owner"));
  g_string_append_printf (
      text, "- [%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT "](%s) **%s** ",
      seconds / 3600, seconds / 60 % 60, seconds % 60,
      json_string_value (json_object_get (minute, "link")),
      json_string_value (json_object_get (minute, "kind")));
  append_plain (text, json_string_value (json_object_get (minute, "text")));
  if (owner != NULL)
    {
      g_string_append (text, " (");
      append_plain (text, owner);
      g_string_append_c (text, ')');
    }
  g_string_append_c (text, '\n');
}

static void
reply_markdown (const ParlorRecordingRow *row, const json_t *minutes, ParlorHttpReply *reply)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GDateTime) day = g_date_time_new_from_unix_utc (row->started_ms / 1000);
  g_autofree char *date = g_date_time_format (day, "%Y-%m-%d %H:%M UTC");
  gsize i;
  json_t *minute;
  g_string_append (text, "# ");
  append_plain (text, row->title[0] != '\0' ? row->title : row->room);
  g_string_append_printf (text, "\n\n%s\n\n", date);
  json_array_foreach (minutes, i, minute) add_minute (text, minute, row->from_ms);
  parlor_http_reply_text (reply, 200, "text/markdown; charset=utf-8", text->str);
}

void
parlor_handle_recording_minutes (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  const char *format = parlor_http_query (request, "format");
  gsize i;
  json_t *marker, *minutes = json_array ();
  if (row == NULL)
    {
      json_decref (minutes);
      return;
    }
  json_t *manifest = parlor_site_manifest (site, row), *markers = newest_markers (manifest);
  json_array_foreach (markers, i, marker)
      json_array_append_new (minutes, minute_to_json (site, request, row, marker));
  if (format != NULL && strcmp (format, "markdown") == 0)
    {
      reply_markdown (row, minutes, reply);
      json_decref (minutes);
    }
  else
    parlor_http_reply_json (reply, 200,
                            json_pack ("{s:s,s:s,s:I,s:o}", "recording", row->id, "title",
                                       row->title, "started_at", (json_int_t)row->started_ms,
                                       "minutes", minutes));
  json_decref (markers);
  json_decref (manifest);
}

/* ---- keeping and deleting ------------------------------------------------------------------- */

static gboolean
change (ParlorSite *site, const char *id, json_t *body, const char *actor, GError **error)
{
  json_t *hold = json_object_get (body, "hold");
  const char *state = json_string_value (json_object_get (body, "state"));
  if ((hold != NULL && !json_is_null (hold) && !json_is_string (hold))
      || (state != NULL && strcmp (state, "ready") != 0))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                           "hold is a reason or null; state can be set to ready only");
      return FALSE;
    }
  return (hold == NULL
          || parlor_recordings_set_hold (site->spec.recordings, id, json_string_value (hold), actor,
                                         parlor_site_wall_ms (site), error))
         && (state == NULL
             || parlor_recordings_restore (site->spec.recordings, id, actor,
                                           parlor_site_wall_ms (site), error));
}

void
parlor_handle_recording_change (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  g_autofree char *id = g_strdup (row->id);
  json_t *body = parlor_http_json_body (request);
  parlor_site_principal (site, request, &who);
  if (change (site, id, body, who.subject, &error))
    parlor_http_reply_json (reply, 200,
                            row_to_json (site, parlor_recordings_get (site->spec.recordings, id)));
  else
    parlor_http_problem_from_error (reply, error);
  json_decref (body);
}

void
parlor_handle_recording_delete (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  if (site->spec.replays != NULL && parlor_replays_of_recording (site->spec.replays, row->id) > 0
      && g_strcmp0 (parlor_http_query (request, "withdraw"), "true") != 0)
    {
      parlor_http_problem (reply, 409, "published",
                           "A replay of it is published. With withdraw=true it is withdrawn too.");
      return;
    }
  g_autofree char *id = g_strdup (row->id);
  gboolean forever = g_strcmp0 (parlor_http_query (request, "forever"), "true") == 0;
  parlor_site_principal (site, request, &who);
  if (forever ? parlor_recordings_delete (site->spec.recordings, id, who.subject,
                                          parlor_site_wall_ms (site), &error)
              : parlor_recordings_bin (site->spec.recordings, id, who.subject,
                                       parlor_site_wall_ms (site), &error))
    reply->status = 204;
  else
    parlor_http_problem_from_error (reply, error);
}

/* The picture that a marker kept. */
void
parlor_handle_recording_still (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL)
    return;
  note_view (site, request, row);
  json_t *manifest = parlor_site_manifest (site, row);
  parlor_site_reply_still (site, request, reply, row,
                           parlor_manifest_still (manifest, request->params[1]));
  json_decref (manifest);
}
