/* SPDX-License-Identifier: Apache-2.0 */
/* Live rooms and rooms joined: who may enter as one of the stage, and an end with questions open.
 */
#include "app/wire_live.h"
#include "room/moderation.h"
#include "room/participant.h"
#include "room/room.h"
#include "store/memory.h"

typedef struct
{
  ParlorClock clock; /* first: the clock's functions get it */
  uv_loop_t loop;
  guint8 seed;
  ParlorRooms *rooms;
  ParlorRoom *room;
  ParlorStore *store;
  ParlorWireLive *live;
} World;

static gint64
now_us (ParlorClock *clock)
{
  return 1000000;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  World *w = user_data;
  for (gsize i = 0; i < size; i++)
    out[i] = w->seed++;
}

static void
on_event (const ParlorRoomEvent *event, gpointer user_data)
{
  World *w = user_data;
  if (w->live && event->type == PARLOR_EVENT_ROOM)
    parlor_wire_live_room_event (w->live, event);
}

static void
set_up (World *w, gconstpointer data)
{
  w->clock = (ParlorClock){now_us, now_us};
  uv_loop_init (&w->loop);
  w->store = parlor_store_memory_new ();
  ParlorRoomsSpec rooms = {
      .clock = &w->clock, .random = {fill, w}, .event = on_event, .user_data = w};
  parlor_room_limits_default (&rooms.limits);
  w->rooms = parlor_rooms_new (&rooms);
  ParlorRoomSpec room = {.brand = "br_1", .title = "Lamps", .kind = "live"};
  w->room = parlor_rooms_create (w->rooms, &room, 1000000, NULL);
  ParlorWireLiveSpec spec = {.loop = &w->loop,
                             .clock = &w->clock,
                             .random = {fill, w},
                             .store = w->store,
                             .rooms = w->rooms};
  w->live = parlor_wire_live_new (&spec, NULL);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_clear_pointer (&w->live, parlor_wire_live_free);
  parlor_rooms_free (w->rooms);
  w->store->ops->close (w->store, 0); /* answers what was asked at start */
  g_assert_cmpint (uv_loop_close (&w->loop), ==, 0);
}

static ParlorDenial
enter (World *w, const char *identity)
{
  ParlorDenial denial = PARLOR_N_DENIALS;
  ParlorJoin join = {.identity = identity,
                     .name = identity,
                     .role = PARLOR_ROLE_MEMBER,
                     .granted = PARLOR_RIGHTS_PUBLISH,
                     .session = w};
  return parlor_room_join (w->room, &join, 1000000, &denial) ? PARLOR_N_DENIALS : denial;
}

static void
test_stage (World *w, gconstpointer data)
{
  ParlorLiveNow now = {1000000, 1000, 0};
  ParlorLiveWho guest = {.person = "pt_a", .name = "Ada"};
  ParlorLiveInfo info = {.room = (char *)parlor_room_info (w->room)->id,
                         .brand = (char *)"br_1",
                         .title = (char *)"Lamps"};
  ParlorLiveRoom *live = parlor_live_open (w->live->live, &info, now, NULL);
  g_assert_cmpint (enter (w, "stage-pt_a"), ==, PARLOR_DENIED_HOST);
  g_assert_cmpint (enter (w, "host"), ==, PARLOR_N_DENIALS);
  g_assert_true (parlor_live_admit (live, &guest, FALSE, now, NULL));
  g_assert_cmpint (enter (w, "stage-pt_b"), ==, PARLOR_DENIED_HOST);
  g_assert_cmpint (enter (w, "stage-pt_a"), ==, PARLOR_N_DENIALS);
  g_assert_cmpint (enter (w, "stage-pt_a"), ==, PARLOR_N_DENIALS);
  parlor_live_leave_stage (live, "pt_a", now);
  g_assert_null (parlor_room_find_identity (w->room, "stage-pt_a"));
  g_assert_cmpint (enter (w, "stage-pt_a"), ==, PARLOR_DENIED_HOST);
}

static void
test_title (World *w, gconstpointer data)
{
  ParlorLiveNow now = {1000000, 1000, 0};
  ParlorLiveInfo info = {.room = (char *)parlor_room_info (w->room)->id,
                         .brand = (char *)"br_1",
                         .title = (char *)"Lamps"};
  ParlorLiveRoom *live = parlor_live_open (w->live->live, &info, now, NULL);
  ParlorRoomChange change = {.title = "Lamps and tables"};
  g_assert_true (parlor_room_change (w->room, NULL, &change, 1000000, NULL));
  g_assert_cmpstr (parlor_live_info (live)->title, ==, "Lamps and tables");
}

/* Under ASan this fails when an answer reaches for what is freed. */
static void
test_end (World *w, gconstpointer data)
{
  g_assert_nonnull (w->live->asked);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/wire-live/off-the-stage-is-off", World, NULL, set_up, test_stage, tear_down);
  g_test_add ("/app/wire-live/a-stream-is-called-as-its-room-is", World, NULL, set_up, test_title,
              tear_down);
  g_test_add ("/app/wire-live/an-end-with-open-questions", World, NULL, set_up, test_end,
              tear_down);
  return g_test_run ();
}
