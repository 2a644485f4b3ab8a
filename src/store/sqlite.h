/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The store on SQLite: one file in WAL mode with synchronous=FULL (a commit is on the disk when it
 * is reported), one writer thread with the only connection that writes, fed by a bounded queue, and
 * a reader with its own for questions (behind.h). A locked database is waited for (busy timeout,
 * then again), never reported as an error and never felt by the control thread.
 */
#pragma once

#include "room/store.h"

G_BEGIN_DECLS

typedef struct
{
  const char *path;      /**< of the database file; its folder must exist */
  guint busy_timeout_ms; /**< one wait for a lock; 0 = 2,000 */
  guint queue_max;       /**< rows that may wait, as store/behind.h says; 0 = 100,000. Beyond:
                            room/store.h */
} ParlorStoreSqliteSpec;

/** Opens, migrates, starts the writer. NULL with PARLOR_ERROR_UNAVAILABLE: cannot be opened, is no
    database of ours, or is of a newer version. May wait for the disk. ops->close () frees it. */
ParlorStore *parlor_store_sqlite_new (const ParlorStoreSqliteSpec *spec, GError **error);

G_END_DECLS
