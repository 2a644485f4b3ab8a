/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Words to everybody in a room, or to everybody of a brand, and who has had them (decision 0069).
 *
 * A broadcast stands from its making until its life is over or it is withdrawn: whoever is here is
 * told at once, whoever comes within that time when he comes. A page says that it has shown it;
 * where it asks for a press, its person confirms; where it is a briefing (`watch_ms`), the time is
 * counted that he was in the room while it was on air. Each of the three is a *receipt*: one row a
 * broadcast and person, written once each becomes true.
 *
 * Who somebody is: "vis_…" of his browser where it is known, else the identity that his token
 * names. `expected` lists who must have it, by customer ("cus_…"), by the brand's own reference of
 * the customer, or by the identity of a token; with `closed`, nobody else is told.
 *
 * Control thread. Records are borrowed, valid until the next call that changes the same broadcast.
 */
#pragma once

#include "base/error.h"
#include "base/event.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_BROADCAST_TEXT 500 /* characters */
#define PARLOR_BROADCAST_LIFE_MAX_MS (30 * 24 * 3600 * G_GINT64_CONSTANT (1000))
/** At a time: those that stand of one brand, people who must have one, receipts of one. */
#define PARLOR_BROADCASTS_STANDING 20
#define PARLOR_BROADCAST_EXPECTED 10000
#define PARLOR_BROADCAST_RECEIPTS 200000

/** A row of `broadcasts`, key (id). Texts are never NULL. */
typedef struct
{
  char *id; /**< "bc_…" */
  char *brand;
  char *room;      /**< "rm_…"; "" = all of the brand */
  char *client_id; /**< of its maker: the same again of the same brand is the same broadcast */
  char *title;     /**< may be "" */
  char *text;
  char *url;       /**< https; may be "" */
  char *maker;     /**< "usr_…", "key_…", "pt_…" */
  char *expected;  /**< one a line; "" = nobody in particular */
  gint64 closed;   /**< 1: for those expected alone */
  gint64 confirm;  /**< 1: its person is asked to press */
  gint64 watch_ms; /**< to have watched it; 0 = nothing is counted */
  gint64 room_ms;  /**< when, on the room's clock; 0 without a room */
  gint64 made_ms;  /**< wall clock, with the next two */
  gint64 until_ms;
  gint64 withdrawn_ms; /**< 0 = it was not */
} ParlorBroadcast;

/** A row of `broadcast_receipts`, key (broadcast, who). */
typedef struct
{
  char *broadcast;
  char *who;                                 /**< "vis_…", else the identity */
  char *identity;                            /**< of his token */
  char *name;                                /**< as he was called */
  gint64 shown_ms, watched_ms, confirmed_ms; /**< wall clock; 0 = not yet */
  gint64 here_ms;                            /**< how long he was there while the room was on air */
} ParlorReceipt;

extern const ParlorRecordKind parlor_broadcast_kind;
extern const ParlorRecordKind parlor_receipt_kind;

/** A person, by the names that the edge knows. Borrowed; each may be NULL or "". */
typedef struct
{
  const char *visitor;  /**< "vis_…" */
  const char *identity; /**< of a token */
  const char *name;
  const char *customer;     /**< "cus_…" */
  const char *customer_ref; /**< the brand's own */
} ParlorBroadcastPerson;

typedef enum
{
  PARLOR_RECEIPT_SHOWN,
  PARLOR_RECEIPT_WATCHED,
  PARLOR_RECEIPT_CONFIRMED,
  PARLOR_N_RECEIPTS,
} ParlorReceiptKind;
/** "shown", "watched", "confirmed". */
gboolean parlor_receipt_from_name (const char *name, ParlorReceiptKind *kind);

typedef struct _ParlorBroadcasts ParlorBroadcasts;

/** What pages are told. `event` runs inside the call, or in poll (); it changes nothing here. */
typedef enum
{
  PARLOR_BROADCAST_MADE,
  PARLOR_BROADCAST_OVER,    /**< withdrawn, or its life is over */
  PARLOR_BROADCAST_COUNTED, /**< hosts: its counts changed; at most once a second */
} ParlorBroadcastEvent;
typedef void (*ParlorBroadcastTell) (const ParlorBroadcast *broadcast, ParlorBroadcastEvent event,
                                     gpointer user_data);

typedef struct
{
  ParlorRecordSink *sink; /**< borrowed, nullable: nothing survives */
  ParlorRandom random;
  ParlorBroadcastTell tell;
  ParlorEventFunc happened; /**< nullable */
  gpointer user_data;
} ParlorBroadcastsSpec;

ParlorBroadcasts *parlor_broadcasts_new (const ParlorBroadcastsSpec *spec);
void parlor_broadcasts_free (ParlorBroadcasts *broadcasts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorBroadcasts, parlor_broadcasts_free)

/** Rows that the store kept (copied), broadcasts first. At start. */
void parlor_broadcasts_load (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row);
void parlor_broadcasts_load_receipt (ParlorBroadcasts *broadcasts, const ParlorReceipt *row);

/**
 * Makes one of what stands in `row` (id, made_ms, withdrawn_ms are set here; NULL texts count as
 * ""). `now_us` and `wall_ms` are now. BAD_REQUEST (text, title, url, life, watch_ms without a
 * room, closed without expected), TOO_MANY (PARLOR_BROADCASTS_STANDING of this brand).
 */
const ParlorBroadcast *parlor_broadcasts_send (ParlorBroadcasts *broadcasts,
                                               const ParlorBroadcast *row, gint64 wall_ms,
                                               GError **error);
/** NULL = none of that id in that brand. */
const ParlorBroadcast *parlor_broadcasts_find (const ParlorBroadcasts *broadcasts,
                                               const char *brand, const char *id);
/** FALSE = it did not stand any more. */
gboolean parlor_broadcasts_withdraw (ParlorBroadcasts *broadcasts, const char *brand,
                                     const char *id, gint64 wall_ms);
/** Of a brand, the newest first; `room` NULL = all of them; free the array. */
const ParlorBroadcast **parlor_broadcasts_list (const ParlorBroadcasts *broadcasts,
                                                const char *brand, const char *room, guint *n);
gboolean parlor_broadcast_stands (const ParlorBroadcast *broadcast, gint64 wall_ms);

/** Whether this person is to be told: it is for all, or he is expected. */
gboolean parlor_broadcasts_is_for (const ParlorBroadcasts *broadcasts,
                                   const ParlorBroadcast *broadcast,
                                   const ParlorBroadcastPerson *person);
/** What stands for him now, in a room or (NULL) of the brand alone, and has not had his last word:
    shown, or, where it asks for it, confirmed. The oldest first; free the array. */
const ParlorBroadcast **parlor_broadcasts_due (const ParlorBroadcasts *broadcasts,
                                               const char *brand, const char *room,
                                               const ParlorBroadcastPerson *person, gint64 wall_ms,
                                               guint *n);

/** SHOWN or CONFIRMED (which is shown too). Twice changes nothing. NOT_FOUND: there is none for
    him; GONE: it stands no more; TOO_MANY. */
gboolean parlor_broadcasts_acknowledge (ParlorBroadcasts *broadcasts, const char *brand,
                                        const char *id, const ParlorBroadcastPerson *person,
                                        ParlorReceiptKind kind, gint64 wall_ms, GError **error);
/** Whether somebody counts the time of who is in this room: only then watch () is to be called. */
gboolean parlor_broadcasts_are_watched (const ParlorBroadcasts *broadcasts, const char *room,
                                        gint64 wall_ms);
/** He was in the room for so long while it was on air. */
void parlor_broadcasts_watch (ParlorBroadcasts *broadcasts, const char *room,
                              const ParlorBroadcastPerson *person, gint64 ms, gint64 wall_ms);

typedef struct
{
  guint expected;              /**< on its list */
  guint of[PARLOR_N_RECEIPTS]; /**< people, by ParlorReceiptKind */
} ParlorBroadcastCounts;
ParlorBroadcastCounts parlor_broadcasts_counts (const ParlorBroadcasts *broadcasts,
                                                const ParlorBroadcast *broadcast);
/** By "vis_…" or identity; NULL = none yet. */
const ParlorReceipt *parlor_broadcasts_receipt (const ParlorBroadcasts *broadcasts,
                                                const ParlorBroadcast *broadcast, const char *who);
/** When that receipt was given, wall clock; 0 = not. `receipt` NULL = 0. */
gint64 parlor_receipt_ms (const ParlorReceipt *receipt, ParlorReceiptKind kind);
/** All of them, in the order they came; borrowed. */
const ParlorReceipt *const *parlor_broadcasts_receipts (const ParlorBroadcasts *broadcasts,
                                                        const ParlorBroadcast *broadcast, guint *n);
/** The lines of `expected`; borrowed, `n` of them. */
const char *const *parlor_broadcasts_expected (const ParlorBroadcasts *broadcasts,
                                               const ParlorBroadcast *broadcast, guint *n);

/** He is erased: his receipts go, from memory and from the store, and he is on no list any more. By
    his browser; then as a customer ("cus_…") of this brand, where `ref` (nullable) is the brand's
    own name of him, by which his tokens may have called him without a browser that is known. */
void parlor_broadcasts_forget (ParlorBroadcasts *broadcasts, const char *visitor);
void parlor_broadcasts_forget_customer (ParlorBroadcasts *broadcasts, const char *brand,
                                        const char *customer, const char *ref);

/** Once a second or so: lives that end, counts that hosts are told, rows older than 90 days. */
void parlor_broadcasts_poll (ParlorBroadcasts *broadcasts, gint64 wall_ms);

G_END_DECLS
