/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_rows.h"

#include <string.h>

#include "store/sqlite_open.h"

typedef enum
{
  PUT_ROOM,
  CLEAR_PARTICIPANTS,
  CLEAR_BANS,
  PUT_PARTICIPANT,
  FORGET_PARTICIPANT,
  PURGE_PARTICIPANTS,
  PUT_BAN,
  PUT_CHAT,
  N_STATEMENTS,
} Statement;

static const char *const sql[N_STATEMENTS] = {
    [PUT_ROOM] = "INSERT INTO rooms (id, code, alias, kind, title, locked, lobby, created_ms,"
                 " opened_ms, closed_ms, brand) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT (id) DO UPDATE SET alias = excluded.alias, title = excluded.title,"
                 " locked = excluded.locked, lobby = excluded.lobby,"
                 " opened_ms = excluded.opened_ms, closed_ms = excluded.closed_ms",
    [CLEAR_PARTICIPANTS] = "DELETE FROM participants WHERE room = ?",
    [CLEAR_BANS] = "DELETE FROM bans WHERE room = ?",
    [PUT_PARTICIPANT] =
        "INSERT INTO participants (id, room, identity, name, role, granted, guest,"
        " resume, joined_ms, left_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,"
        " granted = excluded.granted, guest = excluded.guest,"
        " resume = excluded.resume, joined_ms = excluded.joined_ms,"
        " left_ms = excluded.left_ms",
    [FORGET_PARTICIPANT] = "DELETE FROM participants WHERE room = ? AND id = ?",
    [PURGE_PARTICIPANTS] = "DELETE FROM participants WHERE left_ms > 0 AND left_ms < ?",
    [PUT_BAN] = "INSERT INTO bans (room, identity, token, by, at_ms) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
    [PUT_CHAT] = "INSERT INTO chat (room, id, client_id, participant, name, text, at_ms, room_ms)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
};

struct _ParlorSqliteRows
{
  sqlite3 *db;
  sqlite3_stmt *statements[N_STATEMENTS];
};

ParlorSqliteRows *
parlor_sqlite_rows_new (sqlite3 *db, GError **error)
{
  ParlorSqliteRows *rows = g_new0 (ParlorSqliteRows, 1);
  rows->db = db;
  for (guint i = 0; i < N_STATEMENTS; i++)
    if (sqlite3_prepare_v3 (db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &rows->statements[i], NULL)
        != SQLITE_OK)
      {
        parlor_sqlite_set_error (error, db, "cannot prepare");
        parlor_sqlite_rows_free (rows);
        return NULL;
      }
  return rows;
}

void
parlor_sqlite_rows_free (ParlorSqliteRows *rows)
{
  if (rows == NULL)
    return;
  for (guint i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (rows->statements[i]);
  g_free (rows);
}

/* Values are bound, never pasted: no text of anybody is ever part of a statement. The records
   outlive the step, so nothing is copied. */
static void
bind_text (sqlite3_stmt *statement, int i, const char *text)
{
  sqlite3_bind_text (statement, i, text, -1, SQLITE_STATIC);
}

static void
bind_hash (sqlite3_stmt *statement, int i, const ParlorHash *hash)
{
  sqlite3_bind_blob (statement, i, hash->bytes, PARLOR_HASH_SIZE, SQLITE_STATIC);
}

static int
finish (ParlorSqliteRows *rows, Statement which)
{
  int result = sqlite3_step (rows->statements[which]);
  sqlite3_reset (rows->statements[which]);
  sqlite3_clear_bindings (rows->statements[which]);
  return result == SQLITE_DONE ? SQLITE_OK : result & 0xff;
}

static int
clear_room (ParlorSqliteRows *rows, Statement which, const char *room)
{
  bind_text (rows->statements[which], 1, room);
  return finish (rows, which);
}

/* Who was in a closed room cannot come back: of it only its row and its chat stay. */
static int
put_room (ParlorSqliteRows *rows, const ParlorRoomRecord *record)
{
  sqlite3_stmt *statement = rows->statements[PUT_ROOM];
  bind_text (statement, 1, record->id);
  bind_text (statement, 2, record->code);
  bind_text (statement, 3, record->alias);
  bind_text (statement, 4, record->kind);
  bind_text (statement, 5, record->title);
  sqlite3_bind_int (statement, 6, record->locked);
  sqlite3_bind_int (statement, 7, record->lobby);
  sqlite3_bind_int64 (statement, 8, record->created_ms);
  sqlite3_bind_int64 (statement, 9, record->opened_ms);
  sqlite3_bind_int64 (statement, 10, record->closed_ms);
  bind_text (statement, 11, record->brand);
  int result = finish (rows, PUT_ROOM);
  if (result == SQLITE_OK && record->closed_ms != 0)
    result = clear_room (rows, CLEAR_PARTICIPANTS, record->id);
  if (result == SQLITE_OK && record->closed_ms != 0)
    result = clear_room (rows, CLEAR_BANS, record->id);
  return result;
}

static int
put_participant (ParlorSqliteRows *rows, const ParlorParticipantRecord *record)
{
  sqlite3_stmt *statement = rows->statements[PUT_PARTICIPANT];
  bind_text (statement, 1, record->id);
  bind_text (statement, 2, record->room);
  bind_text (statement, 3, record->identity);
  bind_text (statement, 4, record->name);
  bind_text (statement, 5, parlor_role_name (record->role));
  sqlite3_bind_int (statement, 6, record->granted);
  sqlite3_bind_int (statement, 7, record->guest);
  bind_hash (statement, 8, &record->resume);
  sqlite3_bind_int64 (statement, 9, record->joined_ms);
  sqlite3_bind_int64 (statement, 10, record->left_ms);
  return finish (rows, PUT_PARTICIPANT);
}

static int
forget_participant (ParlorSqliteRows *rows, const ParlorParticipantRecord *record)
{
  sqlite3_stmt *statement = rows->statements[FORGET_PARTICIPANT];
  bind_text (statement, 1, record->room);
  bind_text (statement, 2, record->id);
  return finish (rows, FORGET_PARTICIPANT);
}

static int
purge_participants (ParlorSqliteRows *rows, gint64 before_ms)
{
  sqlite3_bind_int64 (rows->statements[PURGE_PARTICIPANTS], 1, before_ms);
  return finish (rows, PURGE_PARTICIPANTS);
}

static int
put_ban (ParlorSqliteRows *rows, const ParlorBanRecord *record)
{
  sqlite3_stmt *statement = rows->statements[PUT_BAN];
  bind_text (statement, 1, record->room);
  bind_text (statement, 2, record->identity);
  bind_hash (statement, 3, &record->token);
  bind_text (statement, 4, record->by);
  sqlite3_bind_int64 (statement, 5, record->at_ms);
  return finish (rows, PUT_BAN);
}

static int
put_chat (ParlorSqliteRows *rows, const ParlorChatRecord *record)
{
  sqlite3_stmt *statement = rows->statements[PUT_CHAT];
  const ParlorChatMessage *message = &record->message;
  bind_text (statement, 1, record->room);
  bind_text (statement, 2, message->id);
  bind_text (statement, 3, message->client_id);
  bind_text (statement, 4, message->participant);
  bind_text (statement, 5, message->name);
  bind_text (statement, 6, message->text);
  sqlite3_bind_int64 (statement, 7, message->at_ms);
  sqlite3_bind_int64 (statement, 8, message->room_ms);
  return finish (rows, PUT_CHAT);
}

int
parlor_sqlite_rows_apply (ParlorSqliteRows *rows, const ParlorWrite *write)
{
  switch (write->type)
    {
    case PARLOR_WRITE_ROOM:
      return put_room (rows, &write->room);
    case PARLOR_WRITE_PARTICIPANT:
      return put_participant (rows, &write->participant);
    case PARLOR_WRITE_FORGET:
      return forget_participant (rows, &write->participant);
    case PARLOR_WRITE_PURGE:
      return purge_participants (rows, write->participant.left_ms);
    case PARLOR_WRITE_BAN:
      return put_ban (rows, &write->ban);
    case PARLOR_WRITE_CHAT:
      return put_chat (rows, &write->chat);
    case PARLOR_WRITE_FLUSH:
    case PARLOR_WRITE_FIND:
      return SQLITE_OK;
    case PARLOR_WRITE_RECORD:
    case PARLOR_WRITE_REMOVE:
    case PARLOR_WRITE_GROUP:
      break; /* sqlite.c knows these */
    }
  return SQLITE_MISUSE;
}

/* One of the four lists of a load. */
typedef struct
{
  const ParlorStoreVisitor *visitor;
  gpointer user_data;
} Reading;

static const char *
text_at (sqlite3_stmt *row, int i)
{
  return (const char *)sqlite3_column_text (row, i);
}

static ParlorHash
hash_at (sqlite3_stmt *row, int i)
{
  ParlorHash hash = {{0}};
  if (sqlite3_column_bytes (row, i) == PARLOR_HASH_SIZE)
    memcpy (hash.bytes, sqlite3_column_blob (row, i), PARLOR_HASH_SIZE);
  return hash;
}

static void
read_room (sqlite3_stmt *row, const Reading *reading)
{
  ParlorRoomRecord record = {
      .id = text_at (row, 0),
      .code = text_at (row, 1),
      .alias = text_at (row, 2),
      .kind = text_at (row, 3),
      .title = text_at (row, 4),
      .locked = sqlite3_column_int (row, 5),
      .lobby = sqlite3_column_int (row, 6),
      .created_ms = sqlite3_column_int64 (row, 7),
      .opened_ms = sqlite3_column_int64 (row, 8),
      .brand = text_at (row, 9),
  };
  if (reading->visitor->room != NULL)
    reading->visitor->room (&record, reading->user_data);
}

static void
read_participant (sqlite3_stmt *row, const Reading *reading)
{
  ParlorParticipantRecord record = {
      .id = text_at (row, 0),
      .room = text_at (row, 1),
      .identity = text_at (row, 2),
      .name = text_at (row, 3),
      .granted = sqlite3_column_int (row, 5),
      .guest = sqlite3_column_int (row, 6),
      .resume = hash_at (row, 7),
      .joined_ms = sqlite3_column_int64 (row, 8),
      .left_ms = sqlite3_column_int64 (row, 9),
  };
  /* A role that this version does not know is the least one. */
  if (!parlor_role_from_name (text_at (row, 4), &record.role))
    record.role = PARLOR_ROLE_VIEWER;
  if (reading->visitor->participant != NULL)
    reading->visitor->participant (&record, reading->user_data);
}

static void
read_ban (sqlite3_stmt *row, const Reading *reading)
{
  ParlorBanRecord record = {
      .room = text_at (row, 0),
      .identity = text_at (row, 1),
      .token = hash_at (row, 2),
      .by = text_at (row, 3),
      .at_ms = sqlite3_column_int64 (row, 4),
  };
  if (reading->visitor->ban != NULL)
    reading->visitor->ban (&record, reading->user_data);
}

static void
read_chat (sqlite3_stmt *row, const Reading *reading)
{
  ParlorChatRecord record = {
      .room = text_at (row, 0),
      .message =
          {
              .id = text_at (row, 1),
              .client_id = text_at (row, 2),
              .participant = text_at (row, 3),
              .name = text_at (row, 4),
              .text = text_at (row, 5),
              .at_ms = sqlite3_column_int64 (row, 6),
              .room_ms = sqlite3_column_int64 (row, 7),
          },
  };
  if (reading->visitor->chat != NULL)
    reading->visitor->chat (&record, reading->user_data);
}

static const struct
{
  const char *sql;
  void (*read) (sqlite3_stmt *row, const Reading *reading);
} lists[] = {
    {"SELECT id, code, alias, kind, title, locked, lobby, created_ms, opened_ms, brand FROM rooms"
     " WHERE closed_ms = 0 ORDER BY created_ms, id",
     read_room},
    {"SELECT p.id, p.room, p.identity, p.name, p.role, p.granted, p.guest, p.resume, p.joined_ms,"
     " p.left_ms FROM participants p JOIN rooms r ON r.id = p.room"
     " WHERE r.closed_ms = 0 AND (p.left_ms = 0 OR p.left_ms >= :since) ORDER BY p.joined_ms",
     read_participant},
    {"SELECT b.room, b.identity, b.token, b.by, b.at_ms FROM bans b JOIN rooms r ON r.id = b.room"
     " WHERE r.closed_ms = 0 ORDER BY b.at_ms",
     read_ban},
    {"SELECT c.room, c.id, c.client_id, c.participant, c.name, c.text, c.at_ms, c.room_ms"
     " FROM rooms r JOIN chat c ON c.room = r.id WHERE r.closed_ms = 0 AND c.seq IN"
     " (SELECT seq FROM chat WHERE room = r.id ORDER BY seq DESC LIMIT :limit) ORDER BY c.seq",
     read_chat},
};

static void
bind_named (sqlite3_stmt *statement, const char *name, gint64 value)
{
  int i = sqlite3_bind_parameter_index (statement, name);
  if (i > 0)
    sqlite3_bind_int64 (statement, i, value);
}

gboolean
parlor_sqlite_rows_load (sqlite3 *db, gint64 participants_since_ms, guint chat_limit,
                         const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  Reading reading = {visitor, user_data};
  int result = SQLITE_DONE;
  for (guint i = 0; i < G_N_ELEMENTS (lists) && result == SQLITE_DONE; i++)
    {
      sqlite3_stmt *statement = NULL;
      /* A statement that did not compile is NULL, and stepping it says so. */
      sqlite3_prepare_v2 (db, lists[i].sql, -1, &statement, NULL);
      bind_named (statement, ":since", participants_since_ms);
      bind_named (statement, ":limit", chat_limit);
      for (result = sqlite3_step (statement); result == SQLITE_ROW;
           result = sqlite3_step (statement))
        lists[i].read (statement, &reading);
      if (result != SQLITE_DONE)
        parlor_sqlite_set_error (error, db, "cannot read");
      sqlite3_finalize (statement);
    }
  return result == SQLITE_DONE;
}
