/* SPDX-License-Identifier: Apache-2.0 */
/* ICE-lite for one transport: answers a full peer's connectivity checks and says where media may go
 * (RFC 8445 sections 2.5, 7.3, 8; RFC 7675 for consent). Datagrams in, replies out.
 *
 *   validated tuple   an authenticated check came from there: DTLS and SRTP from it are accepted
 *   selected tuple    the peer nominated it: media is sent there
 *
 * We never send a check. The peer's are what proves its consent: without one from the selected
 * tuple for PARLOR_ICE_CONSENT_US sending stops. A peer's candidates (also .local) are not needed:
 * every address is learned from a check.
 *
 * Nothing unauthenticated is ever answered, whatever it is: a stranger gets neither an error nor a
 * byte. That makes amplification 0 before authentication.
 *
 * Selection follows the peer: the latest nomination wins (libwebrtc carries USE-CANDIDATE on the
 * pair that it uses), so a NAT rebind moves with the first check from the new address. Only where a
 * tuple's very first check nominates at once (aggressive nomination) does a lower priority wait
 * until the selected tuple has been silent for a second. A check without a nomination moves the
 * path too, once neither a check nor media came from the selected tuple for 3 s and it has not the
 * older credentials of a restart: not every peer nominates again after its address changed. With
 * the newer credentials of a restart half a second of silence is enough (decision 0112).
 *
 * An ICE restart keeps the old credentials and tuple working until the peer nominates with the new
 * ones (make before break), and PARLOR_ICE_RETIRE_US longer for what is in flight.
 *
 * Threads: the worker's. No clock: now_us is monotonic. */
#pragma once
#include "base/addr.h"
#include "ice/credentials.h"
#include "ice/stun.h"

/* RFC 7675 section 5.1. */
#define PARLOR_ICE_CONSENT_US G_GINT64_CONSTANT (30000000)
#define PARLOR_ICE_RETIRE_US G_GINT64_CONSTANT (5000000)
/* Validated tuples of one transport; one more evicts the one heard of longest ago, never the
 * selected. */
#define PARLOR_ICE_MAX_TUPLES 16
/* Room for a reply; none is larger than its check. */
#define PARLOR_ICE_REPLY_MAX 640

typedef struct _ParlorIceLite ParlorIceLite;

/* local is copied. remote_ufrag (nullable: not known yet, any is taken) is copied; it must be valid
 * (parlor_ice_ufrag_valid). The peer's password is not needed: lite sends no checks. */
ParlorIceLite *parlor_ice_lite_new (const ParlorIceCredentials *local, const char *remote_ufrag);
void parlor_ice_lite_free (ParlorIceLite *lite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorIceLite, parlor_ice_lite_free)

/* An ICE restart: new credentials of ours are alive beside the old ones. When an older restart is
 * still under way, its credentials are retired at once (the last pair that was nominated stays). */
void parlor_ice_lite_restart (ParlorIceLite *lite, const ParlorIceCredentials *local,
                              const char *remote_ufrag);

/* Our ufrags that are no longer answered, one a call; FALSE = none. The caller removes it from its
 * table of ufrags. To be called after restart, handle and handle_timeout until FALSE. */
gboolean parlor_ice_lite_pop_retired (ParlorIceLite *lite, char ufrag[PARLOR_ICE_UFRAG_LENGTH + 1]);

typedef enum
{
  PARLOR_ICE_OK,                /* an authenticated Binding request: a success reply */
  PARLOR_ICE_ROLE_CONFLICT,     /* authenticated, the peer claims to be controlled: a 487 reply */
  PARLOR_ICE_UNKNOWN_ATTRIBUTE, /* authenticated, comprehension-required and unknown: a 420 reply */
  PARLOR_ICE_BAD_REQUEST,       /* authenticated, but no PRIORITY or no role: a 400 reply */
  PARLOR_ICE_NOT_STUN,          /* the rest is never answered */
  PARLOR_ICE_NOT_A_REQUEST,     /* an indication, a response, another method */
  PARLOR_ICE_UNKNOWN_UFRAG,     /* not for this transport, or from another peer */
  PARLOR_ICE_BAD_INTEGRITY,     /* MESSAGE-INTEGRITY or FINGERPRINT is missing or wrong */
  PARLOR_N_ICE_VERDICTS,
} ParlorIceVerdict;

typedef struct
{
  ParlorIceVerdict verdict;
  gsize reply_length;        /* to be sent back by the way it came; 0 = say nothing */
  guint32 priority;          /* of the check; 0 unless verdict is OK */
  gboolean authenticated;    /* verdict is one of the first four */
  gboolean nominated;        /* it carried USE-CANDIDATE */
  gboolean tuple_added;      /* the tuple became a validated one: put it into the table of tuples */
  gboolean selected_changed; /* media goes to this tuple from now on */
  gboolean tuple_evicted;    /* evicted is none any more: take it out of that table */
  ParlorTuple evicted;
} ParlorIceResult;

/* One datagram that begins like STUN. tuple: who sent it, and to which of our addresses. reply has
 * PARLOR_ICE_REPLY_MAX bytes. Fills *result wholly and returns its verdict. */
ParlorIceVerdict parlor_ice_lite_handle (ParlorIceLite *lite, ParlorStunAgent *agent,
                                         const guint8 *bytes, gsize length,
                                         const ParlorTuple *tuple, gint64 now_us, guint8 *reply,
                                         ParlorIceResult *result);

/* An authenticated SRTP or SRTCP packet, newer than any before, came from there: as good a sign of
 * life as a check (its keys come from DTLS with the fingerprint of the offer). Peers that send no
 * checks after the first (libnice without consent freshness, some encoders) would else be taken for
 * gone while their media arrives. It renews consent that has not expired; it validates and
 * nominates nothing. */
void parlor_ice_lite_heard (ParlorIceLite *lite, const ParlorTuple *tuple, gint64 now_us);
/* That comes soon: fetches what it reads (base/warm.h). */
void parlor_ice_lite_warm (const ParlorIceLite *lite);

typedef enum
{
  PARLOR_ICE_NEW,       /* no authenticated check yet */
  PARLOR_ICE_VALIDATED, /* checks come, nothing is nominated: DTLS may be answered */
  PARLOR_ICE_CONNECTED, /* there is a selected tuple, and consent */
  PARLOR_ICE_EXPIRED, /* consent is gone: send nothing. A later nomination makes it CONNECTED again
                       */
} ParlorIceState;
ParlorIceState parlor_ice_lite_state (const ParlorIceLite *lite, gint64 now_us);

/* Where to send: the selected tuple, before a nomination the validated one heard of last; NULL in
 * the states NEW and EXPIRED. Borrowed until the next call that is not const. */
const ParlorTuple *parlor_ice_lite_selected (const ParlorIceLite *lite, gint64 now_us);
/* May DTLS or SRTP be accepted from there? */
gboolean parlor_ice_lite_is_validated (const ParlorIceLite *lite, const ParlorTuple *tuple);
/* Was the peer heard from there in 7 s, by a check or by authentic media, and has its path not
 * moved on since? Another session's checks from the same address are then not its owner's. */
gboolean parlor_ice_lite_holds (const ParlorIceLite *lite, const ParlorTuple *tuple, gint64 now_us);
/* The validated tuples, for taking them out of a table when the transport goes; returns the count.
 */
guint parlor_ice_lite_tuples (const ParlorIceLite *lite, ParlorTuple out[PARLOR_ICE_MAX_TUPLES]);

/* When the state may change without a packet (consent runs out, credentials retire); G_MAXINT64 =
 * never. At that time call handle_timeout and look at the state. */
gint64 parlor_ice_lite_next_us (const ParlorIceLite *lite);
void parlor_ice_lite_handle_timeout (ParlorIceLite *lite, gint64 now_us);
