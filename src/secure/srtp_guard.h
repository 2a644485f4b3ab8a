/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers what was protected under each (SSRC, index), to find a reuse with other bytes. It grows
 * for ever: for tests. Not for other folders. */
#pragma once
#include <glib.h>

typedef struct _ParlorSrtpGuard ParlorSrtpGuard;
ParlorSrtpGuard *parlor_srtp_guard_new (void);
void parlor_srtp_guard_free (ParlorSrtpGuard *guard);
/* FALSE, and counted: other bytes went out under this SSRC and index. */
gboolean parlor_srtp_guard_check (ParlorSrtpGuard *guard, guint32 ssrc, guint64 index,
                                  const guint8 *packet, gsize length);
guint64 parlor_srtp_guard_n_violations (const ParlorSrtpGuard *guard);
