/* SPDX-License-Identifier: Apache-2.0 */
/* When nobody is served, somebody is told: once, and once when it is over. */
#include "service/private.h"

#include <string.h>

#define NAME_CHARS 64
#define SAY_CHARS 200
#define ALERTS_MAX 100
#define LIMIT_LEAST_S 10
#define LIMIT_MOST_S 86400
#define LOOK_US SECOND_US
#define CALM_US (10 * SECOND_US)
#define REST_US (60 * SECOND_US)

static const char *const kinds[PARLOR_N_ALERTS] = {"queue_wait", "no_rep"};

const char *
parlor_alert_kind_name (ParlorAlertKind kind)
{
  return (guint)kind < PARLOR_N_ALERTS ? kinds[kind] : NULL;
}

void
alert_free (gpointer data)
{
  ParlorAlert *alert = data;
  g_free (alert->name);
  g_free (alert->room);
  g_free (alert->say);
  g_free (alert);
}

static void
put_alert (const ParlorAlert *alert)
{
  ParlorAlertRow row = {
      .id = (char *)alert->id,
      .brand = alert->brand->id,
      .name = alert->name,
      .kind = (char *)kinds[alert->kind],
      .group_id = alert->group ? alert->group->id : NULL,
      .room = alert->room,
      .say = alert->say,
      .limit_s = alert->limit_s,
      .raised_ms = alert->raised_ms,
      .active = alert->active,
  };
  service_put (alert->brand->service, &parlor_alert_kind, &row);
}

/* ---- raising --------------------------------------------------------------------------------- */

static void
set_raised (ParlorAlert *alert, gboolean raised, ParlorMoment now)
{
  ParlorServiceBrand *brand = alert->brand;
  ParlorService *service = brand->service;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("alert", alert->id),
      PARLOR_DATUM_TEXT ("kind", kinds[alert->kind]),
      PARLOR_DATUM_TEXT ("group", alert->worst ? alert->worst->id : NULL),
      PARLOR_DATUM_INT ("limit_s", alert->limit_s),
      PARLOR_DATUM_INT ("value_s", alert->value_s),
      PARLOR_DATUM_INT ("for_s", raised ? 0 : (now.wall_ms - alert->raised_ms) / 1000),
  };
  alert->raised_ms = raised ? now.wall_ms : 0;
  alert->calm_us = 0;
  alert->rest_until_us = raised ? 0 : now.us + REST_US;
  service_begin (service);
  put_alert (alert);
  service_event (service, brand, raised ? "alert.raised" : "alert.cleared", alert->id, NULL, NULL,
                 now.wall_ms, -1, data, G_N_ELEMENTS (data));
  service_end (service);
  if (service->spec.alert)
    service->spec.alert (alert, raised, service->spec.user_data);
}

/* How long the first in this line waits. */
static gint64
wait_s (const ParlorGroup *group, ParlorMoment now)
{
  const ParlorConversation *first = group->queue.head ? group->queue.head->data : NULL;
  return first ? MAX (now.wall_ms - first->waiting_since_ms, 0) / 1000 : 0;
}

static gboolean
is_deserted (const ParlorGroup *group, ParlorMoment now)
{
  return parlor_hours_is_open (&group->hours, now.wall_ms, group->utc_offset_min)
         && !parlor_service_present (group);
}

static void
look_at_queues (ParlorAlert *alert, ParlorMoment now)
{
  alert->value_s = 0;
  alert->worst = NULL;
  for (guint i = 0; i < alert->brand->groups->len; i++)
    {
      const ParlorGroup *group = alert->brand->groups->pdata[i];
      gint64 waited_s = alert->group && alert->group != group ? 0 : wait_s (group, now);
      if (waited_s <= alert->value_s)
        continue;
      alert->value_s = waited_s;
      alert->worst = group;
    }
}

static void
look_at_reps (ParlorAlert *alert, ParlorMoment now)
{
  alert->worst = NULL;
  for (guint i = 0; i < alert->brand->groups->len && !alert->worst; i++)
    {
      const ParlorGroup *group = alert->brand->groups->pdata[i];
      if ((!alert->group || alert->group == group) && is_deserted (group, now))
        alert->worst = group;
    }
  if (!alert->worst)
    alert->bad_us = 0;
  else if (!alert->bad_us)
    alert->bad_us = now.us;
  alert->value_s = alert->worst ? (now.us - alert->bad_us) / SECOND_US : 0;
}

static void
look (ParlorAlert *alert, ParlorMoment now)
{
  gboolean queue = alert->kind == PARLOR_ALERT_QUEUE_WAIT;
  if (queue)
    look_at_queues (alert, now);
  else
    look_at_reps (alert, now);
  gboolean calm = queue ? alert->value_s * 2 < alert->limit_s : !alert->worst;
  if (!alert->raised_ms)
    {
      if (alert->value_s >= alert->limit_s && now.us >= alert->rest_until_us)
        set_raised (alert, TRUE, now);
      return;
    }
  if (!calm)
    alert->calm_us = 0;
  else if (!alert->calm_us)
    alert->calm_us = now.us;
  else if (now.us - alert->calm_us >= CALM_US)
    set_raised (alert, FALSE, now);
}

void
alerts_due (ParlorService *service, ParlorMoment now)
{
  GHashTableIter iter;
  gpointer value;
  service->alerts_us = NEVER_US;
  g_hash_table_iter_init (&iter, service->brands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorServiceBrand *brand = value;
      for (guint i = 0; i < brand->alerts->len; i++)
        {
          ParlorAlert *alert = brand->alerts->pdata[i];
          if (alert->active)
            {
              look (alert, now);
              service->alerts_us = now.us + LOOK_US;
            }
          else if (alert->raised_ms)
            set_raised (alert, FALSE, now);
        }
    }
}

/* ---- rules ----------------------------------------------------------------------------------- */

static ParlorAlert *
find_alert (const ParlorServiceBrand *brand, const char *id, guint *at)
{
  for (guint i = 0; id && i < brand->alerts->len; i++)
    if (!strcmp (((ParlorAlert *)brand->alerts->pdata[i])->id, id))
      {
        if (at)
          *at = i;
        return brand->alerts->pdata[i];
      }
  return NULL;
}

static int
kind_of (const char *name)
{
  for (guint i = 0; i < PARLOR_N_ALERTS; i++)
    if (!g_strcmp0 (kinds[i], name))
      return (int)i;
  return -1;
}

static gboolean
check_alert (ParlorServiceBrand *brand, const ParlorAlertSpec *spec, GError **error)
{
  if (kind_of (spec->kind) < 0)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "kind is queue_wait or no_rep.");
  if (spec->limit_s < LIMIT_LEAST_S || spec->limit_s > LIMIT_MOST_S)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "limit_s is 10 to 86400.");
  if (spec->group && !parlor_service_group (brand, spec->group))
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such group.");
  return !spec->room || g_str_has_prefix (spec->room, "rm_")
         || service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "room is a room's id.");
}

static ParlorAlert *
alert_new (ParlorServiceBrand *brand, const char *id)
{
  ParlorAlert *alert = g_new0 (ParlorAlert, 1);
  alert->brand = brand;
  if (id)
    g_strlcpy (alert->id, id, sizeof alert->id);
  else
    parlor_id_make ("alr", &brand->service->spec.random, alert->id);
  g_ptr_array_add (brand->alerts, alert);
  return alert;
}

const ParlorAlert *
parlor_service_put_alert (ParlorServiceBrand *brand, const ParlorAlertSpec *spec, GError **error)
{
  g_autofree char *name = parlor_text_line (spec->name, NAME_CHARS, "name", error);
  g_autofree char *say = NULL;
  ParlorAlert *alert = find_alert (brand, spec->id, NULL);
  if (!name || !check_alert (brand, spec, error))
    return NULL;
  if (spec->say && *spec->say && !(say = parlor_text_line (spec->say, SAY_CHARS, "say", error)))
    return NULL;
  if (!alert && brand->alerts->len >= ALERTS_MAX)
    {
      service_refuse (error, PARLOR_ERROR_TOO_MANY, "A brand has 100 alert rules.");
      return NULL;
    }
  if (!alert)
    alert = alert_new (brand, spec->id);
  replace_text (&alert->name, name);
  replace_text (&alert->room, spec->room);
  replace_text (&alert->say, say);
  alert->kind = (ParlorAlertKind)kind_of (spec->kind);
  alert->group = parlor_service_group (brand, spec->group);
  alert->limit_s = spec->limit_s;
  alert->active = spec->active;
  brand->service->alerts_us = 0; /* at the next turn */
  put_alert (alert);
  return alert;
}

const ParlorAlert *
parlor_service_alert (const ParlorServiceBrand *brand, const char *id)
{
  return find_alert (brand, id, NULL);
}

gboolean
parlor_service_remove_alert (ParlorServiceBrand *brand, const char *id, ParlorMoment now)
{
  guint at = 0;
  ParlorAlert *alert = find_alert (brand, id, &at);
  ParlorAlertRow key = {.id = (char *)id};
  if (!alert)
    return FALSE;
  service_begin (brand->service);
  if (alert->raised_ms)
    set_raised (alert, FALSE, now);
  service_remove (brand->service, &parlor_alert_kind, &key);
  service_end (brand->service);
  g_ptr_array_remove_index (brand->alerts, at);
  return TRUE;
}
