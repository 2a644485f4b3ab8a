/* SPDX-License-Identifier: Apache-2.0 */
/* What a room tells the world outside (base/event.h), beside what it tells its pages. */
#include "room/private.h"

void
parlor_room_begin (ParlorRoom *room)
{
  ParlorStore *store = room->rooms->spec.store;
  if (store != NULL && store->records != NULL)
    store->records->begin (store->records);
}

void
parlor_room_end_changes (ParlorRoom *room)
{
  ParlorStore *store = room->rooms->spec.store;
  if (store != NULL && store->records != NULL)
    store->records->end (store->records);
}

static void
tell (ParlorRoom *room, const char *type, gint64 now_us, const ParlorDatum *data, guint n_data)
{
  const ParlorRoomsSpec *spec = &room->rooms->spec;
  if (spec->happened == NULL)
    return;
  spec->happened (&(ParlorEvent){.type = type,
                                 .brand = room->brand,
                                 .entity = room->id,
                                 .at_ms = parlor_room_wall_ms (room),
                                 .room_ms = parlor_room_ms (room, now_us),
                                 .data = data,
                                 .n_data = n_data},
                  spec->happened_data);
}

void
parlor_room_happened (ParlorRoom *room, const char *type, gint64 now_us)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("room", room->id),
      PARLOR_DATUM_TEXT ("kind", room->info.kind),
      PARLOR_DATUM_TEXT ("alias", room->alias),
      PARLOR_DATUM_CONTENT ("title", room->title),
  };
  tell (room, type, now_us, data, G_N_ELEMENTS (data));
}

static const char *
kind_name (ParlorParticipantKind kind)
{
  return kind == PARLOR_PARTICIPANT_PAGE        ? "page"
         : kind == PARLOR_PARTICIPANT_PUBLISHER ? "publisher"
                                                : "player";
}

void
parlor_participant_happened (const ParlorParticipant *participant, const char *type,
                             const char *reason, gint64 now_us)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("room", participant->room->id),
      PARLOR_DATUM_TEXT ("participant", participant->id),
      PARLOR_DATUM_TEXT ("identity", participant->identity),
      PARLOR_DATUM_TEXT ("role", parlor_role_name (participant->info.role)),
      PARLOR_DATUM_TEXT ("kind", kind_name (participant->info.kind)),
      PARLOR_DATUM_FLAG ("guest", participant->info.guest),
      PARLOR_DATUM_CONTENT ("name", participant->name),
      PARLOR_DATUM_TEXT ("reason", reason),
  };
  guint n = G_N_ELEMENTS (data) - (reason == NULL ? 1 : 0);
  tell (participant->room, type, now_us, data, n);
}
