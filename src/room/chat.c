/* SPDX-License-Identifier: Apache-2.0 */
#include "room/chat.h"

struct _ParlorChat
{
  guint capacity;
  GQueue messages; /* of ParlorChatMessage, the oldest first */
};

static void
message_free (gpointer data)
{
  ParlorChatMessage *message = data;
  g_free ((char *)message->id);
  g_free ((char *)message->client_id);
  g_free ((char *)message->participant);
  g_free ((char *)message->name);
  g_free ((char *)message->company);
  g_free ((char *)message->text);
  g_free (message);
}

ParlorChat *
parlor_chat_new (guint capacity)
{
  ParlorChat *chat = g_new0 (ParlorChat, 1);
  chat->capacity = MAX (capacity, 1);
  g_queue_init (&chat->messages);
  return chat;
}

void
parlor_chat_free (ParlorChat *chat)
{
  if (chat == NULL)
    return;
  g_queue_clear_full (&chat->messages, message_free);
  g_free (chat);
}

const ParlorChatMessage *
parlor_chat_add (ParlorChat *chat, const ParlorChatMessage *message)
{
  ParlorChatMessage *copy = g_new (ParlorChatMessage, 1);
  *copy = (ParlorChatMessage){
      .id = g_strdup (message->id),
      .client_id = g_strdup (message->client_id),
      .participant = g_strdup (message->participant),
      .name = g_strdup (message->name),
      .company = g_strdup (message->company),
      .text = g_strdup (message->text),
      .at_ms = message->at_ms,
      .room_ms = message->room_ms,
  };
  g_queue_push_tail (&chat->messages, copy);
  if (g_queue_get_length (&chat->messages) > chat->capacity)
    message_free (g_queue_pop_head (&chat->messages));
  return copy;
}

const ParlorChatMessage *
parlor_chat_find (ParlorChat *chat, const char *participant, const char *client_id)
{
  for (GList *l = chat->messages.tail; l != NULL; l = l->prev)
    {
      const ParlorChatMessage *message = l->data;
      if (g_strcmp0 (message->client_id, client_id) == 0
          && g_strcmp0 (message->participant, participant) == 0)
        return message;
    }
  return NULL;
}

guint
parlor_chat_length (const ParlorChat *chat)
{
  return chat->messages.length;
}

const ParlorChatMessage *
parlor_chat_get (const ParlorChat *chat, guint i)
{
  return g_queue_peek_nth ((GQueue *)&chat->messages, i);
}
