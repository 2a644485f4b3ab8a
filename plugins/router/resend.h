/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Protected packets as they left, for receivers that ask for a repeat and did not negotiate RTX
 * (RFC 4588): the same (SSRC, index) may only ever go out with the same bytes, so the very bytes
 * are kept. Some 330 KiB a slot; slots with RTX have none. Thread: worker.
 */
#pragma once

#include <glib.h>

typedef struct _ParlorResend ParlorResend;

#define PARLOR_RESEND_PACKETS 256
#define PARLOR_RESEND_BYTES 1280

ParlorResend *parlor_resend_new (void);
void parlor_resend_free (ParlorResend *self);
/** Longer packets than PARLOR_RESEND_BYTES are not kept. */
void parlor_resend_store (ParlorResend *self, guint16 seq, const guint8 *bytes, gsize length);
/** (nullable) The packet of this number, borrowed until the next store. */
const guint8 *parlor_resend_find (const ParlorResend *self, guint16 seq, gsize *length);
