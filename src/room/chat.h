/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The chat of one room: the last messages, for those who come later, and no message twice. Pure; of
 * its owner's thread (control).
 */
#pragma once

#include "base/ids.h"

G_BEGIN_DECLS

#define PARLOR_CHAT_HISTORY 200
#define PARLOR_CHAT_TEXT_MAX 4000

/** One message. Strings belong to the history; it lives until 200 newer ones came. */
typedef struct
{
  const char *id;          /**< "msg_…" */
  const char *client_id;   /**< of the sender's making, 1 to 64 characters */
  const char *participant; /**< "pt_…" of the sender, who may have left since */
  const char *name;        /**< as it was when it was written */
  const char *company;     /**< of a partner who wrote it; NULL = of nobody else's */
  const char *text;
  gint64 at_ms;   /**< wall clock */
  gint64 room_ms; /**< room clock */
} ParlorChatMessage;

typedef struct _ParlorChat ParlorChat;

/** `capacity` messages are kept (>= 1). */
ParlorChat *parlor_chat_new (guint capacity);
void parlor_chat_free (ParlorChat *chat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorChat, parlor_chat_free)

/** Copies `message` in as the newest and returns the copy (owned by `chat`); the oldest may go. */
const ParlorChatMessage *parlor_chat_add (ParlorChat *chat, const ParlorChatMessage *message);
/** The kept message of this participant with this client_id, or NULL. */
const ParlorChatMessage *parlor_chat_find (ParlorChat *chat, const char *participant,
                                           const char *client_id);
guint parlor_chat_length (const ParlorChat *chat);
/** i = 0 is the oldest kept; NULL past the end. */
const ParlorChatMessage *parlor_chat_get (const ParlorChat *chat, guint i);

G_END_DECLS
