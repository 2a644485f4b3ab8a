/* SPDX-License-Identifier: Apache-2.0 */
/* STUN (RFC 8489) as ICE uses it: the look at a datagram before anything is known of its sender,
 * and the validator that a worker's transports share. Parsing, integrity and replies are libnice's.
 */
#pragma once
#include <glib.h>

/* One per worker (13 KB), passed to the ICE calls; used by that worker's thread only. */
typedef struct _ParlorStunAgent ParlorStunAgent;
ParlorStunAgent *parlor_stun_agent_new (void);
void parlor_stun_agent_free (ParlorStunAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStunAgent, parlor_stun_agent_free)

/* Finds in a Binding request the part of USERNAME before the colon: the ufrag of the receiver, that
 * is ours (RFC 8445 section 7.2.2). Authenticates nothing: use it to look a transport up. The text
 * is not terminated and points into bytes. FALSE when this is no well-formed Binding request, or it
 * has no USERNAME, none with a colon, or an empty ufrag; the outputs are untouched then. */
gboolean parlor_ice_stun_username (const guint8 *bytes, gsize length, const char **local_ufrag,
                                   gsize *local_length);
