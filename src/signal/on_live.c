/* SPDX-License-Identifier: Apache-2.0 */
/* What viewers and hosts of live rooms say: one function a message, each a call into the domain. */
#include "live/live.h"
#include "live/products.h"
#include "room/room.h"
#include "signal/encode.h"
#include "signal/encode_live.h"
#include "signal/handlers.h"

#include <string.h>

static ParlorLiveNow
now_of (const ParlorSession *session, gint64 now_us)
{
  ParlorClock *clock = session->signal->spec.clock;
  return (ParlorLiveNow){
      .now_us = now_us,
      .wall_ms = clock->wall_ms (clock),
      .room_ms = parlor_room_ms (parlor_participant_room (session->participant), now_us),
  };
}

/* NULL with NOT_FOUND where this is no live room. */
static ParlorLiveRoom *
live_of (const ParlorSession *session, GError **error)
{
  const ParlorRoomInfo *room = parlor_room_info (parlor_participant_room (session->participant));
  ParlorLive *live = session->signal->spec.live;
  ParlorLiveRoom *found = live ? parlor_live_find (live, room->id) : NULL;
  if (!found)
    parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "This is not a live room.");
  return found;
}

static ParlorLiveWho
who_of (ParlorSession *session)
{
  const ParlorParticipantInfo *info = parlor_participant_info (session->participant);
  const char *brand = parlor_room_info (parlor_participant_room (session->participant))->brand;
  parlor_session_visitor (session, brand, session->live_visitor);
  return (ParlorLiveWho){
      .person = info->id,
      .visitor = session->live_visitor,
      .name = info->name,
      .is_host = parlor_participant_can (session->participant, PARLOR_RIGHT_MODERATE),
  };
}

static guint
number (const json_t *message, const char *name)
{
  return (guint)json_number_value (json_object_get (message, name));
}

/* An answer to the request itself; without an id nobody waits for one. */
static void
answer (ParlorSession *session, json_t *json)
{
  if (session->request_id)
    json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
}

/* ---- comments that wait for the brand's word ------------------------------------------------- */

#define HELD_MAX 16

typedef struct
{
  char comment[PARLOR_ID_SIZE];
  json_t *id; /* of the request; nullable */
} Held;

static void
held_free (gpointer data)
{
  json_decref (((Held *)data)->id);
  g_free (data);
}

static void
hold (ParlorSession *session, const ParlorComment *comment)
{
  if (!session->held)
    session->held = g_ptr_array_new_with_free_func (held_free);
  if (session->held->len == HELD_MAX) /* the same one again and again */
    return;
  Held *held = g_new0 (Held, 1);
  g_strlcpy (held->comment, comment->id, sizeof held->comment);
  held->id = json_incref (session->request_id);
  g_ptr_array_add (session->held, held);
}

static json_t *
comment_json (const ParlorComment *comment)
{
  return json_pack ("{s:s,s:o}", "t", "comment", "comment", parlor_encode_comment (comment));
}

void
parlor_session_screened (ParlorSession *session, const ParlorLiveEvent *event)
{
  for (guint i = session->held ? session->held->len : 0; i > 0; i--)
    {
      const Held *held = session->held->pdata[i - 1];
      if (strcmp (held->comment, event->comment->id) != 0)
        continue;
      json_t *json = event->reason ? parlor_encode_error (held->id, "forbidden", event->reason)
                                   : comment_json (event->comment);
      if (!event->reason && held->id)
        json_object_set (json, "id", held->id);
      parlor_session_send (session, json);
      g_ptr_array_remove_index (session->held, i - 1);
    }
}

/* ---- voices --------------------------------------------------------------------------------- */

PARLOR_MESSAGE_HANDLER (parlor_on_comment)
{
  ParlorLiveRoom *room = live_of (session, error);
  ParlorLiveWho who = who_of (session);
  const ParlorComment *comment = room ? parlor_live_comment (
                                     room, &who, parlor_message_string (message, "client_id"),
                                     parlor_message_string (message, "text"),
                                     now_of (session, now_us), error)
                                      : NULL;
  if (comment && comment->flags & PARLOR_COMMENT_HELD)
    hold (session, comment);
  else if (comment)
    answer (session, comment_json (comment));
  return comment != NULL;
}

PARLOR_MESSAGE_HANDLER (parlor_on_like)
{
  ParlorLiveRoom *room = live_of (session, error);
  ParlorLiveWho who = who_of (session);
  if (room)
    parlor_live_like (room, &who, number (message, "n"), now_of (session, now_us));
  return room != NULL;
}

PARLOR_MESSAGE_HANDLER (parlor_on_vote)
{
  ParlorLiveRoom *room = live_of (session, error);
  ParlorLiveWho who = who_of (session);
  return room
         && parlor_live_vote (room, &who, parlor_message_string (message, "poll"),
                              number (message, "option"), now_of (session, now_us), error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_moderate)
{
  ParlorModeration what;
  ParlorLiveRoom *room = live_of (session, error);
  if (!parlor_moderation_from_name (parlor_message_string (message, "action"), &what))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "moderate: there is no such action.");
  return room
         && parlor_live_moderate (room, what, parlor_message_string (message, "comment"),
                                  now_of (session, now_us), error);
}

/* Texts of a list (transfer container); what is no text is left out. */
static const char **
texts (const json_t *message, const char *name, guint *n)
{
  const json_t *list = json_object_get (message, name), *item;
  const char **out = g_new0 (const char *, json_array_size (list) + 1);
  gsize i;
  *n = 0;
  json_array_foreach (list, i, item) if (json_is_string (item))
      out[(*n)++] = json_string_value (item);
  return out;
}

PARLOR_MESSAGE_HANDLER (parlor_on_blocked)
{
  guint n;
  ParlorLiveRoom *room = live_of (session, error);
  if (!room)
    return FALSE;
  const char **words = texts (message, "words", &n);
  parlor_live_set_blocked (room, words, n, now_of (session, now_us));
  g_free (words);
  return TRUE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_poll)
{
  guint n;
  const char *question = parlor_message_string (message, "question");
  ParlorLiveRoom *room = live_of (session, error);
  if (!room)
    return FALSE;
  if (!question)
    {
      parlor_live_close_poll (room, now_of (session, now_us));
      return TRUE;
    }
  const char **options = texts (message, "options", &n);
  gboolean asked = parlor_live_ask (room, question, options, n, now_of (session, now_us), error);
  g_free (options);
  return asked;
}

/* ---- the host's hand ------------------------------------------------------------------------ */

PARLOR_MESSAGE_HANDLER (parlor_on_live)
{
  ParlorLiveState state;
  ParlorLiveRoom *room = live_of (session, error);
  const char *wanted = parlor_message_string (message, "state");
  if (!room)
    return FALSE;
  if (json_is_number (json_object_get (message, "slow_s")))
    parlor_live_set_slow (room, number (message, "slow_s"), now_of (session, now_us));
  if (!wanted)
    return TRUE;
  if (!parlor_live_state_from_name (wanted, &state))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST, "live: no such state.");
  return parlor_live_set_state (room, state, now_of (session, now_us), error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_pin)
{
  ParlorLiveRoom *room = live_of (session, error);
  const char *sku = parlor_message_string (message, "sku");
  if (!room)
    return FALSE;
  if (!sku)
    {
      parlor_live_unpin (room, now_of (session, now_us));
      return TRUE;
    }
  if (!parlor_products_find (session->signal->spec.products, parlor_live_info (room)->brand, sku))
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such product.");
  return parlor_live_pin (room, sku, parlor_message_string (message, "note"),
                          now_of (session, now_us), error);
}

/* ---- the stage ------------------------------------------------------------------------------ */

/* One who asked is admitted, another is asked. */
static gboolean
call_up (ParlorSession *session, ParlorLiveRoom *room, const char *person, gint64 now_us,
         GError **error)
{
  ParlorParticipant *other = parlor_room_find (parlor_participant_room (session->participant),
                                               person);
  if (!other || !parlor_participant_info (other)->audience)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "This viewer is not here.");
  ParlorLiveWho who = {.person = person, .name = parlor_participant_info (other)->name};
  return parlor_live_invite (room, &who, now_of (session, now_us), error);
}

/* A viewer for himself; a host for the one he names. */
PARLOR_MESSAGE_HANDLER (parlor_on_stage)
{
  ParlorLiveRoom *room = live_of (session, error);
  ParlorLiveWho who = who_of (session);
  gboolean on = parlor_message_flag (message, "on");
  const char *person = parlor_message_string (message, "participant");
  if (!room)
    return FALSE;
  if (person && !who.is_host)
    return parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN, "You may not do this here.");
  if (!on)
    {
      parlor_live_leave_stage (room, person ? person : who.person, now_of (session, now_us));
      return TRUE;
    }
  who.agrees = parlor_message_flag (message, "recorded");
  return person ? call_up (session, room, person, now_us, error)
                : parlor_live_ask_stage (room, &who, now_of (session, now_us), error);
}
