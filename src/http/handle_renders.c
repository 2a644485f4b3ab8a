/* SPDX-License-Identifier: Apache-2.0 */
/* REST of renders: a recording, or a part of it, as one file. */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_files.h"
#include "room/renders.h"

#include <string.h>

#define HEIGHT_DEFAULT 720

static json_t *
list_of (const char *lines)
{
  json_t *list = json_array ();
  g_auto (GStrv) parts = g_strsplit (lines != NULL ? lines : "", "\n", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    json_array_append_new (list, json_string (parts[i]));
  return list;
}

static json_t *
instant (gint64 ms)
{
  return ms >= 0 ? json_integer (ms) : json_null ();
}

static json_t *
to_json (ParlorSite *site, const ParlorRenderRow *row)
{
  gint64 done_ms, all_ms;
  parlor_renders_progress (site->spec.renders, row->id, &done_ms, &all_ms);
  json_t *json = json_pack (
      "{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:b,s:I,s:I,s:I,s:I,s:s?,s:s?}", "id", row->id, "recording",
      row->recording, "state", row->state, "layout", row->layout, "exclude", list_of (row->exclude),
      "from_ms", instant (row->from_ms), "to_ms", instant (row->to_ms), "height",
      (json_int_t)row->height, "names", row->names, "created_at", (json_int_t)row->created_ms,
      "finished_at", (json_int_t)row->finished_ms, "bytes", (json_int_t)row->bytes, "duration_ms",
      (json_int_t)row->duration_ms, "sha256", row->sha256, "reason", row->reason);
  json_object_set_new (json, "progress",
                       json_real (all_ms > 0 ? (double)done_ms / (double)all_ms
                                  : strcmp (row->state, "ready") == 0 ? 1.0
                                                                      : 0.0));
  json_object_set_new (json, "before",
                       json_integer (parlor_renders_before (site->spec.renders, row->id)));
  return json;
}

/* The recording, where renders are made at all. */
static const ParlorRecordingRow *
find_recording (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *row = parlor_site_find_recording (site, request, reply);
  if (row == NULL || site->spec.renders != NULL)
    return row;
  parlor_http_problem (reply, 503, "unavailable", "This server makes no files of recordings.");
  return NULL;
}

static const ParlorRenderRow *
find_render (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *recording = find_recording (site, request, reply);
  const ParlorRenderRow *row = recording != NULL ? parlor_renders_get (
                                   site->spec.renders, recording->id, request->params[1])
                                                 : NULL;
  if (recording != NULL && row == NULL)
    parlor_http_problem (reply, 404, "no_such_render", "The recording has no render of that id.");
  return row;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Ids and identities, one a line (transfer full). FALSE: it is no list of them. */
static gboolean
read_exclude (const json_t *list, char **out)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  gsize i;
  json_t *one;
  *out = NULL;
  if (list != NULL && !json_is_array (list))
    return FALSE;
  json_array_foreach (list, i, one)
  {
    const char *text = json_string_value (one);
    if (text == NULL || text[0] == '\0' || strchr (text, '\n') != NULL)
      return FALSE;
    g_string_append_printf (lines, "%s%s", lines->len > 0 ? "\n" : "", text);
  }
  if (lines->len > 0)
    *out = g_strdup (lines->str);
  return TRUE;
}

/* FALSE: there is something of another type. */
static gboolean
read_number (const json_t *body, const char *name, gint64 fallback, gint64 *out)
{
  const json_t *value = json_object_get (body, name);
  *out = json_is_integer (value) ? json_integer_value (value) : fallback;
  return value == NULL || json_is_null (value)
         || (json_is_integer (value) && json_integer_value (value) >= 0);
}

void
parlor_handle_render_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *exclude = NULL;
  ParlorPrincipal who;
  const ParlorRecordingRow *recording = find_recording (site, request, reply);
  if (recording == NULL)
    return;
  json_t *body = parlor_http_json_body (request), *names = json_object_get (body, "names");
  ParlorRenderWish wish = {.layout = json_string_value (json_object_get (body, "layout")),
                           .names = !json_is_false (names)};
  const ParlorRenderRow *row = NULL;
  parlor_site_principal (site, request, &who);
  if (!read_exclude (json_object_get (body, "exclude"), &exclude)
      || !read_number (body, "from_ms", -1, &wish.from_ms)
      || !read_number (body, "to_ms", -1, &wish.to_ms)
      || !read_number (body, "height", HEIGHT_DEFAULT, &wish.height)
      || (names != NULL && !json_is_boolean (names)))
    parlor_http_problem (reply, 400, "bad_request",
                         "exclude is a list of ids or identities, names true or false, from_ms, "
                         "to_ms and height are numbers.");
  else
    {
      wish.exclude = exclude;
      row = parlor_renders_ask (site->spec.renders, recording->id, &wish, who.subject, &error);
      if (row != NULL)
        parlor_http_reply_json (reply, 202, to_json (site, row));
      else
        parlor_http_problem_from_error (reply, error);
    }
  json_decref (body);
}

/* ---- what there is -------------------------------------------------------------------------- */

void
parlor_handle_render_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRecordingRow *recording = find_recording (site, request, reply);
  if (recording == NULL)
    return;
  g_autoptr (GPtrArray) rows = parlor_renders_of (site->spec.renders, recording->id);
  json_t *list = json_array ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, to_json (site, rows->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "renders", list));
}

void
parlor_handle_render_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRenderRow *row = find_render (site, request, reply);
  if (row != NULL)
    parlor_http_reply_json (reply, 200, to_json (site, row));
}

void
parlor_handle_render_delete (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  const ParlorRenderRow *row = find_render (site, request, reply);
  if (row == NULL)
    return;
  parlor_site_principal (site, request, &who);
  g_autofree char *recording = g_strdup (row->recording), *id = g_strdup (row->id);
  if (parlor_renders_remove (site->spec.renders, recording, id, who.subject, &error))
    reply->status = 204;
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_render_file (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorRenderRow *row = find_render (site, request, reply);
  ParlorPrincipal who;
  if (row == NULL)
    return;
  if (row->sha256 == NULL)
    {
      parlor_http_problem (reply, 409, "not_ready", "The render is not ready.");
      return;
    }
  const ParlorRecordingRow *recording = parlor_recordings_get (site->spec.recordings,
                                                               row->recording);
  g_autofree char *name = g_strconcat ("render-", row->id, ".webm", NULL);
  parlor_site_principal (site, request, &who);
  parlor_recordings_viewed (site->spec.recordings, recording->id, who.subject,
                            site->spec.clock->wall_ms (site->spec.clock));
  g_autofree char *etag = g_strdup_printf ("\"%s\"", row->sha256);
  if (parlor_site_reply_recorded (
          site, request, reply, recording, name,
          strcmp (row->layout, "audio_only") == 0 ? "audio/webm" : "video/webm", etag))
    parlor_http_reply_header (reply, "Parlor-Sha256", row->sha256);
  else
    parlor_http_problem (reply, 404, "no_such_file", "The render's file is gone.");
}
