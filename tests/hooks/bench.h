/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this folder: a clock that the test sets, the memory store's rows, and a receiver
 * that answers what the test says and keeps what it got. */
#pragma once

#include "base/ids.h"
#include "hooks/post.h"
#include "room/clock.h"
#include "store/memory.h"

typedef struct
{
  char *url, *id, *signature, *body;
  gint64 timestamp_s;
  guint timeout_ms;
  ParlorPosted posted;
  gpointer user_data;
  guint64 call;
} Sent;

typedef struct
{
  ParlorClock clock; /* first: its functions get it */
  gint64 now_us, wall_ms;
  ParlorRandom random;
  guint32 counter;
  ParlorStore *store;
  ParlorPoster poster;
  guint64 last_call;
  GQueue sent;       /* Sent that wait for an answer, the oldest first */
  GPtrArray *bodies; /* of every request that was answered 2xx, in order */
  GPtrArray *ids;
} Bench;

Bench *bench_new (void);
void bench_free (Bench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

/* What the store has to say, until it has nothing more. */
void bench_dispatch (Bench *bench);
/* Moves both clocks. */
void bench_pass (Bench *bench, gint64 ms);
/* Answers the oldest request; FALSE = there is none. failure NULL = `status` and `body` came. */
gboolean bench_answer (Bench *bench, guint status, const char *failure, const char *body);
/* The same with the answer's signature headers. */
gboolean bench_answer_signed (Bench *bench, const char *body, const char *id, const char *timestamp,
                              const char *signature);
