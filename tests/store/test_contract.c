/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms: one suite for every backend of room/store.h. */
#include <string.h>

#include "harness.h"

static void
found_room (const ParlorRoomRecord *r, gpointer user_data)
{
  g_string_append_printf (((Fixture *)user_data)->found,
                          "room %s|%s|%s|%s|%s|%s|%d|%d|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT
                          "|%" G_GINT64_FORMAT "%s%s\n",
                          r->id, r->brand, r->code, r->alias != NULL ? r->alias : "-", r->kind,
                          r->title, r->locked, r->lobby, r->created_ms, r->opened_ms, r->closed_ms,
                          r->by_stranger ? "|stranger" : "", r->rested_ms == 7 ? "|rested" : "");
}

static void
found_participant (const ParlorParticipantRecord *r, gpointer user_data)
{
  g_string_append_printf (((Fixture *)user_data)->found,
                          "person %s|%s|%s|%s|%s|%u|%d|%02x|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT
                          "\n",
                          r->room, r->id, r->identity, r->name, parlor_role_name (r->role),
                          r->granted, r->guest, r->resume.bytes[31], r->joined_ms, r->left_ms);
}

static void
found_ban (const ParlorBanRecord *r, gpointer user_data)
{
  g_string_append_printf (((Fixture *)user_data)->found, "ban %s|%s|%02x|%s|%" G_GINT64_FORMAT "\n",
                          r->room, r->identity, r->token.bytes[31], r->by, r->at_ms);
}

static void
found_chat (const ParlorChatRecord *r, gpointer user_data)
{
  const ParlorChatMessage *m = &r->message;
  g_string_append_printf (((Fixture *)user_data)->found,
                          "chat %s|%s|%s|%s|%s%s|%s|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "\n",
                          r->room, m->id, m->client_id, m->participant, m->name,
                          m->company != NULL ? m->company : "", m->text, m->at_ms, m->room_ms);
}

/* Flushes, closes and opens again where the backend keeps its rows, and gives what is found. */
static const char *
reload_since (Fixture *f, gint64 since_ms, guint chat_limit)
{
  static const ParlorStoreVisitor visitor = {found_room, found_participant, found_ban, found_chat};
  g_autoptr (GError) error = NULL;
  harness_reopen (f);
  g_string_truncate (f->found, 0);
  g_assert_true (f->store->ops->load (f->store, since_ms, chat_limit, &visitor, f, &error));
  g_assert_no_error (error);
  return f->found->str;
}

static const char *
reload (Fixture *f)
{
  return reload_since (f, 0, 200);
}

static const ParlorRoomRecord room_a = {
    .id = "rm_a",
    .brand = "br_a",
    .code = "abcdefghjk",
    .alias = "demo",
    .kind = "meeting",
    .title = "Monday",
    .created_ms = 1700000000000,
    .opened_ms = 1700000000500,
};

static void
put_room (Fixture *f, const char *id, gint64 created_ms)
{
  ParlorRoomRecord record = room_a;
  record.id = id;
  record.alias = NULL;
  record.created_ms = created_ms;
  f->store->ops->put_room (f->store, &record);
}

static void
put_person (Fixture *f, const char *id, gint64 left_ms)
{
  ParlorParticipantRecord record = {
      .room = "rm_a",
      .id = id,
      .identity = "lin",
      .name = "Lin",
      .role = PARLOR_ROLE_HOST,
      .granted = PARLOR_RIGHT_SUBSCRIBE,
      .guest = TRUE,
      .joined_ms = 5,
      .left_ms = left_ms,
  };
  record.resume.bytes[31] = 0xab;
  f->store->ops->put_participant (f->store, &record);
}

static void
put_chat (Fixture *f, const char *room, const char *id, const char *client_id, const char *text)
{
  f->store->ops->put_chat (f->store, &(ParlorChatRecord){.room = room,
                                                         .message = {.id = id,
                                                                     .client_id = client_id,
                                                                     .participant = "pt_1",
                                                                     .name = "Lin",
                                                                     .text = text,
                                                                     .at_ms = 7,
                                                                     .room_ms = 8}});
}

static void
test_room (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (reload (f), ==, "");
  f->store->ops->put_room (f->store, &room_a);
  g_assert_cmpstr (
      reload (f), ==,
      "room rm_a|br_a|abcdefghjk|demo|meeting|Monday|0|0|1700000000000|1700000000500|0\n");
  ParlorRoomRecord changed = room_a;
  changed.title = "Tuesday";
  changed.locked = changed.lobby = TRUE;
  f->store->ops->put_room (f->store, &changed);
  g_assert_cmpstr (
      reload (f), ==,
      "room rm_a|br_a|abcdefghjk|demo|meeting|Tuesday|1|1|1700000000000|1700000000500|0\n");
}

static void
test_strangers_room (Fixture *f, gconstpointer data)
{
  ParlorRoomRecord record = room_a;
  record.by_stranger = TRUE;
  f->store->ops->put_room (f->store, &record);
  g_assert_cmpstr (reload (f), ==,
                   "room rm_a|br_a|abcdefghjk|demo|meeting|Monday|0|0|1700000000000|1700000000500"
                   "|0|stranger\n");
}

static void
test_rested_room (Fixture *f, gconstpointer data)
{
  ParlorRoomRecord record = room_a;
  f->store->ops->put_room (f->store, &record);
  record.rested_ms = 7;
  f->store->ops->put_room (f->store, &record);
  g_assert_cmpstr (reload (f), ==,
                   "room rm_a|br_a|abcdefghjk|demo|meeting|Monday|0|0|1700000000000|1700000000500"
                   "|0|rested\n");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  put_room (f, "rm_young", 30);
  put_room (f, "rm_old", 10);
  put_room (f, "rm_middle", 20);
  const char *found = reload (f);
  const char *old = strstr (found, "rm_old"), *middle = strstr (found, "rm_middle");
  g_assert_true (old != NULL && middle > old && strstr (found, "rm_young") > middle);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  put_person (f, "pt_1", 0);
  put_chat (f, "rm_a", "msg_1", "c1", "hello");
  f->store->ops->put_ban (f->store, &(ParlorBanRecord){.room = "rm_a", .identity = "x", .by = ""});
  ParlorRoomRecord closed = room_a;
  closed.closed_ms = 9;
  f->store->ops->put_room (f->store, &closed);
  g_assert_cmpstr (reload (f), ==, "");
}

static void
test_participant (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  put_person (f, "pt_1", 0);
  put_person (f, "pt_2", 0);
  f->store->ops->forget_participant (f->store, "rm_a", "pt_2");
  g_assert_nonnull (strstr (reload (f), "person rm_a|pt_1|lin|Lin|host|8|1|ab|5|0\n"));
  g_assert_null (strstr (f->found->str, "pt_2"));
}

static void
test_since (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  put_person (f, "pt_inside", 0);
  put_person (f, "pt_recent", 1000);
  put_person (f, "pt_long_ago", 999);
  const char *found = reload_since (f, 1000, 200);
  g_assert_nonnull (strstr (found, "pt_inside"));
  g_assert_nonnull (strstr (found, "pt_recent"));
  g_assert_null (strstr (found, "pt_long_ago"));
}

/* Forgets everybody else at the first one it sees. */
static void
forget_others (const ParlorParticipantRecord *r, gpointer user_data)
{
  Fixture *f = user_data;
  static const char *const ids[] = {"pt_1", "pt_2", "pt_3", "pt_4"};
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (g_strcmp0 (ids[i], r->id) != 0)
      f->store->ops->forget_participant (f->store, "rm_a", ids[i]);
}

static void
test_visitor_writes (Fixture *f, gconstpointer data)
{
  static const ParlorStoreVisitor visitor = {.participant = forget_others};
  f->store->ops->put_room (f->store, &room_a);
  put_person (f, "pt_1", 0);
  put_person (f, "pt_2", 0);
  put_person (f, "pt_3", 0);
  put_person (f, "pt_4", 0);
  reload (f);
  g_assert_true (f->store->ops->load (f->store, 0, 1, &visitor, f, NULL));
  harness_flush (f);
}

static void
test_ban (Fixture *f, gconstpointer data)
{
  ParlorBanRecord by_identity = {.room = "rm_a", .identity = "x", .by = "lin", .at_ms = 3};
  ParlorBanRecord by_token = {.room = "rm_a", .identity = "", .by = "", .at_ms = 4};
  by_token.token.bytes[31] = 0x77;
  f->store->ops->put_room (f->store, &room_a);
  f->store->ops->put_ban (f->store, &by_identity);
  f->store->ops->put_ban (f->store, &by_identity);
  f->store->ops->put_ban (f->store, &by_token);
  const char *bans = strstr (reload (f), "ban ");
  g_assert_cmpstr (bans, ==, "ban rm_a|x|00|lin|3\nban rm_a||77||4\n");
}

static void
test_chat_once (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  put_chat (f, "rm_a", "msg_1", "c1", "hello");
  put_chat (f, "rm_a", "msg_2", "c1", "hello");
  put_chat (f, "rm_a", "msg_1", "c2", "hello");
  g_assert_cmpstr (strstr (reload (f), "chat "), ==, "chat rm_a|msg_1|c1|pt_1|Lin|hello|7|8\n");
}

static void
test_chat_of_partner (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  f->store->ops->put_chat (f->store, &(ParlorChatRecord){.room = "rm_a",
                                                         .message = {.id = "msg_1",
                                                                     .client_id = "c1",
                                                                     .participant = "pt_1",
                                                                     .name = "Li of ",
                                                                     .company = "ACME",
                                                                     .text = "hello"}});
  g_assert_cmpstr (strstr (reload (f), "chat "), ==,
                   "chat rm_a|msg_1|c1|pt_1|Li of ACME|hello|0|0\n");
}

static void
test_chat_last (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  put_room (f, "rm_b", 1);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("msg_%u", i);
      put_chat (f, i % 2 ? "rm_a" : "rm_b", id, id, "text");
    }
  const char *found = reload_since (f, 0, 2);
  g_assert_null (strstr (found, "msg_5"));
  g_assert_null (strstr (found, "msg_4"));
  g_assert_nonnull (strstr (found, "chat rm_b|msg_6"));
  g_assert_nonnull (strstr (found, "chat rm_b|msg_8"));
  g_assert_true (strstr (found, "chat rm_a|msg_7") < strstr (found, "chat rm_a|msg_9"));
}

static void
test_hostile_text (Fixture *f, gconstpointer data)
{
  static const char text[] =
      "'; DROP TABLE chat; -- $(rm -rf /) `x` \\ %s \" > * room.* 会客厅 👍\n\t";
  ParlorRoomRecord record = room_a;
  record.title = text;
  record.alias = "a'b\"c";
  f->store->ops->put_room (f->store, &record);
  put_chat (f, "rm_a", "msg_1", text, text);
  const char *found = reload (f);
  g_autofree char *line = g_strdup_printf ("chat rm_a|msg_1|%s|pt_1|Lin|%s|7|8\n", text, text);
  g_assert_nonnull (strstr (found, line));
  g_assert_nonnull (strstr (found, "|a'b\"c|"));
}

static void
test_stranger (Fixture *f, gconstpointer data)
{
  f->store->ops->put_room (f->store, &room_a);
  harness_flush (f);
  put_chat (f, "rm_none", "msg_1", "c1", "of no room");
  put_chat (f, "rm_a", "msg_2", "c2", "kept");
  /* The one that fits no room harms no other. */
  harness_wait_flushed (f);
  g_assert_null (strstr (reload (f), "of no room"));
  g_assert_nonnull (strstr (f->found->str, "kept"));
}

static void
test_flush_order (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      put_room (f, "rm_a", i + 1);
      harness_flush (f);
    }
  ParlorStoreStats stats;
  f->store->ops->stats (f->store, &stats);
  g_assert_cmpuint (stats.committed, ==, 5);
  g_assert_cmpuint (stats.queued, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  harness_add ("a-room-comes-back-as-it-was-put-last", test_room);
  harness_add ("a-strangers-room-is-known-as-one", test_strangers_room);
  harness_add ("when-a-meeting-was-over-is-known", test_rested_room);
  harness_add ("rooms-come-back-oldest-first", test_order);
  harness_add ("a-closed-room-and-what-is-in-it-is-not-loaded", test_closed);
  harness_add ("who-was-forgotten-does-not-come-back", test_participant);
  harness_add ("who-left-too-long-ago-does-not-come-back", test_since);
  harness_add ("a-visitor-may-write", test_visitor_writes);
  harness_add ("the-same-ban-twice-is-one", test_ban);
  harness_add ("the-same-message-twice-is-one", test_chat_once);
  harness_add ("a-partners-message-keeps-his-company", test_chat_of_partner);
  harness_add ("the-last-messages-of-each-room-oldest-first", test_chat_last);
  harness_add ("sql-and-shell-characters-are-only-text", test_hostile_text);
  harness_add ("a-write-of-no-room-harms-no-other", test_stranger);
  harness_add ("a-flush-ends-when-all-before-it-is-written", test_flush_order);
  return harness_run ();
}
