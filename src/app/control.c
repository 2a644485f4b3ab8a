/* SPDX-License-Identifier: Apache-2.0 */
#include "app/control.h"

#include "room/moderation.h"
#include "room/room.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define MAX_CLIENTS 64
#define DEFAULT_TTL_SEC 3600

struct _ParlorControl
{
  ParlorControlSpec spec;
  char *path;
  int fd;
  uv_poll_t *poll;
  GHashTable *clients; /* set of Client */
};

typedef struct
{
  ParlorControl *control;
  int fd; /* -1: given away */
  uv_poll_t poll;
  char line[LINE_MAX_BYTES];
  gsize length;
} Client;

/* ---- requests ------------------------------------------------------------------------------- */

static const char *
string (const json_t *request, const char *name)
{
  return json_string_value (json_object_get (request, name));
}

static gint64
now_us (ParlorControl *control)
{
  return control->spec.clock->now_us (control->spec.clock);
}

static json_t *
describe_participant (const ParlorParticipant *participant)
{
  const ParlorParticipantInfo *info = parlor_participant_info (participant);
  json_t *tracks = json_array ();
  for (guint i = PARLOR_SOURCE_NONE + 1; i < PARLOR_N_SOURCES; i++)
    if (info->sources[i].published)
      json_array_append_new (tracks, json_string (parlor_source_kind_name (i)));
  return json_pack ("{s:s,s:s,s:s,s:o}", "id", info->id, "identity", info->identity, "role",
                    parlor_role_name (info->role), "tracks", tracks);
}

static json_t *
describe_room (ParlorRoom *room)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  json_t *people = json_array ();
  for (guint i = 0; i < parlor_room_n_participants (room); i++)
    json_array_append_new (people, describe_participant (parlor_room_participant (room, i)));
  return json_pack ("{s:s,s:s,s:s,s:o}", "id", info->id, "code", info->code, "title", info->title,
                    "participants", people);
}

static json_t *
on_rooms (Client *client, const json_t *request, GError **error)
{
  guint n = 0;
  g_autofree ParlorRoom **rooms = parlor_rooms_list (client->control->spec.rooms, &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, describe_room (rooms[i]));
  return json_pack ("{s:b,s:o}", "ok", TRUE, "rooms", list);
}

static ParlorRoom *
find_room (Client *client, const json_t *request, GError **error)
{
  const char *name = string (request, "room");
  ParlorRoom *room = name ? parlor_rooms_find (client->control->spec.rooms, name) : NULL;
  if (!room)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "There is no open room \"%s\".",
                 name ? name : "");
  return room;
}

static json_t *
on_close (Client *client, const json_t *request, GError **error)
{
  ParlorRoom *room = find_room (client, request, error);
  if (!room || !parlor_room_end (room, NULL, now_us (client->control), error))
    return NULL;
  return json_pack ("{s:b}", "ok", TRUE);
}

static json_t *
on_token (Client *client, const json_t *request, GError **error)
{
  const ParlorControlSpec *spec = &client->control->spec;
  const char *role = string (request, "role");
  gint64 ttl_sec = json_integer_value (json_object_get (request, "ttl"));
  ParlorClaims claims = {
      .identity = (char *)string (request, "identity"),
      .room = (char *)string (request, "room"),
      .name = (char *)string (request, "name"),
      .role = PARLOR_ROLE_MEMBER,
      .expires_ms = spec->clock->wall_ms (spec->clock)
                    + (ttl_sec > 0 ? ttl_sec : DEFAULT_TTL_SEC) * 1000,
  };
  if (!claims.identity || !claims.room || (role && !parlor_role_from_name (role, &claims.role)))
    {
      g_set_error (
          error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
          "A token needs a room, an identity, and one of the roles host, member, guest, viewer.");
      return NULL;
    }
  claims.granted = parlor_role_rights (claims.role)
                   & (PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE);
  g_autofree char *token = parlor_keyring_sign (spec->keyring, &claims, error);
  return token ? json_pack ("{s:b,s:s}", "ok", TRUE, "token", token) : NULL;
}

/* ---- tap and inject: the socket itself is given away ---------------------------------------- */

typedef struct
{
  ParlorEndpointId endpoint;
  ParlorSourceKind kind;
} Track;

static gboolean
find_track (Client *client, const json_t *request, Track *track, GError **error)
{
  const char *identity = string (request, "identity");
  ParlorRoom *room = find_room (client, request, error);
  if (!room)
    return FALSE;
  const ParlorParticipant *participant = identity ? parlor_room_find_identity (room, identity)
                                                  : NULL;
  track->kind = parlor_source_kind_from_name (string (request, "track"));
  track->endpoint = participant ? parlor_participant_endpoint (participant) : 0;
  if (track->kind == PARLOR_SOURCE_NONE)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                 "A track is microphone, camera, screen or screen_audio.");
  else if (!track->endpoint || !client->control->spec.media)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "\"%s\" has no media in this room.",
                 identity ? identity : "");
  return track->kind != PARLOR_SOURCE_NONE && track->endpoint && client->control->spec.media;
}

static void
say_ok (int fd)
{
  static const char ok[] = "{\"ok\":true}\n";
  if (send (fd, ok, sizeof ok - 1, MSG_NOSIGNAL) < 0)
    return; /* whoever is gone is found out by the media plane */
}

/* Takes the descriptor out of the client: the line goes first, the rest is RTP. */
static int
give_away (Client *client)
{
  int fd = dup (client->fd);
  if (fd >= 0)
    say_ok (fd);
  return fd;
}

static json_t *
on_tap (Client *client, const json_t *request, GError **error)
{
  ParlorMedia *media = client->control->spec.media;
  Track track;
  if (find_track (client, request, &track, error))
    media->ops->tap_open (media, track.endpoint, track.kind, give_away (client), error);
  return NULL;
}

static json_t *
on_inject (Client *client, const json_t *request, GError **error)
{
  ParlorMedia *media = client->control->spec.media;
  const char *caps = string (request, "caps");
  Track track;
  if (!caps)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                 "inject needs --caps application/x-rtp,…");
  else if (find_track (client, request, &track, error))
    media->ops->inject_open (media, track.endpoint, track.kind, caps, give_away (client), error);
  return NULL;
}

/* ---- one line ------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  json_t *(*run) (Client *client, const json_t *request, GError **error);
} Command;

static const Command commands[] = {
    {"rooms", on_rooms}, {"close", on_close},   {"token", on_token},
    {"tap", on_tap},     {"inject", on_inject},
};

static json_t *
run_command (Client *client, const json_t *request, GError **error)
{
  const char *name = string (request, "cmd");
  for (guint i = 0; name && i < G_N_ELEMENTS (commands); i++)
    if (!strcmp (commands[i].name, name))
      return commands[i].run (client, request, error);
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "There is no such command.");
  return NULL;
}

static void
answer (Client *client)
{
  g_autoptr (GError) error = NULL;
  json_t *request = json_loadb (client->line, client->length, JSON_REJECT_DUPLICATES, NULL);
  json_t *reply = run_command (client, request, &error);
  if (error)
    reply = json_pack ("{s:b,s:s,s:s}", "ok", FALSE, "code", parlor_error_name (error), "message",
                       error->message);
  if (reply)
    {
      char *text = json_dumps (reply, JSON_COMPACT);
      g_autofree char *line = g_strconcat (text, "\n", NULL);
      /* Blocking, but to a program of our own user with a bounded answer: the time-out ends it. */
      struct timeval timeout = {.tv_usec = 200000};
      setsockopt (client->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
      if (send (client->fd, line, strlen (line), MSG_NOSIGNAL) < 0)
        shutdown (client->fd, SHUT_RDWR);
      free (text);
    }
  json_decref (reply);
  json_decref (request);
}

/* ---- sockets -------------------------------------------------------------------------------- */

static void
on_client_closed (uv_handle_t *handle)
{
  g_free (handle->data);
}

static void
client_end (Client *client)
{
  g_hash_table_remove (client->control->clients, client);
  uv_poll_stop (&client->poll);
  close (client->fd);
  uv_close ((uv_handle_t *)&client->poll, on_client_closed);
}

static void
on_client (uv_poll_t *poll, int status, int events)
{
  Client *client = poll->data;
  ssize_t n = recv (client->fd, client->line + client->length, sizeof client->line - client->length,
                    MSG_DONTWAIT | MSG_PEEK);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  char *end = n > 0 ? memchr (client->line + client->length, '\n', (gsize)n) : NULL;
  /* Only the line is taken out of the socket: what follows it is RTP. */
  gsize take = end ? (gsize)(end - client->line) + 1 - client->length : (gsize)MAX (n, 0);
  if (take && recv (client->fd, client->line + client->length, take, MSG_DONTWAIT) != (ssize_t)take)
    n = 0;
  client->length += take;
  if (end && n > 0)
    answer (client);
  if (end || n <= 0 || client->length == sizeof client->line)
    client_end (client);
}

static void
on_accept (uv_poll_t *poll, int status, int events)
{
  ParlorControl *control = poll->data;
  int fd = accept4 (control->fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0)
    return;
  if (g_hash_table_size (control->clients) >= MAX_CLIENTS)
    {
      close (fd);
      return;
    }
  Client *client = g_new0 (Client, 1);
  client->control = control;
  client->fd = fd;
  client->poll.data = client;
  g_hash_table_add (control->clients, client);
  /* libuv makes it non-blocking; answers are short and go out in one piece. */
  uv_poll_init (control->spec.loop, &client->poll, fd);
  uv_poll_start (&client->poll, UV_READABLE, on_client);
}

/* A socket file that nobody answers on was left by a crash. */
static gboolean
is_alive (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean alive = fd >= 0 && !connect (fd, (const struct sockaddr *)address, sizeof *address);
  if (fd >= 0)
    close (fd);
  return alive;
}

static int
bind_socket (const char *path, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = -1;
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    errno = ENAMETOOLONG;
  else if (is_alive (&address))
    errno = EADDRINUSE;
  else
    {
      unlink (path);
      mode_t old = umask (0177);
      fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      int failed = fd < 0 || bind (fd, (struct sockaddr *)&address, sizeof address)
                   || listen (fd, 16);
      umask (old);
      if (!failed)
        return fd;
    }
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot make %s: %s", path,
               errno == EADDRINUSE
                   ? "another parlord uses this data folder: give this one its own --data-dir"
                   : g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

ParlorControl *
parlor_control_new (const ParlorControlSpec *spec, GError **error)
{
  int fd = bind_socket (spec->path, error);
  if (fd < 0)
    return NULL;
  ParlorControl *control = g_new0 (ParlorControl, 1);
  control->spec = *spec;
  control->path = g_strdup (spec->path);
  control->fd = fd;
  control->clients = g_hash_table_new (NULL, NULL);
  control->poll = g_new0 (uv_poll_t, 1);
  control->poll->data = control;
  uv_poll_init (spec->loop, control->poll, fd);
  uv_poll_start (control->poll, UV_READABLE, on_accept);
  return control;
}

static void
on_poll_closed (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_control_free (ParlorControl *control)
{
  if (!control)
    return;
  g_autofree gpointer *clients = g_hash_table_get_keys_as_array (control->clients, NULL);
  for (guint i = 0; clients[i]; i++)
    client_end (clients[i]);
  uv_poll_stop (control->poll);
  uv_close ((uv_handle_t *)control->poll, on_poll_closed);
  close (control->fd);
  unlink (control->path);
  g_hash_table_unref (control->clients);
  g_free (control->path);
  g_free (control);
}
