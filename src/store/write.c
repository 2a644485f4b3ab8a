/* SPDX-License-Identifier: Apache-2.0 */
#include "store/write.h"

static ParlorWrite *
write_new (ParlorWriteType type)
{
  ParlorWrite *write = g_new0 (ParlorWrite, 1);
  write->type = type;
  return write;
}

ParlorWrite *
parlor_write_room (const ParlorRoomRecord *record)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_ROOM);
  write->room = *record;
  write->room.id = g_strdup (record->id);
  write->room.brand = g_strdup (record->brand);
  write->room.code = g_strdup (record->code);
  write->room.alias = g_strdup (record->alias);
  write->room.kind = g_strdup (record->kind);
  write->room.title = g_strdup (record->title);
  return write;
}

ParlorWrite *
parlor_write_participant (const ParlorParticipantRecord *record)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_PARTICIPANT);
  write->participant = *record;
  write->participant.room = g_strdup (record->room);
  write->participant.id = g_strdup (record->id);
  write->participant.identity = g_strdup (record->identity);
  write->participant.name = g_strdup (record->name);
  return write;
}

ParlorWrite *
parlor_write_forget (const char *room, const char *id)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_FORGET);
  write->participant.room = g_strdup (room);
  write->participant.id = g_strdup (id);
  return write;
}

ParlorWrite *
parlor_write_ban (const ParlorBanRecord *record)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_BAN);
  write->ban = *record;
  write->ban.room = g_strdup (record->room);
  write->ban.identity = g_strdup (record->identity);
  write->ban.by = g_strdup (record->by);
  return write;
}

ParlorWrite *
parlor_write_chat (const ParlorChatRecord *record)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_CHAT);
  const ParlorChatMessage *message = &record->message;
  write->chat.room = g_strdup (record->room);
  write->chat.message = (ParlorChatMessage){
      .id = g_strdup (message->id),
      .client_id = g_strdup (message->client_id),
      .participant = g_strdup (message->participant),
      .name = g_strdup (message->name),
      .text = g_strdup (message->text),
      .at_ms = message->at_ms,
      .room_ms = message->room_ms,
  };
  return write;
}

ParlorWrite *
parlor_write_purge (gint64 before_ms)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_PURGE);
  write->participant.left_ms = before_ms;
  return write;
}

ParlorWrite *
parlor_write_flush (ParlorStoreFlushed flushed, gpointer user_data)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_FLUSH);
  write->flush.flushed = flushed;
  write->flush.user_data = user_data;
  return write;
}

static void
clear_room (ParlorRoomRecord *record)
{
  g_free ((char *)record->id);
  g_free ((char *)record->brand);
  g_free ((char *)record->code);
  g_free ((char *)record->alias);
  g_free ((char *)record->kind);
  g_free ((char *)record->title);
}

static void
clear_participant (ParlorParticipantRecord *record)
{
  g_free ((char *)record->room);
  g_free ((char *)record->id);
  g_free ((char *)record->identity);
  g_free ((char *)record->name);
}

static void
clear_ban (ParlorBanRecord *record)
{
  g_free ((char *)record->room);
  g_free ((char *)record->identity);
  g_free ((char *)record->by);
}

static void
clear_chat (ParlorChatRecord *record)
{
  g_free ((char *)record->room);
  g_free ((char *)record->message.id);
  g_free ((char *)record->message.client_id);
  g_free ((char *)record->message.participant);
  g_free ((char *)record->message.name);
  g_free ((char *)record->message.text);
}

void
parlor_write_free (ParlorWrite *write)
{
  if (write == NULL)
    return;
  switch (write->type)
    {
    case PARLOR_WRITE_ROOM:
      clear_room (&write->room);
      break;
    case PARLOR_WRITE_PARTICIPANT:
    case PARLOR_WRITE_FORGET:
    case PARLOR_WRITE_PURGE:
      clear_participant (&write->participant);
      break;
    case PARLOR_WRITE_BAN:
      clear_ban (&write->ban);
      break;
    case PARLOR_WRITE_CHAT:
      clear_chat (&write->chat);
      break;
    case PARLOR_WRITE_FLUSH:
      break;
    }
  g_free (write);
}
