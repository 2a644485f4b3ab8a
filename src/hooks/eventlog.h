/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The event log: numbers what the domains tell (base/event.h) and puts it as rows into the same
 * transaction as the change. Everything that reads events (webhooks, GET /v1/events, boards) reads
 * these rows.
 *
 * Numbers: `seq` orders everything and only grows, also over restarts and when the wall clock steps
 * back; `entity_seq` counts an entity's events 1, 2, 3 … without a hole. An entity that was silent
 * for 30 days is forgotten and counts from 1 again; `seq` (the event's id) goes on for ever.
 *
 * Thread: control.
 */
#pragma once

#include "base/event.h"
#include "hooks/rows.h"
#include "room/clock.h"

#include <jansson.h>

G_BEGIN_DECLS

#define PARLOR_EVENT_KEEP_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))
#define PARLOR_HEAD_KEEP_MS (30 * 24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct _ParlorEventLog ParlorEventLog;

/** A row was put; it is not on the disk yet. Inside the domain's call: note it, do nothing. */
typedef void (*ParlorEventAppended) (const ParlorEventRow *row, gpointer user_data);

/** Both borrowed. */
ParlorEventLog *parlor_event_log_new (ParlorRecordSink *sink, ParlorClock *clock);
void parlor_event_log_free (ParlorEventLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorEventLog, parlor_event_log_free)

/** At start, for every row of parlor_event_head_kind. */
void parlor_event_log_load_head (ParlorEventLog *log, const ParlorEventHead *head);

/** One listener; NULL = none. */
void parlor_event_log_listen (ParlorEventLog *log, ParlorEventAppended appended,
                              gpointer user_data);

/** A ParlorEventFunc when given as `user_data`. An event without type, brand or entity is a
    programmer's mistake. */
void parlor_event_log_append (const ParlorEvent *event, gpointer log);

/** Asks for events of a brand with seq > after, in order, at most `limit` (1..1000);
    `entity` nullable. */
void parlor_event_log_read (ParlorEventLog *log, const char *brand, gint64 after,
                            const char *entity, guint limit, ParlorFound found, gpointer user_data);

/** Removes what is older than a week (and heads of a month): a bounded piece at a time, call it
    every minute. */
void parlor_event_log_purge (ParlorEventLog *log, gint64 wall_ms);

/** Takes what this customer wrote out of every event; ids stay. `done` (nullable) comes when it is
    on the disk. */
void parlor_event_log_erase (ParlorEventLog *log, const char *customer, ParlorRecordFlushed done,
                             gpointer user_data);

/** The event as receivers get it (transfer full). `with_content`: also what people wrote. */
json_t *parlor_event_row_to_json (const ParlorEventRow *row, gboolean with_content);

/** The last 1,000 events of all brands since the start, without what people wrote: for the
   operator. Calls `visit` for those with seq > after, in order. */
void parlor_event_log_recent (const ParlorEventLog *log, gint64 after, ParlorEventAppended visit,
                              gpointer user_data);

/** The seq of the last event; 0 = none yet. */
gint64 parlor_event_log_last (const ParlorEventLog *log);
guint64 parlor_event_log_appended (const ParlorEventLog *log);

G_END_DECLS
