/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Threads that run DTLS steps, so that a storm of joins costs media nothing.
 *
 * All steps of a transport run on one thread, so strictly one after the other and in order. Each
 * step is answered exactly once, by a ring of (thread, worker) that the worker drains.
 */
#pragma once

#include "router/router.h"
#include "wake.h"

G_BEGIN_DECLS

#define PARLOR_DTLS_POOL_MAX_THREADS 32
/** Largest datagram of a step: DTLS over UDP stays below an Ethernet frame. */
#define PARLOR_DTLS_POOL_MAX_BYTES 2048

typedef struct _ParlorDtlsPool ParlorDtlsPool;

/** wakes: one for each worker, rung when an answer is there; borrowed, they outlive the pool.
 * Thread: control. */
ParlorDtlsPool *parlor_dtls_pool_new (guint n_threads, ParlorWake *const *wakes, guint n_workers);
/** Joins the threads; steps that wait and that come later never run. Thread: control, while the
 * workers still drain. */
void parlor_dtls_pool_stop (ParlorDtlsPool *self);
/** After the workers have ended; stops first where that was not done. NULL is ignored. */
void parlor_dtls_pool_free (ParlorDtlsPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorDtlsPool, parlor_dtls_pool_free)

/** Which of the threads has the steps of that transport: all of one on the same, all together
 * spread evenly. Any thread. */
guint parlor_dtls_pool_thread_of (ParlorTransportId transport, guint n_threads);
/** One step: start, then `bytes` (copied; longer ones than PARLOR_DTLS_POOL_MAX_BYTES count as
   none) or the timer. dtls is borrowed until the answer. Thread: that worker's. */
void parlor_dtls_pool_push (ParlorDtlsPool *self, guint worker, ParlorTransportId transport,
                            ParlorDtls *dtls, const guint8 *bytes, gsize length);
/** Gives the router what has run. Thread: that worker's. */
void parlor_dtls_pool_drain (ParlorDtlsPool *self, guint worker, ParlorRouter *router,
                             gint64 now_us);

G_END_DECLS
