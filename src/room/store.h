/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between the domain and what survives a restart: rooms, participants (their resume tokens
 * only as hashes), bans, chat. `src/store` implements it over SQLite and in memory.
 *
 * All functions are called on the *control* thread and return at once: a write is copied into a
 * queue and done by the store's own thread (write-behind), so a locked or dead database delays
 * nobody who talks. Writes are applied in the order of the calls, several in one transaction.
 *
 * Durable: what must not be lost once somebody was told of it is followed by flush (); its callback
 * comes on the control thread, from dispatch (), when everything put before it is on the disk (or
 * cannot get there). Until then a crash may lose it; a commit that was reported is never lost. The
 * answers to making and closing a room and to a ban wait for it; chat, names and titles do not:
 * they are on the disk some milliseconds later, and the sender's client_id makes sending again
 * harmless.
 *
 * A write that the database refuses for good (disk full, corrupt) is kept and tried again until it
 * works or the queue's bound is reached; then the *oldest chat* is dropped first and counted.
 */
#pragma once

#include "room/chat.h"
#include "room/rights.h"

G_BEGIN_DECLS

typedef struct _ParlorStore ParlorStore;

/** All strings borrowed for the call; NULL where it says so. */
typedef struct
{
  const char *id;
  const char *brand; /**< "br_…" */
  const char *code;  /**< 10 characters, no dash */
  const char *alias; /**< name in WHIP and WHEP URLs that made it; NULL = none */
  const char *kind;  /**< "meeting", "live", "consult" */
  const char *title; /**< may be "" */
  gboolean locked;
  gboolean lobby;
  gint64 created_ms; /**< wall clock */
  gint64 opened_ms;  /**< wall clock at which room_ms was 0; 0 = nobody was in yet */
  gint64 closed_ms;  /**< 0 = open */
} ParlorRoomRecord;

typedef struct
{
  const char *room;
  const char *id; /**< "pt_…" */
  const char *identity;
  const char *name;
  ParlorRole role;
  ParlorRights granted; /**< by the token */
  gboolean guest;
  ParlorHash resume;
  gint64 joined_ms; /**< wall clock */
  gint64 left_ms;   /**< wall clock; 0 = was in the room when this was written */
} ParlorParticipantRecord;

typedef struct
{
  const char *room;
  const char *identity; /**< "" = by token only */
  ParlorHash token;     /**< resume or device token; zero = by identity only */
  const char *by;       /**< identity of the host, "" = the API */
  gint64 at_ms;
} ParlorBanRecord;

typedef struct
{
  const char *room;
  ParlorChatMessage message;
} ParlorChatRecord;

/** Receives what load () finds; strings are borrowed for the call. Functions may be NULL; they may
   put, and forget other participants than the one they are shown. */
typedef struct
{
  void (*room) (const ParlorRoomRecord *record, gpointer user_data);
  void (*participant) (const ParlorParticipantRecord *record, gpointer user_data);
  void (*ban) (const ParlorBanRecord *record, gpointer user_data);
  void (*chat) (const ParlorChatRecord *record, gpointer user_data);
} ParlorStoreVisitor;

typedef struct
{
  guint64 committed; /**< writes on the disk */
  guint64 retried;   /**< transactions that had to be tried again */
  guint64 refused;   /**< writes against the schema's rules: a mistake of ours */
  guint64 dropped;   /**< chat rows given up because the queue was full */
  guint queued;      /**< writes not yet on the disk */
} ParlorStoreStats;

/** `durable` = TRUE: everything put before the flush is on the disk. FALSE: the store was closed or
    gave up some of it. Control thread, from dispatch (). */
typedef void (*ParlorStoreFlushed) (gboolean durable, gpointer user_data);

/** Called from *any* thread when dispatch () has something to do (uv_async_send fits). */
typedef void (*ParlorStoreWake) (gpointer user_data);

typedef struct
{
  void (*set_wake) (ParlorStore *store, ParlorStoreWake wake, gpointer user_data);

  /**
   * Reads open rooms, then of these the participants whose left_ms is 0 or >=
   * `participants_since_ms`, the bans, and the last `chat_limit` messages a room, oldest first.
   * Once, at start, before the loop runs: it may wait for the disk. FALSE with
   * PARLOR_ERROR_UNAVAILABLE.
   */
  gboolean (*load) (ParlorStore *store, gint64 participants_since_ms, guint chat_limit,
                    const ParlorStoreVisitor *visitor, gpointer user_data, GError **error);

  void (*put_room) (ParlorStore *store, const ParlorRoomRecord *record);               /**< by id */
  void (*put_participant) (ParlorStore *store, const ParlorParticipantRecord *record); /**< by id */
  void (*forget_participant) (ParlorStore *store, const char *room, const char *id);
  void (*put_ban) (ParlorStore *store, const ParlorBanRecord *record);
  /** By message id, and by (participant, client_id): the second of two equal ones changes nothing.
   */
  void (*put_chat) (ParlorStore *store, const ParlorChatRecord *record);

  void (*flush) (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data);
  void (*dispatch) (ParlorStore *store);
  void (*stats) (ParlorStore *store, ParlorStoreStats *stats);

  /** Writes what is queued for at most `deadline_ms`, reports the flushes that wait, frees. */
  void (*close) (ParlorStore *store, guint deadline_ms);
} ParlorStoreOps;

/** Implementations embed this as their first member. */
struct _ParlorStore
{
  const ParlorStoreOps *ops;
};

G_END_DECLS
