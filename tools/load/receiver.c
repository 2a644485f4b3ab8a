/* SPDX-License-Identifier: Apache-2.0 */
#include "load/receiver.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "load/sender.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"

#define REPORT_INTERVAL_US PARLOR_US_PER_SEC

void
load_receiver_init (LoadReceiver *self, const LoadAnswer *answer, guint32 own_ssrc)
{
  self->answer = answer;
  self->own_ssrc = own_ssrc;
  self->twcc = parlor_twcc_receiver_new ();
  parlor_rtp_ext_map_set (&self->extensions, PARLOR_EXT_TRANSPORT_CC,
                          answer->transport_cc ? answer->transport_cc : LOAD_EXT_TRANSPORT_CC);
}

void
load_receiver_clear (LoadReceiver *self)
{
  g_clear_pointer (&self->twcc, parlor_twcc_receiver_free);
}

/* --- what arrives ---------------------------------------------------------------------------- */

static LoadReceived *
get_stream (LoadReceiver *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].ssrc == ssrc)
      return &self->streams[i];
  if (self->n_streams == LOAD_MAX_STREAMS)
    return NULL;
  self->streams[self->n_streams].ssrc = ssrc;
  return &self->streams[self->n_streams++];
}

static gboolean
is_rtx (const LoadReceiver *self, guint32 ssrc)
{
  for (guint i = 0; i < self->answer->n_streams; i++)
    if (self->answer->streams[i].rtx_ssrc == ssrc && ssrc != 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_video (const LoadReceiver *self, guint8 pt)
{
  for (guint i = 0; i < self->answer->n_streams; i++)
    if (!self->answer->streams[i].audio && self->answer->streams[i].pt == pt)
      return TRUE;
  return FALSE;
}

static void
count_packet (LoadReceiver *self, LoadReceived *stream, guint16 seq, gsize length)
{
  gint64 number = parlor_seq_unwrap16 (&stream->unwrapper, seq);

  if (stream->packets++ == 0)
    stream->first = stream->highest = number;
  stream->highest = MAX (stream->highest, number);
  self->counts.packets++;
  self->counts.bytes += length;
}

static void
read_mark (LoadReceiver *self, LoadReceived *stream, const guint8 *mark, gint64 now_us)
{
  guint from = (guint)(parlor_get_u64 (mark) >> LOAD_MARK_NUMBER_SHIFT);

  gint64 sent_us = (gint64)parlor_get_u64 (mark + 8);
  gint64 delay_us = now_us - sent_us;

  stream->from = from;
  if (!stream->video && from < LOAD_MAX_VOICES)
    self->voices[from]++;
  if (delay_us < 0 || delay_us > 60 * PARLOR_US_PER_SEC)
    return;
  self->counts.delays[MIN (delay_us / LOAD_DELAY_STEP_US, LOAD_DELAY_BUCKETS - 1)]++;
}

static gboolean
begins_key_frame (const guint8 *payload, guint size)
{
  const guint8 *frame = payload + LOAD_VP8_DESCRIPTOR_BYTES;

  return size >= LOAD_VIDEO_MARK_AT && (payload[0] & 0x10) && !(frame[0] & 1) && frame[3] == 0x9d;
}

/* All of it, in order: then it can be decoded. */
static void
follow_key_frame (LoadReceiver *self, LoadReceived *stream, gboolean begins, gboolean marker,
                  gint64 now_us)
{
  gint64 number = stream->highest;

  if (begins)
    stream->key_next = number;
  if (stream->key_next != number)
    stream->key_next = 0;
  if (stream->key_next == 0)
    return;
  stream->key_next++;
  if (marker && self->first_picture_us == 0)
    self->first_picture_us = now_us;
  if (marker)
    stream->key_next = 0;
}

/* The size that the start of a VP8 key frame tells (RFC 7741 section 4.3). */
static void
look_at_frame (LoadReceived *stream, const guint8 *payload, guint size, gboolean marker)
{
  const guint8 *frame = payload + LOAD_VP8_DESCRIPTOR_BYTES;

  stream->video = TRUE;
  stream->frames += marker;
  if (begins_key_frame (payload, size))
    stream->height = (guint16)((frame[8] | frame[9] << 8) & 0x3fff);
}

void
load_receiver_rtp (LoadReceiver *self, const guint8 *packet, gsize length, gint64 now_us)
{
  ParlorRtpExtList list;
  ParlorRtpHeader header;
  const guint8 *value, *payload;
  LoadReceived *stream;
  guint size, skip;

  g_return_if_fail (packet != NULL);
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  parlor_rtp_ext_parse (packet, &header, &self->extensions, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL && size == 2)
    parlor_twcc_receiver_push (self->twcc, parlor_get_u16 (value), now_us);
  if (is_rtx (self, header.ssrc))
    {
      self->counts.repeated++;
      return;
    }
  stream = get_stream (self, header.ssrc);
  if (stream == NULL)
    return;
  count_packet (self, stream, header.seq, length);
  if (self->first_rtp_us == 0)
    self->first_rtp_us = now_us;
  payload = packet + header.payload_offset;
  skip = LOAD_AUDIO_MARK_AT;
  if (is_video (self, header.pt))
    {
      skip = LOAD_VIDEO_MARK_AT;
      look_at_frame (stream, payload, header.payload_size, header.marker);
      follow_key_frame (self, stream, begins_key_frame (payload, header.payload_size),
                        header.marker, now_us);
    }
  if (header.payload_size >= skip + LOAD_MARK_BYTES)
    read_mark (self, stream, payload + skip, now_us);
}

/* --- reports --------------------------------------------------------------------------------- */

/* A receiver report of all streams, and transport-wide feedback: what a browser would send. */
static void
send_reports (LoadReceiver *self, gint64 now_us)
{
  guint8 bytes[1200];
  ParlorRtcpReportBlock blocks[LOAD_MAX_STREAMS];
  gsize length;

  for (guint i = 0; i < self->n_streams; i++)
    blocks[i] = (ParlorRtcpReportBlock){.ssrc = self->streams[i].ssrc,
                                        .highest_seq = (guint32)self->streams[i].highest};
  length = parlor_rtcp_build_rr (bytes, sizeof bytes, self->own_ssrc, blocks, self->n_streams);
  length += parlor_rtcp_build_sdes (bytes + length, sizeof bytes - length, self->own_ssrc, "load");
  parlor_peer_send_rtcp (self->peer, bytes, length);
  self->report_us = now_us + REPORT_INTERVAL_US;
}

/* Alone, without a report before it, as browsers do (RFC 5506; the offer says rtcp-rsize). */
static void
send_transport_feedback (LoadReceiver *self, gint64 now_us)
{
  guint8 bytes[1200];
  gsize length = parlor_twcc_receiver_poll (self->twcc, now_us, self->own_ssrc,
                                            self->n_streams > 0 ? self->streams[0].ssrc : 0, bytes,
                                            sizeof bytes);

  if (length > 0)
    parlor_peer_send_rtcp (self->peer, bytes, length);
}

void
load_receiver_poll (LoadReceiver *self, gint64 now_us)
{
  if (now_us >= self->report_us)
    send_reports (self, now_us);
  if (now_us >= parlor_twcc_receiver_next_us (self->twcc))
    send_transport_feedback (self, now_us);
}

/* --- counting -------------------------------------------------------------------------------- */

const LoadCounts *
load_receiver_counts (LoadReceiver *self)
{
  LoadCounts *counts = &self->counts;
  const ParlorPeerCounters *peer = parlor_peer_counters (self->peer);

  counts->lost = 0;
  for (guint i = 0; i < self->n_streams; i++)
    {
      guint64 expected = self->streams[i].packets > 0
                             ? (guint64)(self->streams[i].highest - self->streams[i].first + 1)
                             : 0;

      counts->lost += expected > self->streams[i].packets ? expected - self->streams[i].packets : 0;
    }
  counts->refused = 0;
  for (guint i = 0; i < PARLOR_N_SRTP_RESULTS; i++)
    counts->refused += peer->refused[i];
  return counts;
}

void
load_receiver_reset (LoadReceiver *self)
{
  memset (&self->counts, 0, sizeof self->counts);
  memset (self->voices, 0, sizeof self->voices);
  /* What a stream looks like stays known: its last key frame may lie behind. */
  for (guint i = 0; i < self->n_streams; i++)
    self->streams[i] = (LoadReceived){.ssrc = self->streams[i].ssrc,
                                      .video = self->streams[i].video,
                                      .from = self->streams[i].from,
                                      .height = self->streams[i].height};
}
