/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest full-ICE client that an ICE-lite server needs (RFC 8445 sections 7.2, 8.1; RFC
 * 7675): always controlling, one pair, checks with USE-CANDIDATE until one succeeds, then consent
 * checks. For the load program and tests; a browser's peer uses lite.h. No clock, no socket; one
 * thread. */
#pragma once
#include "base/addr.h"
#include "ice/credentials.h"
#include "ice/stun.h"

/* First wait for a reply, doubled up to the second one (RFC 8445 section 14.3 leaves 500 ms;
 * loopback and tests need less). A consent check goes out every 5 s ± 20 % (RFC 7675 section 5.1).
 */
#define PARLOR_ICE_CLIENT_RETRY_US G_GINT64_CONSTANT (100000)
#define PARLOR_ICE_CLIENT_RETRY_MAX_US G_GINT64_CONSTANT (1600000)
#define PARLOR_ICE_CLIENT_CONSENT_EVERY_US G_GINT64_CONSTANT (5000000)
#define PARLOR_ICE_CLIENT_CHECK_MAX 640

typedef struct _ParlorIceClient ParlorIceClient;

/* Strings are copied. seed: from a random source; it makes transaction ids and the tie-breaker.
 * remote_ufrag and remote_pwd are the server's, from its SDP. NULL when one of the four is not
 * valid. */
ParlorIceClient *parlor_ice_client_new (const char *local_ufrag, const char *local_pwd,
                                        const char *remote_ufrag, const char *remote_pwd,
                                        guint64 seed);
void parlor_ice_client_free (ParlorIceClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorIceClient, parlor_ice_client_free)

/* A check when one is due: writes at most PARLOR_ICE_CLIENT_CHECK_MAX bytes, returns their number,
 * 0 = nothing due. agent must be this client's thread's; it keeps no transaction. */
gsize parlor_ice_client_poll (ParlorIceClient *client, ParlorStunAgent *agent, gint64 now_us,
                              guint8 *buffer);
gint64 parlor_ice_client_next_us (const ParlorIceClient *client);

/* A STUN datagram from the server. TRUE when it is the authentic success reply to the last check;
 * from then on the client is connected. */
gboolean parlor_ice_client_handle (ParlorIceClient *client, ParlorStunAgent *agent,
                                   const guint8 *bytes, gsize length, gint64 now_us);

/* A server that is not lite checks too: writes the reply to an authentic request of its, at most
 * PARLOR_ICE_CLIENT_CHECK_MAX bytes, returns their number; 0 = it was none. from: where it came
 * from. */
gsize parlor_ice_client_answer (ParlorIceClient *client, ParlorStunAgent *agent,
                                const guint8 *bytes, gsize length, const ParlorAddr *from,
                                guint8 *reply);

gboolean parlor_ice_client_connected (const ParlorIceClient *client);
/* TRUE when connected once and no reply came for 30 s. */
gboolean parlor_ice_client_expired (const ParlorIceClient *client, gint64 now_us);
/* Our address as the server saw it in its last reply; FALSE before there is one. */
gboolean parlor_ice_client_mapped (const ParlorIceClient *client, ParlorAddr *mapped);
/* The last round trip in us; -1 = none yet. */
gint64 parlor_ice_client_rtt_us (const ParlorIceClient *client);
