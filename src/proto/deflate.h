/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Shorter messages on a WebSocket: permessage-deflate (RFC 7692), each message for itself
 * (…_no_context_takeover in both directions), so that one object serves all sockets and a socket
 * costs no memory. A browser's offer of 34 media sections is 58 KB and more and says the same thing
 * 34 times: it becomes what one round trip carries.
 *
 * Pure; one thread at a time. */

typedef struct _ParlorDeflate ParlorDeflate;

/* What the server answers where parlor_deflate_offered (). */
#define PARLOR_DEFLATE_AGREED                                                                      \
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

/* Below it nothing is gained: it is one packet anyway. Bytes. */
#define PARLOR_DEFLATE_WORTH_BYTES 1200

/* Whether one of the offers of a Sec-WebSocket-Extensions header (nullable) is one that
 * PARLOR_DEFLATE_AGREED answers (RFC 7692 section 7.1): an offer with an unknown or repeated
 * parameter is none, nor is one that wants our window smaller. */
gboolean parlor_deflate_offered (const char *extensions);

ParlorDeflate *parlor_deflate_new (void);
void parlor_deflate_free (ParlorDeflate *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorDeflate, parlor_deflate_free)

typedef enum
{
  PARLOR_INFLATE_OK,
  PARLOR_INFLATE_BROKEN,   /* no deflated message, or only the beginning of one */
  PARLOR_INFLATE_TOO_LONG, /* it would be longer than `most` */
} ParlorInflateResult;

/* A message's payload, all fragments of it, as it was before (section 7.2.2). Never more than
 * `most` bytes are made of it. *out is the object's, valid until the next call of this function;
 * OK alone sets it. A final block (BFINAL) may be the last one only. */
ParlorInflateResult parlor_inflate (ParlorDeflate *self, const guint8 *data, gsize length,
                                    gsize most, const guint8 **out, gsize *out_length);

/* The payload for a message (section 7.2.1). *out is the object's, valid until the next call of
 * this function. FALSE: it became no shorter, and goes out as it is. */
gboolean parlor_deflate (ParlorDeflate *self, const guint8 *data, gsize length, const guint8 **out,
                         gsize *out_length);
