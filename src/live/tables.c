/* SPDX-License-Identifier: Apache-2.0 */
/* What all files of a live room stand on: finding it, the way to the store and to who listens. */
#include "live/private.h"

ParlorLiveRoom *
parlor_live_find (ParlorLive *live, const char *room)
{
  return live && room ? g_hash_table_lookup (live->by_room, room) : NULL;
}

void
parlor_live_emit (ParlorLiveRoom *room, const ParlorLiveEvent *event)
{
  ParlorLiveEvent full = *event;
  full.room = room;
  full.viewers = room->viewers;
  full.likes = room->info.likes;
  room->live->spec.event (&full, room->live->spec.user_data);
}

void
parlor_live_put (const ParlorLiveRoom *room, const ParlorRecordKind *kind, gconstpointer row)
{
  ParlorRecordSink *sink = room->live->spec.sink;
  if (sink)
    sink->put (sink, kind, row);
}

void
parlor_live_begin (const ParlorLiveRoom *room)
{
  ParlorRecordSink *sink = room->live->spec.sink;
  if (sink)
    sink->begin (sink);
}

void
parlor_live_end (const ParlorLiveRoom *room)
{
  ParlorRecordSink *sink = room->live->spec.sink;
  if (sink)
    sink->end (sink);
}

void
parlor_live_save (const ParlorLiveRoom *room)
{
  parlor_live_put (room, &parlor_live_kind, &room->info);
}

void
parlor_live_happened (const ParlorLiveRoom *room, const char *type, ParlorLiveNow now,
                      const ParlorDatum *data, guint n)
{
  const ParlorLiveSpec *spec = &room->live->spec;
  if (spec->happened)
    spec->happened (&(ParlorEvent){.type = type,
                                   .brand = room->info.brand,
                                   .entity = room->info.room,
                                   .at_ms = now.wall_ms,
                                   .room_ms = now.room_ms,
                                   .data = data,
                                   .n_data = n},
                    spec->user_data);
}

gboolean
parlor_live_refuse (GError **error, int code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return FALSE;
}

gboolean
parlor_live_take_credit (gint64 *credit_us, gint64 interval_us, guint burst, gint64 now_us)
{
  gint64 full_us = MAX (*credit_us, now_us) + interval_us;
  if (full_us - now_us > burst * interval_us)
    return FALSE;
  *credit_us = full_us;
  return TRUE;
}

gboolean
parlor_live_is_over (const ParlorLiveRoom *room, GError **error)
{
  if (room->info.state != PARLOR_LIVE_ENDED)
    return FALSE;
  parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "this stream has ended");
  return TRUE;
}
