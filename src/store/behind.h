/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Write-behind over a backend: the bounded queue, a writer and a reader thread, and what is
 * reported to the control thread. Everything queued at a moment is one transaction, in the order of
 * the calls; a question is asked when all before it is on the disk, on a connection of its own, so
 * that a long search delays no write.
 *
 * A question that waits for 10 s (the database is locked or away) is answered with
 * PARLOR_ERROR_UNAVAILABLE; at most 10,000 wait.
 */
#pragma once

#include "store/backend.h"

G_BEGIN_DECLS

/** Takes `backend`, starts the threads. `queue_max`: rows that may wait, the batch being written
    among them, before the store is unhealthy; chat may fill so many besides it; 0 = 100,000. Never
   NULL; ops->close () frees it. */
ParlorStore *parlor_behind_new (ParlorBackend *backend, guint queue_max);

G_END_DECLS
