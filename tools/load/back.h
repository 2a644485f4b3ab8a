/* SPDX-License-Identifier: Apache-2.0 */
/**
 * --come-back: a person whose server went away comes back by himself, when a page would
 * (web/src/client/backoff.ts) and as who he was, and how long each picture was gone. One thread.
 */
#pragma once

#include <jansson.h>

#include "load/session.h"

/** One person's. All zero: he stands, or is not followed. */
typedef struct
{
  gint64 lost_us; /**< his last packet of the server that went; 0 = he has all he had */
  gint64 try_us;  /**< when he tries again; 0 = he is in */
  guint attempt;
} LoadBack;

/** What all saw. */
typedef struct
{
  GArray *waits_ms; /**< double: a picture's, each time it came again */
  guint returns;    /**< times that somebody had all pictures again */
} LoadBacks;

/** How long before try `attempt` (0 is the first); `random` is 0..1. */
gint64 load_back_wait_us (guint attempt, double random);
/** Looks at a person. TRUE: it is time to try to come back; `load_back_tried` is called with what
 * came of it. `pictures`: so many he is to have. */
gboolean load_back_look (LoadBack *self, LoadSession *session, guint pictures, double random,
                         gint64 now_us, LoadBacks *all);
void load_back_tried (LoadBack *self, gboolean in, double random, gint64 now_us);

/** (transfer full) `away`: those who are not back yet. Sorts the waits. */
json_t *load_backs_json (LoadBacks *self, guint away);
