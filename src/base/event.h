/* SPDX-License-Identifier: Apache-2.0 */
/**
 * "Something happened": what a domain tells the app, for webhooks, GET /v1/events, boards and
 * funnels. Not the messages to pages (those are room/events.h and the like).
 *
 * Transaction: a domain calls its ParlorEventFunc between begin () and end () of the
 * ParlorRecordSink to which it puts the change (base/record.h). The event log puts the event's row
 * to the same sink, so that change and event are on the disk both or not at all. Nothing is sent
 * before that.
 *
 * Order: events of one `entity` arrive at every receiver in the order of the calls. So an entity is
 * what a receiver wants in order: the room for everything that happens in a room, the conversation
 * for its messages, offers and calls; else the binding, rep, recording, entry itself.
 *
 * Thread: control; called inside the call that changes something. The callee copies, changes
 * nothing in any domain and calls no domain.
 */
#pragma once

#include "base/datum.h"

G_BEGIN_DECLS

/** All pointers are borrowed for the call. */
typedef struct
{
  const char *type;   /**< "binding.active": one of LIVE's names, [a-z_]+.[a-z_]+, static */
  const char *brand;  /**< "br_…"; never NULL */
  const char *entity; /**< an id, at most 64 bytes: what this is in order with */
  /** 1, 2, 3 … of this entity. 0: the event log counts (what nearly everybody wants). */
  gint64 entity_seq;
  gint64 at_ms;   /**< wall clock */
  gint64 room_ms; /**< the room's clock; -1 = none */
  /** Nullable: "tap_…" or another id that ties together what came from one act. */
  const char *trace;
  /** Nullable: the customer (or visitor) whom this is about. His erasure reaches the row. */
  const char *customer;
  const ParlorDatum *data; /**< ids, numbers, words; what people wrote is marked `content` */
  guint n_data;            /**< at most PARLOR_DATUM_MAX */
} ParlorEvent;

typedef void (*ParlorEventFunc) (const ParlorEvent *event, gpointer user_data);

G_END_DECLS
