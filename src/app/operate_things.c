/* SPDX-License-Identifier: Apache-2.0 */
/* What parlorctl asks about reps and recordings. */
#include "app/operate_things.h"

#include "base/error.h"

#include <string.h>

/* So many of a kind are told at a time: a line of the socket has an end. */
#define LIST_MAX 10000
#define OPERATOR "operator"
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

static const char *
string (const json_t *request, const char *name)
{
  return json_string_value (json_object_get (request, name));
}

static json_t *
refuse (GError **error, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return NULL;
}

static gint64
wall_ms (const ParlorOperateThings *things)
{
  return things->clock->wall_ms (things->clock);
}

/* The one that is named, else all; transfer container. */
static GPtrArray *
brands_of (const ParlorOperateThings *things, const json_t *request, GError **error)
{
  const char *name = string (request, "brand");
  const ParlorBrand *brand = name ? parlor_brands_find (things->brands, name) : NULL;
  if (!name)
    return parlor_brands_list (things->brands);
  if (!brand)
    {
      refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no brand of that name.");
      return NULL;
    }
  GPtrArray *list = g_ptr_array_new ();
  g_ptr_array_add (list, (gpointer)brand);
  return list;
}

/* ---- reps ----------------------------------------------------------------------------------- */

static json_t *
rep_line (const ParlorRep *rep)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b}", "id", rep->id, "brand", rep->brand->id,
                    "ref", rep->ref, "name", rep->name ? rep->name : "", "presence",
                    parlor_state_name (PARLOR_MACHINE_PRESENCE, (int)rep->presence), "chats",
                    (int)rep->n_chats, "customers", (int)rep->bindings.length, "in_call",
                    rep->call != NULL);
}

static json_t *
on_reps (const ParlorOperateThings *things, const json_t *request, GError **error)
{
  g_autoptr (GPtrArray) brands = brands_of (things, request, error);
  json_t *list = brands ? json_array () : NULL;
  for (guint i = 0; brands && i < brands->len; i++)
    {
      const ParlorBrand *row = brands->pdata[i];
      const ParlorServiceBrand *brand = parlor_service_brand (things->site->service, row->id);
      for (guint k = 0; brand && k < brand->reps->len && json_array_size (list) < LIST_MAX; k++)
        json_array_append_new (list, rep_line (brand->reps->pdata[k]));
    }
  return list ? json_pack ("{s:b,s:o}", "ok", TRUE, "reps", list) : NULL;
}

static ParlorRep *
find_rep (const ParlorOperateThings *things, const char *id, GError **error)
{
  g_autoptr (GPtrArray) brands = parlor_brands_list (things->brands);
  for (guint i = 0; id && i < brands->len; i++)
    {
      ParlorServiceBrand *brand = parlor_service_brand (things->site->service,
                                                        ((ParlorBrand *)brands->pdata[i])->id);
      ParlorRep *rep = brand ? parlor_service_rep (brand, id) : NULL;
      if (rep)
        return rep;
    }
  refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no rep of that id or ref.");
  return NULL;
}

static json_t *
depart (const ParlorOperateThings *things, ParlorRep *rep, const json_t *request, ParlorMoment now,
        GError **error)
{
  const char *to = string (request, "to");
  const json_t *defer_h = json_object_get (request, "defer_h");
  gint64 hours = json_is_integer (defer_h) ? (gint64)json_integer_value (defer_h) : -1;
  ParlorTransferSpec spec = {.from = rep, .departure = TRUE};
  spec.defer_ms = defer_h ? CLAMP (hours, -1, 721) * HOUR_MS : 0;
  if (to && !(spec.to = parlor_service_rep (rep->brand, to))
      && !(spec.to_group = parlor_service_group (rep->brand, to)))
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "--to is a rep or a group of the same brand.");
  ParlorJob *job = parlor_service_transfer (things->site->service, &spec, now, error);
  return job ? json_pack ("{s:b,s:o}", "ok", TRUE, "job", things->site->job (job)) : NULL;
}

static json_t *
on_rep (const ParlorOperateThings *things, const json_t *request, GError **error)
{
  const char *verb = string (request, "verb");
  ParlorRep *rep = find_rep (things, string (request, "id"), error);
  ParlorMoment now = {things->clock->now_us (things->clock), wall_ms (things)};
  json_t *reply = NULL;
  if (!rep)
    return NULL;
  if (!g_strcmp0 (verb, "show"))
    return json_pack ("{s:b,s:o}", "ok", TRUE, "rep", things->site->rep (rep));
  if (!g_strcmp0 (verb, "depart"))
    reply = depart (things, rep, request, now, error);
  else if (!g_strcmp0 (verb, "stay"))
    reply = parlor_service_stay (rep, now, error)
                ? json_pack ("{s:b,s:o}", "ok", TRUE, "rep", rep_line (rep))
                : NULL;
  else if (!g_strcmp0 (verb, "suspend") || !g_strcmp0 (verb, "resume"))
    {
      parlor_service_rep_suspend (rep, !strcmp (verb, "suspend"), now);
      reply = json_pack ("{s:b,s:o}", "ok", TRUE, "rep", rep_line (rep));
    }
  else
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "Say: rep show|suspend|resume|depart|stay REP.");
  if (reply && things->audit)
    {
      g_autofree char *action = g_strconcat ("operator.rep_", verb, NULL);
      parlor_audit_add (things->audit, now.wall_ms, rep->brand->id, OPERATOR, action, rep->id, "");
    }
  return reply;
}

/* ---- recordings ----------------------------------------------------------------------------- */

static json_t *
recording_json (const ParlorRecordingRow *row)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s?,s:I}", "id", row->id, "brand",
                    row->brand, "room", row->room, "title", row->title, "state", row->state,
                    "started_at", (json_int_t)row->started_ms, "files", (json_int_t)row->files,
                    "bytes", (json_int_t)row->bytes, "hold", row->hold, "purge_at",
                    (json_int_t)row->purge_ms);
}

static void
append_recordings (const ParlorOperateThings *things, const char *brand, json_t *list)
{
  gboolean more = TRUE;
  ParlorRecordingQuery query = {.brand = brand, .limit = 200};
  while (more && json_array_size (list) < LIST_MAX)
    {
      g_autoptr (GPtrArray) rows = parlor_recordings_list (things->recordings, &query, &more);
      for (guint i = 0; i < rows->len; i++)
        json_array_append_new (list, recording_json (rows->pdata[i]));
      more = more && rows->len;
      if (rows->len)
        query.after = ((const ParlorRecordingRow *)rows->pdata[rows->len - 1])->id;
    }
}

static json_t *
on_recordings (const ParlorOperateThings *things, const json_t *request, GError **error)
{
  g_autoptr (GPtrArray) brands = brands_of (things, request, error);
  json_t *list = brands ? json_array () : NULL;
  for (guint i = 0; brands && i < brands->len; i++)
    append_recordings (things, ((const ParlorBrand *)brands->pdata[i])->id, list);
  return list ? json_pack ("{s:b,s:o}", "ok", TRUE, "recordings", list) : NULL;
}

static json_t *
on_recording (const ParlorOperateThings *things, const json_t *request, GError **error)
{
  ParlorRecordings *all = things->recordings;
  const char *verb = string (request, "verb"), *id = string (request, "id");
  const char *reason = string (request, "reason");
  gboolean good = TRUE;
  if (!id || !parlor_recordings_get (all, id))
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no recording of that id.");
  if (!g_strcmp0 (verb, "hold") && (!reason || !*reason))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "A hold needs --reason TEXT.");
  if (!g_strcmp0 (verb, "hold") || !g_strcmp0 (verb, "release"))
    good = parlor_recordings_set_hold (all, id, *verb == 'h' ? reason : NULL, OPERATOR,
                                       wall_ms (things), error);
  else if (!g_strcmp0 (verb, "delete"))
    good = parlor_recordings_bin (all, id, OPERATOR, wall_ms (things), error);
  else if (!g_strcmp0 (verb, "restore"))
    good = parlor_recordings_restore (all, id, OPERATOR, wall_ms (things), error);
  else if (g_strcmp0 (verb, "show"))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "Say: recording show|hold|release|delete|restore RECORDING.");
  return good ? json_pack ("{s:b,s:o}", "ok", TRUE, "recording",
                           recording_json (parlor_recordings_get (all, id)))
              : NULL;
}

static const struct
{
  const char *name;
  json_t *(*run) (const ParlorOperateThings *things, const json_t *request, GError **error);
} commands[] = {
    {"reps", on_reps},
    {"rep", on_rep},
    {"recordings", on_recordings},
    {"recording", on_recording},
};

json_t *
parlor_operate_things (const ParlorOperateThings *things, const char *command,
                       const json_t *request, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!strcmp (commands[i].name, command))
      return commands[i].run (things, request, error);
  return NULL;
}
