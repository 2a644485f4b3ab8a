/* SPDX-License-Identifier: Apache-2.0 */
/* The table: who may say what, which fields it must have; and what people say to each other. */
#include "world.h"

#include "signal/messages.h"

#include <string.h>

/* A message that the row's checks let pass. */
static char *
sample (const ParlorMessageRow *row)
{
  json_t *json = json_pack ("{s:s,s:i}", "t", row->type, "id", 77);
  for (guint i = 0; i < PARLOR_MAX_FIELDS && row->fields[i].name; i++)
    {
      const ParlorMessageField *field = &row->fields[i];
      json_t *value = field->type == PARLOR_MESSAGE_STRING   ? json_string ("x")
                      : field->type == PARLOR_MESSAGE_BOOL   ? json_true ()
                      : field->type == PARLOR_MESSAGE_NUMBER ? json_integer (1)
                                                             : json_array ();
      json_object_set_new (json, field->name, value);
    }
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  return text;
}

static char *
error_code (Peer *peer, const char *text)
{
  peer_send (peer, text);
  json_t *error = peer_expect (peer, "error");
  char *code = g_strdup (member (error, "code"));
  json_decref (error);
  return code;
}

static void
test_nothing_before_join (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  guint n;
  const ParlorMessageRow *rows = parlor_message_rows (&n);
  for (guint i = 0; i < n; i++)
    if (rows[i].when != PARLOR_WHEN_OUTSIDE && rows[i].when != PARLOR_WHEN_ALWAYS)
      {
        char *text = sample (&rows[i]);
        g_autofree char *code = error_code (peer, text);
        g_assert_cmpstr (code, ==, "not_joined");
        free (text);
      }
}

static void
test_roles (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) host = peer_new (world);
  json_decref (peer_join (host, "hall", "host", PARLOR_ROLE_HOST));
  static const ParlorRole roles[] = {PARLOR_ROLE_MEMBER, PARLOR_ROLE_GUEST, PARLOR_ROLE_VIEWER};
  guint n;
  const ParlorMessageRow *rows = parlor_message_rows (&n);
  for (guint r = 0; r < G_N_ELEMENTS (roles); r++)
    {
      g_autoptr (Peer) peer = peer_new (world);
      json_decref (peer_join (peer, "hall", parlor_role_name (roles[r]), roles[r]));
      for (guint i = 0; i < n; i++)
        {
          if (!(rows[i].right & ~parlor_role_rights (roles[r])))
            continue;
          char *text = sample (&rows[i]);
          g_autofree char *code = error_code (peer, text);
          if (strcmp (code, "forbidden"))
            g_error ("%s by a %s: %s", rows[i].type, parlor_role_name (roles[r]), code);
          free (text);
        }
    }
}

/* Every row of moderation in the table needs the right; a new one without it would be seen here. */
static void
test_moderation_rows (void)
{
  static const char *const moderation[] = {"admit", "deny",         "room",     "mute_all",
                                           "mute",  "ask_unmute",   "remove",   "role",
                                           "end",   "room_quality", "stage_pin"};
  guint n;
  const ParlorMessageRow *rows = parlor_message_rows (&n);
  for (guint k = 0; k < G_N_ELEMENTS (moderation); k++)
    {
      gboolean found = FALSE;
      for (guint i = 0; i < n; i++)
        if (!strcmp (rows[i].type, moderation[k]))
          {
            found = TRUE;
            g_assert_cmpint (rows[i].right, ==, PARLOR_RIGHT_MODERATE);
            g_assert_cmpint (rows[i].when, ==, PARLOR_WHEN_INSIDE);
          }
      g_assert_true (found);
    }
}

static void
assert_bad (Peer *peer, json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT);
  g_autofree char *code = error_code (peer, text);
  if (strcmp (code, "bad_message"))
    g_error ("%s: %s", text, code);
  free (text);
  json_decref (json);
}

/* Each field of each row: missing, of every other type, too long. */
static void
test_fields (void)
{
  guint n;
  const ParlorMessageRow *rows = parlor_message_rows (&n);
  for (guint i = 0; i < n; i++)
    {
      if (rows[i].when == PARLOR_WHEN_OUTSIDE || rows[i].when == PARLOR_WHEN_DESK)
        continue; /* those of the desk are in test_service.c */
      g_autoptr (World) world = world_new (NULL);
      world_room (world, "hall");
      g_autoptr (Peer) peer = peer_new (world);
      json_decref (peer_join (peer, "hall", "host", PARLOR_ROLE_HOST));
      for (guint k = 0; k < PARLOR_MAX_FIELDS && rows[i].fields[k].name; k++)
        {
          const ParlorMessageField *field = &rows[i].fields[k];
          char *text = sample (&rows[i]);
          json_t *good = json_loads (text, 0, NULL);
          json_t *wrong = field->type == PARLOR_MESSAGE_STRING ? json_integer (1)
                                                               : json_string ("x");
          json_object_set_new (good, field->name, wrong);
          assert_bad (peer, json_deep_copy (good));
          json_object_set_new (good, field->name, json_object ());
          assert_bad (peer, json_deep_copy (good));
          if (field->required)
            {
              json_object_set_new (good, field->name, json_null ());
              assert_bad (peer, json_deep_copy (good));
              json_object_del (good, field->name);
              assert_bad (peer, json_deep_copy (good));
            }
          if (field->type == PARLOR_MESSAGE_STRING && field->max < 60000)
            {
              g_autofree char *filling = g_strnfill ((gsize)field->max + 1, 'x');
              json_object_set_new (good, field->name, json_string (filling));
              assert_bad (peer, json_deep_copy (good));
            }
          json_decref (good);
          free (text);
        }
    }
}

/* What room/recording.h answers is in its tests: here only what reaches it. */
static void
test_consent (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_GUEST));
  g_autofree char *yes = error_code (peer, "{\"t\":\"consent\",\"answer\":true,\"remove\":true}");
  g_assert_cmpstr (yes, ==, "bad_message");
  g_autofree char *no = error_code (peer, "{\"t\":\"consent\",\"answer\":false,\"remove\":true}");
  g_assert_cmpstr (no, ==, "conflict");
}

static void
test_not_a_message (void)
{
  static const char *const texts[] = {
      "",
      "null",
      "7",
      "\"t\"",
      "[]",
      "{",
      "{}",
      "{\"t\":null}",
      "{\"t\":7}",
      "{\"t\":\"\"}",
      "{\"t\":\"nothing\"}",
      "{\"t\":\"leave\",\"t\":\"end\"}",
      "{\"t\":\"leave\",\"id\":{}}",
      "{\"t\":\"leave\",\"id\":[1]}",
      "{\"t\":\"leave\"} x",
      "{\"t\":\"leave\\u0000\"}",
      "{\"t\":\"name\",\"name\":\"\\ud800\"}",
  };
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *code = error_code (peer, texts[i]);
      if (strcmp (code, "bad_message"))
        g_error ("%s: %s", texts[i], code);
    }
  g_autofree char *deep = g_strnfill (60000, '[');
  g_autofree char *code = error_code (peer, deep);
  g_assert_cmpstr (code, ==, "bad_message");
  g_assert_cmpuint (parlor_signal_sessions (world->signal), ==, 1);
}

static void
test_too_many (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER));
  for (int i = 0; i < 1000 && !peer->ended; i++)
    peer_send (peer, "{\"t\":\"view\",\"tiles\":[]}");
  g_assert_cmpuint (peer_closed (peer), ==, 4429);
}

/* Offers are dear: who repeats them is told to wait long before his other messages are. */
static void
test_too_many_offers (void)
{
  static const char offer[] =
      "{\"t\":\"offer\",\"id\":1,\"sdp\":\"v=0\",\"senders\":[],\"slots\":[]}";
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER));
  for (int i = 0; i < 8; i++)
    {
      peer_send (peer, offer);
      json_decref (peer_expect (peer, "answer"));
    }
  g_autofree char *code = error_code (peer, offer);
  g_assert_cmpstr (code, ==, "too_many");
  peer_send (peer, "{\"t\":\"name\",\"name\":\"Lin\"}");
  json_decref (peer_expect (peer, "participant"));
}

/* ---- conversations -------------------------------------------------------------------------- */

typedef struct
{
  World *world;
  Peer *ann, *bob; /* host, member */
  char *ann_id, *bob_id;
} Pair;

static Pair
pair_new (void)
{
  Pair pair = {.world = world_new (NULL)};
  world_room (pair.world, "hall");
  pair.ann = peer_new (pair.world);
  json_t *welcome = peer_join (pair.ann, "hall", "ann", PARLOR_ROLE_HOST);
  pair.ann_id = g_strdup (member (welcome, "participant"));
  json_decref (welcome);
  pair.bob = peer_new (pair.world);
  welcome = peer_join (pair.bob, "hall", "bob", PARLOR_ROLE_MEMBER);
  pair.bob_id = g_strdup (member (welcome, "participant"));
  g_assert_cmpuint (json_array_size (json_object_get (welcome, "participants")), ==, 2);
  json_decref (welcome);
  return pair;
}

static void
pair_clear (Pair *pair)
{
  peer_free (pair->ann);
  peer_free (pair->bob);
  g_free (pair->ann_id);
  g_free (pair->bob_id);
  world_free (pair->world);
}

static void
test_welcome (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_t *welcome = peer_join (peer, "hall", "ann", PARLOR_ROLE_MEMBER);
  g_assert_cmpint (json_integer_value (json_object_get (welcome, "id")), ==, 1);
  g_assert_true (g_str_has_prefix (member (welcome, "participant"), "pt_"));
  g_assert_nonnull (member (welcome, "resume_token"));
  g_assert_true (json_is_false (json_object_get (welcome, "resumed")));
  g_assert_cmpstr (member (welcome, "transport"), ==, "gone");
  g_assert_cmpstr (member (welcome, "role"), ==, "member");
  json_t *room = json_object_get (welcome, "room");
  g_assert_true (g_str_has_prefix (member (room, "join_url"), "https://meet.example/m#"));
  g_assert_cmpint (
      json_integer_value (json_object_get (json_object_get (welcome, "slots"), "video")), ==, 25);
  g_assert_true (json_is_array (json_object_get (welcome, "ice_servers")));
  g_assert_nonnull (member (json_object_get (welcome, "server"), "epoch"));
  json_decref (welcome);
}

static void
test_chat (void)
{
  Pair pair = pair_new ();
  peer_say (
      pair.bob,
      "{\"t\":\"chat\",\"id\":\"b1\",\"client_id\":\"c1\",\"text\":\"<script>alert(1)</script>\"}");
  json_t *own = peer_expect (pair.bob, "chat");
  json_t *other = peer_expect (pair.ann, "chat");
  g_assert_cmpstr (member (own, "id"), ==, "b1");
  g_assert_null (json_object_get (other, "id"));
  g_assert_cmpstr (member (json_object_get (other, "message"), "text"), ==,
                   "<script>alert(1)</script>");
  g_assert_cmpstr (member (json_object_get (other, "message"), "participant"), ==, pair.bob_id);
  /* The same client_id again: the same message, and nobody else hears of it. */
  peer_say (pair.bob, "{\"t\":\"chat\",\"id\":\"b2\",\"client_id\":\"c1\",\"text\":\"again\"}");
  json_t *again = peer_expect (pair.bob, "chat");
  g_assert_cmpstr (member (again, "id"), ==, "b2");
  g_assert_cmpstr (member (json_object_get (again, "message"), "id"), ==,
                   member (json_object_get (own, "message"), "id"));
  g_autoptr (Peer) late = peer_new (pair.world);
  json_t *welcome = peer_join (late, "hall", "late", PARLOR_ROLE_GUEST);
  g_assert_cmpuint (json_array_size (json_object_get (welcome, "chat")), ==, 1);
  json_decref (welcome);
  json_decref (again);
  json_decref (other);
  json_decref (own);
  pair_clear (&pair);
}

static void
test_people (void)
{
  Pair pair = pair_new ();
  peer_say (pair.bob, "{\"t\":\"hand\",\"raised\":true}");
  json_t *hands = peer_expect (pair.ann, "hands");
  g_assert_cmpstr (json_string_value (json_array_get (json_object_get (hands, "hands"), 0)), ==,
                   pair.bob_id);
  json_decref (hands);
  peer_say (pair.ann, "{\"t\":\"hand\",\"participant\":\"%s\",\"raised\":false}", pair.bob_id);
  hands = peer_expect (pair.ann, "hands");
  g_assert_cmpuint (json_array_size (json_object_get (hands, "hands")), ==, 0);
  json_decref (hands);
  peer_say (pair.bob, "{\"t\":\"reaction\",\"emoji\":\"👍\"}");
  json_t *reaction = peer_expect (pair.ann, "reaction");
  g_assert_cmpstr (member (reaction, "emoji"), ==, "👍");
  json_decref (reaction);
  g_autofree char *code = error_code (pair.bob, "{\"t\":\"reaction\",\"emoji\":\"💣\"}");
  g_assert_cmpstr (code, ==, "bad_message");
  peer_say (pair.bob, "{\"t\":\"name\",\"name\":\"  林  \"}");
  for (;;)
    {
      json_t *changed = peer_expect (pair.ann, "participant");
      gboolean renamed = !g_strcmp0 (member (json_object_get (changed, "participant"), "name"),
                                     "林");
      json_decref (changed);
      if (renamed)
        break;
    }
  pair_clear (&pair);
}

static void
test_offer (void)
{
  Pair pair = pair_new ();
  FakeMedia *fake = &pair.world->fake;
  peer_say (pair.bob,
            "{\"t\":\"offer\",\"id\":3,\"sdp\":\"v=0\",\"senders\":[{\"mid\":\"0\",\"source\":"
            "\"microphone\"},{\"mid\":\"1\","
            "\"source\":\"camera\"}],\"slots\":[{\"mid\":\"4\",\"kind\":\"audio\"},{\"mid\":"
            "\"7\",\"kind\":\"video\"}]}");
  json_t *answer = peer_expect (pair.bob, "answer");
  g_assert_cmpint (json_integer_value (json_object_get (answer, "id")), ==, 3);
  g_assert_nonnull (member (answer, "sdp"));
  g_assert_cmpuint (fake->last_senders, ==, 2);
  g_assert_cmpuint (fake->last_slots, ==, 2);
  json_decref (answer);
  json_t *slots = peer_expect (pair.bob, "slots");
  g_assert_cmpuint (json_array_size (json_object_get (slots, "slots")), ==, 2);
  json_decref (slots);
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_CONNECTED, .endpoint = fake->last_endpoint};
  fake->event (&event, fake->event_data);
  json_t *transport = peer_expect (pair.bob, "transport");
  g_assert_cmpstr (member (transport, "state"), ==, "connected");
  json_decref (transport);
  pair_clear (&pair);
}

static void
test_bad_offers (void)
{
  static const struct
  {
    const char *text, *code;
  } cases[] = {
      {"{\"t\":\"offer\",\"sdp\":\"nonsense\"}", "invalid_sdp"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0 impossible\"}", "invalid_sdp"},
      {"{\"t\":\"offer\",\"sdp\":\"\"}", "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"senders\":[{}]}", "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"senders\":[7]}", "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"senders\":[{\"mid\":\"0\",\"source\":\"mind\"}]}",
       "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"senders\":[{\"mid\":\"01234567890123456\",\"source\":"
       "\"camera\"}]}",
       "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"slots\":[{\"mid\":\"0 1\",\"kind\":\"video\"}]}",
       "bad_message"},
      {"{\"t\":\"offer\",\"sdp\":\"v=0\",\"slots\":[{\"mid\":\"0\",\"kind\":\"camera\"}]}",
       "bad_message"},
  };
  Pair pair = pair_new ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *code = error_code (pair.bob, cases[i].text);
      if (strcmp (code, cases[i].code))
        g_error ("%s: %s", cases[i].text, code);
    }
  g_assert_cmpuint (pair.world->fake.n_open, ==, 0);
  pair_clear (&pair);
}

/* As long as Chromium's with 30 m-lines; nothing else may be. */
static void
test_long_offer (void)
{
  Pair pair = pair_new ();
  g_autofree char *filling = g_strnfill (150 * 1024, 'a');
  peer_say (pair.bob, "{\"t\":\"offer\",\"sdp\":\"v=0 %s\"}", filling);
  json_decref (peer_expect (pair.bob, "answer"));
  peer_say (pair.bob, "{\"t\":\"chat\",\"client_id\":\"1\",\"text\":\"%s\"}", filling);
  g_assert_cmpuint (peer_closed (pair.bob), ==, 1009);
  pair_clear (&pair);
}

static void
test_moderation (void)
{
  Pair pair = pair_new ();
  peer_say (pair.ann, "{\"t\":\"room\",\"title\":\"Tea\",\"locked\":true}");
  json_t *told = peer_expect (pair.bob, "room");
  json_t *room = json_object_get (told, "room");
  g_assert_cmpstr (member (room, "title"), ==, "Tea");
  g_assert_true (json_is_true (json_object_get (room, "locked")));
  json_decref (told);
  g_autoptr (Peer) late = peer_new (pair.world);
  g_autofree char *token = world_token (pair.world, "hall", "late", PARLOR_ROLE_GUEST);
  peer_say (late, "{\"t\":\"join\",\"id\":9,\"token\":\"%s\"}", token);
  json_t *denied = peer_expect (late, "denied");
  g_assert_cmpstr (member (denied, "reason"), ==, "locked");
  g_assert_cmpint (json_integer_value (json_object_get (denied, "id")), ==, 9);
  g_assert_cmpuint (peer_closed (late), ==, 4403);
  json_decref (denied);
  peer_say (pair.ann, "{\"t\":\"remove\",\"participant\":\"%s\",\"ban\":true}", pair.bob_id);
  json_t *closed = peer_expect (pair.bob, "closed");
  g_assert_cmpstr (member (closed, "reason"), ==, "banned");
  g_assert_cmpuint (peer_closed (pair.bob), ==, 4403);
  json_decref (closed);
  peer_say (pair.ann, "{\"t\":\"end\"}");
  closed = peer_expect (pair.ann, "closed");
  g_assert_cmpstr (member (closed, "reason"), ==, "ended");
  g_assert_cmpuint (peer_closed (pair.ann), ==, 4404);
  json_decref (closed);
  pair_clear (&pair);
}

static void
test_lobby (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) host = peer_new (world);
  json_decref (peer_join (host, "hall", "host", PARLOR_ROLE_HOST));
  peer_say (host, "{\"t\":\"room\",\"lobby\":true}");
  json_decref (peer_expect (host, "room"));
  g_autoptr (Peer) guest = peer_new (world);
  g_autofree char *token = world_token (world, "hall", "guest", PARLOR_ROLE_GUEST);
  peer_say (guest, "{\"t\":\"join\",\"id\":4,\"token\":\"%s\",\"name\":\"Gus\"}", token);
  json_t *waiting = peer_expect (guest, "waiting");
  g_assert_cmpint (json_integer_value (json_object_get (waiting, "id")), ==, 4);
  json_t *lobby = peer_expect (host, "lobby");
  json_t *first = json_array_get (json_object_get (lobby, "waiting"), 0);
  g_assert_cmpstr (member (first, "name"), ==, "Gus");
  g_autofree char *code = error_code (guest, "{\"t\":\"chat\",\"client_id\":\"1\",\"text\":\"x\"}");
  g_assert_cmpstr (code, ==, "forbidden");
  peer_say (host, "{\"t\":\"admit\",\"participant\":\"%s\"}", member (first, "participant"));
  json_t *welcome = peer_expect (guest, "welcome");
  g_assert_cmpint (json_integer_value (json_object_get (welcome, "id")), ==, 4);
  json_decref (welcome);
  json_decref (lobby);
  json_decref (waiting);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signal/messages/nothing-is-heard-before-the-join", test_nothing_before_join);
  g_test_add_func ("/signal/messages/every-row-is-closed-to-roles-without-its-right", test_roles);
  g_test_add_func ("/signal/messages/moderation-needs-its-right", test_moderation_rows);
  g_test_add_func ("/signal/messages/every-field-is-checked", test_fields);
  g_test_add_func ("/signal/messages/who-agrees-is-not-removed", test_consent);
  g_test_add_func ("/signal/messages/what-is-no-message-changes-nothing", test_not_a_message);
  g_test_add_func ("/signal/messages/too-many-offers-are-refused", test_too_many_offers);
  g_test_add_func ("/signal/messages/too-many-are-refused-then-closed", test_too_many);
  g_test_add_func ("/signal/session/welcome-says-all", test_welcome);
  g_test_add_func ("/signal/session/chat-reaches-all-once", test_chat);
  g_test_add_func ("/signal/session/hands-reactions-names", test_people);
  g_test_add_func ("/signal/session/offer-is-answered", test_offer);
  g_test_add_func ("/signal/session/offers-that-cannot-be", test_bad_offers);
  g_test_add_func ("/signal/session/only-an-offer-may-be-long", test_long_offer);
  g_test_add_func ("/signal/session/lock-ban-end", test_moderation);
  g_test_add_func ("/signal/session/lobby-then-welcome", test_lobby);
  return g_test_run ();
}
