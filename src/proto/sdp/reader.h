/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/sdp/media.h"
#include "proto/sdp/words.h"

/* Inside of proto/sdp: one m-section while it is read. media.c walks the attributes; formats.c and
 * streams.c know what they mean. Attributes come in any order (Firefox says a=fmtp before
 * a=rtpmap), so the read functions note and the resolve functions draw the conclusions at the end.
 */

#define PARLOR_SDP_MAX_SSRCS 64

typedef struct
{
  guint32 ssrc;
  guint32 rtx_ssrc;
  const char *cname;
  gboolean secondary; /* RTX or FEC of another: not a source */
} ParlorSdpSsrc;

typedef struct
{
  ParlorSdpSession *session;
  ParlorSdpOffer *offer;
  ParlorSdpMedia *media;
  ParlorSdpTransport *transport;
  GError **error;
  guint line; /* of the attribute at hand */
  gboolean bundle_only;
  gboolean rtcp_mux;
  gint8 index_of_pt[128]; /* into media->formats; -1: not in the m-line */
  guint32 feedback_of_all;
  guint n_ssrcs;
  ParlorSdpSsrc ssrcs[PARLOR_SDP_MAX_SSRCS];
  guint n_rids;
  const char *rids[PARLOR_SDP_MAX_RIDS * 2]; /* declared by a=rid:… send */
  const char *simulcast;                     /* the send list */
  guint simulcast_line;
} ParlorSdpReader;

/* Sets the error at the attribute's line; FALSE. */
#define PARLOR_SDP_MALFORMED(reader, ...)                                                          \
  parlor_sdp_fail ((reader)->error, PARLOR_SDP_ERROR_MALFORMED, (reader)->line, __VA_ARGS__)
#define PARLOR_SDP_UNPROCESSABLE(reader, line_, ...)                                               \
  parlor_sdp_fail ((reader)->error, PARLOR_SDP_ERROR_UNPROCESSABLE, line_, __VA_ARGS__)

/* A copy that lives as long as the offer. */
static inline const char *
parlor_sdp_reader_keep (ParlorSdpReader *self, const char *text)
{
  return g_string_chunk_insert_const (self->offer->strings, text);
}

/* formats.c: the fmt list, then a=rtpmap, a=fmtp and a=rtcp-fb. */
gboolean parlor_sdp_read_format_list (ParlorSdpReader *self, const GstSDPMedia *section);
gboolean parlor_sdp_read_rtpmap (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_fmtp (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_rtcp_fb (ParlorSdpReader *self, const char *value);
void parlor_sdp_resolve_formats (ParlorSdpReader *self);

/* streams.c: a=ssrc, a=ssrc-group, a=msid, a=rid and a=simulcast. */
gboolean parlor_sdp_read_ssrc (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_ssrc_group (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_msid (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_rid (ParlorSdpReader *self, const char *value);
gboolean parlor_sdp_read_simulcast (ParlorSdpReader *self, const char *value);
void parlor_sdp_resolve_sources (ParlorSdpReader *self);
gboolean parlor_sdp_resolve_simulcast (ParlorSdpReader *self);
