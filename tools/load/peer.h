/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The other end of a session: a client with ICE (controlling), DTLS and SRTP, as datagrams
 * in and out. For parlor-load and for tests of the router: no socket, no clock. One thread. Times
 * in microseconds of one monotonic clock, sizes in bytes.
 */
#pragma once

#include "ice/client.h"
#include "secure/dtls.h"
#include "secure/srtp.h"

typedef struct _ParlorPeer ParlorPeer;

typedef struct
{
  /** To the server, by the peer's own way. */
  void (*send) (gpointer user_data, const guint8 *bytes, gsize length);
  /** A clear packet of the server's, borrowed for the call. */
  void (*rtp) (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us);
  void (*rtcp) (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us);
  gpointer user_data;
} ParlorPeerOps;

typedef struct
{
  ParlorIceCredentials local; /**< in the peer's offer */
  const char *server_ufrag;   /**< from the answer; copied */
  const char *server_pwd;     /**< likewise */
  ParlorAddr server;          /**< where its checks come from; none = it sends none (ICE-lite) */
  ParlorFingerprint server_fingerprint;
  gboolean dtls_server;          /**< the server took the active part; else this end does */
  const ParlorDtlsContext *dtls; /**< borrowed; of the peer's own certificate */
  ParlorCrypto *crypto;          /**< borrowed; of this thread */
  ParlorStunAgent *stun;         /**< borrowed; of this thread */
  guint64 seed;
} ParlorPeerConfig;

/** NULL: credentials of an impossible form. */
ParlorPeer *parlor_peer_new (const ParlorPeerConfig *config, const ParlorPeerOps *ops);
void parlor_peer_free (ParlorPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPeer, parlor_peer_free)

/** One datagram of the server's; it is decrypted in place. */
void parlor_peer_handle (ParlorPeer *self, guint8 *bytes, gsize length, gint64 now_us);
/** Sends what is due: checks, consent, DTLS flights. */
void parlor_peer_poll (ParlorPeer *self, gint64 now_us);
gint64 parlor_peer_next_us (const ParlorPeer *self);
/** ICE and DTLS stand. */
gboolean parlor_peer_is_connected (const ParlorPeer *self);
/** DTLS failed, or consent is gone. */
gboolean parlor_peer_has_failed (const ParlorPeer *self, gint64 now_us);
ParlorSrtpProfile parlor_peer_profile (const ParlorPeer *self);

/** A clear RTP packet (at most 1,400 bytes); index is its 48-bit one, lower 16 bits as in the
 * header. FALSE: not connected. */
gboolean parlor_peer_send_rtp (ParlorPeer *self, const guint8 *packet, gsize length, guint64 index);
/** A clear compound packet (at most 1,400 bytes). */
gboolean parlor_peer_send_rtcp (ParlorPeer *self, const guint8 *packet, gsize length);

typedef struct
{
  guint64 rtp_pkts, rtcp_pkts;
  guint64 refused[PARLOR_N_SRTP_RESULTS]; /**< by ParlorSrtpResult */
} ParlorPeerCounters;
const ParlorPeerCounters *parlor_peer_counters (const ParlorPeer *self);
