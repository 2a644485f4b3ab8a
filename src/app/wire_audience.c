/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_audience.h"

#include "room/participant.h"
#include "signal/audience.h"

#define TICK_S 60
#define SECOND_MS 1000

static gint64
wall_ms (const ParlorWireAudience *wire)
{
  return wire->spec.clock->wall_ms (wire->spec.clock);
}

static void
on_happened (const ParlorEvent *event, gpointer user_data)
{
  const ParlorWireAudienceSpec *spec = &((ParlorWireAudience *)user_data)->spec;
  if (spec->happened)
    spec->happened (event, spec->happened_data);
}

static void
on_broadcast (const ParlorBroadcast *broadcast, ParlorBroadcastEvent event, gpointer user_data)
{
  ParlorWireAudience *wire = user_data;
  if (wire->signal)
    parlor_signal_broadcast (wire->signal, broadcast, event);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void
see_broadcast (gconstpointer row, gpointer wire)
{
  parlor_broadcasts_load (((ParlorWireAudience *)wire)->broadcasts, row);
}

static void
see_receipt (gconstpointer row, gpointer wire)
{
  parlor_broadcasts_load_receipt (((ParlorWireAudience *)wire)->broadcasts, row);
}

static void
see_invite (gconstpointer row, gpointer wire)
{
  parlor_invites_load (((ParlorWireAudience *)wire)->invites, row);
}

static void
see_bot (gconstpointer row, gpointer wire)
{
  parlor_bots_load (((ParlorWireAudience *)wire)->bots, row);
}

static void
see_hour (gconstpointer row, gpointer wire)
{
  parlor_live_hours_load (((ParlorWireAudience *)wire)->hours, row);
}

static gboolean
load (ParlorWireAudience *wire, GError **error)
{
  static const struct
  {
    const ParlorRecordKind *kind;
    ParlorRecordVisit see;
  } rows[] = {
      {&parlor_broadcast_kind, see_broadcast}, {&parlor_receipt_kind, see_receipt},
      {&parlor_invite_kind, see_invite},       {&parlor_bot_kind, see_bot},
      {&parlor_live_hour_kind, see_hour},
  };
  for (guint i = 0; wire->spec.store && i < G_N_ELEMENTS (rows); i++)
    if (!parlor_store_load_records (wire->spec.store, rows[i].kind, rows[i].see, wire, error))
      return FALSE;
  return TRUE;
}

/* ---- making --------------------------------------------------------------------------------- */

ParlorWireAudience *
parlor_wire_audience_new (const ParlorWireAudienceSpec *spec, GError **error)
{
  ParlorWireAudience *wire = g_new0 (ParlorWireAudience, 1);
  ParlorRecordSink *sink = spec->store ? parlor_store_records (spec->store) : NULL;
  wire->spec = *spec;
  ParlorBroadcastsSpec broadcasts = {
      .sink = sink,
      .random = spec->random,
      .tell = on_broadcast,
      .happened = on_happened,
      .user_data = wire,
  };
  wire->broadcasts = parlor_broadcasts_new (&broadcasts);
  wire->invites = parlor_invites_new (sink, &spec->random);
  wire->bots = parlor_bots_new (sink, &spec->random);
  wire->hours = parlor_live_hours_new (sink, spec->tick_s ? spec->tick_s : TICK_S, on_happened,
                                       wire);
  wire->likes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (load (wire, error))
    return wire;
  parlor_wire_audience_free (wire);
  return NULL;
}

void
parlor_wire_audience_free (ParlorWireAudience *wire)
{
  if (!wire)
    return;
  parlor_broadcasts_free (wire->broadcasts);
  parlor_invites_free (wire->invites);
  parlor_bots_free (wire->bots);
  parlor_live_hours_free (wire->hours);
  g_hash_table_unref (wire->likes);
  g_free (wire);
}

/* ---- counting ------------------------------------------------------------------------------- */

static void
count_comments (ParlorWireAudience *wire, const ParlorLiveInfo *info, const ParlorLiveEvent *event)
{
  guint bots = 0;
  for (guint i = 0; i < event->n_comments; i++)
    bots += (event->comments[i]->flags & PARLOR_COMMENT_BY_BOT) != 0;
  parlor_live_hours_add (wire->hours, info->room, info->brand, PARLOR_COUNT_BOT_COMMENTS, bots);
  parlor_live_hours_add (wire->hours, info->room, info->brand, PARLOR_COUNT_COMMENTS,
                         event->n_comments - bots);
}

void
parlor_wire_audience_begin (ParlorWireAudience *wire, const ParlorLiveInfo *info)
{
  g_hash_table_replace (wire->likes, g_strdup (info->room), GUINT_TO_POINTER ((guint)info->likes));
}

/* The domain tells the sum. */
static void
count_likes (ParlorWireAudience *wire, const ParlorLiveInfo *info)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (wire->likes, info->room));
  guint now = (guint)info->likes;
  if (now <= before)
    return;
  parlor_live_hours_add (wire->hours, info->room, info->brand, PARLOR_COUNT_LIKES, now - before);
  parlor_wire_audience_begin (wire, info);
}

void
parlor_wire_audience_event (ParlorWireAudience *wire, const ParlorLiveEvent *event)
{
  const ParlorLiveInfo *info = parlor_live_info (event->room);
  if (event->type == PARLOR_LIVE_EVENT_COMMENTS)
    count_comments (wire, info, event);
  if (event->type == PARLOR_LIVE_EVENT_PIN && event->pin)
    parlor_live_hours_add (wire->hours, info->room, info->brand, PARLOR_COUNT_PINS, 1);
  if (event->type == PARLOR_LIVE_EVENT_STATE && info->state != PARLOR_LIVE_ON)
    parlor_live_hours_rest (wire->hours, info->room, wall_ms (wire));
}

void
parlor_wire_audience_joined (ParlorWireAudience *wire, const ParlorRoomInfo *room)
{
  parlor_live_hours_add (wire->hours, room->id, room->brand, PARLOR_COUNT_JOINED, 1);
}

static void
count_watching (ParlorWireAudience *wire, ParlorRoom *room)
{
  const char *id = parlor_room_info (room)->id;
  ParlorBroadcastPerson person;
  guint n = parlor_room_n_participants (room);
  if (!wire->signal || !parlor_broadcasts_are_watched (wire->broadcasts, id, wall_ms (wire)))
    return;
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      if (parlor_participant_info (participant)->audience
          && parlor_signal_person (wire->signal, participant, &person))
        parlor_broadcasts_watch (wire->broadcasts, id, &person, SECOND_MS, wall_ms (wire));
    }
}

void
parlor_wire_audience_count (ParlorWireAudience *wire, const ParlorLiveInfo *info, ParlorRoom *room,
                            guint viewers)
{
  gint64 now_us = wire->spec.clock->now_us (wire->spec.clock);
  if (info->state != PARLOR_LIVE_ON)
    return;
  count_likes (wire, info);
  parlor_live_hours_second (wire->hours, info->room, info->brand, viewers,
                            parlor_room_ms (room, now_us), wall_ms (wire));
  count_watching (wire, room);
}

void
parlor_wire_audience_second (ParlorWireAudience *wire)
{
  parlor_broadcasts_poll (wire->broadcasts, wall_ms (wire));
}

void
parlor_wire_audience_forget (ParlorWireAudience *wire, const char *visitor)
{
  parlor_broadcasts_forget (wire->broadcasts, visitor);
  parlor_invites_forget (wire->invites, visitor);
}

void
parlor_wire_audience_forget_customer (ParlorWireAudience *wire, const ParlorCustomer *customer)
{
  parlor_broadcasts_forget_customer (wire->broadcasts, customer->brand->id, customer->id,
                                     customer->ref);
}
