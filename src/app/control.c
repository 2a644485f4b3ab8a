/* SPDX-License-Identifier: Apache-2.0 */
#include "app/control.h"

#include "app/log.h"
#include "room/moderation.h"
#include "room/room.h"
#include "base/text.h"

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
  GHashTable *clients;   /* set of Client */
  GHashTable *injectors; /* set of Injector, owned */
};

/* Who speaks through inject: one participant, one or several tracks. */
typedef struct
{
  ParlorParticipant *participant; /* borrowed until CLOSED or leave */
  guint tracks;                   /* bit 1 << ParlorSourceKind */
} Injector;

typedef struct
{
  ParlorControl *control;
  int fd;
  uv_poll_t poll;
  char line[LINE_MAX_BYTES];
  gsize length;
  Injector *injector; /* nullable, borrowed: this socket brings a track of his */
  ParlorSourceKind kind;
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

/* A token is of the room's brand; one for a room that comes later, of the server's first. */
static const char *
brand_of (Client *client, const char *name)
{
  const ParlorControlSpec *spec = &client->control->spec;
  ParlorRoom *room = name ? parlor_rooms_find (spec->rooms, name) : NULL;
  return room ? parlor_room_info (room)->brand : parlor_keyring_home (spec->keyring);
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
      .brand = (char *)brand_of (client, string (request, "room")),
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

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return FALSE;
}

static gboolean
take_kind (Client *client, const json_t *request, ParlorSourceKind *kind, GError **error)
{
  *kind = parlor_source_kind_from_name (string (request, "track"));
  if (*kind == PARLOR_SOURCE_NONE)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "A track is microphone, camera, screen or screen_audio.");
  return client->control->spec.media
         || refuse (error, PARLOR_ERROR_UNAVAILABLE, "There is no media here.");
}

static void
say_ok (int fd)
{
  static const char ok[] = "{\"ok\":true}\n";
  if (send (fd, ok, sizeof ok - 1, MSG_NOSIGNAL) < 0)
    return; /* whoever is gone is found out by the media plane */
}

/* The answer goes before the first packet, so it is given before the media plane has agreed: should
 * it refuse by then, the stream ends at once and the log says why. */
static json_t *
on_tap (Client *client, const json_t *request, GError **error)
{
  g_autoptr (GError) problem = NULL;
  ParlorMedia *media = client->control->spec.media;
  ParlorSourceKind kind;
  const char *identity = string (request, "identity");
  ParlorRoom *room = find_room (client, request, error);
  if (!room || !take_kind (client, request, &kind, error))
    return NULL;
  const ParlorParticipant *participant = identity ? parlor_room_find_identity (room, identity)
                                                  : NULL;
  ParlorEndpointId endpoint = participant ? parlor_participant_endpoint (participant) : 0;
  if (!endpoint)
    {
      refuse (error, PARLOR_ERROR_NOT_FOUND, "Nobody of that identity has media in this room.");
      return NULL;
    }
  int fd = dup (client->fd);
  say_ok (client->fd);
  if (fd >= 0 && !media->ops->tap_open (media, endpoint, kind, fd, &problem))
    parlor_log (PARLOR_LOG_WARNING, "a tap was not opened: %s", problem->message);
  return NULL;
}

/* The operator's own machine may invent rooms, as a first join does in the demo. */
static ParlorRoom *
find_or_make_room (Client *client, const json_t *request, GError **error)
{
  ParlorControl *control = client->control;
  const char *name = string (request, "room");
  ParlorRoom *room = name ? parlor_rooms_find (control->spec.rooms, name) : NULL;
  ParlorRoomSpec spec = {
      .brand = parlor_keyring_home (control->spec.keyring), .title = name, .alias = name};
  if (room || !name)
    return room;
  return parlor_rooms_create (control->spec.rooms, &spec, now_us (control), error);
}

static Injector *
find_injector (ParlorControl *control, ParlorRoom *room, const char *identity)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, control->injectors);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    {
      Injector *injector = value;
      if (parlor_participant_room (injector->participant) == room
          && !strcmp (parlor_participant_info (injector->participant)->identity, identity))
        return injector;
    }
  return NULL;
}

/* Several tracks of one identity are one participant. */
static Injector *
find_or_make_injector (Client *client, const json_t *request, GError **error)
{
  ParlorControl *control = client->control;
  const char *identity = string (request, "identity");
  ParlorRoom *room = find_or_make_room (client, request, error);
  if (!room || !identity || !parlor_text_identity (identity))
    {
      if (!error || !*error)
        refuse (error, PARLOR_ERROR_BAD_REQUEST, "inject needs a room and an identity.");
      return NULL;
    }
  Injector *injector = find_injector (control, room, identity);
  if (injector)
    return injector;
  injector = g_new0 (Injector, 1);
  ParlorJoin join = {.identity = identity,
                     .role = PARLOR_ROLE_MEMBER,
                     .granted = PARLOR_RIGHTS_PUBLISH,
                     .session = injector};
  g_hash_table_add (control->injectors, injector);
  injector->participant = parlor_room_enter (room, &join, now_us (control), error);
  if (injector->participant)
    return injector;
  g_hash_table_remove (control->injectors, injector);
  return NULL;
}

static void
end_track (ParlorControl *control, Injector *injector, ParlorSourceKind kind)
{
  ParlorSourceChange off = {.source = kind};
  ParlorParticipant *participant = injector->participant;
  injector->tracks &= ~(1u << kind);
  if (injector->tracks)
    {
      parlor_participant_set_source (participant, &off, now_us (control), NULL);
      return;
    }
  g_hash_table_remove (control->injectors, injector);
  parlor_participant_leave (participant, now_us (control));
}

static gboolean
open_track (Client *client, Injector *injector, ParlorSourceKind kind, const char *caps,
            GError **error)
{
  ParlorControl *control = client->control;
  ParlorMedia *media = control->spec.media;
  ParlorSourceChange on = {.source = kind, .on = TRUE};
  int fd = dup (client->fd);
  if (fd < 0)
    return refuse (error, PARLOR_ERROR_UNAVAILABLE, "No file descriptor is left.");
  return media->ops->inject_open (media, parlor_participant_endpoint (injector->participant), kind,
                                  caps, fd, error)
         && parlor_participant_set_source (injector->participant, &on, now_us (control), error);
}

static json_t *
on_inject (Client *client, const json_t *request, GError **error)
{
  const char *caps = string (request, "caps");
  ParlorSourceKind kind;
  if (!caps)
    refuse (error, PARLOR_ERROR_BAD_REQUEST, "inject needs --caps application/x-rtp,…");
  if (!caps || !take_kind (client, request, &kind, error))
    return NULL;
  Injector *injector = find_or_make_injector (client, request, error);
  if (!injector)
    return NULL;
  gboolean new_track = !(injector->tracks & (1u << kind));
  injector->tracks |= 1u << kind;
  if (open_track (client, injector, kind, caps, error))
    {
      client->injector = injector;
      client->kind = kind;
      return json_pack ("{s:b}", "ok", TRUE);
    }
  if (new_track)
    end_track (client->control, injector, kind);
  return NULL;
}

gboolean
parlor_control_event (ParlorControl *control, const ParlorRoomEvent *event)
{
  GHashTableIter iter;
  gpointer value;
  if (event->audience != PARLOR_TO_ONE
      || !g_hash_table_contains (control->injectors, event->session))
    return FALSE;
  if (event->type != PARLOR_EVENT_CLOSED && event->type != PARLOR_EVENT_DENIED)
    return TRUE;
  g_hash_table_iter_init (&iter, control->clients);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    if (((Client *)value)->injector == event->session)
      ((Client *)value)->injector = NULL;
  g_hash_table_remove (control->injectors, event->session);
  return TRUE;
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
  const ParlorControlSpec *spec = &client->control->spec;
  json_t *reply = name && spec->more ? spec->more (name, request, spec->more_data, error) : NULL;
  if (reply || *error)
    return reply;
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
  if (client->injector)
    end_track (client->control, client->injector, client->kind);
  uv_poll_stop (&client->poll);
  close (client->fd);
  uv_close ((uv_handle_t *)&client->poll, on_client_closed);
}

/* The other end of an inject's socket hung up. */
static void
on_hang_up (uv_poll_t *poll, int status, int events)
{
  client_end (poll->data);
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
  if (client->injector)
    uv_poll_start (poll, UV_DISCONNECT,
                   on_hang_up); /* the media plane reads; here only the end is seen */
  else if (end || n <= 0 || client->length == sizeof client->line)
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
  control->injectors = g_hash_table_new_full (NULL, NULL, g_free, NULL);
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
  g_hash_table_unref (control->injectors);
  g_free (control->path);
  g_free (control);
}
