/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that lie, flood, sleep. */
#include "world.h"

#include "room/moderation.h"

#include <string.h>
#include <unistd.h>

static guint
lies (World *world)
{
  return (guint)parlor_signal_stats (world->signal)->sockets.lies;
}

static void
assert_closed_with (const char *what, guint opcode, gboolean fin, gboolean masked, const void *data,
                    gsize length, guint16 code)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  peer_send_frame (peer, opcode, fin, masked, data, length);
  guint16 got = peer_closed (peer);
  if (got != code)
    g_error ("%s closed with %u", what, got);
  g_assert_cmpuint (lies (world), ==, 1);
}

static void
test_lies (void)
{
  g_autofree char *long_text = g_strnfill (PARLOR_WS_MESSAGE_BYTES + 1, ' ');
  assert_closed_with ("binary", 2, TRUE, TRUE, "x", 1, 1003);
  assert_closed_with ("unmasked", 1, TRUE, FALSE, "{}", 2, 1002);
  assert_closed_with ("reserved opcode", 3, TRUE, TRUE, "x", 1, 1002);
  assert_closed_with ("reserved control opcode", 11, TRUE, TRUE, "x", 1, 1002);
  assert_closed_with ("reserved bit", 1 | 0x40, TRUE, TRUE, "x", 1, 1002);
  assert_closed_with ("fragmented ping", 9, FALSE, TRUE, "x", 1, 1002);
  assert_closed_with ("long ping", 9, TRUE, TRUE, long_text, 126, 1002);
  assert_closed_with ("continuation of nothing", 0, TRUE, TRUE, "x", 1, 1002);
  assert_closed_with ("not UTF-8", 1, TRUE, TRUE, "\xc0\xaf", 2, 1007);
  assert_closed_with ("too long", 1, TRUE, TRUE, long_text, PARLOR_WS_MESSAGE_BYTES + 1, 1009);
}

/* ---- deflated ------------------------------------------------------------------------------- */

/* What is deflated here becomes `length` spaces. */
static GBytes *
deflated_spaces (gsize length)
{
  g_autoptr (ParlorDeflate) deflate = parlor_deflate_new ();
  g_autofree char *text = g_strnfill (length, ' ');
  const guint8 *payload;
  gsize n;
  g_assert_true (parlor_deflate (deflate, (guint8 *)text, length, &payload, &n));
  return g_bytes_new (payload, n);
}

static void
assert_deflated_is_closed (const char *what, guint opcode, const void *data, gsize length,
                           guint16 code)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new_deflating (world);
  peer_send_frame (peer, opcode | 0x40, TRUE, TRUE, data, length);
  guint16 got = peer_closed (peer);
  if (got != code)
    g_error ("%s closed with %u", what, got);
  g_assert_cmpuint (lies (world), ==, 1);
}

static void
test_deflated_lies (void)
{
  g_autoptr (GBytes) longest = deflated_spaces (PARLOR_WS_MESSAGE_BYTES + 1);
  g_autoptr (GBytes) bomb = deflated_spaces (16 * 1024 * 1024);
  gsize n = 0;
  const guint8 *bytes = g_bytes_get_data (longest, &n);
  assert_deflated_is_closed ("too long", 1, bytes, n, 1009);
  bytes = g_bytes_get_data (bomb, &n);
  assert_deflated_is_closed ("a bomb", 1, bytes, n, 1009);
  assert_deflated_is_closed ("reserved block", 1, "\x07", 1, 1007);
  assert_deflated_is_closed ("half a message", 1, "\xf2\x48\xcd", 3, 1007);
  /* A stored block of two bytes that are no UTF-8, and the empty one that the tail ends. */
  assert_deflated_is_closed ("not UTF-8", 1, "\x00\x02\x00\xfd\xff\xc0\xaf\x00", 8, 1007);
  assert_deflated_is_closed ("binary", 2, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, 1003);
  assert_deflated_is_closed ("a ping", 9, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, 1002);
  assert_deflated_is_closed ("another bit", 1 | 0x20, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, 1002);
}

static void
test_deflated_and_not (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new_deflating (world);
  g_autofree char *padding = g_strnfill (3000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"t\":\"nothing\",\"id\":5,\"pad\":\"%s\"}", padding);
  peer_send_deflated (peer, text, strlen (text));
  json_t *error = peer_expect (peer, "error");
  g_assert_cmpint (json_integer_value (json_object_get (error, "id")), ==, 5);
  json_decref (error);
  peer_send (peer, "{\"t\":\"nothing\",\"id\":6}");
  error = peer_expect (peer, "error");
  g_assert_cmpint (json_integer_value (json_object_get (error, "id")), ==, 6);
  json_decref (error);
  g_assert_cmpuint (lies (world), ==, 0);
}

/* Few bytes that become many cost us as many: a socket has so much of it in 2.5 s. */
static void
test_deflated_is_paid_for (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new_deflating (world);
  g_autoptr (GBytes) longest = deflated_spaces (PARLOR_WS_MESSAGE_BYTES);
  gsize n = 0;
  const guint8 *bytes = g_bytes_get_data (longest, &n);
  for (guint i = 0; i <= PARLOR_WS_INFLATE_TIMES; i++)
    peer_send_frame (peer, 1 | 0x40, TRUE, TRUE, bytes, n);
  g_assert_cmpuint (peer_closed (peer), ==, 1009);
  g_assert_cmpuint (parlor_signal_stats (world->signal)->sockets.messages_in, ==,
                    PARLOR_WS_INFLATE_TIMES);
}

/* A long offer comes deflated and its answer goes out so; to who did not ask for it, it does not.
 */
static void
test_answer_is_deflated (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autofree char *sections = g_strnfill (100 * 1024, 'x');
  g_autofree char *offer = g_strdup_printf (
      "{\"t\":\"offer\",\"id\":2,\"sdp\":\"v=0 %s\",\"senders\":[{\"mid\":\"0\",\"source\":"
      "\"camera\"}],\"slots\":[{\"mid\":\"1\",\"kind\":\"video\"}]}",
      sections);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Peer) peer = i ? peer_new (world) : peer_new_deflating (world);
      json_decref (peer_join (peer, "hall", i ? "lin" : "mara", PARLOR_ROLE_MEMBER));
      g_assert_cmpuint (peer->deflated, ==, 0);
      if (i)
        peer_send (peer, offer);
      else
        peer_send_deflated (peer, offer, strlen (offer));
      json_t *answer = peer_expect (peer, "answer");
      g_assert_cmpuint (json_string_length (json_object_get (answer, "sdp")), ==,
                        strlen (sections) + 4);
      json_decref (answer);
      g_assert_cmpuint (peer->deflated, ==, 1 - i);
    }
}

/* ---- framing -------------------------------------------------------------------------------- */

static void
test_announced_length_is_not_believed (void)
{
  static const guint8 huge[] = {0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff,
                                0xff, 0xff, 1,    2,    3,    4,    'x'};
  static const guint8 negative[] = {0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 1,    2,    3,    4,    'x'};
  static const guint8 padded[] = {0x81, 0xfe, 0x00, 0x01, 1, 2, 3, 4, 'x'};
  const struct
  {
    const guint8 *bytes;
    gsize length;
  } cases[] = {{huge, sizeof huge}, {negative, sizeof negative}, {padded, sizeof padded}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (World) world = world_new (NULL);
      g_autoptr (Peer) peer = peer_new (world);
      world_write (world, peer->fd, cases[i].bytes, cases[i].length);
      guint16 code = peer_closed (peer);
      g_assert_true (code == 1009 || code == 1002);
    }
}

static void
test_fragments (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  peer_send_frame (peer, 1, FALSE, TRUE, "{\"t\":\"no", 8);
  peer_send_frame (peer, 9, TRUE, TRUE, "between", 7);
  peer_send_frame (peer, 0, FALSE, TRUE, "thing\",", 7);
  peer_send_frame (peer, 0, TRUE, TRUE, "\"id\":5}", 7);
  json_t *error = peer_expect (peer, "error");
  g_assert_cmpint (json_integer_value (json_object_get (error, "id")), ==, 5);
  json_decref (error);
}

static void
test_long_in_fragments (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  g_autofree char *piece = g_strnfill (1000, ' ');
  peer_send_frame (peer, 1, FALSE, TRUE, piece, 1000);
  for (int i = 0; i < 70; i++)
    peer_send_frame (peer, 0, FALSE, TRUE, piece, 1000);
  g_assert_cmpuint (peer_closed (peer), ==, 1009);
}

static void
test_floods (void)
{
  static const struct
  {
    guint opcode;
    gboolean fin;
  } floods[] = {{9, TRUE}, {10, TRUE}};
  for (guint i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      g_autoptr (World) world = world_new (NULL);
      g_autoptr (Peer) peer = peer_new (world);
      for (int k = 0; k < 300; k++)
        peer_send_frame (peer, floods[i].opcode, floods[i].fin, TRUE, "", 0);
      g_assert_cmpuint (peer_closed (peer), ==, 1002);
    }
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  peer_send_frame (peer, 1, FALSE, TRUE, "", 0);
  for (int k = 0; k < 300; k++)
    peer_send_frame (peer, 0, FALSE, TRUE, "", 0);
  g_assert_cmpuint (peer_closed (peer), ==, 1002);
}

/* However much one sends, the loop comes round to the others. */
static void
test_turns (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  g_autofree char *padding = g_strnfill (60 * 1024, 'x');
  g_autofree char *text = g_strdup_printf ("{\"t\":\"%s\"}", padding);
  const ParlorSignalStats *stats = parlor_signal_stats (world->signal);
  for (guint sent = 0; sent < 20; sent++)
    peer_send_frame (peer, 1, TRUE, TRUE, text, strlen (text));
  while (stats->sockets.messages_in < 20)
    {
      guint64 before = stats->sockets.messages_in;
      uv_run (&world->loop, UV_RUN_ONCE);
      g_assert_cmpuint (stats->sockets.messages_in - before, <=, 3);
    }
}

static void
test_close_is_answered (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  peer_send_frame (peer, 8, TRUE, TRUE, "\x03\xe8", 2);
  g_assert_cmpuint (peer_closed (peer), ==, 1000);
}

static gboolean
nobody_left (gpointer data)
{
  return parlor_signal_sessions (((World *)data)->signal) == 0;
}

/* A tab that is closed hangs up without a close frame, now and then in mid-frame: no lie. */
static void
test_hang_up_is_no_lie (void)
{
  g_autoptr (World) world = world_new (NULL);
  Peer *quiet = peer_new (world);
  Peer *torn = peer_new (world);
  world_write (world, torn->fd, "\x81\xfe\x01", 3);
  uv_run (&world->loop, UV_RUN_NOWAIT);
  peer_free (quiet);
  peer_free (torn);
  world_until (world, nobody_left, world);
  g_assert_cmpuint (lies (world), ==, 0);
}

static void
test_never_joins (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Peer) peer = peer_new (world);
  gint64 start_us = g_get_monotonic_time ();
  g_assert_cmpuint (peer_closed (peer), ==, 4408);
  gint64 after_us = g_get_monotonic_time () - start_us;
  g_assert_cmpint (after_us, >=, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (after_us, <=, 9 * G_USEC_PER_SEC);
  /* It need not answer the close frame to be forgotten. */
  world_until (world, nobody_left, world);
}

static void
turn (World *world, gint64 us)
{
  for (gint64 until_us = g_get_monotonic_time () + us; g_get_monotonic_time () < until_us;)
    {
      uv_run (&world->loop, UV_RUN_NOWAIT);
      g_usleep (1000);
    }
}

/* It joined, and then neither reads nor writes: not even pongs. */
static void
test_silent (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) peer = peer_new (world);
  json_decref (peer_join (peer, "hall", "lin", PARLOR_ROLE_HOST));
  turn (world, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (parlor_signal_sessions (world->signal), ==, 1);
  gint64 start_us = g_get_monotonic_time ();
  world_until (world, nobody_left, world);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 9 * G_USEC_PER_SEC);
}

/* Somebody talks to a room in which one does not read: he is cut off, memory stays bounded. */
static void
test_slow_reader (void)
{
  g_autoptr (World) world = world_new (NULL);
  world_room (world, "hall");
  g_autoptr (Peer) sleeper = peer_new (world);
  json_decref (peer_join (sleeper, "hall", "sleeper", PARLOR_ROLE_MEMBER));
  ParlorRoom *room = parlor_rooms_find (world->rooms, "hall");
  g_autofree char *word = g_strnfill (190, 'x');
  guint64 sent = 0;
  while (parlor_signal_sessions (world->signal) && sent < 16 * 1024 * 1024)
    {
      g_autofree char *title = g_strdup_printf ("%s%u", word, (guint)(sent % 1000));
      ParlorRoomChange change = {.title = title};
      g_assert_true (parlor_room_change (room, NULL, &change, g_get_monotonic_time (), NULL));
      sent += 190;
      uv_run (&world->loop, UV_RUN_NOWAIT);
    }
  g_assert_cmpuint (parlor_signal_sessions (world->signal), ==, 0);
  g_assert_cmpuint (parlor_signal_stats (world->signal)->sockets.slow_readers, ==, 1);
}

static void
test_pipelined_with_the_handshake (void)
{
  static const char bytes[] =
      "GET /v1/rt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
      "\x88\x82\0\0\0\0\x03\xe8";
  g_autoptr (World) world = world_new (NULL);
  int fd = world_connect (world);
  world_write (world, fd, bytes, sizeof bytes - 1);
  GString *text = world_read_to_end (world, fd, NULL);
  g_assert_true (g_str_has_prefix (text->str, "HTTP/1.1 101 "));
  g_assert_cmpint (memcmp (text->str + text->len - 4, "\x88\x02\x03\xe8", 4), ==, 0);
  g_string_free (text, TRUE);
  close (fd);
}

static void
test_handshakes (void)
{
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define UP "Upgrade: websocket\r\nConnection: Upgrade\r\n"
  static const char old[] = "GET /v1/rt HTTP/1.0\r\nHost: localhost\r\n" UP V13 KEY "\r\n";
  static const struct
  {
    const char *head;
    const char *status;
  } cases[] = {
      {"Host: localhost\r\n", "426"},
      {"Host: localhost\r\n" UP KEY, "426"},
      {"Host: localhost\r\n" UP KEY "Sec-WebSocket-Version: 8\r\n", "426"},
      {"Host: localhost\r\n" UP V13, "400"},
      {"Host: localhost\r\n" UP V13 "Sec-WebSocket-Key: short\r\n", "400"},
      {"Host: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" V13 KEY, "426"},
      {"Host: localhost\r\nOrigin: http://evil.example\r\n" UP V13 KEY, "403"},
      {"Host: evil.example\r\n" UP V13 KEY, "403"},
      {"Host: localhost\r\nOrigin: http://localhost\r\n" UP V13 KEY, "101"},
  };
  g_autoptr (World) world = world_new (NULL);
  int old_fd = world_connect (world);
  world_write (world, old_fd, old, sizeof old - 1);
  GString *text = world_read_to_end (world, old_fd, NULL);
  g_assert_nonnull (strstr (text->str, " 426 "));
  g_string_free (text, TRUE);
  close (old_fd);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *bytes = g_strconcat ("GET /v1/rt HTTP/1.1\r\n", cases[i].head, "\r\n", NULL);
      char buffer[16] = "";
      int fd = world_connect (world);
      world_write (world, fd, bytes, strlen (bytes));
      while (read (fd, buffer, 12) < 12)
        turn (world, 1000);
      if (strncmp (buffer + 9, cases[i].status, 3))
        g_error ("handshake %u: %s", i, buffer);
      close (fd);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signal/websocket/lies-are-closed-with-the-right-code", test_lies);
  g_test_add_func ("/signal/websocket/deflated-lies-are-closed-with-the-right-code",
                   test_deflated_lies);
  g_test_add_func ("/signal/websocket/deflated-and-plain-messages-mix", test_deflated_and_not);
  g_test_add_func ("/signal/websocket/what-few-bytes-become-is-bounded", test_deflated_is_paid_for);
  g_test_add_func ("/signal/websocket/an-answer-is-deflated-for-who-agreed",
                   test_answer_is_deflated);
  g_test_add_func ("/signal/websocket/announced-length-is-not-believed",
                   test_announced_length_is_not_believed);
  g_test_add_func ("/signal/websocket/fragments-make-one-message", test_fragments);
  g_test_add_func ("/signal/websocket/fragments-are-bounded-together", test_long_in_fragments);
  g_test_add_func ("/signal/websocket/floods-of-empty-frames-are-closed", test_floods);
  g_test_add_func ("/signal/websocket/one-that-sends-much-leaves-turns-to-others", test_turns);
  g_test_add_func ("/signal/websocket/close-is-answered", test_close_is_answered);
  g_test_add_func ("/signal/websocket/hang-up-is-no-lie", test_hang_up_is_no_lie);
  g_test_add_func ("/signal/websocket/who-never-joins-is-closed", test_never_joins);
  g_test_add_func ("/signal/websocket/who-falls-silent-is-closed", test_silent);
  g_test_add_func ("/signal/websocket/slow-reader-is-cut-off", test_slow_reader);
  g_test_add_func ("/signal/websocket/frame-behind-the-handshake-is-read",
                   test_pipelined_with_the_handshake);
  g_test_add_func ("/signal/websocket/handshakes-are-checked", test_handshakes);
  return g_test_run ();
}
