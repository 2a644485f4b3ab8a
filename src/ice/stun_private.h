/* SPDX-License-Identifier: Apache-2.0 */
/* What lite.c, client.c and stun.c share of STUN; not for other folders. */
#pragma once
#include <stun/stunagent.h>

#include "base/addr.h"
#include "ice/stun.h"

struct _ParlorStunAgent
{
  StunAgent agent;
};

#define PARLOR_STUN_HEADER_BYTES 20
#define PARLOR_STUN_BINDING_REQUEST 0x0001

/* Fixed header of RFC 8489 section 5: two zero bits, a length that is the datagram's, the cookie.
 */
gboolean parlor_stun_header_valid (const guint8 *bytes, gsize length);
guint16 parlor_stun_type (const guint8 *bytes);

/* The value of the first USERNAME before MESSAGE-INTEGRITY; FALSE when there is none or the
 * attributes do not fill the message exactly. The header must have been checked. */
gboolean parlor_stun_find_username (const guint8 *bytes, gsize length, const char **username,
                                    gsize *username_length);
