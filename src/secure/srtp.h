/* SPDX-License-Identifier: Apache-2.0 */
/* SRTP and SRTCP (RFC 3711; RFC 7714 for AES-GCM), made for a forwarder: one key context per
 * transport and direction, packets protected out of place straight into the message that the kernel
 * gets.
 *
 *   ParlorCrypto    the backend; one per worker
 *   ParlorSrtpIn    what a peer sends: replay windows and rollover counters are ours
 *   ParlorSrtpOut   what a peer gets: the caller gives each RTP packet's 48-bit index
 *
 * Threads: everything here belongs to one worker; an In or Out is only used with the ParlorCrypto
 * it was made with, on that worker's thread. No clock, no randomness, no allocation per packet.
 *
 * RFC 3711 section 3.1:                       AES-GCM: tag after the ciphertext, nothing else
 *   +-----------------+----------------------+---------------+
 *   | RTP header, ext | payload, RTP padding | tag (16 | 10) |
 *   +-----------------+----------------------+---------------+
 *   |     clear       |      encrypted       |   */
#pragma once
#include <glib.h>

#include "secure/keys.h"

typedef enum
{
  PARLOR_SRTP_BACKEND_AUTO,    /* ipsec-mb where it was built in and the CPU can, else OpenSSL */
  PARLOR_SRTP_BACKEND_OPENSSL, /* everywhere */
  PARLOR_SRTP_BACKEND_IPSEC,   /* Intel's multi-buffer library, x86-64; as much as the CPU has */
  /* the same as on older CPUs, for measurements and tests: never more than these instructions */
  PARLOR_SRTP_BACKEND_IPSEC_AVX2,
  PARLOR_SRTP_BACKEND_IPSEC_AVX,
  PARLOR_SRTP_BACKEND_IPSEC_SSE,
  PARLOR_N_SRTP_BACKENDS,
} ParlorSrtpBackend;

typedef struct _ParlorCrypto ParlorCrypto;

/* NULL when the backend asked for is not there (AUTO and OPENSSL are always). */
ParlorCrypto *parlor_crypto_new (ParlorSrtpBackend backend);
/* After every In and Out made with it. NULL is ignored. */
void parlor_crypto_free (ParlorCrypto *crypto);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorCrypto, parlor_crypto_free)
/* Never AUTO. "openssl", "ipsec", "ipsec-avx2", … */
ParlorSrtpBackend parlor_crypto_backend (const ParlorCrypto *crypto);
const char *parlor_srtp_backend_name (ParlorSrtpBackend backend);
/* From "auto" or such a name; FALSE for anything else, NULL included. */
gboolean parlor_srtp_backend_parse (const char *name, ParlorSrtpBackend *backend);

typedef enum
{
  PARLOR_SRTP_OK,
  PARLOR_SRTP_MALFORMED,      /* too short, not version 2, lengths that lie */
  PARLOR_SRTP_BAD_TAG,        /* not from the peer, or damaged */
  PARLOR_SRTP_REPLAY,         /* this index was seen, or is older than the window */
  PARLOR_SRTP_TOO_MANY_SSRCS, /* authentic, but the peer has used up its PARLOR_SRTP_MAX_SSRCS */
  PARLOR_SRTP_NO_ROOM,        /* capacity too small: the caller's mistake */
  PARLOR_SRTP_EXHAUSTED,      /* 2^31 SRTCP packets under one key: the transport has to end */
  PARLOR_N_SRTP_RESULTS,
} ParlorSrtpResult;

/* A peer's distinct SSRCs that are kept, RTP and RTCP each. Only authentic packets take a place. */
#define PARLOR_SRTP_MAX_SSRCS 64
/* Packets of replay window per SSRC. */
#define PARLOR_SRTP_WINDOW 2048

/* ---- what a peer sends ---- */

typedef struct _ParlorSrtpIn ParlorSrtpIn;
/* keys: recv_key and recv_salt are used; not kept. profile must not be NONE. crypto is borrowed and
 * must outlive the object. */
ParlorSrtpIn *parlor_srtp_in_new (ParlorCrypto *crypto, const ParlorSrtpKeys *keys);
void parlor_srtp_in_free (ParlorSrtpIn *in);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSrtpIn, parlor_srtp_in_free)

/* In place. packet holds *length bytes; on OK *length is that of the clear packet, which begins
 * where the protected one began, and *index (nullable) is its extended sequence number: rollover
 * counter and sequence number, 48 bits. Otherwise *length and *index are untouched and the packet's
 * bytes are undefined from the end of the RTP header on. */
ParlorSrtpResult parlor_srtp_in_unprotect_rtp (ParlorSrtpIn *in, guint8 *packet, gsize *length,
                                               guint64 *index);
/* The same for (compound) RTCP. An unencrypted SRTCP packet (E bit 0) is accepted when its tag is
 * good. */
ParlorSrtpResult parlor_srtp_in_unprotect_rtcp (ParlorSrtpIn *in, guint8 *packet, gsize *length);

/* ---- what a peer gets ---- */

typedef struct _ParlorSrtpOut ParlorSrtpOut;
/* keys: send_key and send_salt are used; not kept. Else as parlor_srtp_in_new (). */
ParlorSrtpOut *parlor_srtp_out_new (ParlorCrypto *crypto, const ParlorSrtpKeys *keys);
void parlor_srtp_out_free (ParlorSrtpOut *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSrtpOut, parlor_srtp_out_free)
/* 16 or 10: what parlor_srtp_protect () adds to each packet of this peer. */
gsize parlor_srtp_out_overhead (const ParlorSrtpOut *out);

/* A packet of this peer's RTCP comes soon: fetches its state, then, once that is there, key and
 * window (base/warm.h). */
void parlor_srtp_in_warm (const ParlorSrtpIn *in);
void parlor_srtp_in_warm_more (const ParlorSrtpIn *in);

/* The next packet is this peer's: fetches key and state (base/warm.h). */
void parlor_srtp_out_warm (const ParlorSrtpOut *out);

/* One RTP packet to protect. The clear packet is the concatenation
 *     head[0 .. head_length)  payload[0 .. payload_length)  padding zeros ending in their count
 * of which the first header_length bytes (fixed header, CSRCs, extension) stay clear. So the caller
 * keeps one small head per receiver (its header, and what it rewrote at the start of the payload:
 * an RTX OSN, a VP8 descriptor) and points at the publisher's payload for the rest. */
typedef struct
{
  ParlorSrtpOut *out;
  const guint8 *head;
  const guint8 *payload; /* NULL when payload_length is 0 */
  guint16 head_length;   /* header_length .. */
  guint16 header_length; /* 12 + 4 CC + extension */
  guint16 payload_length;
  guint8 padding;   /* RTP padding to add, 0 = none; needs the P bit set in head (RFC 3550 5.1) */
  guint64 index;    /* rollover counter << 16 | sequence number, which is the header's */
  guint8 *dst;      /* room for the packet and its overhead; overlaps nothing of the job */
  gsize dst_length; /* out: bytes written; 0 = refused (see below) */
} ParlorSrtpJob;

/* Protects n jobs, of any mixture of receivers, in order, and sets each dst_length. A job is
 * refused, not written, when its parts lie (header_length > head_length or < 12, no version 2,
 * padding without the P bit, sequence number and index disagree, index >= 2^48) or when the guard
 * below finds a reuse. Returns how many were written. A P bit with padding 0 means that the payload
 * has its own.
 *
 * NEVER two different packets under one (out, SSRC, index): with GCM that gives away the
 * authentication key. A repeat must be the same bytes: same head, payload, padding. */
guint parlor_srtp_protect (ParlorCrypto *crypto, ParlorSrtpJob *jobs, guint n);

/* For tests: remembers a digest of every packet protected under this Out (40
 * bytes each, for ever) and refuses a different one under the same SSRC and index. n_violations
 * counts. */
void parlor_srtp_out_enable_guard (ParlorSrtpOut *out);
guint64 parlor_srtp_out_n_violations (const ParlorSrtpOut *out);

/* In place: packet holds *length bytes of compound RTCP (at least 8), capacity >= *length +
 * PARLOR_SRTCP_OVERHEAD_MAX. The SRTCP index is kept by the Out. MALFORMED, NO_ROOM, EXHAUSTED
 * leave everything untouched. */
ParlorSrtpResult parlor_srtp_out_protect_rtcp (ParlorSrtpOut *out, guint8 *packet, gsize *length,
                                               gsize capacity);
