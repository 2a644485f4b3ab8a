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
 * A write that the database cannot take (locked, disk full, away) is kept and tried again until it
 * works. When the queue's bound is reached, the *oldest chat of rooms* is dropped first and
 * counted; everything else is kept up to ten times the bound, and the store says that it is not
 * healthy (503 at `/readyz`). Beyond that a new write is given up: counted as lost, its flush says
 * FALSE, and the store stays unhealthy until the program is started again.
 *
 * Rows of the other domains (base/record.h) go through `records`, which shares the queue: the order
 * of the calls holds over both, and rooms' writes between its begin () and end () belong to the
 * transaction.
 */
#pragma once

#include "base/record.h"
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
  gint64 created_ms;    /**< wall clock */
  gint64 opened_ms;     /**< wall clock at which room_ms was 0; 0 = nobody was in yet */
  gint64 closed_ms;     /**< 0 = open */
  gboolean by_stranger; /**< never changes */
  gint64 rested_ms;     /**< room_ms at which the last meeting here was over; 0 = none was */
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
  guint64 lost;      /**< writes given up at ten times the queue's bound */
  guint queued;      /**< writes not yet on the disk */
  gboolean healthy;  /**< the queue is below its bound, and nothing was lost */
} ParlorStoreStats;

/** `durable` = TRUE: everything put before the flush is on the disk. FALSE: the store was closed or
    gave up some of it. Control thread, from dispatch (). */
typedef void (*ParlorStoreFlushed) (gboolean durable, gpointer user_data);

/** Called from *any* thread when dispatch () has something to do (uv_async_send fits). */
typedef void (*ParlorStoreWake) (gpointer user_data);

/** A record found by load_records (): borrowed for the call, in the order of its key. */
typedef void (*ParlorRecordVisit) (gconstpointer record, gpointer user_data);

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

  /** See parlor_store_load_records (). */
  gboolean (*load_records) (ParlorStore *store, const ParlorRecordKind *kind,
                            ParlorRecordVisit visit, gpointer user_data, GError **error);

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
  ParlorRecordSink *records; /**< never NULL, the store's */
};

/** The way of the domains' rows into this store; lives as long as the store. Kinds need no
    registration: the first put, find or load of one makes its statements. */
static inline ParlorRecordSink *
parlor_store_records (ParlorStore *store)
{
  return store->records;
}

/**
 * Shows every row of a kind that is on the disk, in the order of its key. At start, before the loop
 * runs: it waits for the disk. `visit` may put. FALSE with PARLOR_ERROR_UNAVAILABLE: cannot be
 * read, or the table does not fit the description.
 */
static inline gboolean
parlor_store_load_records (ParlorStore *store, const ParlorRecordKind *kind,
                           ParlorRecordVisit visit, gpointer user_data, GError **error)
{
  return store->ops->load_records (store, kind, visit, user_data, error);
}

G_END_DECLS
