/* SPDX-License-Identifier: Apache-2.0 */
/* Broadcasts: from the domain to pages, and what pages and hosts say about them. */
#include "signal/audience.h"

#include "live/invites.h"
#include "live/live.h"
#include "room/room.h"
#include "service/service.h"
#include "signal/desk_private.h"
#include "signal/handlers.h"

#include <string.h>

#define LIFE_S 3600

/* ---- who ------------------------------------------------------------------------------------ */

static const ParlorCustomer *
customer_of (const ParlorSignal *signal, const char *brand, const char *visitor)
{
  ParlorService *service = signal->desk ? desk_service (signal->desk) : NULL;
  ParlorServiceBrand *served = service && *visitor ? parlor_service_brand (service, brand) : NULL;
  return served ? parlor_service_customer_of (served, visitor) : NULL;
}

/* As this brand knows him; a page that can have no cookie is known by its desk. */
static void
person_of (ParlorSession *session, const char *brand, ParlorBroadcastPerson *person)
{
  char *visitor = session->live_visitor;
  parlor_session_visitor (session, brand, visitor);
  if (!*visitor && session->attached && !session->rep && !strcmp (session->desk_brand, brand))
    g_strlcpy (visitor, session->desk_visitor, sizeof session->live_visitor);
  const ParlorParticipantInfo *info = session->participant
                                          ? parlor_participant_info (session->participant)
                                          : NULL;
  const ParlorCustomer *customer = customer_of (session->signal, brand, visitor);
  *person = (ParlorBroadcastPerson){
      .visitor = visitor,
      .identity = info ? info->identity : NULL,
      .name = info ? info->name : NULL,
      .customer = customer ? customer->id : NULL,
      .customer_ref = customer ? customer->ref : NULL,
  };
}

gboolean
parlor_signal_person (ParlorSignal *signal, ParlorParticipant *participant,
                      ParlorBroadcastPerson *person)
{
  ParlorSession *session = parlor_participant_session (participant);
  if (!session || !g_hash_table_contains (signal->sessions, session))
    return FALSE;
  person_of (session, parlor_room_info (parlor_participant_room (participant))->brand, person);
  return TRUE;
}

/* The brand and the live room that this page is in; NULL, NULL: neither. */
static const char *
place_of (const ParlorSession *session, const char **room)
{
  const ParlorRoomInfo *info = session->participant ? parlor_room_info (
                                   parlor_participant_room (session->participant))
                                                    : NULL;
  ParlorLive *live = session->signal->spec.live;
  *room = info && live && parlor_live_find (live, info->id) ? info->id : NULL;
  if (*room)
    return info->brand;
  return session->attached && !session->rep ? session->desk_brand : NULL;
}

static gboolean
is_host (const ParlorSession *session)
{
  return session->participant
         && parlor_participant_can (session->participant, PARLOR_RIGHT_MODERATE);
}

/* ---- to pages ------------------------------------------------------------------------------- */

static json_t *
encode (const ParlorBroadcast *row)
{
  return json_pack ("{s:s,s:{s:s,s:s,s:s,s:s,s:b,s:b,s:I,s:I,s:I}}", "t", "broadcast", "broadcast",
                    "id", row->id, "title", row->title, "text", row->text, "url", row->url,
                    "confirm", row->confirm != 0, "brief", row->watch_ms != 0, "room_ms",
                    (json_int_t)row->room_ms, "at", (json_int_t)row->made_ms, "until",
                    (json_int_t)row->until_ms);
}

static json_t *
encode_counts (const ParlorSignal *signal, const ParlorBroadcast *row)
{
  ParlorBroadcastCounts counts = parlor_broadcasts_counts (signal->spec.broadcasts, row);
  return json_pack ("{s:s,s:s,s:i,s:i,s:i,s:i}", "t", "broadcast_count", "broadcast", row->id,
                    "shown", (int)counts.of[PARLOR_RECEIPT_SHOWN], "watched",
                    (int)counts.of[PARLOR_RECEIPT_WATCHED], "confirmed",
                    (int)counts.of[PARLOR_RECEIPT_CONFIRMED], "expected", (int)counts.expected);
}

/* Whether it reaches this page: he is in its room, or somewhere of its brand. A host is one of his
 * room alone: what is all of the brand's comes to him as to anybody. */
static gboolean
reaches (ParlorSession *session, const ParlorBroadcast *row, gboolean hosts_only)
{
  const char *room;
  const char *brand = place_of (session, &room);
  ParlorBroadcastPerson person;
  if (!brand || strcmp (brand, row->brand) || (*row->room && g_strcmp0 (room, row->room)))
    return FALSE;
  if (*row->room && is_host (session))
    return TRUE;
  if (hosts_only)
    return FALSE;
  if (!row->closed)
    return TRUE;
  person_of (session, brand, &person);
  return parlor_broadcasts_is_for (session->signal->spec.broadcasts, row, &person);
}

void
parlor_signal_broadcast (ParlorSignal *signal, const ParlorBroadcast *row,
                         ParlorBroadcastEvent event)
{
  json_t *json = event == PARLOR_BROADCAST_MADE ? encode (row)
                 : event == PARLOR_BROADCAST_OVER
                     ? json_pack ("{s:s,s:s}", "t", "broadcast_over", "broadcast", row->id)
                     : encode_counts (signal, row);
  char *text = json ? json_dumps (json, JSON_COMPACT) : NULL;
  gsize length = text ? strlen (text) : 0;
  GHashTableIter iter;
  gpointer key;
  json_decref (json);
  g_hash_table_iter_init (&iter, signal->sessions);
  while (text && g_hash_table_iter_next (&iter, &key, NULL))
    {
      ParlorSession *session = key;
      if (session->socket && reaches (session, row, event == PARLOR_BROADCAST_COUNTED))
        parlor_websocket_send (session->socket, text, length);
    }
  free (text);
}

/* A host is told all that stands in his room, with its counts. */
static void
send_standing (ParlorSession *session, const char *brand, gint64 wall_ms)
{
  guint n;
  const ParlorSignalSpec *spec = &session->signal->spec;
  g_autofree const ParlorBroadcast **all = parlor_broadcasts_list (spec->broadcasts, brand, NULL,
                                                                   &n);
  for (guint i = n; i-- > 0;)
    if (parlor_broadcast_stands (all[i], wall_ms) && reaches (session, all[i], TRUE))
      {
        parlor_session_send (session, encode (all[i]));
        parlor_session_send (session, encode_counts (session->signal, all[i]));
      }
}

void
parlor_audience_send_due (ParlorSession *session)
{
  guint n;
  const char *room;
  const ParlorSignalSpec *spec = &session->signal->spec;
  const char *brand = spec->broadcasts ? place_of (session, &room) : NULL;
  ParlorBroadcastPerson person;
  if (!brand)
    return;
  gint64 wall_ms = spec->clock->wall_ms (spec->clock);
  gboolean hosts = is_host (session);
  if (hosts)
    send_standing (session, brand, wall_ms);
  person_of (session, brand, &person);
  g_autofree const ParlorBroadcast **due = parlor_broadcasts_due (spec->broadcasts, brand, room,
                                                                  &person, wall_ms, &n);
  for (guint i = 0; i < n; i++)
    if (!hosts || !*due[i]->room)
      parlor_session_send (session, encode (due[i]));
}

/* ---- from pages ----------------------------------------------------------------------------- */

static gboolean
has_broadcasts (const ParlorSession *session, GError **error)
{
  return session->signal->spec.broadcasts
         || parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There are no broadcasts here.");
}

/* An answer to the request itself; without an id nobody waits for one. Takes `json`. */
static void
answer (ParlorSession *session, json_t *json)
{
  if (!session->request_id)
    {
      json_decref (json);
      return;
    }
  json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
}

PARLOR_MESSAGE_HANDLER (parlor_on_ack)
{
  const char *room, *brand = place_of (session, &room);
  const char *id = parlor_message_string (message, "broadcast");
  const char *what = parlor_message_string (message, "what");
  const ParlorSignalSpec *spec = &session->signal->spec;
  ParlorReceiptKind kind;
  ParlorBroadcastPerson person;
  if (!has_broadcasts (session, error))
    return FALSE;
  if (!parlor_receipt_from_name (what, &kind) || kind == PARLOR_RECEIPT_WATCHED)
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "ack: what is shown or confirmed.");
  if (!brand)
    return parlor_message_refuse (error, PARLOR_ERROR_CONFLICT, "Send join or attach first.");
  person_of (session, brand, &person);
  if (!parlor_broadcasts_acknowledge (spec->broadcasts, brand, id, &person, kind,
                                      spec->clock->wall_ms (spec->clock), error))
    return FALSE;
  answer (session, json_pack ("{s:s,s:s,s:s}", "t", "acked", "broadcast", id, "what", what));
  return TRUE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_broadcasts)
{
  if (!has_broadcasts (session, error))
    return FALSE;
  parlor_audience_send_due (session);
  return TRUE;
}

/* A host speaks to his own room; what has a link or a list is the brand's, by HTTP. */
PARLOR_MESSAGE_HANDLER (parlor_on_broadcast)
{
  const char *room, *brand = place_of (session, &room);
  const ParlorSignalSpec *spec = &session->signal->spec;
  const json_t *life = json_object_get (message, "life_s");
  if (!has_broadcasts (session, error))
    return FALSE;
  if (!room)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "This is not a live room.");
  gint64 wall_ms = spec->clock->wall_ms (spec->clock);
  ParlorBroadcast row = {
      .brand = (char *)brand,
      .room = (char *)room,
      .client_id = (char *)parlor_message_string (message, "client_id"),
      .title = (char *)parlor_message_string (message, "title"),
      .text = (char *)parlor_message_string (message, "text"),
      .maker = (char *)parlor_participant_info (session->participant)->id,
      .confirm = parlor_message_flag (message, "confirm"),
      .room_ms = parlor_room_ms (parlor_participant_room (session->participant), now_us),
      .until_ms = wall_ms
                  + 1000 * (json_is_number (life) ? (gint64)json_number_value (life) : LIFE_S),
  };
  const ParlorBroadcast *made = parlor_broadcasts_send (spec->broadcasts, &row, wall_ms, error);
  if (made)
    answer (session, json_pack ("{s:s,s:s}", "t", "broadcast_sent", "broadcast", made->id));
  return made != NULL;
}

PARLOR_MESSAGE_HANDLER (parlor_on_broadcast_end)
{
  const char *room, *brand = place_of (session, &room);
  const char *id = parlor_message_string (message, "broadcast");
  const ParlorSignalSpec *spec = &session->signal->spec;
  if (!has_broadcasts (session, error))
    return FALSE;
  const ParlorBroadcast *row = parlor_broadcasts_find (spec->broadcasts, brand, id);
  if (!row || !room || strcmp (row->room, room))
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such broadcast.");
  parlor_broadcasts_withdraw (spec->broadcasts, brand, id, spec->clock->wall_ms (spec->clock));
  return TRUE;
}

/* ---- who led whom --------------------------------------------------------------------------- */

/* The person who serves him who owns this link. */
static const char *
rep_of_owner (const ParlorSession *session, const char *brand, const char *owner)
{
  const ParlorCustomer *customer = customer_of (session->signal, brand, owner);
  for (const ParlorBinding *binding = customer ? customer->bindings : NULL; binding;
       binding = binding->next_of_customer)
    if (binding->rep && binding->state == PARLOR_BINDING_ACTIVE)
      return binding->rep->id;
  return NULL;
}

const char *
parlor_audience_led_by (ParlorSession *session, const char *brand, const char *visitor,
                        const ParlorTouch **touch)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const ParlorInvite *chain[PARLOR_INVITE_CHAIN];
  *touch = spec->visitors ? parlor_visitors_last_touch (spec->visitors, visitor) : NULL;
  if (!*touch)
    return "";
  if (g_str_has_prefix ((*touch)->inviter, "rep_"))
    return (*touch)->inviter;
  guint n = spec->invites ? parlor_invites_chain (spec->invites, (*touch)->entry, chain) : 0;
  for (guint i = 0; i < n; i++)
    {
      const char *rep = rep_of_owner (session, brand, chain[i]->owner);
      if (rep)
        return rep;
    }
  const ParlorEntry *first = n ? parlor_visitors_find_entry (spec->visitors, chain[n - 1]->parent)
                               : NULL;
  return first ? first->rep : "";
}
