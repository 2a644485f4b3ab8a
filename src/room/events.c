/* SPDX-License-Identifier: Apache-2.0 */
#include "room/events.h"

#include "room/participant.h"

static const char *const denials[PARLOR_N_DENIALS] = {
    [PARLOR_DENIED_HOST] = "host",           [PARLOR_DENIED_LOCKED] = "locked",
    [PARLOR_DENIED_BANNED] = "banned",       [PARLOR_DENIED_ROOM_CLOSED] = "room_closed",
    [PARLOR_DENIED_ROOM_FULL] = "room_full", [PARLOR_DENIED_PARTNER] = "partner",
};

static const char *const leave_reasons[PARLOR_N_LEFTS] = {
    [PARLOR_LEFT_LEFT] = "left",         [PARLOR_LEFT_LOST] = "lost",
    [PARLOR_LEFT_REMOVED] = "removed",   [PARLOR_LEFT_BANNED] = "banned",
    [PARLOR_LEFT_REPLACED] = "replaced",
};

static const char *const close_reasons[PARLOR_N_CLOSINGS] = {
    [PARLOR_CLOSED_REMOVED] = "removed",
    [PARLOR_CLOSED_BANNED] = "banned",
    [PARLOR_CLOSED_ENDED] = "ended",
    [PARLOR_CLOSED_REPLACED] = "replaced",
    [PARLOR_CLOSED_SERVER_SHUTDOWN] = "server_shutdown",
    [PARLOR_CLOSED_TOKEN_EXPIRED] = "token_expired",
    [PARLOR_CLOSED_LEFT] = "left",
};

static const char *const whys[] = {
    [PARLOR_WHY_OK] = "ok",
    [PARLOR_WHY_UPLINK] = "uplink",
    [PARLOR_WHY_DOWNLINK] = "downlink",
    [PARLOR_WHY_SERVER] = "server",
    [PARLOR_WHY_PEER] = "peer",
};

static const char *const fits[] = {
    [PARLOR_FIT_OK] = "ok",
    [PARLOR_FIT_CONVERTING] = "converting",
    [PARLOR_FIT_CONVERTED] = "converted",
    [PARLOR_FIT_UNAVAILABLE] = "unavailable",
};

const char *
parlor_fit_name (ParlorFit fit)
{
  return (guint)fit < PARLOR_N_FITS ? fits[fit] : NULL;
}

const char *
parlor_denial_name (ParlorDenial denial)
{
  return (guint)denial < PARLOR_N_DENIALS ? denials[denial] : NULL;
}

const char *
parlor_leave_reason_name (ParlorLeaveReason reason)
{
  return (guint)reason < PARLOR_N_LEFTS ? leave_reasons[reason] : NULL;
}

const char *
parlor_close_reason_name (ParlorCloseReason reason)
{
  return (guint)reason < PARLOR_N_CLOSINGS ? close_reasons[reason] : NULL;
}

const char *
parlor_quality_why_name (ParlorQualityWhy why)
{
  return (guint)why < G_N_ELEMENTS (whys) ? whys[why] : NULL;
}

gboolean
parlor_room_event_reaches (const ParlorRoomEvent *event, const ParlorParticipant *participant)
{
  const ParlorParticipantInfo *info = parlor_participant_info (participant);
  gpointer session = parlor_participant_session (participant);
  if (session == NULL)
    return FALSE;
  if (event->audience == PARLOR_TO_ONE)
    return session == event->session;
  if (info->kind != PARLOR_PARTICIPANT_PAGE || info->waiting
      || parlor_participant_room (participant) != event->room || event->audience == PARLOR_TO_APP)
    return FALSE;
  /* Ten thousand viewers are not told five times a second who talks, nor what the hosts note. */
  if (info->audience
      && (event->type == PARLOR_EVENT_SPEAKING || event->type == PARLOR_EVENT_HANDS
          || event->type == PARLOR_EVENT_REACTION || event->type == PARLOR_EVENT_CHAT
          || event->type == PARLOR_EVENT_MARKER))
    return FALSE;
  return event->audience == PARLOR_TO_ALL
         || parlor_participant_can (participant, PARLOR_RIGHT_MODERATE);
}
