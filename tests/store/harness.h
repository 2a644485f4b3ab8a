/* SPDX-License-Identifier: Apache-2.0 */
/** What the suites over every backend share: opening one, waiting for it. */
#pragma once

#include "room/store.h"

typedef struct
{
  const char *name;
  ParlorStore *(*open) (const char *folder);
  /* Runs portable SQL beside the store; NULL = tables need not be made. */
  void (*run) (const char *folder, const char *sql);
  gboolean persistent; /* what was flushed is there after close and open */
} Backend;

typedef struct
{
  const Backend *backend;
  char *folder;
  ParlorStore *store;
  GMutex mutex;
  GCond cond;
  gboolean woken;
  int flushed; /* -1 = not yet */
  GString *found;
} Fixture;

void harness_set_up (Fixture *f, gconstpointer backend);
void harness_tear_down (Fixture *f, gconstpointer backend);

/** Waits for a wake, and dispatches. */
void harness_step (Fixture *f);
/** Flushes and gives what was reported. */
gboolean harness_wait_flushed (Fixture *f);
/** Asserts that everything put before is on the disk. */
void harness_flush (Fixture *f);
/** Flushes; closes and opens again where the backend keeps its rows. */
void harness_reopen (Fixture *f);

/** Adds the test once for every backend: "/store/BACKEND/name". */
void harness_add (const char *name, void (*test) (Fixture *f, gconstpointer data));
/** g_test_run (), and what is left is ended. */
int harness_run (void);
