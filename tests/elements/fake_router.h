/* SPDX-License-Identifier: Apache-2.0 */
/* A router behind router/router.h that only echoes: what it receives goes back to the peer at the
 * next flush, grouped where sizes and peer are equal (config.gso). What it injects goes to the peer
 * heard last. It lets tests of the elements look at their calls. */
#pragma once

#include "router/router.h"

#define FAKE_ECHO_MAX_BYTES 2048

/* The one made last; NULL = none lives. Look at it only when its thread is at rest, but for the
 * atomics. */
ParlorRouter *fake_router_get (void);

/* Atomics. */
gint fake_router_n_received (void);
gint fake_router_n_flushes (void);
gint fake_router_n_injected (void);
guint64 fake_router_n_unsent (void);
/* From the next flush on next_us () is this far ahead; -1 = never. */
void fake_router_set_interval_us (gint64 interval_us);
void fake_router_reset (void);
