/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One write on its way to a backend: a copy of what the domain put. Any thread, one owner at a
 * time.
 */
#pragma once

#include "room/store.h"
#include "store/find.h"

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
  PARLOR_WRITE_RECORD,
  PARLOR_WRITE_REMOVE, /**< record.data: only its key fields are set */
  PARLOR_WRITE_GROUP,  /**< all of it or nothing */
  PARLOR_WRITE_FIND,   /**< no write: a question about everything before it */
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
    struct
    {
      const ParlorRecordKind *kind;
      gpointer data;
    } record;
    GPtrArray *group; /* of ParlorWrite; no groups, flushes or questions */
    struct
    {
      ParlorFind *find;
      ParlorFound found;
      gpointer user_data;
      gint64 asked_us; /* monotonic */
    } find;
  };
} ParlorWrite;

ParlorWrite *parlor_write_room (const ParlorRoomRecord *record);
ParlorWrite *parlor_write_participant (const ParlorParticipantRecord *record);
ParlorWrite *parlor_write_forget (const char *room, const char *id);
ParlorWrite *parlor_write_ban (const ParlorBanRecord *record);
ParlorWrite *parlor_write_chat (const ParlorChatRecord *record);
ParlorWrite *parlor_write_purge (gint64 before_ms);
ParlorWrite *parlor_write_flush (ParlorStoreFlushed flushed, gpointer user_data);
/** Texts that are no UTF-8 are made it: one bad byte must not lose a row, and PostgreSQL takes
 * none.
 */
ParlorWrite *parlor_write_record (const ParlorRecordKind *kind, gconstpointer record);
ParlorWrite *parlor_write_remove (const ParlorRecordKind *kind, gconstpointer key);
ParlorWrite *parlor_write_group (void);
/** Takes `find`. */
ParlorWrite *parlor_write_find (ParlorFind *find, ParlorFound found, gpointer user_data,
                                gint64 now_us);
/** Rows that it stands for: 1, or as many as are in the group. */
guint parlor_write_weight (const ParlorWrite *write);
void parlor_write_free (ParlorWrite *write);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorWrite, parlor_write_free)

G_END_DECLS
