/* SPDX-License-Identifier: Apache-2.0 */
#include "room/settings.h"

#include "room/private.h"

#include <string.h>

static const char *const policy_names[PARLOR_N_PARTNER_POLICIES] = {"allow", "lobby", "deny"};

const char *
parlor_partner_policy_name (ParlorPartnerPolicy policy)
{
  return (guint)policy < PARLOR_N_PARTNER_POLICIES ? policy_names[policy] : NULL;
}

gboolean
parlor_partner_policy_from_name (const char *name, ParlorPartnerPolicy *policy)
{
  for (guint i = 0; name != NULL && i < PARLOR_N_PARTNER_POLICIES; i++)
    if (strcmp (policy_names[i], name) == 0)
      {
        *policy = i;
        return TRUE;
      }
  return FALSE;
}

static const ParlorField fields[] = {
    PARLOR_TEXT (ParlorRoomSettingsRow, room),       PARLOR_TEXT (ParlorRoomSettingsRow, brand),
    PARLOR_TEXT (ParlorRoomSettingsRow, partners),   PARLOR_FLAG (ParlorRoomSettingsRow, watermark),
    PARLOR_TEXT (ParlorRoomSettingsRow, doc_url),    PARLOR_TEXT (ParlorRoomSettingsRow, panel_url),
    PARLOR_FLAG (ParlorRoomSettingsRow, end_to_end),
};

const ParlorRecordKind parlor_room_settings_kind = {.table = "room_settings",
                                                    .fields = fields,
                                                    .n_fields = G_N_ELEMENTS (fields),
                                                    .n_key = 1,
                                                    .size = sizeof (ParlorRoomSettingsRow)};

const ParlorRoomSettings *
parlor_room_settings (const ParlorRoom *room)
{
  return &room->settings;
}

gboolean
parlor_room_can_read (const ParlorRoom *room, const char *what, GError **error)
{
  if (!room->settings.end_to_end)
    return TRUE;
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
               "this room is encrypted end to end, so %s", what);
  return FALSE;
}

static ParlorRecordSink *
sink_of (const ParlorRooms *rooms)
{
  return rooms->spec.store != NULL ? rooms->spec.store->records : NULL;
}

static void
take (ParlorRoom *room, const ParlorRoomSettings *settings)
{
  g_autofree char *doc = (char *)room->settings.doc_url;
  g_autofree char *panel = (char *)room->settings.panel_url;
  room->settings = *settings;
  room->settings.watermark = !!settings->watermark;
  room->settings.end_to_end = !!settings->end_to_end;
  room->settings.doc_url = g_strdup (settings->doc_url);
  room->settings.panel_url = g_strdup (settings->panel_url);
}

void
parlor_room_clear_settings (ParlorRoom *room)
{
  take (room, &(ParlorRoomSettings){.partners = PARLOR_PARTNERS_ALLOW});
}

void
parlor_room_set_settings (ParlorRoom *room, const ParlorRoomSettings *settings)
{
  const ParlorRoomSettings *old = &room->settings;
  ParlorRecordSink *sink = sink_of (room->rooms);
  if (old->partners == settings->partners && old->watermark == !!settings->watermark
      && old->end_to_end == !!settings->end_to_end
      && g_strcmp0 (old->doc_url, settings->doc_url) == 0
      && g_strcmp0 (old->panel_url, settings->panel_url) == 0)
    return;
  take (room, settings);
  const ParlorRoomSettingsRow row = {
      .room = room->id,
      .brand = room->brand,
      .partners = (char *)parlor_partner_policy_name (room->settings.partners),
      .watermark = room->settings.watermark,
      .doc_url = (char *)room->settings.doc_url,
      .panel_url = (char *)room->settings.panel_url,
      .end_to_end = room->settings.end_to_end};
  if (sink != NULL)
    sink->put (sink, &parlor_room_settings_kind, &row);
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_ROOM, .audience = PARLOR_TO_ALL});
}

void
parlor_room_forget_settings (ParlorRoom *room)
{
  ParlorRecordSink *sink = sink_of (room->rooms);
  if (sink != NULL)
    sink->remove (sink, &parlor_room_settings_kind, &(ParlorRoomSettingsRow){.room = room->id});
}

void
parlor_rooms_restore_settings (ParlorRooms *rooms, const ParlorRoomSettingsRow *row)
{
  ParlorRoom *room = g_hash_table_lookup (rooms->by_id, row->room);
  ParlorRecordSink *sink = sink_of (rooms);
  ParlorRoomSettings settings = {.watermark = row->watermark,
                                 .doc_url = row->doc_url,
                                 .panel_url = row->panel_url,
                                 .end_to_end = row->end_to_end};
  if (room == NULL && sink != NULL)
    sink->remove (sink, &parlor_room_settings_kind, row);
  /* What this version does not know is the strictest. */
  if (!parlor_partner_policy_from_name (row->partners, &settings.partners))
    settings.partners = PARLOR_PARTNERS_DENY;
  if (room != NULL)
    take (room, &settings);
}
