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
      .company = g_strdup (message->company),
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
make_text_valid (char **text)
{
  if (*text == NULL || g_utf8_validate (*text, -1, NULL))
    return;
  char *valid = g_utf8_make_valid (*text, -1);
  g_free (*text);
  *text = valid;
}

/* The same value in every store: texts are UTF-8, flags 0 or 1. */
static void
make_valid (const ParlorRecordKind *kind, gpointer record)
{
  for (guint i = 0; i < kind->n_fields; i++)
    {
      gpointer at = G_STRUCT_MEMBER_P (record, kind->fields[i].offset);
      if (kind->fields[i].type == PARLOR_FIELD_TEXT)
        make_text_valid (at);
      else if (kind->fields[i].type == PARLOR_FIELD_FLAG)
        *(gboolean *)at = *(gboolean *)at != 0;
    }
}

ParlorWrite *
parlor_write_record (const ParlorRecordKind *kind, gconstpointer record)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_RECORD);
  write->record.kind = kind;
  write->record.data = g_malloc (kind->size);
  parlor_record_copy (kind, write->record.data, record);
  make_valid (kind, write->record.data);
  return write;
}

ParlorWrite *
parlor_write_remove (const ParlorRecordKind *kind, gconstpointer key)
{
  ParlorRecordKind key_only = *kind;
  key_only.n_fields = kind->n_key;
  ParlorWrite *write = write_new (PARLOR_WRITE_REMOVE);
  write->record.kind = kind;
  write->record.data = g_malloc (kind->size);
  /* What is no key is nobody's: a domain may leave anything there. */
  parlor_record_copy (&key_only, write->record.data, key);
  make_valid (&key_only, write->record.data);
  return write;
}

ParlorWrite *
parlor_write_group (void)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_GROUP);
  write->group = g_ptr_array_new_with_free_func ((GDestroyNotify)parlor_write_free);
  return write;
}

ParlorWrite *
parlor_write_find (ParlorFind *find, ParlorFound found, gpointer user_data, gint64 now_us)
{
  ParlorWrite *write = write_new (PARLOR_WRITE_FIND);
  write->find.find = find;
  write->find.found = found;
  write->find.user_data = user_data;
  write->find.asked_us = now_us;
  return write;
}

guint
parlor_write_weight (const ParlorWrite *write)
{
  return write->type == PARLOR_WRITE_GROUP ? write->group->len : 1;
}

static void
clear_record (ParlorWrite *write)
{
  ParlorRecordKind owned = *write->record.kind;
  if (write->type == PARLOR_WRITE_REMOVE)
    owned.n_fields = owned.n_key;
  parlor_record_clear (&owned, write->record.data);
  g_free (write->record.data);
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
  g_free ((char *)record->message.company);
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
    case PARLOR_WRITE_RECORD:
    case PARLOR_WRITE_REMOVE:
      clear_record (write);
      break;
    case PARLOR_WRITE_GROUP:
      g_ptr_array_unref (write->group);
      break;
    case PARLOR_WRITE_FIND:
      parlor_find_free (write->find.find);
      break;
    case PARLOR_WRITE_FLUSH:
      break;
    }
  g_free (write);
}
