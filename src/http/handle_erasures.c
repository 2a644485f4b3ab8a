/* SPDX-License-Identifier: Apache-2.0 */
/* REST of erasures: a person is taken out of recordings; first it is shown what will go. */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/site.h"
#include "room/erasures.h"

#include <string.h>

static gboolean
is_there (const ParlorSite *site, ParlorHttpReply *reply)
{
  if (site->spec.erasures != NULL)
    return TRUE;
  parlor_http_problem (reply, 503, "unavailable", "This server does not record.");
  return FALSE;
}

static json_t *
row_to_json (const ParlorErasureRow *row)
{
  return json_pack ("{s:s,s:s,s:s?,s:b,s:s,s:s?,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "id",
                    row->id, "state", row->state, "recording", row->recording, "own",
                    parlor_erasure_is_own (row), "renders_are", row->again ? "again" : "withdrawn",
                    "reason", row->reason, "created_at", (json_int_t)row->created_ms, "finished_at",
                    (json_int_t)row->finished_ms, "recordings", (json_int_t)row->recordings,
                    "files", (json_int_t)row->files, "stills", (json_int_t)row->stills, "chat",
                    (json_int_t)row->chat, "markers", (json_int_t)row->markers, "renders",
                    (json_int_t)row->renders, "bytes", (json_int_t)row->bytes);
}

static json_t *
renders_of (const ParlorSite *site, const ParlorErasurePart *part)
{
  json_t *list = json_array ();
  g_auto (GStrv) ids = g_strsplit (part->ids != NULL ? part->ids : "", "\n", -1);
  if (site->spec.renders == NULL)
    return list;
  g_autoptr (GPtrArray)
      rows = parlor_renders_with (site->spec.renders, part->recording, (const char *const *)ids);
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorRenderRow *row = rows->pdata[i];
      json_array_append_new (list, json_pack ("{s:s,s:s,s:s}", "id", row->id, "layout", row->layout,
                                              "state", row->state));
    }
  return list;
}

static json_t *
part_to_json (const ParlorSite *site, const ParlorErasurePart *part)
{
  const ParlorRecordingRow *row = parlor_recordings_get (site->spec.recordings, part->recording);
  return json_pack ("{s:s,s:s,s:I,s:s,s:s?,s:b,s:i,s:i,s:i,s:i,s:I,s:o}", "recording",
                    part->recording, "title", row != NULL ? row->title : "", "started_at",
                    (json_int_t)(row != NULL ? row->started_ms : 0), "state",
                    row != NULL ? row->state : "deleted", "hold", row != NULL ? row->hold : NULL,
                    "known", part->is_known, "files", (int)part->files, "stills", (int)part->stills,
                    "chat", (int)part->chat, "markers", (int)part->markers, "bytes",
                    (json_int_t)part->bytes, "renders", renders_of (site, part));
}

static guint
count_todo (const ParlorErasureRow *row)
{
  guint n = row->todo != NULL && row->todo[0] != '\0'
            && strcmp (row->todo, PARLOR_ERASURE_ROWS) != 0;
  for (const char *p = n ? row->todo : ""; *p != '\0'; p++)
    n += *p == '\n';
  return n;
}

static json_t *
to_json (const ParlorSite *site, const ParlorErasureRow *row)
{
  json_t *json = row_to_json (row), *list = json_array ();
  const GPtrArray *parts = parlor_erasures_parts (site->spec.erasures, row->id);
  guint todo = count_todo (row);
  gboolean started = strcmp (row->state, "looking") != 0 && strcmp (row->state, "planned") != 0;
  for (guint i = 0; parts != NULL && i < parts->len; i++)
    if (strcmp (((const ParlorErasurePart *)parts->pdata[i])->recording, PARLOR_ERASURE_ROWS) != 0)
      json_array_append_new (list, part_to_json (site, parts->pdata[i]));
  json_object_set_new (json, "parts", list);
  json_object_set_new (json, "recordings_done",
                       json_integer (started ? MAX (0, row->recordings - (gint64)todo) : 0));
  return json;
}

static const ParlorErasureRow *
find (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, ParlorPrincipal *who)
{
  if (!is_there (site, reply))
    return NULL;
  parlor_site_principal (site, request, who);
  const ParlorErasureRow *row = parlor_erasures_get (site->spec.erasures, who->brand,
                                                     request->params[0]);
  if (row == NULL)
    parlor_http_problem (reply, 404, "no_such_erasure", "There is no erasure of that id.");
  return row;
}

void
parlor_handle_erasure_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  if (!is_there (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  json_t *body = parlor_http_json_body (request);
  const char *renders = json_string_value (json_object_get (body, "renders"));
  ParlorErasureWish wish = {
      .brand = who.brand,
      .identity = json_string_value (json_object_get (body, "identity")),
      .recording = json_string_value (json_object_get (body, "recording")),
      .participant = json_string_value (json_object_get (body, "participant")),
      .again = g_strcmp0 (renders, "again") == 0};
  const ParlorErasureRow *row = NULL;
  if (json_object_get (body, "renders") != NULL && !wish.again
      && g_strcmp0 (renders, "withdraw") != 0)
    parlor_http_problem (reply, 400, "bad_request", "renders is withdraw or again.");
  else if ((row = parlor_erasures_plan (site->spec.erasures, &wish, who.subject, &error)) != NULL)
    parlor_http_reply_json (reply, 202, to_json (site, row));
  else
    parlor_http_problem_from_error (reply, error);
  json_decref (body);
}

void
parlor_handle_erasure_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  if (!is_there (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  g_autoptr (GPtrArray) rows = parlor_erasures_of (site->spec.erasures, who.brand);
  json_t *list = json_array ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, row_to_json (rows->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "erasures", list));
}

void
parlor_handle_erasure_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorErasureRow *row = find (site, request, reply, &who);
  if (row != NULL)
    parlor_http_reply_json (reply, 200, to_json (site, row));
}

void
parlor_handle_erasure_start (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  if (find (site, request, reply, &who) == NULL)
    return;
  if (parlor_erasures_start (site->spec.erasures, who.brand, request->params[0], who.subject,
                             &error))
    parlor_http_reply_json (
        reply, 202,
        to_json (site, parlor_erasures_get (site->spec.erasures, who.brand, request->params[0])));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_erasure_forget (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  if (find (site, request, reply, &who) == NULL)
    return;
  if (parlor_erasures_forget (site->spec.erasures, who.brand, request->params[0], &error))
    reply->status = 204;
  else
    parlor_http_problem_from_error (reply, error);
}
