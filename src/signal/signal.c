/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/signal.h"

#include "live/live.h"
#include "signal/audience.h"
#include "signal/encode.h"
#include "signal/encode_live.h"
#include "signal/handlers.h"
#include "signal/session.h"

#include <string.h>
#include <unistd.h>

/* A socket that does not join in time (docs/protocol.md). */
#define JOIN_US (5 * G_USEC_PER_SEC)
#define MAX_SOCKETS 20000
#define MAX_SOCKETS_OF_ADDRESS 2000
/* So many at a time get a close frame and the time to read it; the rest are hung up on. */
#define MAX_REFUSED 256

static gint64
now_us (ParlorSignal *signal)
{
  return signal->spec.clock->now_us (signal->spec.clock);
}

/* ---- sockets -------------------------------------------------------------------------------- */

static void
on_message (ParlorWebSocket *socket, const char *text, gsize length, gpointer user_data)
{
  ParlorSession *session = user_data;
  parlor_messages_handle (session, text, length, now_us (session->signal));
}

static void
on_tick (ParlorWebSocket *socket, gint64 tick_us, gpointer user_data)
{
  ParlorSession *session = user_data;
  if (parlor_session_is_revoked (session))
    parlor_session_end_revoked (session);
  else if (!session->participant && !session->attached && !session->listens
           && tick_us - session->opened_us >= JOIN_US)
    parlor_session_close (session, 4408, "no join");
}

static void
maybe_free (ParlorSignal *signal)
{
  if (!signal->freed || g_hash_table_size (signal->sessions))
    return;
  g_hash_table_unref (signal->sessions);
  parlor_tally_free (signal->tally);
  parlor_deflate_free (signal->deflate);
  g_free (signal);
}

/* FALSE: there are too many, in all or of this address. */
static gboolean
count (ParlorSession *session)
{
  ParlorSignal *signal = session->signal;
  session->counted = signal->n_counted < signal->spec.max_sockets
                     && (!session->peer || parlor_tally_take (signal->tally, session->peer));
  if (session->counted)
    signal->n_counted++;
  else
    signal->n_refused++;
  return session->counted;
}

static void
uncount (ParlorSession *session)
{
  ParlorSignal *signal = session->signal;
  if (!session->counted)
    {
      signal->n_refused--;
      return;
    }
  signal->n_counted--;
  if (session->peer)
    parlor_tally_give (signal->tally, session->peer);
}

static void
on_closed (ParlorWebSocket *socket, gpointer user_data)
{
  ParlorSession *session = user_data;
  ParlorSignal *signal = session->signal;
  session->socket = NULL;
  if (!signal->freed)
    parlor_session_detach (session, now_us (signal));
  if (session->participant && !signal->freed)
    parlor_participant_disconnect (session->participant, session, now_us (signal));
  g_hash_table_remove (signal->sessions, session);
  uncount (session);
  parlor_session_free (session);
  maybe_free (signal);
}

/* ---- events --------------------------------------------------------------------------------- */

/* Behind the welcome to a live room: all that is to be known of it. */
static void
send_live (ParlorSession *session, ParlorRoom *room, gint64 time_us)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  ParlorLiveRoom *live = spec->live ? parlor_live_find (spec->live, parlor_room_info (room)->id)
                                    : NULL;
  gboolean hosts = parlor_participant_can (session->participant, PARLOR_RIGHT_MODERATE);
  if (live)
    parlor_session_send (
        session, parlor_encode_live (live, spec->products, hosts, parlor_room_ms (room, time_us)));
  parlor_audience_send_due (session);
}

static void
send_welcome (ParlorSession *session, const ParlorRoomEvent *event)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const char *identity = parlor_participant_info (event->participant)->identity;
  ParlorWelcomeExtras extras = {
      .base_url = session->base_url,
      .epoch = session->signal->epoch,
      .ice_servers = spec->ice_servers ? spec->ice_servers (identity, spec->ice_data) : NULL,
      .now_us = now_us (session->signal),
  };
  session->participant = event->participant;
  json_t *json = parlor_encode_welcome (event, &extras);
  if (session->join_id)
    json_object_set (json, "id", session->join_id);
  parlor_session_send (session, json);
  send_live (session, event->room, extras.now_us);
}

static guint16
close_code (ParlorCloseReason reason)
{
  switch (reason)
    {
    case PARLOR_CLOSED_ENDED:
      return 4404;
    case PARLOR_CLOSED_TOKEN_EXPIRED:
      return 4401;
    case PARLOR_CLOSED_SERVER_SHUTDOWN:
      return 1001; /* going away: the page comes back by itself */
    case PARLOR_CLOSED_LEFT:
      return 1000;
    case PARLOR_CLOSED_REMOVED:
    case PARLOR_CLOSED_BANNED:
    case PARLOR_CLOSED_REPLACED: /* it must not come back and replace its successor */
    case PARLOR_N_CLOSINGS:
      break;
    }
  return 4403;
}

static void
send_to_one (ParlorSession *session, const ParlorRoomEvent *event)
{
  gboolean ends = event->type == PARLOR_EVENT_CLOSED || event->type == PARLOR_EVENT_DENIED;
  if (event->type == PARLOR_EVENT_WELCOME)
    {
      send_welcome (session, event);
      return;
    }
  json_t *json = parlor_encode_event (event, session->base_url, now_us (session->signal));
  json_t *id = event->type == PARLOR_EVENT_WAITING ? session->join_id
               : event->type == PARLOR_EVENT_CHAT  ? session->request_id
                                                   : NULL;
  if (id)
    json_object_set (json, "id", id);
  parlor_session_send (session, json);
  if (!ends)
    return;
  parlor_session_forget (session);
  gboolean denied = event->type == PARLOR_EVENT_DENIED;
  parlor_session_close (session, denied ? 4403 : close_code (event->close_reason),
                        denied ? "denied" : parlor_close_reason_name (event->close_reason));
}

/* One text for all, but for the room's link, which has the host name that each one came by, and for
 * the id of the sender's own chat message. */
static void
send_to_each (ParlorSession *session, const ParlorRoomEvent *event, const char *text, gsize length)
{
  gboolean own_chat = event->type == PARLOR_EVENT_CHAT && session->request_id
                      && session->participant == event->participant;
  if (event->type != PARLOR_EVENT_ROOM && !own_chat)
    {
      if (session->socket)
        parlor_websocket_send (session->socket, text, length);
      return;
    }
  json_t *json = parlor_encode_event (event, session->base_url, now_us (session->signal));
  if (own_chat)
    json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
}

static void
broadcast (ParlorSignal *signal, const ParlorRoomEvent *event)
{
  json_t *json = parlor_encode_event (event, "", now_us (signal));
  char *text = json ? json_dumps (json, JSON_COMPACT) : NULL;
  json_decref (json);
  if (!text)
    return;
  gsize length = strlen (text);
  guint n = parlor_room_n_participants (event->room);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (event->room, i);
      if (parlor_room_event_reaches (event, participant))
        send_to_each (parlor_participant_session (participant), event, text, length);
    }
  free (text);
}

void
parlor_signal_event (ParlorSignal *signal, const ParlorRoomEvent *event)
{
  if (event->audience == PARLOR_TO_APP)
    return;
  if (event->audience != PARLOR_TO_ONE)
    broadcast (signal, event);
  else if (g_hash_table_contains (signal->sessions, event->session))
    send_to_one (event->session, event);
}

/* ---- live rooms ----------------------------------------------------------------------------- */

static void
admit_to_stage (ParlorSignal *signal, ParlorParticipant *viewer, ParlorSession *session)
{
  const ParlorSignalSpec *spec = &signal->spec;
  g_autofree char *token = spec->stage_token ? spec->stage_token (viewer, spec->stage_data) : NULL;
  g_autofree char *identity = g_strconcat ("stage-", parlor_participant_info (viewer)->id, NULL);
  if (token)
    parlor_session_send (session, json_pack ("{s:s,s:b,s:s,s:s}", "t", "stage", "on", 1, "token",
                                             token, "identity", identity));
}

static void
live_to_one (ParlorSignal *signal, ParlorRoom *room, const ParlorLiveEvent *event)
{
  ParlorParticipant *person = parlor_room_find (room, event->person);
  ParlorSession *session = person ? parlor_participant_session (person) : NULL;
  if (!session || !g_hash_table_contains (signal->sessions, session))
    return;
  if (event->type == PARLOR_LIVE_EVENT_ADMITTED)
    admit_to_stage (signal, person, session);
  else if (event->type == PARLOR_LIVE_EVENT_SCREENED)
    parlor_session_screened (session, event);
  else
    parlor_session_send (session, parlor_encode_live_event (event, signal->spec.products));
}

/* One text for all, or for all hosts; takes `json`. */
static void
send_to_room (ParlorRoom *room, json_t *json, gboolean hosts_only)
{
  ParlorRoomEvent to = {.audience = hosts_only ? PARLOR_TO_HOSTS : PARLOR_TO_ALL, .room = room};
  char *text = json ? json_dumps (json, JSON_COMPACT) : NULL;
  gsize length = text ? strlen (text) : 0;
  guint n = text ? parlor_room_n_participants (room) : 0;
  json_decref (json);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      ParlorSession *session = parlor_participant_session (participant);
      if (parlor_room_event_reaches (&to, participant) && session->socket)
        parlor_websocket_send (session->socket, text, length);
    }
  free (text);
}

void
parlor_signal_live_event (ParlorSignal *signal, const ParlorLiveEvent *event)
{
  ParlorRoom *room = parlor_rooms_find (signal->spec.rooms, parlor_live_info (event->room)->room);
  if (room && event->person)
    live_to_one (signal, room, event);
  else if (room)
    send_to_room (room, parlor_encode_live_event (event, signal->spec.products),
                  event->type == PARLOR_LIVE_EVENT_GUESTS
                      || event->type == PARLOR_LIVE_EVENT_QUIET);
}

void
parlor_signal_shelf (ParlorSignal *signal, const char *brand)
{
  guint n;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (signal->spec.live, brand, &n);
  for (guint i = 0; i < n; i++)
    {
      ParlorRoom *room = parlor_rooms_find (signal->spec.rooms, parlor_live_info (rooms[i])->room);
      if (room)
        send_to_room (room, parlor_encode_shelf (brand, signal->spec.products), FALSE);
    }
}

/* ---- interface ------------------------------------------------------------------------------ */

ParlorSignal *
parlor_signal_new (const ParlorSignalSpec *spec)
{
  ParlorSignal *signal = g_new0 (ParlorSignal, 1);
  signal->spec = *spec;
  if (!spec->max_sockets)
    signal->spec.max_sockets = MAX_SOCKETS;
  signal->tally = parlor_tally_new (spec->max_sockets_of_address ? spec->max_sockets_of_address
                                                                 : MAX_SOCKETS_OF_ADDRESS);
  signal->sessions = g_hash_table_new (NULL, NULL);
  signal->deflate = parlor_deflate_new ();
  parlor_id_make ("ep", &spec->random, signal->epoch);
  return signal;
}

void
parlor_signal_free (ParlorSignal *signal)
{
  if (!signal)
    return;
  GHashTableIter iter;
  gpointer session;
  signal->freed = TRUE;
  g_hash_table_iter_init (&iter, signal->sessions);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    parlor_websocket_abort (((ParlorSession *)session)->socket);
  maybe_free (signal);
}

void
parlor_signal_adopt (ParlorSignal *signal, const ParlorSignalSocket *socket)
{
  static const ParlorWebSocketCallbacks callbacks = {on_message, on_tick, on_closed};
  ParlorSession *session = parlor_session_new (signal, socket);
  gboolean wanted = count (session);
  if (!wanted)
    signal->stats.refused_sockets++;
  if (signal->n_refused > MAX_REFUSED)
    {
      uncount (session);
      parlor_session_free (session);
      close (socket->fd);
      return;
    }
  g_hash_table_add (signal->sessions, session);
  session->socket = parlor_websocket_new (signal->spec.loop, socket->fd, socket->extra,
                                          socket->extra_length, &callbacks, &signal->stats.sockets,
                                          session);
  if (socket->deflates)
    parlor_websocket_set_deflate (session->socket, signal->deflate);
  if (!wanted)
    parlor_session_close (session, 4429, "too many");
}

void
parlor_signal_recheck (ParlorSignal *signal)
{
  g_autofree gpointer *sessions = g_hash_table_get_keys_as_array (signal->sessions, NULL);
  for (guint i = 0; sessions[i]; i++)
    if (parlor_session_is_revoked (sessions[i]))
      parlor_session_end_revoked (sessions[i]);
}

guint
parlor_signal_ring (ParlorSignal *signal, const char *brand, const char *user, json_t *json)
{
  GHashTableIter iter;
  gpointer key;
  guint n = 0;
  g_hash_table_iter_init (&iter, signal->sessions);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      ParlorSession *session = key;
      const ParlorPrincipal *who = &session->principal;
      if (!session->listens || !session->socket || strcmp (who->brand, brand)
          || strcmp (who->subject, user))
        continue;
      parlor_session_send (session, json_incref (json));
      n++;
    }
  json_decref (json);
  return n;
}

void
parlor_signal_set_desk (ParlorSignal *signal, ParlorDesk *desk)
{
  signal->desk = desk;
}

guint
parlor_signal_sessions (const ParlorSignal *signal)
{
  return g_hash_table_size (signal->sessions);
}

const ParlorSignalStats *
parlor_signal_stats (const ParlorSignal *signal)
{
  return &signal->stats;
}
