/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints of the media plane: opening, offers, closing; and which sources the server lets
 * through. */
#include "room/private.h"

static ParlorMedia *
media_of (const ParlorRoom *room)
{
  return room->rooms->spec.media;
}

ParlorEndpointId
parlor_room_open_endpoint (ParlorRoom *room, const char *identity, gboolean hears_room,
                           GError **error)
{
  ParlorMedia *media = media_of (room);
  if (media == NULL)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "there is no media here");
      return 0;
    }
  ParlorEndpointSpec spec = {.room = room->id, .label = identity, .hears_room = hears_room};
  return media->ops->open (media, &spec, error);
}

/* An answer that takes nothing of the offer is none: its client would wait for ever. */
static gboolean
takes_part (const ParlorMediaOffer *offer, const ParlorMediaAnswer *answer, GError **error)
{
  gboolean any = offer->subscribe && answer->n_slots > 0;
  for (guint i = 0; offer->publish && i < PARLOR_N_SOURCES; i++)
    any = any || answer->publishes[i];
  if (!any)
    g_set_error_literal (
        error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE,
        offer->publish ? "No m-line of this offer sends anything: each is recvonly or "
                         "inactive. WHIP takes a=sendonly; WHEP is for who wants to watch."
                       : "No m-line of this offer receives anything: each is sendonly or "
                         "inactive. WHEP takes a=recvonly; WHIP is for who wants to publish.");
  return any;
}

ParlorEndpointId
parlor_room_open_session (ParlorRoom *room, const char *identity, gboolean hears_room,
                          const ParlorMediaOffer *offer, ParlorMediaAnswer *answer, GError **error)
{
  ParlorEndpointId endpoint = parlor_room_open_endpoint (room, identity, hears_room, error);
  if (endpoint == 0)
    return 0;
  ParlorMedia *media = media_of (room);
  gboolean answered = media->ops->negotiate (media, endpoint, offer, answer, error);
  if (answered && takes_part (offer, answer, error))
    return endpoint;
  if (answered)
    parlor_media_answer_clear (answer);
  media->ops->close (media, endpoint);
  return 0;
}

void
parlor_participant_set_endpoint (ParlorParticipant *participant, ParlorEndpointId endpoint)
{
  parlor_participant_close_endpoint (participant);
  participant->endpoint = endpoint;
  g_hash_table_insert (participant->room->rooms->by_endpoint, &participant->endpoint, participant);
}

/* Where the media plane fills the audio slots it empties them too; a player of one publisher has
   them chosen here (choose.c). */
static void
forget_endpoint (gpointer key, gpointer value, gpointer user_data)
{
  ParlorParticipant *participant = value;
  if (participant->slots != NULL && participant->publisher == NULL)
    parlor_slot_table_forget (participant->slots, *(ParlorEndpointId *)user_data);
}

void
parlor_participant_close_endpoint (ParlorParticipant *participant)
{
  ParlorRoom *room = participant->room;
  ParlorEndpointId endpoint = participant->endpoint;
  if (endpoint == 0)
    return;
  g_hash_table_remove (room->rooms->by_endpoint, &endpoint);
  participant->endpoint = 0;
  participant->media_stands = FALSE;
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    participant->info.sources[kind].active = FALSE;
  g_clear_pointer (&participant->slots, parlor_slot_table_free);
  g_hash_table_foreach (room->people, forget_endpoint, &endpoint);
  media_of (room)->ops->close (media_of (room), endpoint);
  parlor_room_touch (room);
}

gboolean
parlor_participant_is_open (const ParlorParticipant *participant, ParlorSourceKind kind)
{
  return parlor_participant_can (participant, parlor_right_for_source (kind))
         && !participant->server_muted[kind] && !participant->own_muted[kind]
         && !participant->withdrawn[kind] && participant->room->stage != PARLOR_STAGE_PAUSED;
}

void
parlor_participant_apply_open (ParlorParticipant *participant, ParlorSourceKind kind)
{
  ParlorMedia *media = media_of (participant->room);
  if (participant->endpoint != 0)
    media->ops->set_source_open (media, participant->endpoint, kind,
                                 parlor_participant_is_open (participant, kind));
}

void
parlor_participant_refresh_source (ParlorParticipant *participant, ParlorSourceKind kind)
{
  participant->info.sources[kind].muted = participant->own_muted[kind]
                                          || participant->server_muted[kind];
  parlor_room_touch (participant->room);
}

/* A new session opens every source: what is muted, off or not granted is closed again. */
void
parlor_participant_take_answer (ParlorParticipant *participant, const ParlorMediaAnswer *answer)
{
  if (answer->restarted && participant->slots != NULL)
    parlor_slot_table_untell (participant->slots);
  else
    {
      parlor_slot_table_free (participant->slots);
      participant->slots = parlor_slot_table_new (answer->slots, answer->n_slots);
      participant->media_stands = FALSE;
      parlor_participant_refresh_state (participant);
    }
  for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
    if (!parlor_participant_is_open (participant, kind))
      parlor_participant_apply_open (participant, kind);
  parlor_room_untell (participant->room);
  parlor_room_touch (participant->room);
}

/* The senders that he may fill; returns how many. */
static guint
permitted_senders (const ParlorParticipant *participant, const ParlorMediaOffer *offer,
                   ParlorSenderMap out[PARLOR_N_SOURCES])
{
  guint n = 0;
  for (guint i = 0; i < offer->n_senders && n < PARLOR_N_SOURCES; i++)
    {
      ParlorRights right = parlor_right_for_source (offer->senders[i].source);
      if (right != PARLOR_RIGHT_NONE && parlor_participant_can (participant, right))
        out[n++] = offer->senders[i];
    }
  return n;
}

static gboolean
negotiate_within_rights (ParlorParticipant *participant, const ParlorMediaOffer *offer,
                         ParlorMediaAnswer *answer, GError **error)
{
  ParlorMedia *media = media_of (participant->room);
  ParlorSenderMap senders[PARLOR_N_SOURCES];
  ParlorMediaOffer permitted = *offer;
  permitted.senders = senders;
  permitted.n_senders = permitted_senders (participant, offer, senders);
  permitted.publish = offer->publish && (participant->info.rights & PARLOR_RIGHTS_PUBLISH)
                      && (permitted.n_senders > 0 || offer->n_senders == 0);
  permitted.subscribe = offer->subscribe
                        && parlor_participant_can (participant, PARLOR_RIGHT_SUBSCRIBE);
  return media->ops->negotiate (media, participant->endpoint, &permitted, answer, error);
}

gboolean
parlor_participant_negotiate (ParlorParticipant *participant, const ParlorMediaOffer *offer,
                              ParlorMediaAnswer *answer, gint64 now_us, GError **error)
{
  if (participant->info.waiting)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN,
                           "wait until a host has admitted you");
      return FALSE;
    }
  if (participant->info.audience && participant->room->stage == PARLOR_STAGE_CLOSED)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                           "the stream is not live yet");
      return FALSE;
    }
  gboolean fresh = participant->endpoint == 0;
  if (fresh)
    {
      gboolean hears = parlor_participant_can (participant, PARLOR_RIGHT_SUBSCRIBE);
      ParlorEndpointId endpoint = parlor_room_open_endpoint (participant->room,
                                                             participant->identity, hears, error);
      if (endpoint == 0)
        return FALSE;
      parlor_participant_set_endpoint (participant, endpoint);
    }
  if (!negotiate_within_rights (participant, offer, answer, error))
    {
      if (fresh)
        parlor_participant_close_endpoint (participant);
      return FALSE;
    }
  parlor_participant_take_answer (participant, answer);
  return TRUE;
}

gboolean
parlor_participant_patch (ParlorParticipant *participant, const char *fragment, gsize length,
                          char **answer_fragment, char **ice_ufrag, GError **error)
{
  ParlorMedia *media = media_of (participant->room);
  if (participant->endpoint == 0)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "the session has ended");
      return FALSE;
    }
  return media->ops->patch (media, participant->endpoint, fragment, length, answer_fragment,
                            ice_ufrag, error);
}
