/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* One ICE candidate as a line of text (RFC 8839 section 5.1).
 * Thread: any. Remote text is data: a line is taken whole or refused. */

typedef enum
{
  PARLOR_SDP_CANDIDATE_HOST,
  PARLOR_SDP_CANDIDATE_SRFLX,
  PARLOR_SDP_CANDIDATE_PRFLX,
  PARLOR_SDP_CANDIDATE_RELAY,
} ParlorSdpCandidateType;

#define PARLOR_SDP_MAX_CANDIDATE_BYTES 1024

typedef struct
{
  char foundation[33]; /* 1..32 ice-chars; empty when writing: made from type and address */
  guint8 component;    /* 1 RTP (and RTCP by rtcp-mux), 2 RTCP; 0 when writing = 1 */
  gboolean tcp;        /* FALSE: UDP. A peer's are read and not used; ours are passive ones */
  guint32 priority;    /* 1..2^31-1; see parlor_sdp_candidate_priority */
  char address[256];   /* IPv4, IPv6 (no brackets), or a name (mDNS ends in .local) */
  guint16 port;        /* 0 is allowed for TCP active alone (as 9 is) */
  ParlorSdpCandidateType type;
  char related_address[64]; /* empty: none. Needed by srflx; when writing "0.0.0.0" stands in */
  guint16 related_port;
  char ufrag[257]; /* the extension attribute of trickled candidates; empty: none */
} ParlorSdpCandidate;

/* `line` with or without "a=", beginning at "candidate:"; `length` bytes, no line end. FALSE: it is
 * not a candidate, or a value is out of range, or it is longer than
 * PARLOR_SDP_MAX_CANDIDATE_BYTES. */
gboolean parlor_sdp_candidate_parse (const char *line, gsize length, ParlorSdpCandidate *candidate);

/* Appends "candidate:…" without "a=" and without line end. */
void parlor_sdp_candidate_append (GString *out, const ParlorSdpCandidate *candidate);

/* RFC 8445 section 5.1.2.1. `local_preference`: 65535 = the most wanted address. Component 1. */
guint32 parlor_sdp_candidate_priority (ParlorSdpCandidateType type, guint16 local_preference);

/* Of a passive host candidate of TCP: behind all of UDP but a relay's. RFC 6544 section 4.2:
 * `other_preference` 0..8191, 8191 = the most wanted address. Component 1. */
guint32 parlor_sdp_candidate_tcp_priority (guint16 other_preference);

/* RFC 8445: ufrag 4..256 and password 22..256 ice-chars (ALPHA DIGIT + /). */
gboolean parlor_sdp_ufrag_is_valid (const char *ufrag);
gboolean parlor_sdp_password_is_valid (const char *pwd);
