/* SPDX-License-Identifier: Apache-2.0 */
/* Who wants to be out of a recording is answered when his wish is on the disk, not before. */
#include "world.h"

#include "room/recording.h"

#include <string.h>

/* A disk that is slow as long as the test wants. */
static struct
{
  ParlorStoreFlushed flushed[4];
  gpointer data[4];
  guint n;
} disk;

static void
flush (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data)
{
  g_assert_cmpuint (disk.n, <, G_N_ELEMENTS (disk.data));
  disk.flushed[disk.n] = flushed;
  disk.data[disk.n++] = user_data;
}

static void
put_room (ParlorStore *store, const ParlorRoomRecord *record)
{
}

static void
put_participant (ParlorStore *store, const ParlorParticipantRecord *record)
{
}

static void
forget_participant (ParlorStore *store, const char *room, const char *id)
{
}

static void
nothing (ParlorRecordSink *sink)
{
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
}

static void
set_event_func (ParlorRecorder *recorder, ParlorRecorderEventFunc func, gpointer user_data)
{
}

static void
begin (ParlorRecorder *recorder, const ParlorRecorderBegin *what)
{
}

static void
track (ParlorRecorder *recorder, const char *recording, const char *participant,
       ParlorSourceKind kind, ParlorEndpointId endpoint)
{
}

static void
untrack (ParlorRecorder *recorder, const char *recording, const char *participant,
         ParlorSourceKind kind)
{
}

static void
note (ParlorRecorder *recorder, const char *recording, const ParlorRecorderNote *what)
{
}

static void
end (ParlorRecorder *recorder, const char *recording)
{
}

static gboolean
on_removal (const ParlorParticipant *participant, const char *recording, gboolean *held,
            gpointer user_data, GError **error)
{
  *held = *(gboolean *)user_data;
  return TRUE;
}

static const ParlorRecorderOps ops = {set_event_func, begin, track, untrack, note, end};
static ParlorRecordSink sink = {.begin = nothing, .end = nothing, .put = put, .remove = put};
static const ParlorStoreOps store_ops = {.put_room = put_room,
                                         .put_participant = put_participant,
                                         .forget_participant = forget_participant,
                                         .flush = flush};

static void
ask_out (Peer *peer, guint id)
{
  g_autofree char *text = g_strdup_printf (
      "{\"t\":\"consent\",\"id\":%u,\"answer\":false,\"remove\":true}", id);
  guint before = disk.n;
  peer_send (peer, text);
  peer_send (peer, "{\"t\":\"nonsense\"}");
  const char *type = "";
  for (json_t *json; strcmp (type, "error"); json_decref (json))
    {
      json = peer_next (peer);
      type = g_intern_string (member (json, "t"));
      g_assert_cmpstr (type, !=, "consent");
    }
  g_assert_cmpuint (disk.n, ==, before + 1);
}

static gboolean
is_alone (gpointer room)
{
  return parlor_participant_session (parlor_room_participant (room, 0)) == NULL;
}

static void
test_durable (void)
{
  ParlorRecorder recorder = {&ops};
  ParlorStore store = {&store_ops, &sink};
  ParlorRecordings *recordings = parlor_recordings_new (&sink);
  gboolean held = FALSE;
  World *world = world_new (
      &(WorldSpec){.store = &store, .recorder = &recorder, .recordings = recordings});
  ParlorRoom *room = world_room (world, "hall");
  parlor_rooms_set_removal (world->rooms, on_removal, &held);
  Peer *peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER));
  g_assert_true (parlor_room_record (room, NULL, PARLOR_RECORD_START, 0, NULL));

  ask_out (peer, 5);
  disk.flushed[0](TRUE, disk.data[0]);
  json_t *told = peer_expect (peer, "consent");
  g_assert_cmpstr (member (told, "removal"), ==, "asked");
  g_assert_cmpint (json_integer_value (json_object_get (told, "id")), ==, 5);
  json_decref (told);

  held = TRUE;
  ask_out (peer, 6);
  ask_out (peer, 7);
  disk.flushed[2](FALSE, disk.data[2]);
  told = peer_expect (peer, "error");
  g_assert_cmpstr (member (told, "code"), ==, "internal");
  g_assert_cmpint (json_integer_value (json_object_get (told, "id")), ==, 7);
  json_decref (told);
  disk.flushed[1](TRUE, disk.data[1]);
  told = peer_expect (peer, "consent");
  g_assert_cmpstr (member (told, "removal"), ==, "held");
  json_decref (told);

  /* He went meanwhile. */
  ask_out (peer, 8);
  peer_free (peer);
  world_until (world, is_alone, room);
  disk.flushed[3](TRUE, disk.data[3]);
  world_free (world);
  parlor_recordings_free (recordings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signal/recording/who-wants-to-be-out-is-answered-when-it-is-on-the-disk",
                   test_durable);
  return g_test_run ();
}
