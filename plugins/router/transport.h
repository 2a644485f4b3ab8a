/* SPDX-License-Identifier: Apache-2.0 */
/** One peer's path: ICE, DTLS, SRTP keys, and its life. Thread: worker. Private to this folder. */
#pragma once

#include "router/state.h"

/** No authenticated check for so long after it was made: it failed. */
#define PARLOR_TRANSPORT_ICE_TIMEOUT_US (15 * PARLOR_US_PER_SEC)
/** Checks came, but DTLS does not stand so long after it was made: it failed. */
#define PARLOR_TRANSPORT_DTLS_TIMEOUT_US (30 * PARLOR_US_PER_SEC)

ParlorTransport *parlor_transport_new (ParlorRouter *router, const ParlorTransportConfig *config,
                                       gint64 now_us);
/** Its slots go too; its sources must have been removed before. */
void parlor_transport_free (ParlorTransport *self);

/** Both time-outs begin again where it does not stand yet. */
void parlor_transport_restart_ice (ParlorTransport *self, const ParlorIceCredentials *local,
                                   const char *remote_ufrag, gint64 now_us);

/** Much of what it was sent, or was not sent, it will never have: asks for what its pictures need
 * to go on (parlor_slot_recover). */
void parlor_transport_recover (ParlorTransport *self);

/** A STUN datagram for this transport's ufrag. */
void parlor_transport_receive_stun (ParlorTransport *self, const guint8 *bytes, gsize length,
                                    const ParlorTuple *tuple, gint64 now_us);
/** A DTLS datagram from a tuple of this transport. */
void parlor_transport_receive_dtls (ParlorTransport *self, const guint8 *bytes, gsize length,
                                    gint64 now_us);
/** The DTLS step that was running came back. */
void parlor_transport_dtls_done (ParlorTransport *self, gint64 now_us);
/** Consent, DTLS timers, ICE time-out; not RTCP and pacing. */
void parlor_transport_handle_timeout (ParlorTransport *self, gint64 now_us);
/** When that is due. */
gint64 parlor_transport_next_us (const ParlorTransport *self);
/** A close_notify where DTLS stands. */
void parlor_transport_say_goodbye (ParlorTransport *self);
