/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS 1.2 for one transport, as bytes in and bytes out (RFC 6347; RFC 5764 for SRTP keys; RFC 8827
 * section 6.5 for what WebRTC asks). Only ECDHE with AES-128-GCM-SHA256, the suite that RFC 8827
 * makes everybody have.
 *
 * The profile: as server WE choose, and take AEAD_AES_128_GCM whenever it is offered; as client we
 * offer it first.
 *
 * Threads: an object is used by one thread at a time, any thread; handing it over needs the usual
 * barrier (a queue). Nothing waits. A handshake costs about a millisecond of CPU in two of its
 * steps, so give datagrams to a small pool until the state is CONNECTED; after that every call is
 * cheap and may run on the worker. There is no clock: now_us is monotonic.
 *
 * After the handshake the SSL object (62 KB) is freed at once. What stays (some 1.5 KB): the last
 * flight, kept 30 s to answer a peer that repeats its own last flight because ours was lost; and
 * the record keys, by which a peer's close_notify is still authenticated and ours is still sent, at
 * any time.
 *
 * Call order: new → start → { handle, handle_timeout } each followed by poll_output until it is 0,
 * then state; keys once CONNECTED. */
#pragma once
#include <glib.h>

#include "secure/certificate.h"
#include "secure/keys.h"

/* Shared by all transports of the process; immutable after new, so any number of threads may make
 * transports from it. It must outlive them. cert is borrowed during the call only. NULL when
 * OpenSSL refuses to set it up. */
typedef struct _ParlorDtlsContext ParlorDtlsContext;
ParlorDtlsContext *parlor_dtls_context_new (const ParlorCertificate *cert);
/* Only this SRTP profile is offered and taken from now on; before the first transport is made. For
 * loads and tests, as a peer that has nothing else. */
gboolean parlor_dtls_context_set_profile (ParlorDtlsContext *context, ParlorSrtpProfile profile);
void parlor_dtls_context_free (ParlorDtlsContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorDtlsContext, parlor_dtls_context_free)

typedef enum
{
  PARLOR_DTLS_SERVER, /* we answered setup:passive; the usual case */
  PARLOR_DTLS_CLIENT, /* the peer insisted on setup:passive, we are active */
} ParlorDtlsRole;

typedef enum
{
  PARLOR_DTLS_NEW,         /* nothing heard, nothing sent */
  PARLOR_DTLS_HANDSHAKING, /* an SSL object lives */
  PARLOR_DTLS_CONNECTED,   /* keys are there */
  PARLOR_DTLS_FAILED,      /* for good; see parlor_dtls_failure () */
  PARLOR_DTLS_CLOSED,      /* close_notify came, or parlor_dtls_close () was called */
} ParlorDtlsState;

typedef enum
{
  PARLOR_DTLS_OK,             /* not failed */
  PARLOR_DTLS_NO_CERTIFICATE, /* the peer sent none */
  PARLOR_DTLS_WRONG_FINGERPRINT,
  PARLOR_DTLS_NO_SRTP,   /* no use_srtp, or no profile in common */
  PARLOR_DTLS_PROTOCOL,  /* an alert, no common cipher, a bad Finished, ... */
  PARLOR_DTLS_TIMED_OUT, /* not connected PARLOR_DTLS_TIMEOUT_US after start */
} ParlorDtlsFailure;

#define PARLOR_DTLS_TIMEOUT_US G_GINT64_CONSTANT (30000000)
/* First wait for an answer to a flight, doubled each time up to the second one. RFC 6347 section
 * 4.2.4.1 says 1 s and allows less; a lost flight must not cost a second of the time to join. */
#define PARLOR_DTLS_RETRANSMIT_US G_GINT64_CONSTANT (150000)
#define PARLOR_DTLS_RETRANSMIT_MAX_US G_GINT64_CONSTANT (2000000)
/* How long the last flight is kept. */
#define PARLOR_DTLS_LAST_FLIGHT_US G_GINT64_CONSTANT (30000000)
/* No datagram of ours is larger. */
#define PARLOR_DTLS_MTU 1200
#define PARLOR_DTLS_MAX_FINGERPRINTS 4

typedef struct _ParlorDtls ParlorDtls;

/* fingerprints: 1 to PARLOR_DTLS_MAX_FINGERPRINTS, copied; the peer's certificate must have one of
 * them, in both roles. context is borrowed and must outlive the object. */
ParlorDtls *parlor_dtls_new (const ParlorDtlsContext *context, ParlorDtlsRole role,
                             const ParlorFingerprint *fingerprints, guint n_fingerprints);
/* NULL is ignored. Sends nothing: call parlor_dtls_close () before, and poll. */
void parlor_dtls_free (ParlorDtls *dtls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorDtls, parlor_dtls_free)

/* The way to the peer is open (a STUN check was authenticated). A client writes its ClientHello; a
 * server only starts the clock of PARLOR_DTLS_TIMEOUT_US, and need not be started to take a
 * datagram. A second call does nothing. */
void parlor_dtls_start (ParlorDtls *dtls, gint64 now_us);

/* One received UDP datagram (with one or more records), of any length and content; it is not
 * changed. What is no DTLS, comes from the wrong epoch or fails its tag is dropped and counted. */
void parlor_dtls_handle (ParlorDtls *dtls, const guint8 *bytes, gsize length, gint64 now_us);

/* Takes the next datagram to send: writes it to buffer (capacity >= PARLOR_DTLS_MTU) and returns
 * its length; 0 = none left. To be called until 0 after each of start, handle, handle_timeout,
 * close. */
gsize parlor_dtls_poll_output (ParlorDtls *dtls, guint8 *buffer, gsize capacity);

/* When handle_timeout () has something to do; G_MAXINT64 = never. A call before that does nothing.
 */
gint64 parlor_dtls_next_us (const ParlorDtls *dtls);
void parlor_dtls_handle_timeout (ParlorDtls *dtls, gint64 now_us);

/* Queues a close_notify when there is a session, and becomes CLOSED (a FAILED object stays FAILED).
 */
void parlor_dtls_close (ParlorDtls *dtls);

ParlorDtlsState parlor_dtls_state (const ParlorDtls *dtls);
ParlorDtlsFailure parlor_dtls_failure (const ParlorDtls *dtls);
/* "wrong-fingerprint", ...: a stable word for counters and logs. */
const char *parlor_dtls_failure_name (ParlorDtlsFailure failure);

/* TRUE, and *keys filled, once the handshake is done (also when CLOSED later). send is what *we*
 * send with, whatever our role. */
gboolean parlor_dtls_get_keys (const ParlorDtls *dtls, ParlorSrtpKeys *keys);

typedef struct
{
  guint64 datagrams_in;
  guint64
      dropped; /* datagrams that changed nothing: no DTLS, wrong epoch, bad tag, after the end */
  guint64 retransmissions; /* flights sent again, by timer */
  guint64 repeats;         /* last flights sent again, because the peer repeated its own */
} ParlorDtlsStats;
const ParlorDtlsStats *parlor_dtls_stats (const ParlorDtls *dtls);
