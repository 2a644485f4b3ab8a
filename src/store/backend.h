/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a database has to do behind `behind.h`, which does all the rest (queue, threads, retries,
 * reports). commit () is called on the *writer's* thread, find () on the *reader's*, load… () and
 * free () on the control thread; each uses a connection of its own.
 *
 * No call may wait without an end: parlor_backend_must_stop () is asked at least every 100 ms, and
 * a call that finds it TRUE returns as if it had failed.
 */
#pragma once

#include "store/write.h"

G_BEGIN_DECLS

typedef struct _ParlorBackend ParlorBackend;

typedef struct
{
  /**
   * Does all of `batch` (ParlorWrite; questions and flushes in it are skipped) in one transaction.
   * TRUE: it is on the disk, but for `refused` rows that broke a rule of the schema. FALSE: none of
   * it counts as written and it is to be tried again; writing a batch twice changes nothing.
   */
  gboolean (*commit) (ParlorBackend *backend, const GQueue *batch, guint *refused);

  /** Adds what answers to `rows`. PARLOR_ERROR_UNAVAILABLE. */
  gboolean (*find) (ParlorBackend *backend, const ParlorFind *find, GPtrArray *rows,
                    GError **error);

  /** As in ParlorStoreOps. */
  gboolean (*load) (ParlorBackend *backend, gint64 participants_since_ms, guint chat_limit,
                    const ParlorStoreVisitor *visitor, gpointer user_data, GError **error);
  gboolean (*load_records) (ParlorBackend *backend, const ParlorRecordKind *kind,
                            ParlorRecordVisit visit, gpointer user_data, GError **error);

  void (*free) (ParlorBackend *backend);
} ParlorBackendOps;

/** Implementations embed this as their first member. */
struct _ParlorBackend
{
  const ParlorBackendOps *ops;
  gint64 stop_us; /**< atomic; monotonic; 0 = not closing */
};

static inline gboolean
parlor_backend_must_stop (ParlorBackend *backend)
{
  gint64 stop_us = __atomic_load_n (&backend->stop_us, __ATOMIC_RELAXED);
  return stop_us != 0 && g_get_monotonic_time () >= stop_us;
}

G_END_DECLS
