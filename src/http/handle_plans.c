/* SPDX-License-Identifier: Apache-2.0 */
/* What is planned of a room: when its meetings are, and how it is set. */
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "room/panels.h"
#include "room/settings.h"

#include <string.h>

#define SHOWN_OCCURRENCES 5

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
  return FALSE;
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean
is_text_or_none (const json_t *value)
{
  return !value || json_is_null (value) || json_is_string (value);
}

static gboolean
read_except (const json_t *days, ParlorPlan *plan, GError **error)
{
  gsize n = json_array_size (days);
  if (days && !json_is_null (days) && !json_is_array (days))
    return refuse (error, "schedule.except is a list of days");
  /* One more than may be: the schedule itself says that it is too long. */
  n = MIN (n, PARLOR_SCHEDULE_EXCEPT_MAX + 1);
  for (gsize i = 0; i < n; i++)
    if (!(plan->except[i] = json_string_value (json_array_get (days, i))))
      return refuse (error, "schedule.except is a list of days");
  plan->except[n] = NULL;
  plan->schedule.except = plan->except;
  return TRUE;
}

static gboolean
read_schedule (ParlorSite *site, const json_t *said, ParlorPlan *plan, GError **error)
{
  const json_t *rule = json_object_get (said, "rrule");
  const json_t *minutes = json_object_get (said, "minutes");
  plan->says_schedule = said != NULL;
  if (!said || json_is_null (said))
    return TRUE;
  if (!site->spec.schedules)
    return refuse (error, "this server has no schedules");
  if (!json_is_object (said) || !json_is_integer (minutes) || !is_text_or_none (rule))
    return refuse (error, "schedule is {start, zone, minutes, rrule?, except?}");
  plan->schedule = (ParlorScheduleSpec){
      .zone = json_string_value (json_object_get (said, "zone")),
      .start = json_string_value (json_object_get (said, "start")),
      .minutes = json_integer_value (minutes),
      .rule = json_string_value (rule),
  };
  return read_except (json_object_get (said, "except"), plan, error)
         && parlor_schedules_check (site->spec.schedules, &plan->schedule,
                                    parlor_site_wall_ms (site), error);
}

/* NULL of `url` = null: away with it. */
static gboolean
read_panel (ParlorSite *site, const json_t *body, const char *name, const char **url,
            ParlorPlan *plan, GError **error)
{
  const json_t *said = json_object_get (body, name);
  if (!said)
    return TRUE;
  plan->says_panels = TRUE;
  *url = json_string_value (said);
  g_autofree char *origin = parlor_panel_origin (*url, site->spec.demo);
  if (json_is_null (said) || origin)
    return TRUE;
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
               "%s must be an https address of at most %d characters", name, PARLOR_PANEL_URL_MAX);
  return FALSE;
}

static gboolean
read_panels (ParlorSite *site, const json_t *body, ParlorPlan *plan, GError **error)
{
  return read_panel (site, body, "doc_url", &plan->settings.doc_url, plan, error)
         && read_panel (site, body, "panel_url", &plan->settings.panel_url, plan, error);
}

static gboolean
read_settings (ParlorSite *site, const json_t *body, ParlorPlan *plan, GError **error)
{
  const json_t *policy = json_object_get (body, "policy");
  const json_t *partners = json_object_get (policy, "partners");
  const json_t *watermark = json_object_get (policy, "watermark");
  const json_t *sealed = json_object_get (policy, "end_to_end");
  if (partners
      && !parlor_partner_policy_from_name (json_string_value (partners), &plan->settings.partners))
    return refuse (error, "policy.partners must be allow, lobby or deny");
  if (watermark && !json_is_boolean (watermark))
    return refuse (error, "policy.watermark must be true or false");
  if (sealed && !json_is_boolean (sealed))
    return refuse (error, "policy.end_to_end must be true or false");
  if (watermark)
    plan->settings.watermark = json_is_true (watermark);
  if (sealed)
    plan->settings.end_to_end = json_is_true (sealed);
  if (!read_panels (site, body, plan, error))
    return FALSE;
  plan->says_settings = partners || watermark || sealed || plan->says_panels;
  return TRUE;
}

gboolean
parlor_site_read_plan (ParlorSite *site, const ParlorHttpRequest *request, const json_t *body,
                       ParlorPlan *plan, GError **error)
{
  plan->invitees = json_object_get (body, "invitees");
  if (json_is_null (plan->invitees))
    plan->invitees = NULL;
  return read_schedule (site, json_object_get (body, "schedule"), plan, error)
         && read_settings (site, body, plan, error)
         && (!plan->invitees || parlor_site_check_invitees (plan->invitees, error));
}

static gboolean
apply_schedule (ParlorSite *site, ParlorRoom *room, const ParlorPlan *plan, GError **error)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  gboolean wanted = plan->schedule.zone != NULL;
  if (!plan->says_schedule || !site->spec.schedules)
    return TRUE;
  if (wanted
      && !parlor_schedules_put (site->spec.schedules, info->brand, info->id, &plan->schedule,
                                parlor_site_wall_ms (site), error))
    return FALSE;
  if (!wanted)
    parlor_schedules_forget (site->spec.schedules, info->id);
  parlor_room_set_kept (room, wanted, parlor_site_now_us (site));
  return TRUE;
}

gboolean
parlor_site_apply_plan (ParlorSite *site, const ParlorHttpRequest *request, ParlorRoom *room,
                        const ParlorPlan *plan, const char *who, GError **error)
{
  if (!apply_schedule (site, room, plan, error))
    return FALSE;
  if (plan->says_settings)
    parlor_room_set_settings (room, &plan->settings);
  return !plan->invitees
         || parlor_site_invite (site, room, plan->invitees, who, NULL, request, error);
}

/* ---- showing -------------------------------------------------------------------------------- */

static json_t *
occurrences_to_json (const ParlorOccurrence *list, guint n)
{
  json_t *json = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (json, json_pack ("{s:I,s:I}", "start", (json_int_t)list[i].start_ms,
                                            "end", (json_int_t)list[i].end_ms));
  return json;
}

static json_t *
schedule_to_json (ParlorSite *site, const ParlorScheduleRow *row)
{
  ParlorOccurrence next[SHOWN_OCCURRENCES];
  guint n = parlor_schedules_occurrences (site->spec.schedules, row, parlor_site_wall_ms (site),
                                          next, G_N_ELEMENTS (next));
  json_t *except = json_array ();
  g_auto (GStrv) days = g_strsplit (row->except_days ? row->except_days : "", ",", -1);
  for (guint i = 0; days[i]; i++)
    json_array_append_new (except, json_string (days[i]));
  return json_pack ("{s:s,s:s,s:s,s:I,s:s?,s:o,s:I,s:o}", "id", row->id, "start", row->start,
                    "zone", row->zone, "minutes", (json_int_t)row->minutes, "rrule", row->rule,
                    "except", except, "sequence", (json_int_t)row->sequence, "next",
                    occurrences_to_json (next, n));
}

void
parlor_site_add_plan (ParlorSite *site, ParlorRoom *room, json_t *json)
{
  const ParlorRoomSettings *settings = parlor_room_settings (room);
  const ParlorScheduleRow *row = site->spec.schedules ? parlor_schedules_of (
                                     site->spec.schedules, parlor_room_info (room)->id)
                                                      : NULL;
  json_object_set_new (json, "partners",
                       json_string (parlor_partner_policy_name (settings->partners)));
  json_object_set_new (json, "watermark", json_boolean (settings->watermark));
  json_object_set_new (json, "end_to_end", json_boolean (settings->end_to_end));
  if (row)
    json_object_set_new (json, "schedule", schedule_to_json (site, row));
}

void
parlor_site_add_panels (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRoom *room,
                        json_t *json)
{
  const ParlorRoomSettings *settings = parlor_room_settings (room);
  g_autoptr (ParlorClaims)
      claims = parlor_http_bearer (request) ? parlor_site_claims (site, request, NULL) : NULL;
  if (parlor_http_bearer (request) && (!claims || claims->role != PARLOR_ROLE_HOST))
    return;
  if (settings->doc_url)
    json_object_set_new (json, "doc_url", json_string (settings->doc_url));
  if (settings->panel_url)
    json_object_set_new (json, "panel_url", json_string (settings->panel_url));
}

void
parlor_handle_schedule_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  json_t *list = json_array ();
  parlor_site_principal (site, request, &who);
  g_autoptr (GPtrArray) rows = site->spec.schedules
                                   ? parlor_schedules_list (site->spec.schedules, who.brand)
                                   : g_ptr_array_new ();
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorScheduleRow *row = rows->pdata[i];
      ParlorRoom *room = parlor_rooms_find (site->spec.rooms, row->room);
      if (!room)
        continue;
      json_t *one = schedule_to_json (site, row);
      json_object_set_new (one, "room", json_string (row->room));
      json_object_set_new (one, "title", json_string (parlor_room_info (room)->title));
      json_object_set_new (one, "code", json_string (parlor_room_info (room)->code));
      json_array_append_new (list, one);
    }
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "schedules", list));
}

/* ---- .ics ----------------------------------------------------------------------------------- */

void
parlor_handle_meeting_calendar (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_ANYBODY, reply);
  const ParlorScheduleRow *row = room && site->spec.schedules ? parlor_schedules_of (
                                     site->spec.schedules, parlor_room_info (room)->id)
                                                              : NULL;
  if (room && !row)
    parlor_http_problem (reply, 404, "no_schedule", "This room has no schedule.");
  if (!row)
    return;
  g_autofree char *url = parlor_site_join_url (site, request, room);
  g_autofree char *uid = g_strconcat (row->id, "@parlor", NULL);
  const char *title = parlor_room_info (room)->title;
  ParlorCalendarEvent event = {.uid = uid,
                               .sequence = row->sequence,
                               .created_ms = row->created_ms,
                               .changed_ms = row->changed_ms,
                               .title = *title ? title : "Meeting",
                               .text = url,
                               .url = url};
  parlor_schedule_when (row, &event.when);
  g_autofree char *ics = parlor_schedules_calendar (site->spec.schedules)->print (&event);
  parlor_http_reply_text (reply, 200, "text/calendar; charset=utf-8", ics);
  parlor_http_reply_header (reply, "Content-Disposition", "attachment; filename=\"meeting.ics\"");
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}
