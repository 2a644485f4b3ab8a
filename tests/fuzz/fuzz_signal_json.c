/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of two people in one room of the real domain: each line of the input is one message, its
 * first byte says whose. In a message "@0", "@1" and "@2" stand for the ids of the two and of a
 * third who waits. Whatever they say, everything that goes out is a JSON object with a type, and
 * all seats are given back. */
#include "fake_media.h"

#include "room/moderation.h"
#include "signal/session.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PEOPLE 3

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  uv_loop_t loop;
  ParlorClock clock;
  FakeMedia fake;
  ParlorAuth auth;
  ParlorRooms *rooms;
  ParlorSignal *signal;
  ParlorSession *sessions[N_PEOPLE]; /* NULL = its socket closed */
  char ids[N_PEOPLE][PARLOR_ID_SIZE];
  int fds[N_PEOPLE];
} Stage;

static gint64 now_us;

static gint64
clock_now_us (ParlorClock *clock)
{
  return now_us;
}

static gint64
clock_wall_ms (ParlorClock *clock)
{
  return 1700000000000 + now_us / 1000;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  static guint64 counter;
  counter++;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)(counter >> (8 * (i % 8)));
}

static ParlorClaims *
verify (ParlorAuth *auth, const char *token, gint64 wall_ms, GError **error)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAUTHORIZED, "no token holds here");
  return NULL;
}

static gboolean
stands (ParlorAuth *auth, const ParlorPrincipal *principal, gint64 wall_ms)
{
  return TRUE;
}

static void
on_event (const ParlorRoomEvent *event, gpointer user_data)
{
  parlor_signal_event (((Stage *)user_data)->signal, event);
}

/* Text frames of the server, unmasked: each must be an object with a type. */
static void
drain (int fd)
{
  static char buffer[4 * 1024 * 1024];
  gsize n = 0, at = 0;
  ssize_t k;
  while (n < sizeof buffer && (k = recv (fd, buffer + n, sizeof buffer - n, MSG_DONTWAIT)) > 0)
    n += (gsize)k;
  while (at + 2 <= n)
    {
      const guint8 *b = (const guint8 *)buffer + at;
      gsize head = b[1] == 126 ? 4 : b[1] == 127 ? 10 : 2;
      gsize length = head == 2   ? b[1]
                     : head == 4 ? (gsize)(b[2] << 8 | b[3])
                                 : (gsize)(b[6] << 24 | b[7] << 16 | b[8] << 8 | b[9]);
      if (at + head + length > n)
        return; /* the rest comes later, and is looked at then from its middle: never so with these
                   bounds */
      if ((b[0] & 15) == 1)
        {
          json_t *json = json_loadb ((const char *)b + head, length, 0, NULL);
          g_assert_nonnull (json_string_value (json_object_get (json, "t")));
          json_decref (json);
        }
      at += head + length;
    }
}

static void
turn (Stage *stage)
{
  uv_run (&stage->loop, UV_RUN_NOWAIT);
  if (parlor_rooms_next_us (stage->rooms) <= now_us)
    parlor_rooms_poll (stage->rooms, now_us);
  for (guint i = 0; i < N_PEOPLE; i++)
    drain (stage->fds[i]);
  GHashTable *living = stage->signal->sessions;
  for (guint i = 0; i < N_PEOPLE; i++)
    if (stage->sessions[i] && !g_hash_table_contains (living, stage->sessions[i]))
      stage->sessions[i] = NULL;
}

static void
hear (Stage *stage, guint who, const char *text, gsize length)
{
  ParlorSession *session = stage->sessions[who];
  if (session && session->socket)
    parlor_messages_handle (session, text, length, now_us);
  now_us += 50000;
  turn (stage);
}

static void
seat (Stage *stage, guint i)
{
  static const char join[] = "{\"t\":\"join\",\"id\":1,\"room\":\"hall\",\"name\":\"N\"}";
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  ParlorSignalSocket socket = {.fd = fds[0], .base_url = "http://x", .trusted = TRUE};
  guint before = g_hash_table_size (stage->signal->sessions);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer session;
  g_hash_table_iter_init (&iter, stage->signal->sessions);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    g_hash_table_add (known, session);
  parlor_signal_adopt (stage->signal, &socket);
  g_assert_cmpuint (g_hash_table_size (stage->signal->sessions), ==, before + 1);
  g_hash_table_iter_init (&iter, stage->signal->sessions);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    if (!g_hash_table_contains (known, session))
      stage->sessions[i] = session;
  stage->fds[i] = fds[1];
  parlor_messages_handle (stage->sessions[i], join, sizeof join - 1, now_us);
  const ParlorParticipant *participant = stage->sessions[i]->participant;
  g_assert_nonnull (participant);
  g_strlcpy (stage->ids[i], parlor_participant_info (participant)->id, PARLOR_ID_SIZE);
}

static void
stage_init (Stage *stage)
{
  static const char lobby[] = "{\"t\":\"room\",\"lobby\":true}";
  *stage = (Stage){
      .clock = {clock_now_us, clock_wall_ms}, .auth = {verify, stands}, .fds = {-1, -1, -1}};
  now_us = 1000000;
  uv_loop_init (&stage->loop);
  fake_media_init (&stage->fake);
  ParlorRoomsSpec rooms = {.clock = &stage->clock,
                           .random = {fill, NULL},
                           .media = &stage->fake.media,
                           .event = on_event,
                           .user_data = stage};
  parlor_room_limits_default (&rooms.limits);
  stage->rooms = parlor_rooms_new (&rooms);
  ParlorSignalSpec signal = {.loop = &stage->loop,
                             .rooms = stage->rooms,
                             .auth = &stage->auth,
                             .clock = &stage->clock,
                             .random = {fill, NULL},
                             .demo = TRUE};
  stage->signal = parlor_signal_new (&signal);
  seat (stage, 0);
  seat (stage, 1);
  parlor_messages_handle (stage->sessions[0], lobby, sizeof lobby - 1, now_us);
  seat (stage, 2);
  turn (stage);
}

static void
stage_clear (Stage *stage)
{
  parlor_rooms_shutdown (stage->rooms, now_us);
  parlor_signal_free (stage->signal);
  uv_run (&stage->loop, UV_RUN_DEFAULT);
  for (guint i = 0; i < N_PEOPLE; i++)
    close (stage->fds[i]);
  parlor_rooms_free (stage->rooms);
  g_assert_cmpint (uv_loop_close (&stage->loop), ==, 0);
}

static void
play_line (Stage *stage, const char *line, gsize length)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 1; i < length; i++)
    if (line[i] == '@' && i + 1 < length && line[i + 1] >= '0' && line[i + 1] < '0' + N_PEOPLE)
      g_string_append (text, stage->ids[line[++i] - '0']);
    else
      g_string_append_c (text, line[i]);
  hear (stage, (guint8)line[0] % N_PEOPLE, text->str, text->len);
  g_string_free (text, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Stage stage;
  if (size > 16384)
    return 0;
  stage_init (&stage);
  for (gsize at = 0; at < size;)
    {
      const guint8 *end = memchr (data + at, '\n', size - at);
      gsize length = end ? (gsize)(end - data) - at : size - at;
      if (length)
        play_line (&stage, (const char *)data + at, length);
      at += length + 1;
    }
  stage_clear (&stage);
  return 0;
}
