/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US (20 * G_USEC_PER_SEC)

static World *the_world; /* one at a time: ParlorClock has no user data */

static gint64
now_us (ParlorClock *clock)
{
  return g_get_monotonic_time ();
}

static gint64
wall_ms (ParlorClock *clock)
{
  return g_get_real_time () / 1000 + the_world->wall_offset_ms;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int ();
}

static void
on_event (const ParlorRoomEvent *event, gpointer user_data)
{
  World *world = user_data;
  if (!parlor_site_event (world->site, event))
    parlor_signal_event (world->signal, event);
}

static void
on_websocket (int fd, const void *extra, gsize length, const ParlorHttpRequest *request,
              gpointer user_data)
{
  World *world = user_data;
  ParlorSignalSocket socket = {
      fd,
      extra,
      length,
      request->peer,
      "https://meet.example",
      parlor_site_trusts (world->site, request),
  };
  parlor_site_principal (world->site, request, &socket.principal);
  socket.origin = parlor_site_foreign (world->site, request);
  socket.of_all = parlor_cors_allows (&world->site->cors, request);
  socket.deflates = parlor_http_deflates (request);
  parlor_signal_adopt (world->signal, &socket);
}

static void
on_prepare (uv_prepare_t *prepare)
{
  World *world = prepare->data;
  if (parlor_rooms_next_us (world->rooms) <= now_us (NULL))
    parlor_rooms_poll (world->rooms, now_us (NULL));
  if (world->live && parlor_live_next_us (world->live) <= now_us (NULL))
    parlor_live_poll (world->live, now_us (NULL));
}

static void
on_alarm (uv_timer_t *timer)
{
}

static void
make_domain (World *world, const WorldSpec *spec)
{
  ParlorRoomsSpec rooms = {
      .clock = &world->clock,
      .random = {fill, NULL},
      .media = &world->fake.media,
      .store = spec->store,
      .recorder = spec->recorder,
      .recordings = spec->recordings,
      .event = on_event,
      .user_data = world,
  };
  parlor_room_limits_default (&rooms.limits);
  if (spec->unopened_keyless)
    rooms.limits.unopened_keyless = spec->unopened_keyless;
  world->rooms = parlor_rooms_new (&rooms);
  world->brands = parlor_brands_new (&(ParlorBrandsSpec){.random = {fill, NULL}});
  parlor_brands_add_fixed (world->brands, PARLOR_DEMO_BRAND, "demo", "Demo", wall_ms (NULL));
  world->keyring = parlor_keyring_new ();
  parlor_keyring_set_brands (world->keyring, world->brands);
  g_assert_true (parlor_keyring_add (world->keyring, WORLD_KEY, WORLD_SECRET, NULL));
}

static gint64
room_ms (const char *room, gint64 now_us, gpointer user_data)
{
  return -1;
}

static void
on_live (const ParlorLiveEvent *event, gpointer user_data)
{
  World *world = user_data;
  parlor_signal_live_event (world->signal, event);
}

static void
make_live (World *world)
{
  static const ParlorRandom random = {fill, NULL};
  ParlorLiveSpec live = {
      .random = random, .event = on_live, .room_ms = room_ms, .user_data = world};
  world->products = parlor_products_new (NULL);
  world->visitors = parlor_visitors_new (NULL, &random);
  world->handoffs = parlor_handoffs_new (NULL, &random);
  world->live = parlor_live_new (&live);
}

static gboolean
is_loopback (const struct sockaddr *address, gpointer user_data)
{
  const struct sockaddr_in *in = (const struct sockaddr_in *)(gconstpointer)address;
  return address->sa_family == AF_INET && in->sin_addr.s_addr == htonl (INADDR_LOOPBACK);
}

static void
make_edges (World *world, const WorldSpec *spec)
{
  ParlorSignalSpec signal = {
      .loop = &world->loop,
      .rooms = world->rooms,
      .auth = parlor_keyring_auth (world->keyring),
      .clock = &world->clock,
      .random = {fill, NULL},
      .max_sockets = spec->max_sockets,
      .max_sockets_of_address = spec->max_sockets_of_address,
      .demo = !spec->strict,
      .live = world->live,
      .products = world->products,
      .brands = world->brands,
      .visitors = world->visitors,
  };
  ParlorSiteSpec site = {
      .rooms = world->rooms,
      .keyring = world->keyring,
      .brands = world->brands,
      .may_call = is_loopback,
      .loop = &world->loop,
      .clock = &world->clock,
      .random = {fill, NULL},
      .web_dir = spec->web_dir,
      .origins = spec->origins,
      .demo = !spec->strict,
      .anyone_may_start = spec->unopened_keyless > 0,
      .joins_burst = spec->joins_burst,
      .joins_per_minute = spec->joins_per_minute,
      .websocket = on_websocket,
      .websocket_data = world,
      .live = world->live,
      .products = world->products,
      .visitors = world->visitors,
      .handoffs = world->handoffs,
  };
  world->signal = parlor_signal_new (&signal);
  world->site = parlor_site_new (&site);
}

World *
world_new (const WorldSpec *spec)
{
  static const WorldSpec none;
  GError *error = NULL;
  World *world = the_world = g_new0 (World, 1);
  spec = spec ? spec : &none;
  uv_loop_init (&world->loop);
  uv_prepare_init (&world->loop, &world->prepare);
  uv_timer_init (&world->loop, &world->alarm);
  world->prepare.data = world;
  uv_prepare_start (&world->prepare, on_prepare);
  world->clock = (ParlorClock){now_us, wall_ms};
  fake_media_init (&world->fake);
  make_domain (world, spec);
  make_live (world);
  make_edges (world, spec);
  ParlorHttpOptions options = {.address = "127.0.0.1",
                               .trust_proxy = spec->trust_proxy,
                               .request_timeout_ms = spec->request_timeout_ms};
  ParlorHttpApp app = {parlor_routes_body_limit, parlor_routes_handle, world->site,
                       parlor_routes_admit};
  world->http = parlor_http_server_new (&world->loop, &options, &app, &error);
  g_assert_no_error (error);
  world->port = parlor_http_server_port (world->http);
  return world;
}

void
world_free (World *world)
{
  if (!world)
    return;
  parlor_http_server_free (world->http);
  parlor_signal_free (world->signal);
  uv_prepare_stop (&world->prepare);
  uv_close ((uv_handle_t *)&world->prepare, NULL);
  uv_close ((uv_handle_t *)&world->alarm, NULL);
  uv_run (&world->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&world->loop), ==, 0);
  parlor_site_free (world->site);
  parlor_rooms_free (world->rooms);
  parlor_live_free (world->live);
  parlor_handoffs_free (world->handoffs);
  parlor_visitors_free (world->visitors);
  parlor_products_free (world->products);
  parlor_keyring_free (world->keyring);
  parlor_brands_free (world->brands);
  g_free (world);
}

void
world_until (World *world, gboolean (*done) (gpointer data), gpointer data)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  while (!done (data))
    {
      /* The client's sockets are not in the loop: it sleeps 2 ms at most. */
      uv_timer_start (&world->alarm, on_alarm, 2, 0);
      uv_run (&world->loop, UV_RUN_ONCE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    }
}

/* ---- plain sockets -------------------------------------------------------------------------- */

int
world_connect (World *world)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons (world->port)};
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  fcntl (fd, F_SETFL, O_NONBLOCK);
  return fd;
}

typedef struct
{
  int fd;
  const char *data;
  gsize length;
} Writing;

static gboolean
write_some (gpointer data)
{
  Writing *writing = data;
  if (!writing->length)
    return TRUE;
  ssize_t n = send (writing->fd, writing->data, writing->length, MSG_NOSIGNAL);
  if (n < 0)
    return errno != EAGAIN; /* the server hung up: the reader will tell */
  writing->data += n;
  writing->length -= (gsize)n;
  return !writing->length;
}

void
world_write (World *world, int fd, const void *data, gsize length)
{
  Writing writing = {fd, data, length};
  world_until (world, write_some, &writing);
}

typedef struct
{
  int fd;
  GString *text;
} Reading;

static gboolean
read_some (gpointer data)
{
  Reading *reading = data;
  char buffer[16384];
  ssize_t n;
  while ((n = recv (reading->fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (reading->text, buffer, n);
  return n == 0 || errno != EAGAIN;
}

GString *
world_read_to_end (World *world, int fd, gint64 *closed_after_us)
{
  Reading reading = {fd, g_string_new (NULL)};
  gint64 start_us = g_get_monotonic_time ();
  world_until (world, read_some, &reading);
  if (closed_after_us)
    *closed_after_us = g_get_monotonic_time () - start_us;
  return reading.text;
}

void
answer_free (Answer *answer)
{
  if (!answer)
    return;
  g_free (answer->headers);
  g_free (answer->body);
  g_free (answer);
}

static Answer *
parse_answer (const char *text)
{
  Answer *answer = g_new0 (Answer, 1);
  const char *line_end = strstr (text, "\r\n");
  const char *head_end = strstr (text, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 "));
  g_assert_nonnull (head_end);
  answer->status = (guint)atoi (text + 9);
  answer->headers = g_strndup (line_end + 2, (gsize)MAX (head_end - line_end, 0));
  answer->body = g_strdup (head_end + 4);
  return answer;
}

Answer *
world_ask (World *world, const char *method, const char *path, const char *headers,
           const char *body)
{
  int fd = world_connect (world);
  GString *request = g_string_new (NULL);
  g_string_printf (request, "%s %s HTTP/1.1\r\n", method, path);
  if (!strstr (headers, "Host:"))
    g_string_append_printf (request, "Host: 127.0.0.1:%u\r\n", world->port);
  g_string_append_printf (request, "%sConnection: close\r\n", headers);
  if (body)
    g_string_append_printf (request, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen (body));
  g_string_append_printf (request, "\r\n%s", body ? body : "");
  world_write (world, fd, request->str, request->len);
  GString *text = world_read_to_end (world, fd, NULL);
  Answer *answer = parse_answer (text->str);
  g_string_free (text, TRUE);
  g_string_free (request, TRUE);
  close (fd);
  return answer;
}

char *
answer_header (const Answer *answer, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (answer->headers, "\r\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      gsize n = strlen (name);
      if (!g_ascii_strncasecmp (lines[i], name, n) && lines[i][n] == ':')
        return g_strdup (g_strstrip (lines[i] + n + 1));
    }
  return NULL;
}

json_t *
answer_json (const Answer *answer)
{
  json_t *json = json_loads (answer->body, 0, NULL);
  g_assert_nonnull (json);
  return json;
}

char *
world_token (World *world, const char *room, const char *identity, ParlorRole role)
{
  ParlorClaims claims = {
      .identity = (char *)identity,
      .brand = (char *)PARLOR_DEMO_BRAND,
      .room = (char *)room,
      .role = role,
      .granted = parlor_role_rights (role) & (PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE),
      .expires_ms = wall_ms (NULL) + 60000,
  };
  char *token = parlor_keyring_sign (world->keyring, &claims, NULL);
  g_assert_nonnull (token);
  return token;
}

char *
world_bearer (const char *token)
{
  return g_strdup_printf ("Authorization: Bearer %s\r\n", token);
}

ParlorRoom *
world_room (World *world, const char *alias)
{
  ParlorRoomSpec spec = {.title = alias, .alias = alias};
  ParlorRoom *room = parlor_rooms_create (world->rooms, &spec, now_us (NULL), NULL);
  g_assert_nonnull (room);
  return room;
}

/* ---- WebSocket ------------------------------------------------------------------------------ */

static gboolean
read_into (gpointer data)
{
  Peer *peer = data;
  guint8 buffer[16384];
  ssize_t n;
  gsize before = peer->in->len;
  while ((n = recv (peer->fd, buffer, sizeof buffer, 0)) > 0)
    g_byte_array_append (peer->in, buffer, (guint)n);
  peer->ended = n == 0 || errno != EAGAIN;
  return peer->ended || peer->in->len > before;
}

Peer *
peer_new (World *world)
{
  return peer_new_with (world, "");
}

Peer *
peer_new_deflating (World *world)
{
  /* Chromium's own words. */
  Peer *peer = peer_new_with (
      world, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  g_assert_nonnull (peer->deflate);
  return peer;
}

Peer *
peer_new_with (World *world, const char *headers)
{
  Peer *peer = g_new0 (Peer, 1);
  peer->world = world;
  peer->fd = world_connect (world);
  peer->in = g_byte_array_new ();
  g_autofree char *request = g_strdup_printf (
      "GET /v1/rt HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\nConnection: "
      "keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: parlor.v1\r\n%s\r\n",
      world->port, headers);
  world_write (world, peer->fd, request, strlen (request));
  char *end = NULL;
  while (!end)
    {
      world_until (world, read_into, peer);
      end = g_strstr_len ((char *)peer->in->data, peer->in->len, "\r\n\r\n");
      g_assert_true (end || !peer->ended);
    }
  g_assert_true (g_str_has_prefix ((char *)peer->in->data, "HTTP/1.1 101 "));
  /* RFC 6455 section 1.3's own example. */
  g_assert_nonnull (
      g_strstr_len ((char *)peer->in->data, peer->in->len, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  if (g_strstr_len ((char *)peer->in->data, end - (char *)peer->in->data,
                    "Sec-WebSocket-Extensions: " PARLOR_DEFLATE_AGREED))
    peer->deflate = parlor_deflate_new ();
  g_byte_array_remove_range (peer->in, 0, (guint)(end + 4 - (char *)peer->in->data));
  return peer;
}

void
peer_free (Peer *peer)
{
  if (!peer)
    return;
  close (peer->fd);
  g_byte_array_unref (peer->in);
  parlor_deflate_free (peer->deflate);
  g_free (peer);
}

void
peer_send_frame (Peer *peer, guint opcode, gboolean fin, gboolean masked, const void *data,
                 gsize length)
{
  static const guint8 mask[4] = {0x11, 0x22, 0x33, 0x44};
  GByteArray *frame = g_byte_array_new ();
  guint8 head[10] = {(guint8)(opcode | (fin ? 0x80 : 0)), masked ? 0x80 : 0};
  guint n = 2;
  if (length < 126)
    head[1] |= (guint8)length;
  else if (length < 65536)
    {
      head[1] |= 126;
      head[2] = (guint8)(length >> 8);
      head[3] = (guint8)length;
      n = 4;
    }
  else
    {
      head[1] |= 127;
      for (int i = 0; i < 8; i++)
        head[2 + i] = (guint8)((guint64)length >> (8 * (7 - i)));
      n = 10;
    }
  g_byte_array_append (frame, head, n);
  if (masked)
    g_byte_array_append (frame, mask, sizeof mask);
  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = ((const guint8 *)data)[i] ^ (masked ? mask[i % 4] : 0);
      g_byte_array_append (frame, &byte, 1);
    }
  world_write (peer->world, peer->fd, frame->data, frame->len);
  g_byte_array_unref (frame);
}

void
peer_send (Peer *peer, const char *text)
{
  peer_send_frame (peer, 1, TRUE, TRUE, text, strlen (text));
}

void
peer_say (Peer *peer, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  peer_send (peer, text);
}

void
peer_send_deflated (Peer *peer, const char *text, gsize length)
{
  const guint8 *payload;
  gsize n;
  g_assert_true (parlor_deflate (peer->deflate, (const guint8 *)text, length, &payload, &n));
  peer_send_frame (peer, 1 | 0x40, TRUE, TRUE, payload, n);
}

/* Takes one whole frame out of `in`; FALSE = not there yet. */
static gboolean
take_frame (Peer *peer, guint *opcode, GBytes **payload)
{
  const guint8 *b = peer->in->data;
  if (peer->in->len < 2)
    return FALSE;
  guint64 length = b[1] & 127;
  guint n = length == 126 ? 4 : length == 127 ? 10 : 2;
  if (peer->in->len < n)
    return FALSE;
  if (n > 2)
    {
      length = 0;
      for (guint i = 2; i < n; i++)
        length = length << 8 | b[i];
    }
  if (peer->in->len < n + length)
    return FALSE;
  *opcode = b[0] & (15 | 0x40);
  *payload = g_bytes_new (b + n, length);
  g_byte_array_remove_range (peer->in, 0, (guint)(n + length));
  return TRUE;
}

static void
take_close (Peer *peer, GBytes *payload)
{
  gsize n = 0;
  const guint8 *b = g_bytes_get_data (payload, &n);
  peer->close_code = n >= 2 ? (guint16)(b[0] << 8 | b[1]) : 1005;
}

static json_t *
deflated_json (Peer *peer, const guint8 *data, gsize n)
{
  const guint8 *text;
  gsize length;
  g_assert_nonnull (peer->deflate);
  g_assert_cmpint (parlor_inflate (peer->deflate, data, n, 1 << 20, &text, &length), ==,
                   PARLOR_INFLATE_OK);
  peer->deflated++;
  return json_loadb ((const char *)text, length, 0, NULL);
}

json_t *
peer_next (Peer *peer)
{
  while (!peer->close_code)
    {
      guint opcode;
      GBytes *payload;
      if (!take_frame (peer, &opcode, &payload))
        {
          if (peer->ended)
            return NULL;
          world_until (peer->world, read_into, peer);
          continue;
        }
      gsize n = 0;
      const void *data = g_bytes_get_data (payload, &n);
      json_t *json = opcode == 1            ? json_loadb (data, n, 0, NULL)
                     : opcode == (1 | 0x40) ? deflated_json (peer, data, n)
                                            : NULL;
      if (opcode == 8)
        take_close (peer, payload);
      else if (opcode == 9)
        peer_send_frame (peer, 10, TRUE, TRUE, data, n);
      g_bytes_unref (payload);
      if (json)
        return json;
    }
  return NULL;
}

const char *
member (const json_t *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

json_t *
peer_expect (Peer *peer, const char *t)
{
  for (;;)
    {
      json_t *json = peer_next (peer);
      if (!json)
        g_error ("closed with %u while waiting for %s", peer->close_code, t);
      if (!g_strcmp0 (member (json, "t"), t))
        return json;
      json_decref (json);
    }
}

guint16
peer_closed (Peer *peer)
{
  json_t *json;
  while ((json = peer_next (peer)))
    json_decref (json);
  return peer->close_code;
}

json_t *
peer_join (Peer *peer, const char *room, const char *identity, ParlorRole role)
{
  g_autofree char *token = world_token (peer->world, room, identity, role);
  g_autofree char *text = g_strdup_printf ("{\"t\":\"join\",\"id\":1,\"token\":\"%s\"}", token);
  peer_send (peer, text);
  return peer_expect (peer, "welcome");
}
