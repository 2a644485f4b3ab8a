/* SPDX-License-Identifier: Apache-2.0 */
#include "load/rt.h"

#include <errno.h>
#include <jansson.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define TIMEOUT_S 10
#define HEAD_MAX 4096
#define TILE_WIDTH 384
#define TILE_HEIGHT 216
#define MAIN_WIDTH 1280
#define MAIN_HEIGHT 720

struct _LoadRt
{
  int fd;
  wslay_event_context_ptr wslay;
  gboolean dead;

  /* while joining */
  char *name, *token, *room;
  char *resume; /* nullable until the welcome: the seat he takes again, then how to take this one */
  char *offer;  /* SDP */
  guint n_audio, n_video;
  char *answer_sdp;
  GError *error;

  /* in the room */
  char *me;
  GPtrArray *others; /* ids of participants, owned */
  gboolean speaker_large;
  char *speaker; /* nullable: nobody yet, or oneself */
  json_t *shown; /* the tiles that were said last; NULL = none were */
  LoadRtLayers layers;
  gpointer user_data;
};

/* --- the socket ------------------------------------------------------------------------------ */

static ssize_t
on_recv (wslay_event_context_ptr wslay, uint8_t *buffer, size_t size, int flags, void *user_data)
{
  LoadRt *self = user_data;
  /* Blocking, with a time-out, only until the answer is here. */
  ssize_t n = recv (self->fd, buffer, size, self->answer_sdp != NULL ? MSG_DONTWAIT : 0);

  if (n > 0)
    return n;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    wslay_event_set_error (wslay, WSLAY_ERR_WOULDBLOCK);
  else
    {
      self->dead = TRUE;
      wslay_event_set_error (wslay, WSLAY_ERR_CALLBACK_FAILURE);
    }
  return -1;
}

static ssize_t
on_send (wslay_event_context_ptr wslay, const uint8_t *data, size_t size, int flags,
         void *user_data)
{
  LoadRt *self = user_data;
  ssize_t n = send (self->fd, data, size, MSG_NOSIGNAL);

  if (n >= 0)
    return n;
  wslay_event_set_error (wslay,
                         errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
  return -1;
}

static int
on_mask (wslay_event_context_ptr wslay, uint8_t *buffer, size_t size, void *user_data)
{
  return getrandom (buffer, size, 0) == (ssize_t)size ? 0 : -1;
}

static void
say (LoadRt *self, json_t *message)
{
  char *text = json_dumps (message, JSON_COMPACT);
  const struct wslay_event_msg frame = {WSLAY_TEXT_FRAME, (const uint8_t *)text, strlen (text)};

  wslay_event_queue_msg (self->wslay, &frame);
  wslay_event_send (self->wslay);
  free (text);
  json_decref (message);
}

static gboolean
connect_to (LoadRt *self, const char *host, const char *port)
{
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  const struct timeval patience = {.tv_sec = TIMEOUT_S};
  const int on = 1;
  struct addrinfo *found = NULL;

  if (getaddrinfo (host, port, &hints, &found) != 0)
    return FALSE;
  self->fd = socket (found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  /* As browsers do: small messages one after the other would each wait for the other's ACK. */
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  gboolean ok = self->fd >= 0 && connect (self->fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo (found);
  return ok;
}

/* The opening handshake, RFC 6455 section 4.1; the accept key is not looked at: this is a load. */
static gboolean
upgrade (LoadRt *self, const char *authority)
{
  char head[HEAD_MAX] = "";
  gsize length = 0;
  g_autofree char *request = g_strdup_printf (
      "GET /v1/rt HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: bG9hZGxvYWRsb2FkbG9hZA==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: parlor.v1\r\n\r\n",
      authority);

  if (send (self->fd, request, strlen (request), MSG_NOSIGNAL) < 0)
    return FALSE;
  while (length + 1 < sizeof head && strstr (head, "\r\n\r\n") == NULL)
    {
      if (recv (self->fd, head + length, 1, 0) != 1)
        return FALSE;
      head[++length] = '\0';
    }
  return g_str_has_prefix (head, "HTTP/1.1 101");
}

/* --- what the server says -------------------------------------------------------------------- */

static void
fail (LoadRt *self, const char *why)
{
  if (self->error == NULL)
    self->error = g_error_new (LOAD_ERROR, 0, "/v1/rt: %s", why);
}

static json_t *
slot_list (const LoadRt *self)
{
  json_t *list = json_array ();

  for (guint i = 0; i < self->n_audio + self->n_video; i++)
    {
      g_autofree char *mid = g_strdup_printf ("%u", LOAD_PERSON_SENDERS + i);

      json_array_append_new (list, json_pack ("{s:s, s:s}", "mid", mid, "kind",
                                              i < self->n_audio ? "audio" : "video"));
    }
  return list;
}

static gboolean
is_main (const LoadRt *self, const char *id)
{
  return self->speaker_large && g_strcmp0 (id, self->speaker) == 0;
}

static void
add_tile (const LoadRt *self, json_t *tiles, const char *id)
{
  gboolean large = is_main (self, id);

  if (json_array_size (tiles) < self->n_video && g_strcmp0 (id, self->me) != 0)
    json_array_append_new (tiles, json_pack ("{s:s, s:i, s:i}", "participant", id, "width",
                                             large ? MAIN_WIDTH : TILE_WIDTH, "height",
                                             large ? MAIN_HEIGHT : TILE_HEIGHT));
}

/* The page shows everybody in tiles of a grid, or who speaks large and the others beside him. What
 * does not change is not said again: people come by the hundred. */
static void
show_all (LoadRt *self)
{
  json_t *tiles = json_array ();
  gboolean has_main = self->speaker_large && self->speaker != NULL;

  if (has_main)
    add_tile (self, tiles, self->speaker);
  for (guint i = 0; i < self->others->len; i++)
    if (!is_main (self, g_ptr_array_index (self->others, i)))
      add_tile (self, tiles, g_ptr_array_index (self->others, i));
  if (self->shown == NULL || !json_equal (self->shown, tiles))
    say (self, json_pack ("{s:s, s:O, s:b, s:s}", "t", "view", "tiles", tiles, "visible", 1,
                          "layout", has_main ? "speaker" : "grid"));
  json_decref (self->shown);
  self->shown = tiles;
}

/* Who spoke last stays: the server says so too. */
static void
on_speaker (LoadRt *self, const json_t *message)
{
  const char *id = json_string_value (json_object_get (message, "participant"));

  if (!self->speaker_large || id == NULL || g_strcmp0 (id, self->speaker) == 0
      || g_strcmp0 (id, self->me) == 0)
    return;
  g_free (self->speaker);
  self->speaker = g_strdup (id);
  show_all (self);
}

static void
add_other (LoadRt *self, const json_t *participant)
{
  const char *id = json_string_value (json_object_get (participant, "id"));

  if (id == NULL)
    return;
  for (guint i = 0; i < self->others->len; i++)
    if (g_str_equal (g_ptr_array_index (self->others, i), id))
      return;
  g_ptr_array_add (self->others, g_strdup (id));
  show_all (self);
}

static void
on_welcome (LoadRt *self, const json_t *message)
{
  const char *me = json_string_value (json_object_get (message, "participant"));
  gsize at;
  json_t *one;

  self->me = g_strdup (me);
  g_free (self->resume);
  self->resume = g_strdup (json_string_value (json_object_get (message, "resume_token")));
  json_array_foreach (json_object_get (message, "participants"), at,
                      one) if (g_strcmp0 (json_string_value (json_object_get (one, "id")), me) != 0)
      add_other (self, one);
  say (self, json_pack ("{s:s, s:s, s:b, s:b}", "t", "source", "source", "microphone", "on", 1,
                        "muted", 0));
  say (self, json_pack ("{s:s, s:s, s:b, s:b, s:i, s:i}", "t", "source", "source", "camera", "on",
                        1, "muted", 0, "width", 1280, "height", 720));
  say (self, json_pack ("{s:s, s:i, s:s, s:[{s:s, s:s}, {s:s, s:s}], s:o}", "t", "offer", "id", 2,
                        "sdp", self->offer, "senders", "mid", "0", "source", "microphone", "mid",
                        "1", "source", "camera", "slots", slot_list (self)));
  /* One's own id is told as everybody else's is. */
  g_ptr_array_insert (self->others, 0, g_strdup (me));
}

static void
on_layers (LoadRt *self, const json_t *message)
{
  g_autoptr (GString) rids = g_string_new (NULL);
  gsize at;
  json_t *one;

  if (g_strcmp0 (json_string_value (json_object_get (message, "source")), "camera") != 0)
    return;
  json_array_foreach (json_object_get (message, "rids"), at, one) if (json_is_string (one))
      g_string_append (rids, json_string_value (one));
  if (self->layers != NULL)
    self->layers (self->user_data, rids->str);
}

static void
take (LoadRt *self, const json_t *message)
{
  const char *type = json_string_value (json_object_get (message, "t"));

  if (g_strcmp0 (type, "welcome") == 0)
    on_welcome (self, message);
  else if (g_strcmp0 (type, "answer") == 0 && self->answer_sdp == NULL)
    self->answer_sdp = g_strdup (json_string_value (json_object_get (message, "sdp")));
  else if (g_strcmp0 (type, "participant") == 0)
    add_other (self, json_object_get (message, "participant"));
  else if (g_strcmp0 (type, "speaker") == 0)
    on_speaker (self, message);
  else if (g_strcmp0 (type, "layers") == 0)
    on_layers (self, message);
  else if (g_strcmp0 (type, "error") == 0 && self->answer_sdp == NULL)
    fail (self, json_string_value (json_object_get (message, "message")));
}

static void
on_message (wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *arg,
            void *user_data)
{
  json_t *message;

  if (arg->opcode != WSLAY_TEXT_FRAME)
    return;
  message = json_loadb ((const char *)arg->msg, arg->msg_length, 0, NULL);
  take (user_data, message);
  json_decref (message);
}

/* --- joining --------------------------------------------------------------------------------- */

static void
begin (LoadRt *self)
{
  const struct wslay_event_callbacks callbacks = {.recv_callback = on_recv,
                                                  .send_callback = on_send,
                                                  .genmask_callback = on_mask,
                                                  .on_msg_recv_callback = on_message};
  json_t *join = json_pack ("{s:s, s:i, s:s}", "t", "join", "id", 1, "name", self->name);

  wslay_event_context_client_init (&self->wslay, &callbacks, self);
  json_object_set_new (join, self->token ? "token" : "room",
                       json_string (self->token ? self->token : self->room));
  if (self->resume != NULL)
    json_object_set_new (join, "resume", json_string (self->resume));
  say (self, join);
}

static void
wait_answer (LoadRt *self)
{
  gint64 end_us = g_get_monotonic_time () + TIMEOUT_S * G_USEC_PER_SEC;

  while (self->answer_sdp == NULL && self->error == NULL && !self->dead
         && g_get_monotonic_time () < end_us)
    if (wslay_event_recv (self->wslay) != 0 || wslay_event_send (self->wslay) != 0)
      break;
  if (self->answer_sdp == NULL)
    fail (self, "no answer came");
}

LoadRt *
load_rt_join (const LoadPlace *place, const LoadOffer *own, LoadAnswer *answer, GError **error)
{
  const char *scheme = strstr (place->url, "://");
  const char *authority = scheme != NULL ? scheme + 3 : place->url;
  g_auto (GStrv) parts = g_strsplit (authority, ":", 2);
  LoadRt *self = g_new0 (LoadRt, 1);

  self->fd = -1;
  self->speaker_large = place->speaker_large;
  self->others = g_ptr_array_new_with_free_func (g_free);
  self->room = g_strdup (place->room);
  self->name = g_strdup (place->identity);
  self->token = g_strdup (place->token);
  self->resume = g_strdup (place->resume);
  self->n_audio = own->n_audio;
  self->n_video = own->n_video;
  self->offer = load_sdp_person (own);
  if (!connect_to (self, parts[0], parts[1] ? parts[1] : "80") || !upgrade (self, authority))
    fail (self, "no WebSocket there");
  else
    {
      begin (self);
      wait_answer (self);
    }
  if (self->error == NULL && load_sdp_read (self->answer_sdp, answer, &self->error))
    return self;
  g_propagate_error (error, g_steal_pointer (&self->error));
  load_rt_free (self);
  return NULL;
}

void
load_rt_free (LoadRt *self)
{
  if (self == NULL)
    return;
  if (self->wslay != NULL)
    {
      if (!self->dead)
        say (self, json_pack ("{s:s}", "t", "leave"));
      wslay_event_context_free (self->wslay);
    }
  if (self->fd >= 0)
    close (self->fd);
  g_ptr_array_unref (self->others);
  g_free (self->me);
  g_free (self->speaker);
  json_decref (self->shown);
  g_free (self->room);
  g_free (self->name);
  g_free (self->token);
  g_free (self->resume);
  g_free (self->offer);
  g_free (self->answer_sdp);
  g_clear_error (&self->error);
  g_free (self);
}

const char *
load_rt_resume (const LoadRt *self)
{
  return self->resume;
}

gboolean
load_rt_poll (LoadRt *self, LoadRtLayers layers, gpointer user_data)
{
  self->layers = layers;
  self->user_data = user_data;
  if (!self->dead && wslay_event_recv (self->wslay) == 0)
    wslay_event_send (self->wslay);
  return !self->dead;
}
