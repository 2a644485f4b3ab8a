/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One write on its way to a backend: a copy of what the domain put. Any thread, one owner at a
 * time.
 */
#pragma once

#include "room/store.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_WRITE_ROOM,
  PARLOR_WRITE_PARTICIPANT,
  PARLOR_WRITE_FORGET, /**< participant.room and .id only */
  PARLOR_WRITE_BAN,
  PARLOR_WRITE_CHAT,
  PARLOR_WRITE_PURGE, /**< participants who left before participant.left_ms */
  PARLOR_WRITE_FLUSH, /**< no write: a mark */
} ParlorWriteType;

/** Strings are owned. */
typedef struct
{
  ParlorWriteType type;
  union
  {
    ParlorRoomRecord room;
    ParlorParticipantRecord participant;
    ParlorBanRecord ban;
    ParlorChatRecord chat;
    struct
    {
      ParlorStoreFlushed flushed;
      gpointer user_data;
    } flush;
  };
} ParlorWrite;

ParlorWrite *parlor_write_room (const ParlorRoomRecord *record);
ParlorWrite *parlor_write_participant (const ParlorParticipantRecord *record);
ParlorWrite *parlor_write_forget (const char *room, const char *id);
ParlorWrite *parlor_write_ban (const ParlorBanRecord *record);
ParlorWrite *parlor_write_chat (const ParlorChatRecord *record);
ParlorWrite *parlor_write_purge (gint64 before_ms);
ParlorWrite *parlor_write_flush (ParlorStoreFlushed flushed, gpointer user_data);
void parlor_write_free (ParlorWrite *write);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorWrite, parlor_write_free)

G_END_DECLS
