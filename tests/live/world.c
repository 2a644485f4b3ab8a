/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  World *world = user_data;
  for (gsize i = 0; i < size; i++)
    {
      world->seed = world->seed * 1664525u + 1013904223u;
      out[i] = (guint8)(world->seed >> 24);
    }
}

static void
begin (ParlorRecordSink *sink)
{
  ((World *)sink)->depth++;
}

static void
end (ParlorRecordSink *sink)
{
  g_assert_cmpint (--((World *)sink)->depth, >=, 0);
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  World *world = (World *)sink;
  world->puts++;
  world->loose_puts += world->depth == 0;
  for (guint i = 0; i < kind->n_fields; i++)
    if (kind->fields[i].type == PARLOR_FIELD_TEXT)
      g_assert_nonnull (G_STRUCT_MEMBER (char *, record, kind->fields[i].offset));
}

static void
drop (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key)
{
  ((World *)sink)->removes++;
}

static void
on_event (const ParlorLiveEvent *event, gpointer user_data)
{
  static const char *const names[] = {
      [PARLOR_LIVE_EVENT_STATE] = "state",       [PARLOR_LIVE_EVENT_PIN] = "pin",
      [PARLOR_LIVE_EVENT_COMMENTS] = "comments", [PARLOR_LIVE_EVENT_GONE] = "gone",
      [PARLOR_LIVE_EVENT_TOP] = "top",           [PARLOR_LIVE_EVENT_AUDIENCE] = "audience",
      [PARLOR_LIVE_EVENT_POLL] = "poll",         [PARLOR_LIVE_EVENT_GUESTS] = "guests",
      [PARLOR_LIVE_EVENT_QUIET] = "quiet",       [PARLOR_LIVE_EVENT_ADMITTED] = "admitted",
      [PARLOR_LIVE_EVENT_INVITED] = "invited",   [PARLOR_LIVE_EVENT_OFF_STAGE] = "off-stage",
      [PARLOR_LIVE_EVENT_SCREENED] = "screened",
  };
  World *world = user_data;
  g_string_append_printf (world->told, "%s%s", world->told->len ? " " : "", names[event->type]);
  if (event->type == PARLOR_LIVE_EVENT_COMMENTS)
    for (guint i = 0; i < event->n_comments; i++)
      g_string_append_printf (world->told, ":%s", event->comments[i]->text);
  if (event->type == PARLOR_LIVE_EVENT_SCREENED)
    g_string_append_printf (world->told, ":%s:%s", event->person,
                            event->reason ? event->reason : "");
  world->last = *event;
  g_strlcpy (world->last_sku, event->pin ? event->pin->sku : "", sizeof world->last_sku);
}

static void
on_happened (const ParlorEvent *event, gpointer user_data)
{
  World *world = user_data;
  g_string_append_printf (world->happened, "%s%s", world->happened->len ? " " : "", event->type);
  world->loose_happened += world->depth == 0;
}

static gboolean
is_protected (const char *brand, const char *name, gpointer user_data)
{
  return strstr (name, "Parlor") != NULL;
}

static gboolean
screen (const char *brand, const ParlorComment *comment, gpointer user_data)
{
  World *world = user_data;
  world->screened += world->screens;
  return world->screens;
}

static gint64
room_ms (const char *room, gint64 now_us, gpointer user_data)
{
  return ((World *)user_data)->room_ms;
}

World *
world_new (void)
{
  return world_new_with (NULL);
}

World *
world_new_with (const ParlorProducts *products)
{
  World *world = g_new0 (World, 1);
  world->sink = (ParlorRecordSink){.begin = begin, .end = end, .put = put, .remove = drop};
  world->random = (ParlorRandom){fill, world};
  world->now_us = 1000000;
  world->wall_ms = G_GINT64_CONSTANT (1700000000000);
  world->told = g_string_new (NULL);
  world->happened = g_string_new (NULL);
  ParlorLiveSpec spec = {
      .sink = &world->sink,
      .random = world->random,
      .products = products,
      .event = on_event,
      .happened = on_happened,
      .is_protected = is_protected,
      .screen = screen,
      .room_ms = room_ms,
      .user_data = world,
  };
  world->live = parlor_live_new (&spec);
  ParlorLiveInfo info = {.room = (char *)"rm_1", .brand = (char *)"br_1", .title = (char *)"Lamps"};
  world->room = parlor_live_open (world->live, &info, world_now (world), NULL);
  return world;
}

void
world_free (World *world)
{
  if (!world)
    return;
  g_assert_cmpint (world->depth, ==, 0);
  parlor_live_free (world->live);
  g_string_free (world->told, TRUE);
  g_string_free (world->happened, TRUE);
  g_free (world);
}

ParlorLiveNow
world_now (const World *world)
{
  return (ParlorLiveNow){world->now_us, world->wall_ms, world->room_ms};
}

void
world_pass (World *world, gint64 ms)
{
  world->now_us += ms * 1000;
  world->wall_ms += ms;
  world->room_ms += ms;
  if (parlor_live_next_us (world->live) <= world->now_us)
    parlor_live_poll (world->live, world->now_us);
}

static const char *
take (GString *from)
{
  char *text = g_strdup (from->str);
  g_string_truncate (from, 0);
  const char *kept = g_intern_string (text);
  g_free (text);
  return kept;
}

const char *
world_told (World *world)
{
  return take (world->told);
}

const char *
world_happened (World *world)
{
  return take (world->happened);
}

void
world_go_live (World *world)
{
  g_assert_true (parlor_live_set_state (world->room, PARLOR_LIVE_ON, world_now (world), NULL));
  world_told (world);
  world_happened (world);
}
