/* SPDX-License-Identifier: Apache-2.0 */
/* What recordings use and when they go, and the rule of a room. */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_files.h"
#include "room/recording.h"

#include <string.h>
#include <sys/statvfs.h>

#define SOON_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))
#define SOON_MAX 200
#define RETENTION_MAX 36500

static gint64
disk_free (const ParlorSite *site)
{
  struct statvfs info;
  return site->spec.recordings_folder != NULL && statvfs (site->spec.recordings_folder, &info) == 0
             ? (gint64)info.f_bavail * (gint64)info.f_frsize
             : -1;
}

static gboolean
is_there (const ParlorSite *site, ParlorHttpReply *reply)
{
  if (site->spec.recordings != NULL)
    return TRUE;
  parlor_http_problem (reply, 503, "unavailable", "This server does not record.");
  return FALSE;
}

void
parlor_handle_storage (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  ParlorRecordingsUse use;
  gint64 wall_ms = site->spec.clock->wall_ms (site->spec.clock);
  if (!is_there (site, reply))
    return;
  parlor_site_principal (site, request, &who);
  parlor_recordings_use (site->spec.recordings, who.brand, wall_ms, &use);
  g_autoptr (GPtrArray)
      going = parlor_recordings_going (site->spec.recordings, who.brand, wall_ms + SOON_MS + 1);
  json_t *soon = json_array ();
  for (guint i = 0; i < MIN (going->len, SOON_MAX); i++)
    json_array_append_new (soon, parlor_recording_to_json (going->pdata[i]));
  parlor_http_reply_json (
      reply, 200,
      json_pack ("{s:i,s:i,s:i,s:I,s:I,s:I,s:I,s:I,s:i,s:o}", "kept", (int)use.kept, "binned",
                 (int)use.binned, "held", (int)use.held, "bytes", (json_int_t)use.bytes,
                 "binned_bytes", (json_int_t)use.binned_bytes, "bytes_a_day",
                 (json_int_t)use.day_bytes, "bytes_in_30_days", (json_int_t)use.forecast_bytes,
                 "disk_free", (json_int_t)disk_free (site), "going", (int)going->len, "soon",
                 soon));
}

/* ---- a room's rule -------------------------------------------------------------------------- */

static json_t *
rule_to_json (const char *room, const ParlorRoomRuleRow *rule)
{
  gboolean own = rule != NULL && rule->retention_days >= 0;
  gboolean local = rule != NULL && rule->local_days >= 0;
  return json_pack ("{s:s,s:s,s:s,s:o,s:o}", "room", room, "record",
                    rule != NULL ? rule->record : "by_host", "consent",
                    rule != NULL && rule->notice ? "notice" : "ask", "retention_days",
                    own ? json_integer (rule->retention_days) : json_null (), "local_days",
                    local ? json_integer (rule->local_days) : json_null ());
}

/* Of an open room, or of one that has recordings or a rule, of the caller's brand. */
static gboolean
is_own_room (ParlorSite *site, const char *id, const char *brand, ParlorRoom **open)
{
  gboolean more;
  const ParlorRecordingQuery query = {.brand = brand, .room = id, .limit = 1};
  const ParlorRoomRuleRow *rule = parlor_recordings_rule (site->spec.recordings, id);
  *open = parlor_rooms_find (site->spec.rooms, id);
  if (*open != NULL && strcmp (parlor_room_info (*open)->id, id) != 0)
    *open = NULL;
  if (*open != NULL)
    return strcmp (parlor_room_info (*open)->brand, brand) == 0;
  if (rule != NULL)
    return strcmp (rule->brand, brand) == 0;
  g_autoptr (GPtrArray) rows = parlor_recordings_list (site->spec.recordings, &query, &more);
  return rows->len > 0;
}

static gboolean
find_room (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, ParlorRoom **open,
           ParlorPrincipal *who)
{
  if (!is_there (site, reply))
    return FALSE;
  parlor_site_principal (site, request, who);
  if (is_own_room (site, request->params[0], who->brand, open))
    return TRUE;
  parlor_http_problem (reply, 404, "no_such_room", "There is no such room.");
  return FALSE;
}

void
parlor_handle_room_rule_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRoom *open;
  ParlorPrincipal who;
  if (!find_room (site, request, reply, &open, &who))
    return;
  parlor_http_reply_json (
      reply, 200,
      rule_to_json (request->params[0],
                    parlor_recordings_rule (site->spec.recordings, request->params[0])));
}

static gboolean
is_days (const json_t *days)
{
  return days == NULL || json_is_null (days)
         || (json_is_integer (days) && json_integer_value (days) >= 0
             && json_integer_value (days) <= RETENTION_MAX);
}

/* What is not said stays as it is. NULL = fine. */
static const char *
read_rule (const json_t *body, ParlorRoomRuleRow *rule)
{
  const json_t *record = json_object_get (body, "record");
  const json_t *consent = json_object_get (body, "consent");
  const json_t *days = json_object_get (body, "retention_days");
  const json_t *local = json_object_get (body, "local_days");
  const char *mode = json_string_value (consent);
  ParlorRecordPolicy policy;
  if (record != NULL && !parlor_record_policy_from_name (json_string_value (record), &policy))
    return "record is by_host, always or never.";
  if (consent != NULL && g_strcmp0 (mode, "ask") != 0 && g_strcmp0 (mode, "notice") != 0)
    return "consent is ask or notice.";
  if (!is_days (days))
    return "retention_days is 0 to 36500, or null: as the brand says.";
  if (!is_days (local))
    return "local_days is 0 to 36500, or null: as the server says.";
  if (record != NULL)
    rule->record = (char *)parlor_record_policy_name (policy);
  if (consent != NULL)
    rule->notice = strcmp (mode, "notice") == 0;
  if (days != NULL)
    rule->retention_days = json_is_null (days) ? -1 : json_integer_value (days);
  if (local != NULL)
    rule->local_days = json_is_null (local) ? -1 : json_integer_value (local);
  return NULL;
}

static void
set_rule (ParlorSite *site, ParlorRoom *open, const ParlorRoomRuleRow *rule)
{
  ParlorRecordPolicy policy = PARLOR_RECORD_BY_HOST;
  parlor_recordings_put_rule (site->spec.recordings, rule);
  parlor_recordings_reckon (site->spec.recordings, site->spec.clock->wall_ms (site->spec.clock));
  parlor_record_policy_from_name (rule->record, &policy);
  if (open != NULL)
    parlor_room_set_record_policy (open, policy, rule->notice);
}

void
parlor_handle_room_rule_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRoom *open;
  ParlorPrincipal who;
  if (!find_room (site, request, reply, &open, &who))
    return;
  const ParlorRoomRuleRow *old = parlor_recordings_rule (site->spec.recordings, request->params[0]);
  const ParlorRecordingInfo *info = open != NULL ? parlor_room_recording (open) : NULL;
  ParlorRoomRuleRow rule = {.room = request->params[0],
                            .brand = who.brand,
                            .record = (char *)parlor_record_policy_name (
                                info != NULL ? info->policy : PARLOR_RECORD_BY_HOST),
                            .notice = info != NULL && info->notice,
                            .retention_days = -1,
                            .local_days = -1};
  json_t *body = parlor_http_json_body (request);
  if (old != NULL)
    parlor_record_copy (&parlor_room_rule_kind, &rule, old);
  ParlorRoomRuleRow wanted = rule;
  const char *why = body != NULL ? read_rule (body, &wanted) : "The body must be a JSON object.";
  if (why == NULL && open != NULL && strcmp (wanted.record, "always") == 0
      && parlor_room_settings (open)->end_to_end)
    why = "a room that is encrypted end to end cannot be recorded";
  if (why == NULL)
    {
      set_rule (site, open, &wanted);
      parlor_http_reply_json (
          reply, 200,
          rule_to_json (request->params[0],
                        parlor_recordings_rule (site->spec.recordings, request->params[0])));
    }
  else
    parlor_http_problem (reply, 400, "bad_request", why);
  if (old != NULL)
    parlor_record_clear (&parlor_room_rule_kind, &rule);
  json_decref (body);
}
