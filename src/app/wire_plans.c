/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_plans.h"

#include "calendar/ical.h"
#include "room/settings.h"

#define LOOK_MS 60000

struct _ParlorWirePlans
{
  ParlorWirePlansSpec spec;
  ParlorSchedules *schedules;
  ParlorPasses *passes;
  uv_timer_t *timer; /* frees itself */
};

static void
on_closed (const ParlorRoom *room, gpointer user_data)
{
  const ParlorWirePlans *wire = user_data;
  parlor_schedules_forget (wire->schedules, parlor_room_info (room)->id);
  parlor_passes_forget_room (wire->passes, parlor_room_info (room)->id);
}

static gboolean
pass_stands (const char *pass, gpointer user_data)
{
  const ParlorWirePlans *wire = user_data;
  return parlor_passes_stands (wire->passes, pass);
}

/* A room whose last meeting was long ago is as any other. */
static void
look (const ParlorWirePlans *wire)
{
  gint64 wall_ms = wire->spec.clock->wall_ms (wire->spec.clock);
  gint64 now_us = wire->spec.clock->now_us (wire->spec.clock);
  g_autoptr (GPtrArray) rows = parlor_schedules_list (wire->schedules, NULL);
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorScheduleRow *row = rows->pdata[i];
      ParlorRoom *room = parlor_rooms_find (wire->spec.rooms, row->room);
      gboolean over = parlor_schedule_is_over (row, wall_ms);
      if (room == NULL)
        {
          /* Closed, and the program ended before its rows went. */
          parlor_passes_forget_room (wire->passes, row->room);
          parlor_schedules_forget (wire->schedules, row->room);
        }
      else if (parlor_room_is_kept (room) == over)
        parlor_room_set_kept (room, !over, now_us);
    }
}

static void
on_timer (uv_timer_t *timer)
{
  look (timer->data);
}

static void
take_settings (gconstpointer record, gpointer user_data)
{
  parlor_rooms_restore_settings (user_data, record);
}

static gboolean
load (ParlorWirePlans *wire, GError **error)
{
  ParlorStore *store = wire->spec.store;
  return parlor_store_load_records (store, &parlor_schedule_kind, parlor_schedules_load,
                                    wire->schedules, error)
         && parlor_store_load_records (store, &parlor_pass_kind, parlor_passes_load, wire->passes,
                                       error)
         && parlor_store_load_records (store, &parlor_room_settings_kind, take_settings,
                                       wire->spec.rooms, error);
}

ParlorWirePlans *
parlor_wire_plans_new (const ParlorWirePlansSpec *spec, GError **error)
{
  ParlorWirePlans *wire = g_new0 (ParlorWirePlans, 1);
  ParlorRecordSink *sink = parlor_store_records (spec->store);
  wire->spec = *spec;
  wire->schedules = parlor_schedules_new (sink, spec->random, parlor_calendar_ical ());
  wire->passes = parlor_passes_new (sink, spec->random);
  parlor_rooms_set_closed (spec->rooms, on_closed, wire);
  parlor_keyring_set_passes (spec->keyring, pass_stands, wire);
  if (!load (wire, error))
    {
      parlor_wire_plans_free (wire);
      return NULL;
    }
  look (wire);
  wire->timer = g_new0 (uv_timer_t, 1);
  wire->timer->data = wire;
  uv_timer_init (spec->loop, wire->timer);
  uv_timer_start (wire->timer, on_timer, LOOK_MS, LOOK_MS);
  return wire;
}

static void
free_timer (uv_handle_t *timer)
{
  g_free (timer);
}

void
parlor_wire_plans_free (ParlorWirePlans *wire)
{
  if (wire == NULL)
    return;
  if (wire->timer != NULL)
    uv_close ((uv_handle_t *)wire->timer, free_timer);
  parlor_rooms_set_closed (wire->spec.rooms, NULL, NULL);
  parlor_keyring_set_passes (wire->spec.keyring, NULL, NULL);
  parlor_passes_free (wire->passes);
  parlor_schedules_free (wire->schedules);
  g_free (wire);
}

ParlorSchedules *
parlor_wire_plans_schedules (ParlorWirePlans *wire)
{
  return wire->schedules;
}

ParlorPasses *
parlor_wire_plans_passes (ParlorWirePlans *wire)
{
  return wire->passes;
}
