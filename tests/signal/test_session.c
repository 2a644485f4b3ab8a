/* SPDX-License-Identifier: Apache-2.0 */
/* Coming, going, coming back. */
#include "world.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
assert_refused (World *world, const char *join, const char *code, guint16 close_code)
{
  g_autoptr (Peer) peer = peer_new (world);
  peer_send (peer, join);
  json_t *error = peer_expect (peer, "error");
  g_assert_cmpstr (member (error, "code"), ==, code);
  g_assert_cmpint (json_integer_value (json_object_get (error, "id")), ==, 3);
  json_decref (error);
  g_assert_cmpuint (peer_closed (peer), ==, close_code);
}

static void
test_tokens (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  world_room (world, "hall");
  g_autofree char *nowhere = world_token (world, "gone", "lin", PARLOR_ROLE_HOST);
  g_autofree char *roomless = world_token (world, NULL, "lin", PARLOR_ROLE_HOST);
  g_autofree char *other_room = g_strdup_printf ("{\"t\":\"join\",\"id\":3,\"token\":\"%s\"}",
                                                 nowhere);
  g_autofree char *any_room = g_strdup_printf (
      "{\"t\":\"join\",\"id\":3,\"token\":\"%s\",\"room\":\"hall\"}", roomless);
  assert_refused (world, "{\"t\":\"join\",\"id\":3}", "forbidden", 4401);
  assert_refused (world, "{\"t\":\"join\",\"id\":3,\"room\":\"hall\"}", "forbidden", 4401);
  assert_refused (world, "{\"t\":\"join\",\"id\":3,\"token\":\"a.b.c\"}", "forbidden", 4401);
  assert_refused (world, other_room, "not_found", 4404);
  assert_refused (world, any_room, "forbidden", 4401);
}

static void
expect_open (Peer *peer)
{
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER));
}

static gboolean
is_alone (gpointer world)
{
  return parlor_signal_sessions (((World *)world)->signal) == 1;
}

static void
test_too_many_sockets (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.max_sockets = 2});
  world_room (world, "hall");
  g_autoptr (Peer) first = peer_new (world);
  {
    g_autoptr (Peer) second = peer_new (world);
    g_autoptr (Peer) third = peer_new (world);
    g_assert_cmpuint (peer_closed (third), ==, 4429);
    expect_open (first);
    expect_open (second);
  }
  g_assert_cmpuint (parlor_signal_stats (world->signal)->refused_sockets, ==, 1);
  world_until (world, is_alone, world);
  g_autoptr (Peer) fourth = peer_new (world); /* who goes makes room, who was refused took none */
  expect_open (fourth);
}

static void
test_too_many_sockets_of_address (void)
{
  g_autoptr (World) world = world_new (
      &(WorldSpec){.max_sockets_of_address = 1, .trust_proxy = TRUE, .strict = TRUE});
  world_room (world, "hall");
  g_autoptr (Peer) first = peer_new_with (world, "X-Forwarded-For: 192.0.2.1\r\n");
  g_autoptr (Peer) again = peer_new_with (world, "X-Forwarded-For: 192.0.2.1\r\n");
  g_autoptr (Peer) other = peer_new_with (world, "X-Forwarded-For: 192.0.2.2\r\n");
  g_assert_cmpuint (peer_closed (again), ==, 4429);
  expect_open (first);
  expect_open (other);
}

/* Of a thousand too many only some are told why; none is kept. */
static void
test_flood_of_sockets (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.max_sockets = 1});
  g_autoptr (Peer) first = peer_new (world);
  guint hung_up = 0;
  for (guint i = 0; i < 1000; i++)
    {
      int fds[2];
      char byte;
      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
      parlor_signal_adopt (world->signal, &(ParlorSignalSocket){.fd = fds[0], .base_url = ""});
      hung_up += recv (fds[1], &byte, 1, 0) == 0;
      close (fds[1]);
    }
  g_assert_cmpuint (hung_up, ==, 1000 - 256);
  g_assert_cmpuint (parlor_signal_stats (world->signal)->refused_sockets, ==, 1000);
  world_until (world, is_alone, world);
}

static void
test_demo (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) first = peer_new (world);
  peer_say (first, "{\"t\":\"join\",\"id\":1,\"room\":\"made-by-joining\",\"name\":\"Ann\"}");
  json_t *welcome = peer_expect (first, "welcome");
  g_assert_cmpstr (member (welcome, "role"), ==, "host");
  g_autofree char *code = g_strdup (member (json_object_get (welcome, "room"), "code"));
  json_decref (welcome);
  g_autoptr (Peer) second = peer_new (world);
  peer_say (second, "{\"t\":\"join\",\"id\":1,\"room\":\"%s\",\"name\":\"Bob\"}", code);
  welcome = peer_expect (second, "welcome");
  g_assert_cmpstr (member (welcome, "role"), ==, "member");
  json_decref (welcome);
  /* A mistyped code is no new room, nor is the id of one that ended. */
  assert_refused (world, "{\"t\":\"join\",\"id\":3,\"room\":\"abcde-fghjk\"}", "not_found", 4404);
  assert_refused (world, "{\"t\":\"join\",\"id\":3,\"room\":\"rm_gone\"}", "not_found", 4404);
  assert_refused (world, "{\"t\":\"join\",\"id\":3,\"room\":\"../etc\"}", "not_found", 4404);
}

static char *
resume_token_of (json_t *welcome)
{
  char *token = g_strdup (member (welcome, "resume_token"));
  json_decref (welcome);
  return token;
}

static json_t *
come_back (Peer *peer, const char *identity, const char *resume)
{
  g_autofree char *token = world_token (peer->world, "hall", identity, PARLOR_ROLE_MEMBER);
  peer_say (peer, "{\"t\":\"join\",\"id\":2,\"token\":\"%s\",\"resume\":\"%s\"}", token, resume);
  return peer_expect (peer, "welcome");
}

static void
test_resume (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  Peer *peer = peer_new (world);
  json_t *welcome = peer_join (peer, "hall", "lin", PARLOR_ROLE_MEMBER);
  g_autofree char *id = g_strdup (member (welcome, "participant"));
  g_autofree char *resume = resume_token_of (welcome);
  peer_free (peer);
  g_autoptr (Peer) again = peer_new (world);
  welcome = come_back (again, "lin", resume);
  g_assert_cmpstr (member (welcome, "participant"), ==, id);
  g_assert_true (json_is_true (json_object_get (welcome, "resumed")));
  json_decref (welcome);
  /* Another person's token with this resume token is another person. */
  g_autoptr (Peer) thief = peer_new (world);
  welcome = come_back (thief, "eve", resume);
  g_assert_cmpstr (member (welcome, "participant"), !=, id);
  g_assert_true (json_is_false (json_object_get (welcome, "resumed")));
  json_decref (welcome);
}

static void
test_replaced (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) tab = peer_new (world);
  g_autofree char *resume = resume_token_of (peer_join (tab, "hall", "lin", PARLOR_ROLE_MEMBER));
  g_autoptr (Peer) other = peer_new (world);
  json_decref (come_back (other, "lin", resume));
  json_t *closed = peer_expect (tab, "closed");
  g_assert_cmpstr (member (closed, "reason"), ==, "replaced");
  g_assert_cmpuint (peer_closed (tab), ==, 4403);
  json_decref (closed);
  /* The end of the old socket is not the end of the person. */
  peer_say (other, "{\"t\":\"chat\",\"id\":1,\"client_id\":\"1\",\"text\":\"still here\"}");
  json_decref (peer_expect (other, "chat"));
}

static void
test_leave (void)
{
  g_autoptr (World) world = world_new (NULL);
  ParlorRoom *room = world_room (world, "hall");
  g_autoptr (Peer) ann = peer_new (world);
  g_autoptr (Peer) bob = peer_new (world);
  json_decref (peer_join (ann, "hall", "ann", PARLOR_ROLE_MEMBER));
  json_decref (peer_join (bob, "hall", "bob", PARLOR_ROLE_MEMBER));
  peer_say (bob, "{\"t\":\"leave\"}");
  json_t *left = peer_expect (ann, "left");
  g_assert_cmpstr (member (left, "reason"), ==, "left");
  json_decref (left);
  g_assert_cmpuint (peer_closed (bob), ==, 1000);
  g_assert_cmpuint (parlor_room_n_participants (room), ==, 1);
}

static gboolean
one_left (gpointer data)
{
  return parlor_room_n_participants (data) == 1;
}

static void
test_beacon (void)
{
  g_autoptr (World) world = world_new (NULL);
  ParlorRoom *room = world_room (world, "hall");
  g_autoptr (Peer) ann = peer_new (world);
  g_autoptr (Peer) bob = peer_new (world);
  json_decref (peer_join (ann, "hall", "ann", PARLOR_ROLE_MEMBER));
  g_autofree char *resume = resume_token_of (peer_join (bob, "hall", "bob", PARLOR_ROLE_MEMBER));
  g_autofree char *body = g_strdup_printf ("{\"resume_token\":\"%s\"}", resume);
  g_autoptr (Answer) answer = world_ask (world, "POST", "/v1/leave",
                                         "Content-Type: text/plain;charset=UTF-8\r\n", body);
  g_assert_cmpuint (answer->status, ==, 204);
  gint64 start_us = g_get_monotonic_time ();
  world_until (world, one_left, room);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 2500000);
}

static void
test_shutdown (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) ann = peer_new (world);
  json_decref (peer_join (ann, "hall", "ann", PARLOR_ROLE_MEMBER));
  parlor_rooms_shutdown (world->rooms, g_get_monotonic_time ());
  json_t *closed = peer_expect (ann, "closed");
  g_assert_cmpstr (member (closed, "reason"), ==, "server_shutdown");
  g_assert_cmpuint (peer_closed (ann), ==, 1001);
  json_decref (closed);
}

static void
test_token_expires (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  world_room (world, "hall");
  g_autofree char *token = world_token (world, "hall", "ann", PARLOR_ROLE_MEMBER);
  world->wall_offset_ms = 59000; /* of its 60 s one is left */
  g_autoptr (Peer) ann = peer_new (world);
  peer_say (ann, "{\"t\":\"join\",\"id\":1,\"token\":\"%s\"}", token);
  json_decref (peer_expect (ann, "welcome"));
  json_t *closed = peer_expect (ann, "closed");
  g_assert_cmpstr (member (closed, "reason"), ==, "token_expired");
  g_assert_cmpuint (peer_closed (ann), ==, 4401);
  json_decref (closed);
}

/* Whom the house invited is called as it calls him, at the door and inside. */
static void
test_named (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  ParlorRoom *room = world_room (world, "hall");
  ParlorClaims claims = {.issuer = (char *)WORLD_KEY,
                         .identity = (char *)"inv_1",
                         .room = (char *)"hall",
                         .name = (char *)"Ann",
                         .named = TRUE,
                         .role = PARLOR_ROLE_MEMBER,
                         .expires_ms = world->clock.wall_ms (&world->clock) + 60000};
  g_autofree char *token = parlor_keyring_sign (world->keyring, &claims, NULL);
  g_autoptr (Peer) ann = peer_new (world);
  peer_say (ann, "{\"t\":\"join\",\"id\":1,\"token\":\"%s\",\"name\":\"Boss\"}", token);
  json_decref (peer_expect (ann, "welcome"));
  peer_say (ann, "{\"t\":\"name\",\"id\":2,\"name\":\"Boss\"}");
  json_t *error = peer_expect (ann, "error");
  g_assert_cmpstr (member (error, "code"), ==, "forbidden");
  g_assert_cmpstr (parlor_participant_info (parlor_room_participant (room, 0))->name, ==, "Ann");
  json_decref (error);
}

static void
test_join_twice (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) ann = peer_new (world);
  json_decref (peer_join (ann, "hall", "ann", PARLOR_ROLE_MEMBER));
  peer_say (ann, "{\"t\":\"join\",\"id\":2,\"room\":\"hall\"}");
  json_t *error = peer_expect (ann, "error");
  g_assert_cmpstr (member (error, "code"), ==, "conflict");
  json_decref (error);
}

/* A page sends its offer right behind the join, however long it is: the answer comes behind the
 * welcome. In the hall it is refused, and said again by who is let in. */
static void
test_offer_behind_join (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autofree char *sections = g_strnfill (100 * 1024, 'x');
  g_autofree char *offer = g_strdup_printf ("{\"t\":\"offer\",\"id\":2,\"sdp\":\"v=0 %s\"}",
                                            sections);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Peer) peer = i ? peer_new (world) : peer_new_deflating (world);
      g_autofree char *token = world_token (world, "hall", i ? "ann" : "bob", PARLOR_ROLE_HOST);
      peer_say (peer, "{\"t\":\"join\",\"id\":1,\"token\":\"%s\"}", token);
      if (i)
        peer_send (peer, offer);
      else
        peer_send_deflated (peer, offer, strlen (offer));
      json_decref (peer_expect (peer, "welcome"));
      json_t *answer = peer_expect (peer, "answer");
      g_assert_cmpint (json_integer_value (json_object_get (answer, "id")), ==, 2);
      json_decref (answer);
    }
}

static void
test_offer_in_the_hall (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) host = peer_new (world);
  json_decref (peer_join (host, "hall", "host", PARLOR_ROLE_HOST));
  peer_say (host, "{\"t\":\"room\",\"lobby\":true}");
  json_decref (peer_expect (host, "room"));
  g_autoptr (Peer) guest = peer_new (world);
  g_autofree char *token = world_token (world, "hall", "guest", PARLOR_ROLE_GUEST);
  peer_say (guest, "{\"t\":\"join\",\"id\":1,\"token\":\"%s\"}", token);
  peer_say (guest, "{\"t\":\"offer\",\"id\":2,\"sdp\":\"v=0\"}");
  json_t *waiting = peer_expect (guest, "waiting");
  json_t *error = peer_expect (guest, "error");
  g_assert_cmpint (json_integer_value (json_object_get (error, "id")), ==, 2);
  g_assert_cmpuint (world->fake.n_negotiated, ==, 0);
  json_t *lobby = peer_expect (host, "lobby");
  peer_say (host, "{\"t\":\"admit\",\"participant\":\"%s\"}",
            member (json_array_get (json_object_get (lobby, "waiting"), 0), "participant"));
  json_decref (peer_expect (guest, "welcome"));
  peer_say (guest, "{\"t\":\"offer\",\"id\":3,\"sdp\":\"v=0\"}");
  json_decref (peer_expect (guest, "answer"));
  json_decref (lobby);
  json_decref (error);
  json_decref (waiting);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signal/join/needs-a-token-of-a-room", test_tokens);
  g_test_add_func ("/signal/sockets/too-many-are-closed-4429", test_too_many_sockets);
  g_test_add_func ("/signal/sockets/too-many-of-an-address-are-closed-4429",
                   test_too_many_sockets_of_address);
  g_test_add_func ("/signal/sockets/a-flood-is-hung-up-on", test_flood_of_sockets);
  g_test_add_func ("/signal/join/demo-makes-the-room-it-names", test_demo);
  g_test_add_func ("/signal/join/resume-is-the-same-person", test_resume);
  g_test_add_func ("/signal/join/second-tab-replaces-the-first", test_replaced);
  g_test_add_func ("/signal/join/whom-the-house-names-keeps-his-name", test_named);
  g_test_add_func ("/signal/join/twice-on-one-socket-is-a-conflict", test_join_twice);
  g_test_add_func ("/signal/join/an-offer-right-behind-it-is-answered", test_offer_behind_join);
  g_test_add_func ("/signal/join/an-offer-in-the-hall-is-refused-and-said-again",
                   test_offer_in_the_hall);
  g_test_add_func ("/signal/leave/others-are-told", test_leave);
  g_test_add_func ("/signal/leave/beacon-is-believed-within-2-s", test_beacon);
  g_test_add_func ("/signal/close/shutdown-is-told", test_shutdown);
  g_test_add_func ("/signal/close/token-that-expires-ends-the-session", test_token_expires);
  return g_test_run ();
}
