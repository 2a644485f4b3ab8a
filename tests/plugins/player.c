/* SPDX-License-Identifier: Apache-2.0 */
#include "player.h"

#include "base/bytes.h"
#include "base/seq.h"
#include "base/time.h"
#include "proto/codec/vp8.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"
#include "proto/rtp/red.h"

#define MS PARLOR_US_PER_MS
#define VIDEO_PT 120
#define RTX_PT 121
#define OPUS_PT 109
#define RED_PT 63
#define TRIES 10
#define LOOK_US (20 * MS)
/* libwebrtc's: a frame is late by so much when there is a newer one; and after so long without any
 * a key frame is asked for, and again each so long, unless nothing came for a while: who sees no
 * packet thinks that nobody sends. */
#define LATE_US (5 * MS)
#define WAIT_US (3 * PARLOR_US_PER_SEC)
#define INACTIVE_US (5 * PARLOR_US_PER_SEC)
#define GAPS 30
#define FRAME_OF_SOUND_US (20 * MS)
#define SPOKEN 40000 /* frames of sound remembered: 800 s */

typedef struct
{
  guint32 timestamp;
  gint64 at_us;       /* its place in time */
  gint64 first, last; /* numbers; -1 = not seen */
  guint n_got;
  guint8 temporal, tl0;
  gboolean key, over;
} Frame;

typedef struct
{
  gint64 seq, asked_us;
  guint tries;
} Missing;

/* What reports tell of one stream. */
typedef struct
{
  guint32 ssrc; /* 0 = none are sent */
  ParlorSeqUnwrapper unwrapper;
  gint64 reported; /* the highest number of the last report; -1 = there was none */
  guint got;       /* since then */
  gint64 due_us, each_us;
  guint32 last_sr; /* of the sender's last report, and when that came */
  gint64 last_sr_us;
} Account;

struct _Player
{
  BenchPeer *peer;
  guint32 ssrc;
  gint64 hold_us, rtt_us;
  ParlorSeqUnwrapper unwrapper;
  GHashTable *came; /* numbers */
  GArray *missing, *frames;
  gboolean started, whole;
  guint32 first_timestamp;
  gint64 base_us; /* where time 0 of the stream lies, by the quickest packet */
  guint8 tl0;
  gint64 look_us, last_shown_us, last_packet_us, waits_since_us;
  gint64 gaps[GAPS];
  guint n_gaps;
  gboolean speaks;
  guint32 first_spoken;
  gint64 spoken_base_us;
  guint8 spoken[SPOKEN];
  guint8 here[SPOKEN]; /* whatever its time */
  gint64 newest_here;
  gint64 next_played; /* the frame whose turn it is */
  guint waited;       /* so many were made up since it was its turn */
  gint64 play_us;     /* when its turn is */
  Account pictures, sounds;
  BenchRtcp reports;
  PlayerCounts counts;
};

/* --- asking ---------------------------------------------------------------------------------- */

static void
send_nack (Player *self, const guint16 *seqs, guint n)
{
  guint8 bytes[1200];
  gsize length = parlor_rtcp_build_nack (bytes, sizeof bytes, 9, self->ssrc, seqs, n, NULL);

  self->counts.asked += n;
  if (length > 0)
    parlor_peer_send_rtcp (self->peer->peer, bytes, length);
}

static void
ask (Player *self, gint64 now_us, gboolean fresh)
{
  guint16 seqs[128];
  guint n = 0;

  for (guint i = 0; i < self->missing->len && n < G_N_ELEMENTS (seqs); i++)
    {
      Missing *missing = &g_array_index (self->missing, Missing, i);

      if (missing->tries >= TRIES || (fresh && missing->tries > 0)
          || (missing->tries > 0 && now_us - missing->asked_us < self->rtt_us))
        continue;
      missing->tries++;
      missing->asked_us = now_us;
      seqs[n++] = (guint16)missing->seq;
    }
  if (n > 0)
    send_nack (self, seqs, n);
}

static void
forget_missing (Player *self, gint64 before)
{
  while (self->missing->len > 0 && g_array_index (self->missing, Missing, 0).seq < before)
    g_array_remove_index (self->missing, 0);
}

/* FALSE: it has been here. */
static gboolean
note_number (Player *self, gint64 seq, gint64 now_us)
{
  gint64 highest = self->unwrapper.highest;

  if (!g_hash_table_add (self->came, g_memdup2 (&seq, sizeof seq)))
    return FALSE;
  if (self->unwrapper.started && seq > highest)
    for (gint64 missing = highest + 1; missing < seq; missing++)
      g_array_append_val (self->missing, ((Missing){.seq = missing}));
  for (guint i = 0; i < self->missing->len; i++)
    if (g_array_index (self->missing, Missing, i).seq == seq)
      {
        g_array_remove_index (self->missing, i);
        break;
      }
  if (!self->unwrapper.started || seq > highest)
    parlor_seq_note (&self->unwrapper, seq);
  ask (self, now_us, TRUE);
  return TRUE;
}

/* --- pictures -------------------------------------------------------------------------------- */

static Frame *
frame_of (Player *self, guint32 timestamp)
{
  Frame frame = {.timestamp = timestamp, .first = -1, .last = -1};
  guint i = self->frames->len;

  for (; i > 0; i--)
    {
      Frame *one = &g_array_index (self->frames, Frame, i - 1);

      if (one->timestamp == timestamp)
        return one;
      if (parlor_seq32_diff (timestamp, one->timestamp) > 0)
        break;
    }
  frame.at_us = (gint64)parlor_seq32_diff (timestamp, self->first_timestamp) * 1000 / 90;
  g_array_insert_val (self->frames, i, frame);
  return &g_array_index (self->frames, Frame, i);
}

static void
take_picture (Player *self, const guint8 *packet, const ParlorRtpHeader *header, gint64 seq,
              const guint8 *payload, gsize size, gint64 now_us)
{
  ParlorVp8 vp8;
  Frame *frame;

  g_assert_true (parlor_vp8_parse (payload, size, &vp8));
  if (!self->started)
    {
      self->first_timestamp = header->timestamp;
      self->base_us = now_us;
      self->last_shown_us = self->waits_since_us = now_us;
      self->started = TRUE;
    }
  frame = frame_of (self, header->timestamp);
  if (header->pt == VIDEO_PT)
    self->base_us = MIN (self->base_us, now_us - frame->at_us);
  frame->n_got++;
  frame->temporal = vp8.tid;
  frame->tl0 = vp8.tl0_pic_idx;
  frame->key |= vp8.key_frame;
  if (vp8.start)
    frame->first = seq;
  if (header->marker)
    frame->last = seq;
}

static gboolean
is_decodable (const Player *self, const Frame *frame)
{
  if (frame->over || frame->first < 0 || frame->last < 0
      || frame->n_got < (guint)(frame->last - frame->first + 1))
    return FALSE;
  if (frame->key)
    return TRUE;
  return self->whole && frame->tl0 == (guint8)(self->tl0 + (frame->temporal == 0));
}

static void
note_gap (Player *self, gint64 gap_us)
{
  gint64 sum = 0, average;
  guint n = MIN (self->n_gaps, GAPS);

  for (guint i = 0; i < n; i++)
    sum += self->gaps[i];
  average = n > 0 ? sum / n : gap_us;
  if (gap_us >= MAX (3 * average, average + 150 * MS))
    self->counts.freeze_us += gap_us;
  self->counts.worst_us = MAX (self->counts.worst_us, gap_us);
  self->gaps[self->n_gaps++ % GAPS] = gap_us;
}

static void
show (Player *self, guint at, gint64 now_us)
{
  Frame frame = g_array_index (self->frames, Frame, at);

  if (frame.temporal == 0)
    self->tl0 = frame.tl0;
  self->whole = TRUE;
  self->counts.decoded++;
  note_gap (self, now_us - self->last_shown_us);
  self->last_shown_us = self->waits_since_us = now_us;
  forget_missing (self, frame.first);
  g_array_remove_range (self->frames, 0, at + 1);
}

/* Index of the first decodable frame from `from` on; the number of frames = none. */
static guint
next_decodable (const Player *self, guint from)
{
  guint i = from;

  while (i < self->frames->len && !is_decodable (self, &g_array_index (self->frames, Frame, i)))
    i++;
  return i;
}

static void
show_due (Player *self, gint64 now_us)
{
  for (;;)
    {
      guint at = next_decodable (self, 0);
      Frame *frame;
      gint64 due_us;

      if (at == self->frames->len)
        return;
      frame = &g_array_index (self->frames, Frame, at);
      due_us = self->base_us + frame->at_us + self->hold_us;
      if (now_us < due_us)
        return;
      if (now_us > due_us + LATE_US && next_decodable (self, at + 1) < self->frames->len)
        frame->over = TRUE;
      else
        show (self, at, now_us);
    }
}

static void
ask_key_frame (Player *self, gint64 now_us)
{
  guint8 bytes[64];
  gsize length;

  if (!self->started || now_us - self->waits_since_us < WAIT_US)
    return;
  self->waits_since_us = now_us;
  if (now_us - self->last_packet_us > INACTIVE_US)
    return;
  self->counts.key_asked++;
  length = parlor_rtcp_build_pli (bytes, sizeof bytes, 9, self->ssrc);
  parlor_peer_send_rtcp (self->peer->peer, bytes, length);
}

/* --- sound ----------------------------------------------------------------------------------- */

static void
hear (Player *self, guint32 timestamp, gint64 now_us)
{
  gint64 number = parlor_seq32_diff (timestamp, self->first_spoken) / 960;

  if (number < 0 || number >= SPOKEN)
    return;
  self->here[number] = TRUE;
  self->newest_here = MAX (self->newest_here, number);
  if (!self->spoken[number] && now_us <= self->spoken_base_us + number * 20 * MS + self->hold_us)
    {
      self->spoken[number] = TRUE;
      self->counts.sound++;
    }
}

/* What was waited for in vain, once something newer is here: what was made up stood in for it. */
static void
pass_over (Player *self)
{
  for (;
       self->waited > 0 && !self->here[self->next_played] && self->newest_here > self->next_played;
       self->waited--)
    {
      self->next_played++;
      self->counts.sound_lost++;
    }
}

/* A frame's turn comes as soon as the one before was played. While it is not here something is made
 * up, and what comes later is played later: a queue that grows is heard as often as it grows. What
 * was lost is passed over. What is ahead by more than is held back is caught up with, a tenth
 * faster. */
static void
play_sound (Player *self, gint64 now_us)
{
  while (self->speaks && now_us >= self->play_us && self->next_played < SPOKEN)
    {
      gint64 ahead_us;

      pass_over (self);
      ahead_us = (self->newest_here - self->next_played) * FRAME_OF_SOUND_US;
      if (self->here[self->next_played])
        self->waited = 0;
      else
        self->counts.made_up++;
      if (self->here[self->next_played] || self->newest_here > self->next_played)
        self->counts.sound_lost += !self->here[self->next_played++];
      else
        self->waited++;
      self->play_us += ahead_us > self->hold_us + FRAME_OF_SOUND_US ? FRAME_OF_SOUND_US * 9 / 10
                                                                    : FRAME_OF_SOUND_US;
    }
}

static void
take_sound (Player *self, const guint8 *packet, const ParlorRtpHeader *header, gint64 now_us)
{
  ParlorRed red;

  if (!self->speaks)
    {
      self->first_spoken = header->timestamp;
      self->spoken_base_us = now_us;
      self->play_us = now_us + self->hold_us;
    }
  self->speaks = TRUE;
  self->spoken_base_us = MIN (
      self->spoken_base_us,
      now_us - (gint64)parlor_seq32_diff (header->timestamp, self->first_spoken) / 960 * 20 * MS);
  if (header->pt == OPUS_PT)
    {
      hear (self, header->timestamp, now_us);
      return;
    }
  g_assert_true (parlor_red_parse (packet + header->payload_offset, header->payload_size, &red));
  for (guint i = 0; i < red.count; i++)
    hear (self, header->timestamp - red.blocks[i].ts_offset, now_us);
}

/* --- reports --------------------------------------------------------------------------------- */

static void
enter (Account *account, const ParlorRtpHeader *header)
{
  gint64 seq;

  if (account->ssrc == 0 || header->ssrc != account->ssrc)
    return;
  seq = parlor_seq_peek16 (&account->unwrapper, header->seq);
  if (account->reported < 0)
    account->reported = seq - 1;
  if (!account->unwrapper.started || seq > account->unwrapper.highest)
    parlor_seq_note (&account->unwrapper, seq);
  account->got++;
}

static void
note_sender_report (Player *self, const ParlorRtcpPacket *packet, gint64 now_us)
{
  Account *accounts[] = {&self->pictures, &self->sounds};
  ParlorRtcpSenderInfo info;

  if (packet->kind != PARLOR_RTCP_SR || !parlor_rtcp_parse_sr (packet, &info, NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (accounts); i++)
    if (accounts[i]->ssrc == info.ssrc)
      {
        accounts[i]->last_sr = (guint32)(info.ntp >> 16);
        accounts[i]->last_sr_us = now_us;
      }
}

static void
look_for_sender_reports (Player *self, gint64 now_us)
{
  ParlorRtcpPacket packet;

  while (bench_next_rtcp (self->peer, &self->reports, &packet))
    note_sender_report (self, &packet, now_us);
}

static void
report (Player *self, Account *account, gint64 now_us)
{
  guint8 bytes[64];
  ParlorRtcpReportBlock block = {.ssrc = account->ssrc};
  gint64 expected = account->unwrapper.highest - account->reported, lost = expected - account->got;

  if (account->ssrc == 0 || account->got == 0 || now_us < account->due_us)
    return;
  account->due_us = now_us + account->each_us;
  block.highest_seq = (guint32)account->unwrapper.highest;
  block.last_sr = account->last_sr;
  if (account->last_sr != 0)
    block.delay_last_sr = (guint32)((now_us - account->last_sr_us) * 65536 / PARLOR_US_PER_SEC);
  block.fraction_lost = (guint8)(expected > 0 ? MAX (lost, 0) * 256 / (expected + 1) : 0);
  account->reported = account->unwrapper.highest;
  account->got = 0;
  parlor_peer_send_rtcp (self->peer->peer, bytes,
                         parlor_rtcp_build_rr (bytes, sizeof bytes, 9, &block, 1));
}

void
player_report (Player *self, guint32 sound_ssrc)
{
  self->pictures = (Account){.ssrc = self->ssrc, .reported = -1, .each_us = PARLOR_US_PER_SEC};
  self->sounds = (Account){.ssrc = sound_ssrc, .reported = -1, .each_us = 5 * PARLOR_US_PER_SEC};
}

/* --------------------------------------------------------------------------------------------- */

static void
on_rtp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  Player *self = user_data;
  ParlorRtpHeader header;
  const guint8 *payload;
  gsize size;
  gint64 seq;

  g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
  enter (&self->pictures, &header);
  enter (&self->sounds, &header);
  if (header.pt == OPUS_PT || header.pt == RED_PT)
    take_sound (self, packet, &header, now_us);
  if (header.pt != VIDEO_PT && (header.pt != RTX_PT || header.payload_size < 2))
    return;
  self->last_packet_us = now_us;
  payload = packet + header.payload_offset;
  size = header.payload_size;
  seq = parlor_seq_peek16 (&self->unwrapper,
                           header.pt == RTX_PT ? parlor_get_u16 (payload) : header.seq);
  if (header.pt == RTX_PT)
    {
      payload += 2;
      size -= 2;
    }
  if (note_number (self, seq, now_us))
    take_picture (self, packet, &header, seq, payload, size, now_us);
}

Player *
player_new (BenchPeer *peer, guint32 video_ssrc, gint64 hold_us, gint64 rtt_us)
{
  Player *self = g_new0 (Player, 1);

  self->peer = peer;
  self->ssrc = video_ssrc;
  self->hold_us = hold_us;
  self->rtt_us = rtt_us;
  self->came = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->missing = g_array_new (FALSE, FALSE, sizeof (Missing));
  self->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  peer->on_rtp = on_rtp;
  peer->user_data = self;
  return self;
}

void
player_free (Player *self)
{
  self->peer->on_rtp = NULL;
  g_hash_table_unref (self->came);
  g_array_unref (self->missing);
  g_array_unref (self->frames);
  g_free (self);
}

void
player_poll (Player *self, gint64 now_us)
{
  show_due (self, now_us);
  play_sound (self, now_us);
  ask_key_frame (self, now_us);
  look_for_sender_reports (self, now_us);
  report (self, &self->pictures, now_us);
  report (self, &self->sounds, now_us);
  if (now_us < self->look_us)
    return;
  self->look_us = now_us + LOOK_US;
  ask (self, now_us, FALSE);
}

PlayerCounts
player_take (Player *self, gint64 now_us)
{
  PlayerCounts counts = self->counts;

  if (self->started)
    counts.worst_us = MAX (counts.worst_us, now_us - self->last_shown_us);
  if (self->started && now_us - self->last_shown_us > 500 * MS)
    counts.freeze_us += now_us - self->last_shown_us;
  self->counts = (PlayerCounts){0};
  return counts;
}
