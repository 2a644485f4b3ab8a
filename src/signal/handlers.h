/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The handlers of the message table: on_session.c (join, offer, what the page shows and publishes),
 * on_room.c (people, chat, moderation). Fields are as the row says when they are called.
 *
 * Thread: control.
 */
#pragma once

#include "signal/session.h"

G_BEGIN_DECLS

#define PARLOR_MESSAGE_HANDLER(name)                                                               \
  gboolean name (ParlorSession *session, const json_t *message, gint64 now_us, GError **error)

/** A field's text; NULL = it is not there. */
static inline const char *
parlor_message_string (const json_t *message, const char *name)
{
  return json_string_value (json_object_get (message, name));
}

/** TRUE = it is there and true. */
static inline gboolean
parlor_message_flag (const json_t *message, const char *name)
{
  return json_is_true (json_object_get (message, name));
}

/** Sets the error that goes back to the peer; FALSE, for a handler to return. */
static inline gboolean
parlor_message_refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

/* on_service.c */
PARLOR_MESSAGE_HANDLER (parlor_on_attach);
PARLOR_MESSAGE_HANDLER (parlor_on_tap);
PARLOR_MESSAGE_HANDLER (parlor_on_bind);
PARLOR_MESSAGE_HANDLER (parlor_on_binding);
PARLOR_MESSAGE_HANDLER (parlor_on_say);
PARLOR_MESSAGE_HANDLER (parlor_on_typing);
PARLOR_MESSAGE_HANDLER (parlor_on_seen);
PARLOR_MESSAGE_HANDLER (parlor_on_history);
PARLOR_MESSAGE_HANDLER (parlor_on_reply_offer);
PARLOR_MESSAGE_HANDLER (parlor_on_suspend);
PARLOR_MESSAGE_HANDLER (parlor_on_thread);
PARLOR_MESSAGE_HANDLER (parlor_on_about);
PARLOR_MESSAGE_HANDLER (parlor_on_upgrade);
PARLOR_MESSAGE_HANDLER (parlor_on_rate);
PARLOR_MESSAGE_HANDLER (parlor_on_keep);
PARLOR_MESSAGE_HANDLER (parlor_on_human);
PARLOR_MESSAGE_HANDLER (parlor_on_feedback);
PARLOR_MESSAGE_HANDLER (parlor_on_call);
PARLOR_MESSAGE_HANDLER (parlor_on_call_act);

PARLOR_MESSAGE_HANDLER (parlor_on_join);
PARLOR_MESSAGE_HANDLER (parlor_on_leave);
PARLOR_MESSAGE_HANDLER (parlor_on_offer);
PARLOR_MESSAGE_HANDLER (parlor_on_view);
PARLOR_MESSAGE_HANDLER (parlor_on_source);
/* on_panels.c */
PARLOR_MESSAGE_HANDLER (parlor_on_panel);
/* on_quality.c */
PARLOR_MESSAGE_HANDLER (parlor_on_stats);
PARLOR_MESSAGE_HANDLER (parlor_on_room_quality);

PARLOR_MESSAGE_HANDLER (parlor_on_name);
PARLOR_MESSAGE_HANDLER (parlor_on_hand);
PARLOR_MESSAGE_HANDLER (parlor_on_reaction);
PARLOR_MESSAGE_HANDLER (parlor_on_chat);
PARLOR_MESSAGE_HANDLER (parlor_on_admit);
PARLOR_MESSAGE_HANDLER (parlor_on_deny);
PARLOR_MESSAGE_HANDLER (parlor_on_room);
PARLOR_MESSAGE_HANDLER (parlor_on_stage_pin);
PARLOR_MESSAGE_HANDLER (parlor_on_mute_all);
PARLOR_MESSAGE_HANDLER (parlor_on_mute);
PARLOR_MESSAGE_HANDLER (parlor_on_ask_unmute);
PARLOR_MESSAGE_HANDLER (parlor_on_remove);
PARLOR_MESSAGE_HANDLER (parlor_on_role);
PARLOR_MESSAGE_HANDLER (parlor_on_end);

/* on_rings.c */
PARLOR_MESSAGE_HANDLER (parlor_on_listen);
PARLOR_MESSAGE_HANDLER (parlor_on_decline);

/* on_live.c */
PARLOR_MESSAGE_HANDLER (parlor_on_comment);
PARLOR_MESSAGE_HANDLER (parlor_on_like);
PARLOR_MESSAGE_HANDLER (parlor_on_vote);
PARLOR_MESSAGE_HANDLER (parlor_on_moderate);
PARLOR_MESSAGE_HANDLER (parlor_on_blocked);
PARLOR_MESSAGE_HANDLER (parlor_on_poll);
PARLOR_MESSAGE_HANDLER (parlor_on_live);
PARLOR_MESSAGE_HANDLER (parlor_on_pin);
PARLOR_MESSAGE_HANDLER (parlor_on_stage);
/* on_audience.c */
PARLOR_MESSAGE_HANDLER (parlor_on_ack);
PARLOR_MESSAGE_HANDLER (parlor_on_broadcasts);
PARLOR_MESSAGE_HANDLER (parlor_on_broadcast);
PARLOR_MESSAGE_HANDLER (parlor_on_broadcast_end);
/* on_recording.c */
PARLOR_MESSAGE_HANDLER (parlor_on_record);
PARLOR_MESSAGE_HANDLER (parlor_on_consent);
PARLOR_MESSAGE_HANDLER (parlor_on_marker);

G_END_DECLS
