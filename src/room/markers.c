/* SPDX-License-Identifier: Apache-2.0 */
/* What people note at an instant: conclusions, parameters, assignments, questions. */
#include "room/private.h"
#include "room/recordbook.h"

#include <string.h>

#define MARKER_TEXT_MAX 500
#define MARKER_OWNER_MAX 64
#define MARKERS_MAX 1000

static const char *const marker_names[] = {"conclusion", "parameter", "assignment", "question"};

const char *
parlor_marker_kind_name (ParlorMarkerKind kind)
{
  return (guint)kind < G_N_ELEMENTS (marker_names) ? marker_names[kind] : NULL;
}

gboolean
parlor_marker_kind_from_name (const char *name, ParlorMarkerKind *kind)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (marker_names); i++)
    if (strcmp (marker_names[i], name) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

static ParlorMarkerRow *
find_marker (const ParlorRoom *room, const char *id)
{
  for (guint i = 0; i < room->recording->markers->len; i++)
    if (strcmp (((ParlorMarkerRow *)room->recording->markers->pdata[i])->id, id) == 0)
      return room->recording->markers->pdata[i];
  return NULL;
}

static gint64
instant_of (const ParlorRoom *room, gint64 ago_ms, gint64 now_us)
{
  gint64 first_ms = parlor_recording_runs (room) ? room->recording->info.since_ms : 0;
  gint64 room_ms = parlor_room_ms (room, now_us);
  return MIN (room_ms, MAX (room_ms - CLAMP (ago_ms, 0, PARLOR_MARKER_AGO_MAX_MS), first_ms));
}

/* In the order of the room's clock; those of one instant as they came. */
static void
insert_marker (GPtrArray *markers, ParlorMarkerRow *marker)
{
  guint i = markers->len;
  while (i > 0 && ((ParlorMarkerRow *)markers->pdata[i - 1])->room_ms > marker->room_ms)
    i--;
  g_ptr_array_insert (markers, (gint)i, marker);
}

/* A new one, or the old one's next version: NULL with an error. */
static ParlorMarkerRow *
take_marker (ParlorRoom *room, const ParlorMarkerSpec *spec, gint64 now_us, GError **error)
{
  const char *id = spec->id;
  ParlorMarkerRow *marker = id != NULL ? find_marker (room, id) : NULL;
  char made[PARLOR_ID_SIZE];
  if (id != NULL && marker == NULL)
    refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no such marker");
  if (id != NULL)
    return marker;
  if (room->recording->markers->len >= MARKERS_MAX)
    {
      refuse (error, PARLOR_ERROR_TOO_MANY, "this room has too many markers");
      return NULL;
    }
  parlor_id_make ("mk", &room->rooms->spec.random, made);
  marker = g_new0 (ParlorMarkerRow, 1);
  *marker = (ParlorMarkerRow){
      .id = g_strdup (made),
      .room = g_strdup (room->id),
      .recording = parlor_recording_runs (room) ? g_strdup (room->recording->id) : NULL,
      .brand = g_strdup (room->info.brand),
      .room_ms = instant_of (room, spec->ago_ms, now_us)};
  insert_marker (room->recording->markers, marker);
  return marker;
}

static void
put_marker (ParlorRoom *room, const ParlorMarkerRow *marker, gint64 now_us)
{
  ParlorRecordSink *sink = room->rooms->spec.recordings != NULL
                               ? parlor_recordings_sink (room->rooms->spec.recordings)
                               : NULL;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("marker", marker->id), PARLOR_DATUM_INT ("version", marker->version),
      PARLOR_DATUM_TEXT ("kind", marker->kind), PARLOR_DATUM_TEXT ("recording", marker->recording),
      PARLOR_DATUM_CONTENT ("text", marker->text)};
  if (sink != NULL)
    sink->begin (sink);
  if (sink != NULL)
    sink->put (sink, &parlor_marker_kind, marker);
  parlor_recording_tell (room, "marker.created", now_us, data, G_N_ELEMENTS (data));
  if (sink != NULL)
    sink->end (sink);
}

static void
record_marker (ParlorRoom *room, const ParlorMarkerRow *marker, gint64 now_us)
{
  if (!parlor_recording_runs (room))
    return;
  parlor_recording_add_words (room->recording, marker->text);
  room->recording->row.markers += marker->version == 1;
  parlor_recording_put_row (room);
  parlor_recording_recorder (room)->ops->note (
      parlor_recording_recorder (room), room->recording->id,
      &(ParlorRecorderNote){.type = PARLOR_NOTE_MARKER,
                            .room_ms = marker->room_ms,
                            .at_ms = marker->at_ms,
                            .id = marker->id,
                            .version = marker->version,
                            .word = marker->kind,
                            .text = marker->text,
                            .name = marker->owner,
                            .participant = marker->author});
}

gboolean
parlor_room_mark (ParlorRoom *room, ParlorParticipant *by, const ParlorMarkerSpec *spec,
                  gint64 now_us, GError **error)
{
  if (by != NULL && !parlor_participant_can (by, PARLOR_RIGHT_CHAT))
    return refuse (error, PARLOR_ERROR_FORBIDDEN, "you may not do that here");
  if (!parlor_room_can_read (room, "nothing of it is kept", error))
    return FALSE;
  g_autofree char *text = parlor_text_line (spec->text, MARKER_TEXT_MAX, "text", error);
  g_autofree char *owner = NULL;
  if (text == NULL
      || (spec->owner != NULL
          && (owner = parlor_text_line (spec->owner, MARKER_OWNER_MAX, "owner", error)) == NULL))
    return FALSE;
  ParlorMarkerRow *marker = take_marker (room, spec, now_us, error);
  if (marker == NULL)
    return FALSE;
  g_free (marker->kind);
  g_free (marker->text);
  g_free (marker->owner);
  g_free (marker->author);
  marker->kind = g_strdup (parlor_marker_kind_name (spec->kind));
  marker->text = g_steal_pointer (&text);
  marker->owner = g_steal_pointer (&owner);
  marker->author = g_strdup (by != NULL ? by->identity : "");
  marker->at_ms = parlor_room_wall_ms (room);
  marker->version++;
  put_marker (room, marker, now_us);
  record_marker (room, marker, now_us);
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_MARKER,
                                             .audience = PARLOR_TO_ALL,
                                             .participant = by,
                                             .marker = marker});
  return TRUE;
}

/* ---- pictures without a recording ----------------------------------------------------------- */

static gboolean
shares_screen (const ParlorRoom *room, const char *identity)
{
  for (guint i = 0; i < room->roster->len; i++)
    {
      const ParlorParticipant *one = room->roster->pdata[i];
      if (g_strcmp0 (one->identity, identity) == 0
          && one->info.sources[PARLOR_SOURCE_SCREEN].published)
        return TRUE;
    }
  return FALSE;
}

static guint
count_stills (const ParlorRoom *room)
{
  guint n = 0;
  for (guint i = 0; i < room->recording->markers->len; i++)
    n += ((const ParlorMarkerRow *)room->recording->markers->pdata[i])->still != NULL;
  return n;
}

const ParlorMarkerRow *
parlor_room_may_give_still (const ParlorRoom *room, const char *identity, const char *id,
                            GError **error)
{
  const ParlorMarkerRow *marker = find_marker (room, id);
  if (!shares_screen (room, identity))
    refuse (error, PARLOR_ERROR_FORBIDDEN, "who shares a screen gives a picture of it");
  else if (marker == NULL)
    refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no such marker");
  else if (marker->recording != NULL || marker->still != NULL)
    refuse (error, PARLOR_ERROR_CONFLICT, "this marker has a picture, or a recording keeps it");
  else if (parlor_room_wall_ms (room) - marker->at_ms > PARLOR_MARKER_STILL_LATE_MS)
    refuse (error, PARLOR_ERROR_CONFLICT, "the screen shows another instant by now");
  else if (count_stills (room) >= PARLOR_MARKER_STILLS_MAX)
    refuse (error, PARLOR_ERROR_TOO_MANY, "this room has too many pictures");
  else
    return marker;
  return NULL;
}

gboolean
parlor_room_give_still (ParlorRoom *room, const char *identity, const char *id, const char *sha256,
                        gint64 now_us, GError **error)
{
  if (parlor_room_may_give_still (room, identity, id, error) == NULL)
    return FALSE;
  ParlorMarkerRow *marker = find_marker (room, id);
  marker->still = g_strdup (sha256);
  marker->still_by = g_strdup (identity);
  marker->version++;
  put_marker (room, marker, now_us);
  parlor_room_emit (
      room,
      &(ParlorRoomEvent){.type = PARLOR_EVENT_MARKER, .audience = PARLOR_TO_ALL, .marker = marker});
  return TRUE;
}

gboolean
parlor_rooms_have_still (ParlorRooms *rooms, const char *id)
{
  for (guint i = 0; i < rooms->rooms->len; i++)
    {
      const ParlorMarkerRow *marker = find_marker (rooms->rooms->pdata[i], id);
      if (marker != NULL && marker->still != NULL)
        return TRUE;
    }
  return FALSE;
}

const ParlorMarkerRow *const *
parlor_room_markers (const ParlorRoom *room, guint *n)
{
  *n = room->recording->markers->len;
  return (const ParlorMarkerRow *const *)room->recording->markers->pdata;
}

/* Of the meeting that goes on, or of the recording that does. */
static gboolean
is_of_now (const ParlorRoom *room, const ParlorMarkerRow *marker)
{
  return !parlor_room_is_over (room, marker->room_ms)
         || (parlor_recording_runs (room)
             && g_strcmp0 (marker->recording, room->recording->id) == 0);
}

void
parlor_rooms_restore_marker (ParlorRooms *rooms, const ParlorMarkerRow *marker)
{
  ParlorRoom *room = parlor_rooms_find (rooms, marker->room);
  if (room == NULL || strcmp (room->id, marker->room) != 0 || !is_of_now (room, marker))
    return;
  ParlorMarkerRow *old = find_marker (room, marker->id);
  if (old != NULL && old->version >= marker->version)
    return;
  if (old != NULL)
    g_ptr_array_remove (room->recording->markers, old);
  ParlorMarkerRow *copy = g_new0 (ParlorMarkerRow, 1);
  parlor_record_copy (&parlor_marker_kind, copy, marker);
  insert_marker (room->recording->markers, copy);
}

void
parlor_recording_blank_markers (ParlorRoom *room, const char *identity)
{
  for (guint i = 0; i < room->recording->markers->len; i++)
    {
      ParlorMarkerRow *marker = room->recording->markers->pdata[i];
      if (g_strcmp0 (marker->author, identity) == 0 || g_strcmp0 (marker->still_by, identity) == 0)
        {
          g_clear_pointer (&marker->still, g_free);
          g_clear_pointer (&marker->still_by, g_free);
        }
      if (g_strcmp0 (marker->author, identity) != 0)
        continue;
      g_free (marker->text);
      g_free (marker->author);
      g_clear_pointer (&marker->owner, g_free);
      marker->text = g_strdup ("");
      marker->author = g_strdup ("");
    }
}
