/* SPDX-License-Identifier: Apache-2.0 */
#include "load/receiver.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "load/sender.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"
#include "proto/rtp/rtx.h"

#define REPORT_INTERVAL_US PARLOR_US_PER_SEC
/* A gap may be mere reordering for so long. */
#define REORDER_US (5 * PARLOR_US_PER_MS)
#define MAX_ASKED_AT_ONCE 128

void
load_receiver_init (LoadReceiver *self, const LoadAnswer *answer, guint32 own_ssrc)
{
  self->answer = answer;
  self->own_ssrc = own_ssrc;
  self->twcc = parlor_twcc_receiver_new ();
  self->late_us = G_MAXINT64;
  parlor_rtp_ext_map_set (&self->extensions, PARLOR_EXT_TRANSPORT_CC,
                          answer->transport_cc ? answer->transport_cc : LOAD_EXT_TRANSPORT_CC);
}

void
load_receiver_clear (LoadReceiver *self)
{
  g_clear_pointer (&self->twcc, parlor_twcc_receiver_free);
  for (guint i = 0; i < self->n_streams; i++)
    g_clear_pointer (&self->streams[i].nack, parlor_nack_free);
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

/* (nullable) Whose repeats this is. */
static const LoadStream *
find_rtx (const LoadReceiver *self, guint32 ssrc)
{
  for (guint i = 0; i < self->answer->n_streams; i++)
    if (self->answer->streams[i].rtx_ssrc == ssrc && ssrc != 0)
      return &self->answer->streams[i];
  return NULL;
}

static gboolean
is_video (const LoadReceiver *self, guint8 pt)
{
  for (guint i = 0; i < self->answer->n_streams; i++)
    if (!self->answer->streams[i].audio && self->answer->streams[i].pt == pt)
      return TRUE;
  return FALSE;
}

static gboolean
has_come (const LoadReceived *stream, gint64 number)
{
  guint at = (guint)(number % LOAD_SEEN_PKTS);

  return (stream->seen[at / 64] >> (at % 64) & 1) != 0;
}

static void
set_come (LoadReceived *stream, gint64 number, gboolean come)
{
  guint at = (guint)(number % LOAD_SEEN_PKTS);
  guint64 bit = G_GUINT64_CONSTANT (1) << (at % 64);

  stream->seen[at / 64] = come ? stream->seen[at / 64] | bit : stream->seen[at / 64] & ~bit;
}

/* 0: it has been here, or is too old to tell. */
static gint64
count_packet (LoadReceiver *self, LoadReceived *stream, guint16 seq, gsize length)
{
  gint64 number = parlor_seq_unwrap16 (&stream->unwrapper, seq);

  if (stream->packets > 0
      && (number < stream->first || number <= stream->highest - LOAD_SEEN_PKTS
          || (number <= stream->highest && has_come (stream, number))))
    return 0;
  if (stream->packets++ == 0)
    stream->first = stream->highest = number;
  for (gint64 gap = MAX (stream->highest + 1, number - LOAD_SEEN_PKTS); gap < number; gap++)
    set_come (stream, gap, FALSE);
  set_come (stream, number, TRUE);
  stream->highest = MAX (stream->highest, number);
  self->counts.packets++;
  self->counts.bytes += length;
  return number;
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
  self->counts.late += delay_us > self->late_us;
  self->counts.delays[MIN (delay_us / LOAD_DELAY_STEP_US, LOAD_DELAY_BUCKETS - 1)]++;
}

static gboolean
begins_key_frame (const guint8 *payload, guint size)
{
  const guint8 *frame = payload + LOAD_VP8_DESCRIPTOR_BYTES;

  return size >= LOAD_VIDEO_MARK_AT && (payload[0] & 0x10) && !(frame[0] & 1) && frame[3] == 0x9d;
}

/* Once all of it is here it can be decoded. */
static void
follow_key_frame (LoadReceiver *self, LoadReceived *stream, gint64 number,
                  const ParlorRtpHeader *header, gboolean begins, gint64 now_us)
{
  if (stream->whole_us != 0)
    return;
  if (begins)
    {
      stream->key_first = number;
      stream->key_last = 0;
      stream->key_rtp = header->timestamp;
    }
  if (stream->key_first != 0 && header->marker && header->timestamp == stream->key_rtp)
    stream->key_last = number;
  if (stream->key_last == 0)
    return;
  for (gint64 at = stream->key_first; at <= stream->key_last; at++)
    if (!has_come (stream, at))
      return;
  stream->whole_us = now_us;
  if (self->first_picture_us == 0)
    self->first_picture_us = now_us;
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

/* As a browser asks: pictures alone. Nothing is kept before the first gap. */
static void
follow_gaps (LoadReceived *stream, gint64 before, gint64 number, gint64 now_us)
{
  if (stream->nack == NULL)
    {
      if (stream->packets <= 1 || number <= before + 1)
        return;
      stream->nack = parlor_nack_new (REORDER_US);
      parlor_nack_push (stream->nack, (guint16)before, now_us);
    }
  parlor_nack_push (stream->nack, (guint16)number, now_us);
}

/* Where the mark of a packet begins; 0 = it has none. */
static guint
mark_at (const LoadReceiver *self, const ParlorRtpHeader *header, gboolean video)
{
  guint at = video ? LOAD_VIDEO_MARK_AT : LOAD_AUDIO_MARK_AT;

  if (self->unmarked || header->payload_size < at + LOAD_MARK_BYTES)
    return 0;
  if (video && self->marks_behind && !header->marker)
    return 0;
  if (video ? self->marks_behind : self->sounds_behind)
    return header->payload_size - LOAD_MARK_BYTES;
  return at;
}

static void
take_media (LoadReceiver *self, const guint8 *packet, gsize length, const ParlorRtpHeader *header,
            gint64 now_us)
{
  LoadReceived *stream = get_stream (self, header->ssrc);
  const guint8 *payload = packet + header->payload_offset;
  gboolean video = is_video (self, header->pt);
  gint64 before = stream != NULL ? stream->highest : 0;
  gint64 number = stream != NULL ? count_packet (self, stream, header->seq, length) : 0;
  guint mark;

  if (number == 0)
    return;
  if (self->first_rtp_us == 0)
    self->first_rtp_us = now_us;
  self->last_rtp_us = now_us;
  if (video)
    {
      follow_gaps (stream, before, number, now_us);
      look_at_frame (stream, payload, header->payload_size, header->marker);
      follow_key_frame (self, stream, number, header,
                        begins_key_frame (payload, header->payload_size), now_us);
    }
  mark = mark_at (self, header, video);
  if (mark > 0)
    read_mark (self, stream, payload + mark, now_us);
}

/* RFC 4588: what it repeats counts as if it had come by itself, unless it has. */
static void
take_repeat (LoadReceiver *self, const LoadStream *of, const guint8 *packet, gsize length,
             ParlorRtpHeader *header, gint64 now_us)
{
  guint8 copy[PARLOR_RTP_PACKET_MAX];
  const guint8 *original;

  self->counts.repeated++;
  if (length > sizeof copy)
    return;
  memcpy (copy, packet, length);
  original = parlor_rtx_decapsulate (copy, &length, header, (guint8)of->pt, of->ssrc);
  if (original != NULL)
    take_media (self, original, length, header, now_us);
}

void
load_receiver_rtp (LoadReceiver *self, const guint8 *packet, gsize length, gint64 now_us)
{
  ParlorRtpExtList list;
  ParlorRtpHeader header;
  const LoadStream *repeats;
  const guint8 *value;
  guint size;

  g_return_if_fail (packet != NULL);
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  parlor_rtp_ext_parse (packet, &header, &self->extensions, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL && size == 2)
    parlor_twcc_receiver_push (self->twcc, parlor_get_u16 (value), now_us);
  repeats = find_rtx (self, header.ssrc);
  if (repeats != NULL)
    take_repeat (self, repeats, packet, length, &header, now_us);
  else
    take_media (self, packet, length, &header, now_us);
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

static void
ask_again (LoadReceiver *self, LoadReceived *stream, gint64 now_us)
{
  guint8 bytes[1200];
  guint16 seqs[MAX_ASKED_AT_ONCE];
  guint n = parlor_nack_poll (stream->nack, now_us, 0, seqs, G_N_ELEMENTS (seqs));
  gsize length = parlor_rtcp_build_nack (bytes, sizeof bytes, self->own_ssrc, stream->ssrc, seqs, n,
                                         NULL);

  self->counts.asked += n;
  if (length > 0)
    parlor_peer_send_rtcp (self->peer, bytes, length);
}

void
load_receiver_poll (LoadReceiver *self, gint64 now_us)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].nack != NULL && now_us >= parlor_nack_next_us (self->streams[i].nack))
      ask_again (self, &self->streams[i], now_us);
  if (now_us >= self->report_us)
    send_reports (self, now_us);
  if (now_us >= parlor_twcc_receiver_next_us (self->twcc))
    send_transport_feedback (self, now_us);
}

/* --- counting -------------------------------------------------------------------------------- */

guint64
load_received_lost (const LoadReceived *stream)
{
  guint64 expected = stream->packets > 0 ? (guint64)(stream->highest - stream->first + 1) : 0;

  return expected > stream->packets ? expected - stream->packets : 0;
}

guint
load_receiver_n_sounds (const LoadReceiver *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_streams; i++)
    n += !self->streams[i].video && self->streams[i].packets > 0;
  return n;
}

const LoadCounts *
load_receiver_counts (LoadReceiver *self)
{
  LoadCounts *counts = &self->counts;
  const ParlorPeerCounters *peer = parlor_peer_counters (self->peer);

  counts->lost = 0;
  for (guint i = 0; i < self->n_streams; i++)
    counts->lost += load_received_lost (&self->streams[i]);
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
                                      .nack = self->streams[i].nack,
                                      .whole_us = self->streams[i].whole_us,
                                      .height = self->streams[i].height};
}
