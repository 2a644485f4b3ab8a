/* SPDX-License-Identifier: Apache-2.0 */
#include "store/room_rows.h"

#include <string.h>

/* Rows as the tables have them; texts are borrowed. */
typedef struct
{
  const char *id, *room, *identity, *name, *role;
  gint64 granted;
  gboolean guest;
  GBytes *resume;
  gint64 joined_ms, left_ms;
} PersonRow;

typedef struct
{
  const char *room, *identity;
  GBytes *token;
  const char *by;
  gint64 at_ms;
} BanRow;

typedef struct
{
  const char *room, *id, *client_id, *participant, *name, *text;
  gint64 at_ms, room_ms;
  const char *company; /* "" = none */
} ChatRow;

static const ParlorField room_fields[] = {
    PARLOR_TEXT (ParlorRoomRecord, id),        PARLOR_TEXT (ParlorRoomRecord, brand),
    PARLOR_TEXT (ParlorRoomRecord, code),      PARLOR_TEXT (ParlorRoomRecord, alias),
    PARLOR_TEXT (ParlorRoomRecord, kind),      PARLOR_TEXT (ParlorRoomRecord, title),
    PARLOR_FLAG (ParlorRoomRecord, locked),    PARLOR_FLAG (ParlorRoomRecord, lobby),
    PARLOR_INT (ParlorRoomRecord, created_ms), PARLOR_INT (ParlorRoomRecord, opened_ms),
    PARLOR_INT (ParlorRoomRecord, closed_ms),  PARLOR_FLAG (ParlorRoomRecord, by_stranger),
    PARLOR_INT (ParlorRoomRecord, rested_ms),
};

static const ParlorField person_fields[] = {
    PARLOR_TEXT (PersonRow, id),       PARLOR_TEXT (PersonRow, room),
    PARLOR_TEXT (PersonRow, identity), PARLOR_TEXT (PersonRow, name),
    PARLOR_TEXT (PersonRow, role),     PARLOR_INT (PersonRow, granted),
    PARLOR_FLAG (PersonRow, guest),    PARLOR_BYTES (PersonRow, resume),
    PARLOR_INT (PersonRow, joined_ms), PARLOR_INT (PersonRow, left_ms),
};

static const ParlorField left_fields[] = {PARLOR_INT (PersonRow, left_ms)};

static const ParlorField ban_fields[] = {
    PARLOR_TEXT (BanRow, room), PARLOR_TEXT (BanRow, identity), PARLOR_BYTES (BanRow, token),
    PARLOR_TEXT (BanRow, by),   PARLOR_INT (BanRow, at_ms),
};

static const ParlorField chat_fields[] = {
    PARLOR_TEXT (ChatRow, room),      PARLOR_TEXT (ChatRow, id),
    PARLOR_TEXT (ChatRow, client_id), PARLOR_TEXT (ChatRow, participant),
    PARLOR_TEXT (ChatRow, name),      PARLOR_TEXT (ChatRow, text),
    PARLOR_INT (ChatRow, at_ms),      PARLOR_INT (ChatRow, room_ms),
    PARLOR_TEXT (ChatRow, company),
};

/* --- writing --- */

static const ParlorStatement put_room_sql = {
    "INSERT INTO rooms (id, brand, code, alias, kind, title, locked, lobby, created_ms, opened_ms,"
    " closed_ms, by_stranger, rested_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    " ON CONFLICT (id) DO UPDATE SET alias = excluded.alias, title = excluded.title,"
    " locked = excluded.locked, lobby = excluded.lobby, opened_ms = excluded.opened_ms,"
    " closed_ms = excluded.closed_ms, rested_ms = excluded.rested_ms",
    room_fields, G_N_ELEMENTS (room_fields)};

static const ParlorStatement clear_participants_sql = {"DELETE FROM participants WHERE room = $1",
                                                       room_fields, 1};

static const ParlorStatement clear_bans_sql = {"DELETE FROM bans WHERE room = $1", room_fields, 1};

static const ParlorStatement put_participant_sql = {
    "INSERT INTO participants (id, room, identity, name, role, granted, guest, resume, joined_ms,"
    " left_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,"
    " granted = excluded.granted, guest = excluded.guest, resume = excluded.resume,"
    " joined_ms = excluded.joined_ms, left_ms = excluded.left_ms",
    person_fields, G_N_ELEMENTS (person_fields)};

static const ParlorStatement forget_participant_sql = {
    "DELETE FROM participants WHERE id = $1 AND room = $2", person_fields, 2};

static const ParlorStatement purge_participants_sql = {
    "DELETE FROM participants WHERE left_ms > 0 AND left_ms < $1", left_fields, 1};

static const ParlorStatement put_ban_sql = {
    "INSERT INTO bans (room, identity, token, by, at_ms) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT DO NOTHING",
    ban_fields, G_N_ELEMENTS (ban_fields)};

static const ParlorStatement put_chat_sql = {
    "INSERT INTO chat (room, id, client_id, participant, name, text, at_ms, room_ms, company)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
    chat_fields, G_N_ELEMENTS (chat_fields)};

/* Who was in a closed room cannot come back: of it only its row and its chat stay. */
static ParlorRunResult
put_room (const ParlorRoomRecord *record, ParlorRun run, gpointer runner)
{
  ParlorRunResult result = run (runner, &put_room_sql, record);
  if (result == PARLOR_RUN_DONE && record->closed_ms != 0)
    result = run (runner, &clear_participants_sql, record);
  if (result == PARLOR_RUN_DONE && record->closed_ms != 0)
    result = run (runner, &clear_bans_sql, record);
  return result;
}

static ParlorRunResult
put_participant (const ParlorParticipantRecord *record, ParlorRun run, gpointer runner)
{
  g_autoptr (GBytes) resume = g_bytes_new_static (record->resume.bytes, PARLOR_HASH_SIZE);
  PersonRow row = {
      .id = record->id,
      .room = record->room,
      .identity = record->identity,
      .name = record->name,
      .role = parlor_role_name (record->role),
      .granted = record->granted,
      .guest = record->guest,
      .resume = resume,
      .joined_ms = record->joined_ms,
      .left_ms = record->left_ms,
  };
  return run (runner, &put_participant_sql, &row);
}

static ParlorRunResult
remove_participants (const ParlorParticipantRecord *record, const ParlorStatement *statement,
                     ParlorRun run, gpointer runner)
{
  PersonRow row = {.id = record->id, .room = record->room, .left_ms = record->left_ms};
  return run (runner, statement, &row);
}

static ParlorRunResult
put_ban (const ParlorBanRecord *record, ParlorRun run, gpointer runner)
{
  g_autoptr (GBytes) token = g_bytes_new_static (record->token.bytes, PARLOR_HASH_SIZE);
  BanRow row = {record->room, record->identity, token, record->by, record->at_ms};
  return run (runner, &put_ban_sql, &row);
}

static ParlorRunResult
put_chat (const ParlorChatRecord *record, ParlorRun run, gpointer runner)
{
  const ParlorChatMessage *message = &record->message;
  ChatRow row = {
      .room = record->room,
      .id = message->id,
      .client_id = message->client_id,
      .participant = message->participant,
      .name = message->name,
      .text = message->text,
      .at_ms = message->at_ms,
      .room_ms = message->room_ms,
      .company = message->company != NULL ? message->company : "",
  };
  return run (runner, &put_chat_sql, &row);
}

ParlorRunResult
parlor_room_rows_run (const ParlorWrite *write, ParlorRun run, gpointer runner)
{
  switch (write->type)
    {
    case PARLOR_WRITE_ROOM:
      return put_room (&write->room, run, runner);
    case PARLOR_WRITE_PARTICIPANT:
      return put_participant (&write->participant, run, runner);
    case PARLOR_WRITE_FORGET:
      return remove_participants (&write->participant, &forget_participant_sql, run, runner);
    case PARLOR_WRITE_PURGE:
      return remove_participants (&write->participant, &purge_participants_sql, run, runner);
    case PARLOR_WRITE_BAN:
      return put_ban (&write->ban, run, runner);
    case PARLOR_WRITE_CHAT:
      return put_chat (&write->chat, run, runner);
    case PARLOR_WRITE_FLUSH:
    case PARLOR_WRITE_FIND:
      return PARLOR_RUN_DONE;
    case PARLOR_WRITE_RECORD:
    case PARLOR_WRITE_REMOVE:
    case PARLOR_WRITE_GROUP:
      break; /* not rooms' */
    }
  return PARLOR_RUN_FAILED;
}

/* --- reading --- */

typedef struct
{
  const ParlorStoreVisitor *visitor;
  gpointer user_data;
} Reading;

static ParlorHash
hash_of (GBytes *bytes)
{
  ParlorHash hash = {{0}};
  if (bytes != NULL && g_bytes_get_size (bytes) == PARLOR_HASH_SIZE)
    memcpy (hash.bytes, g_bytes_get_data (bytes, NULL), PARLOR_HASH_SIZE);
  return hash;
}

static void
show_room (gconstpointer row, gpointer user_data)
{
  const Reading *reading = user_data;
  if (reading->visitor->room != NULL)
    reading->visitor->room (row, reading->user_data);
}

static void
show_participant (gconstpointer data, gpointer user_data)
{
  const Reading *reading = user_data;
  const PersonRow *row = data;
  ParlorParticipantRecord record = {
      .room = row->room,
      .id = row->id,
      .identity = row->identity,
      .name = row->name,
      .granted = (ParlorRights)row->granted,
      .guest = row->guest,
      .resume = hash_of (row->resume),
      .joined_ms = row->joined_ms,
      .left_ms = row->left_ms,
  };
  /* A role that this version does not know is the least one. */
  if (!parlor_role_from_name (row->role, &record.role))
    record.role = PARLOR_ROLE_VIEWER;
  if (reading->visitor->participant != NULL)
    reading->visitor->participant (&record, reading->user_data);
}

static void
show_ban (gconstpointer data, gpointer user_data)
{
  const Reading *reading = user_data;
  const BanRow *row = data;
  ParlorBanRecord record = {row->room, row->identity, hash_of (row->token), row->by, row->at_ms};
  if (reading->visitor->ban != NULL)
    reading->visitor->ban (&record, reading->user_data);
}

static void
show_chat (gconstpointer data, gpointer user_data)
{
  const Reading *reading = user_data;
  const ChatRow *row = data;
  ParlorChatRecord record = {
      .room = row->room,
      .message =
          {
              .id = (char *)row->id,
              .client_id = (char *)row->client_id,
              .participant = (char *)row->participant,
              .name = (char *)row->name,
              .company = row->company[0] != '\0' ? (char *)row->company : NULL,
              .text = (char *)row->text,
              .at_ms = row->at_ms,
              .room_ms = row->room_ms,
          },
  };
  if (reading->visitor->chat != NULL)
    reading->visitor->chat (&record, reading->user_data);
}

#define SHAPE(fields, type)                                                                        \
  {                                                                                                \
    fields, G_N_ELEMENTS (fields), sizeof (type)                                                   \
  }

/* Each takes at most one number: since when, or how many. */
static const struct
{
  const char *sql;
  enum
  {
    NOTHING,
    SINCE,
    LIMIT,
  } takes;
  ParlorRowShape shape;
  ParlorRecordVisit show;
} lists[] = {
    {"SELECT id, brand, code, alias, kind, title, locked, lobby, created_ms, opened_ms, closed_ms,"
     " by_stranger, rested_ms FROM rooms WHERE closed_ms = 0 ORDER BY created_ms, id",
     NOTHING, SHAPE (room_fields, ParlorRoomRecord), show_room},
    {"SELECT p.id, p.room, p.identity, p.name, p.role, p.granted, p.guest, p.resume, p.joined_ms,"
     " p.left_ms FROM participants p JOIN rooms r ON r.id = p.room"
     " WHERE r.closed_ms = 0 AND (p.left_ms = 0 OR p.left_ms >= $1) ORDER BY p.joined_ms",
     SINCE, SHAPE (person_fields, PersonRow), show_participant},
    {"SELECT b.room, b.identity, b.token, b.by, b.at_ms FROM bans b JOIN rooms r ON r.id = b.room"
     " WHERE r.closed_ms = 0 ORDER BY b.at_ms",
     NOTHING, SHAPE (ban_fields, BanRow), show_ban},
    {"SELECT c.room, c.id, c.client_id, c.participant, c.name, c.text, c.at_ms, c.room_ms,"
     " c.company FROM rooms r JOIN chat c ON c.room = r.id WHERE r.closed_ms = 0 AND c.seq IN"
     " (SELECT seq FROM chat WHERE room = r.id ORDER BY seq DESC LIMIT $1) ORDER BY c.seq",
     LIMIT, SHAPE (chat_fields, ChatRow), show_chat},
};

gboolean
parlor_room_rows_load (ParlorAsk ask, gpointer asker, gint64 participants_since_ms,
                       guint chat_limit, const ParlorStoreVisitor *visitor, gpointer user_data,
                       GError **error)
{
  Reading reading = {visitor, user_data};
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      ParlorSqlQuery query = {.sql = (char *)lists[i].sql, .n_values = lists[i].takes != NOTHING};
      query.values[0].number = lists[i].takes == SINCE ? participants_since_ms : chat_limit;
      if (!ask (asker, &query, &lists[i].shape, lists[i].show, &reading, error))
        return FALSE;
    }
  return TRUE;
}
