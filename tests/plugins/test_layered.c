/* SPDX-License-Identifier: Apache-2.0 */
/* VP9 and AV1 with spatial and temporal layers in one stream, for receivers who get some of them.
   What arrives is judged by the descriptors alone, as a decoder would: each frame's references have
   to be there. In virtual time. */
#include "routerbench.h"

#include "base/bytes.h"
#include "base/seq.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/dd.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"
#include "proto/sdp/codecs.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333
#define SSRC 1000 /* of the first camera; RTX one more, the next ten more */
#define PT 98
#define SLOT_PT 99
#define EXT_DD 5
#define N_SPATIAL 3

/* How layers refer to each other: the descriptor of a key frame's first packet, with its structure,
 * and the templates that it brings. 67, 135 and 270 lines. */
typedef struct
{
  const char *key_descriptor;
  guint8 key_templates[N_SPATIAL];
  guint8 templates[4][N_SPATIAL]; /* pictures go T0 T2 T1 T2 */
} Scheme;

/* As Chromium sends it. */
static const Scheme l3t3 = {
    "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926e0"
    "82b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230eca877530077004200ef008601df01"
    "0d",
    {1, 6, 11},
    {{0, 5, 10}, {3, 8, 13}, {2, 7, 12}, {4, 9, 14}}};

/* Layers refer to each other in key frames only; without chains. */
static const Scheme l3t3_key = {
    "c1170080081485214ea000aaaa8600004000100002a000aaa00600004000100002a000a80006000040001d954926d0"
    "55249b4154920803b80210077804300ef80868",
    {1, 6, 11},
    {{0, 5, 10}, {3, 8, 13}, {2, 7, 12}, {4, 9, 14}}};

/* A row of tests. */
typedef struct
{
  const char *name, *codec;
  const Scheme *scheme;
} Variant;

static const guint kbps[N_SPATIAL] = {80, 200, 600};
static const guint lines[N_SPATIAL] = {67, 135, 270};

typedef struct
{
  Bench *bench;
  BenchPeer *publisher;
  const char *codec;
  const Scheme *scheme;
  guint32 ssrc;
  gint64 film_us;
  BenchRtcp asked;
  guint picture, since_key, n_keys;
  guint16 frame;
  guint64 index;
  gboolean key_wanted;
} Camera;

/* --- sending --------------------------------------------------------------------------------- */

static gsize
from_hex (const char *hex, guint8 *out)
{
  gsize n = strlen (hex) / 2;

  for (gsize i = 0; i < n; i++)
    out[i] = (guint8)(g_ascii_xdigit_value (hex[2 * i]) << 4
                      | g_ascii_xdigit_value (hex[2 * i + 1]));
  return n;
}

static void
look_for_requests (Camera *self)
{
  ParlorRtcpPacket packet;

  while (bench_next_rtcp (self->publisher, &self->asked, &packet))
    self->key_wanted |= packet.kind == PARLOR_RTCP_PLI;
}

typedef struct
{
  guint spatial, temporal;
  guint8 template;
  gboolean key; /* of the picture */
  gboolean first, last, marker;
} Part;

static gsize
write_descriptor (const Camera *self, const Part *part, guint8 *out)
{
  gsize n = 3;

  if (part->key && part->spatial == 0 && part->first)
    n = from_hex (self->scheme->key_descriptor, out);
  out[0] = (guint8)((part->first ? 0x80 : 0) | (part->last ? 0x40 : 0) | part->template);
  parlor_put_u16 (out + 1, self->frame);
  return n;
}

/* RFC 9628 section 4.2, flexible mode; the AV1 RTP specification's section 4.4. */
static gsize
write_payload (const Camera *self, const Part *part, guint8 *out)
{
  gboolean vp9 = g_str_equal (self->codec, "VP9"), inter = !part->key;

  if (!vp9)
    {
      gboolean begins = part->key && part->spatial == 0 && part->first;

      out[0] = begins ? 0x18 : 0x10;
      out[1] = begins ? 0x08 : 0x30;
      return 2;
    }
  out[0] = (guint8)(0xb0 | (inter ? 0x40 : 0) | (part->first ? 0x08 : 0) | (part->last ? 0x04 : 0));
  parlor_put_u16 (out + 1, (guint16)(0x8000 | (self->picture & 0x7fff)));
  out[3] = (guint8)(part->temporal << 5 | part->spatial << 1 | (part->spatial > 0));
  out[4] = 4 << 1;
  return inter ? 5 : 4;
}

static void
send_part (Camera *self, const Part *part, gsize bytes)
{
  guint8 packet[1400] = {0}, *ext = packet + 12;
  gsize n = write_descriptor (self, part, ext + 6);

  parlor_rtp_write_fixed (packet, PT, part->marker, (guint16)self->index, self->picture * 3000,
                          self->ssrc);
  packet[0] |= 0x10;
  parlor_put_u16 (ext, 0x1000); /* RFC 8285 section 4.3 */
  ext[4] = EXT_DD;
  ext[5] = (guint8)n;
  n = (n + 2 + 3) & ~(gsize)3;
  parlor_put_u16 (ext + 2, (guint16)(n / 4));
  n += 16;
  n += write_payload (self, part, packet + n);
  parlor_peer_send_rtp (self->publisher->peer, packet, n + bytes, self->index++);
}

static void
send_frame (Camera *self, guint spatial, guint at, gboolean key)
{
  static const guint temporals[] = {0, 2, 1, 2};
  gsize bytes = kbps[spatial] * 1000 / 8 / 30 * (key ? 4 : 1);
  guint n = (guint)(bytes / 1000 + 1);
  Part part = {.spatial = spatial,
               .temporal = temporals[at],
               .template = key ? self->scheme->key_templates[spatial]
                               : self->scheme->templates[at][spatial],
               .key = key};

  for (guint i = 0; i < n; i++)
    {
      part.first = i == 0;
      part.last = i + 1 == n;
      part.marker = part.last && spatial + 1 == N_SPATIAL;
      send_part (self, &part, bytes / n);
    }
  self->frame++;
}

static void
film (Camera *self)
{
  gboolean key;

  look_for_requests (self);
  key = self->n_keys == 0 || self->key_wanted;
  self->key_wanted = FALSE;
  self->n_keys += key;
  self->since_key = key ? 0 : self->since_key + 1;
  for (guint spatial = 0; spatial < N_SPATIAL; spatial++)
    send_frame (self, spatial, self->since_key % 4, key);
  self->picture++;
}

static void
run (Camera *self, gint64 span_us)
{
  gint64 end_us = self->bench->now_us + span_us;

  while (self->bench->now_us < end_us)
    {
      if (self->bench->now_us >= self->film_us)
        {
          film (self);
          self->film_us += FRAME_US;
        }
      bench_run (self->bench, MS);
    }
}

static ParlorRouterCodec
codec (const char *name, guint8 pt)
{
  ParlorRouterCodec result = {.rtx_pt = (guint8)(pt + 10), .red_pt = PARLOR_ROUTER_NO_PT};

  result.key = parlor_codec_key_from_format (name, 90000, 0, NULL);
  result.pt = pt;
  result.nack = TRUE;
  return result;
}

static void
add_source (Camera *self, guint number)
{
  ParlorSourceConfig config = {.id = number, .mid = "1", .n_codecs = 1, .n_layers = 1};

  self->publisher = bench_add_peer (self->bench, ROOM);
  self->ssrc = SSRC + 10 * (number - 1);
  config.transport = self->publisher->id;
  config.codecs[0] = codec (self->codec, PT);
  config.layers[0].ssrc = self->ssrc;
  config.layers[0].rtx_ssrc = self->ssrc + 1;
  parlor_router_add_source (self->bench->router, &config, self->bench->now_us);
  bench_run (self->bench, 500 * MS);
  self->film_us = self->bench->now_us;
}

static void
begin (Camera *self, const Variant *variant)
{
  *self = (Camera){.bench = bench_new (),
                   .codec = variant->codec,
                   .scheme = variant->scheme,
                   .index = 100,
                   .frame = 65000};
  add_source (self, 1);
}

static void
show (Camera *self, const BenchPeer *viewer, guint height)
{
  parlor_router_select (self->bench->router, viewer->id, 0, 1, height, self->bench->now_us);
}

static BenchPeer *
add_viewer (Camera *self, BenchLink *link, guint height)
{
  BenchPeer *viewer = bench_add_peer (self->bench, ROOM);
  ParlorSlotConfig config = {
      .transport = viewer->id, .ssrc = 5000, .rtx_ssrc = 5001, .mid = "v0", .n_codecs = 1};

  viewer->link = link;
  config.transport_cc = TRUE;
  config.codecs[0] = codec (self->codec, SLOT_PT);
  parlor_router_add_slot (self->bench->router, &config, self->bench->now_us);
  run (self, 500 * MS);
  show (self, viewer, height);
  return viewer;
}

/* --- receiving ------------------------------------------------------------------------------- */

#define FRAMES 65536

/* What a decoder would make of it. */
typedef struct
{
  guint n_pictures, n_frames[N_SPATIAL];
  guint highest; /* lines of the last picture */
  guint n_undecodable, n_gaps, n_untold, n_without_end, n_back;
} Judged;

typedef struct
{
  ParlorDdStructure structure;
  guint8 *there; /* by frame number */
  guint16 seq;
  guint32 timestamp, active;
  gboolean begun, ended;
  guint16 frame;
} Decoder;

static gboolean
is_decodable (const Decoder *self, const ParlorDd *dd)
{
  for (guint i = 0; i < dd->frame.n_fdiffs; i++)
    if (!self->there[(guint16)(dd->frame_number - dd->frame.fdiffs[i])])
      return FALSE;
  return TRUE;
}

static void
judge_picture (Decoder *self, const ParlorRtpHeader *header, Judged *judged)
{
  if (self->begun && header->timestamp == self->timestamp)
    {
      judged->n_without_end += self->ended; /* something behind the marker */
      self->ended = header->marker;
      return;
    }
  judged->n_without_end += self->begun && !self->ended;
  judged->n_pictures++;
  judged->highest = 0;
  self->timestamp = header->timestamp;
  self->ended = header->marker;
}

static void
judge_packet (Decoder *self, const guint8 *packet, const ParlorRtpHeader *header, Judged *judged)
{
  ParlorRtpExtMap map = {0};
  ParlorRtpExtList list;
  const guint8 *data;
  guint size = 0;
  ParlorDd dd;

  parlor_rtp_ext_map_set (&map, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, EXT_DD);
  parlor_rtp_ext_parse (packet, header, &map, &list);
  data = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size);
  g_assert_nonnull (data);
  g_assert_cmpint (parlor_dd_parse (data, size, &self->structure, &dd), ==, PARLOR_DD_OK);
  judged->n_gaps += self->begun && header->seq != (guint16)(self->seq + 1);
  judge_picture (self, header, judged);
  self->seq = header->seq;
  if (dd.key_frame)
    memset (self->there, 0, FRAMES);
  if (dd.has_active)
    self->active = dd.active_targets;
  if (dd.first_in_frame)
    {
      gboolean told = FALSE;

      judged->n_undecodable += !is_decodable (self, &dd);
      judged->n_back += self->begun && !parlor_seq16_newer (dd.frame_number, self->frame);
      self->frame = dd.frame_number;
      judged->n_frames[dd.frame.spatial]++;
      for (guint t = 0; t < self->structure.n_targets; t++)
        told |= ((self->active >> t) & 1) && dd.frame.dtis[t] != PARLOR_DTI_NOT_PRESENT;
      judged->n_untold += !told;
    }
  self->there[dd.frame_number] = TRUE;
  judged->highest = lines[dd.frame.spatial];
  self->begun = TRUE;
}

/* Everything that came from packet `from` on, but counted from the beginning: references reach
 * back. */
static Judged
judge (const BenchPeer *viewer, guint from)
{
  Decoder decoder = {.there = g_malloc0 (FRAMES)};
  Judged judged = {0};

  for (guint i = 0; i < viewer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (viewer->rtp, i), &length);
      ParlorRtpHeader header;

      if (i == from)
        {
          g_assert_cmpuint (judged.n_undecodable, ==, 0);
          judged = (Judged){.highest = judged.highest};
        }
      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      if (header.pt == SLOT_PT)
        judge_packet (&decoder, packet, &header, &judged);
    }
  g_free (decoder.there);
  g_test_message ("%u pictures of %u lines, frames %u %u %u; undecodable %u, gaps %u, untold %u, "
                  "without end %u",
                  judged.n_pictures, judged.highest, judged.n_frames[0], judged.n_frames[1],
                  judged.n_frames[2], judged.n_undecodable, judged.n_gaps, judged.n_untold,
                  judged.n_without_end);
  g_assert_cmpuint (judged.n_undecodable, ==, 0);
  g_assert_cmpuint (judged.n_gaps, ==, 0);
  g_assert_cmpuint (judged.n_untold, ==, 0);
  g_assert_cmpuint (judged.n_without_end, ==, 0);
  g_assert_cmpuint (judged.n_back, ==, 0);
  return judged;
}

/* --- tests ----------------------------------------------------------------------------------- */

/* A window that shrinks and grows. */
static void
test_window (gconstpointer variant)
{
  static const struct
  {
    guint height, lines;
  } steps[] = {{270, 270}, {60, 67}, {150, 135}, {0, 270}, {135, 135}, {1, 67}, {270, 270}};
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 20 * MS};
  Camera camera;
  BenchPeer *viewer, *other;
  guint from_other;

  begin (&camera, variant);
  other = add_viewer (&camera, NULL, 270);
  viewer = add_viewer (&camera, &link, 270);
  run (&camera, 3 * SECOND);
  from_other = other->rtp->len;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      Judged judged;
      guint from;

      show (&camera, viewer, steps[i].height);
      run (&camera, 3 * SECOND);
      from = viewer->rtp->len;
      run (&camera, SECOND);
      judged = judge (viewer, from);
      g_assert_cmpuint (judged.highest, ==, steps[i].lines);
      g_assert_cmpuint (judged.n_pictures, >=, 29);
    }
  /* Whoever did nothing had all of it all the time. */
  g_assert_cmpuint (judge (other, from_other).n_frames[2], >=, 7 * 4 * 30 - 2);
  /* Down costs no key frame, up costs one. */
  g_assert_cmpuint (camera.n_keys, <=, 12);
  bench_free (camera.bench);
}

/* A link that becomes a tenth of what it was, and comes back. */
static void
test_link (gconstpointer variant)
{
  BenchLink link = {.bps = 3000000, .queue_us = 300 * MS, .delay_us = 20 * MS};
  Camera camera;
  BenchPeer *viewer;
  guint from;
  Judged judged;

  begin (&camera, variant);
  viewer = add_viewer (&camera, &link, 270);
  run (&camera, 4 * SECOND);
  from = viewer->rtp->len;
  run (&camera, SECOND);
  g_assert_cmpuint (judge (viewer, from).highest, ==, 270);
  link.bps = 300000;
  link.queue_us = 10 * SECOND; /* nothing is lost: what is judged is what was chosen */
  run (&camera, 6 * SECOND);
  from = viewer->rtp->len;
  run (&camera, 2 * SECOND);
  judged = judge (viewer, from);
  g_assert_cmpuint (judged.highest, <=, 135);
  g_assert_cmpuint (judged.n_pictures, >=, 14);
  link.bps = 3000000;
  run (&camera, 12 * SECOND);
  from = viewer->rtp->len;
  run (&camera, SECOND);
  judged = judge (viewer, from);
  g_assert_cmpuint (judged.highest, ==, 270);
  g_assert_cmpuint (judged.n_pictures, >=, 29);
  /* Nor was there anything between that a decoder could not have used, or a picture without end. */
  judge (viewer, 0);
  bench_free (camera.bench);
}

/* Who comes later begins with a key frame and its structure, whatever layers he gets. */
static void
test_newcomer (gconstpointer variant)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 20 * MS};
  Camera camera;
  BenchPeer *viewer;
  Judged judged;

  begin (&camera, variant);
  add_viewer (&camera, NULL, 270);
  run (&camera, 5 * SECOND);
  viewer = add_viewer (&camera, &link, 135);
  run (&camera, 2 * SECOND);
  judged = judge (viewer, 0);
  g_assert_cmpuint (judged.n_pictures, >=, 50);
  g_assert_cmpuint (judged.highest, ==, 135);
  g_assert_cmpuint (judged.n_frames[2], ==, 0);
  bench_free (camera.bench);
}

/* Descriptors that lie, or are gone: nothing of it is forwarded, and a key frame is asked for. */
static void
test_lies (gconstpointer variant)
{
  /* There is no such template. */
  const Part lie = {.template = 63, .first = TRUE, .last = TRUE, .marker = TRUE};
  Camera camera;
  BenchPeer *viewer;
  guint keys;

  begin (&camera, variant);
  viewer = add_viewer (&camera, NULL, 270);
  run (&camera, 3 * SECOND);
  keys = camera.n_keys;
  for (guint i = 0; i < 20; i++)
    send_part (&camera, &lie, 100);
  run (&camera, 4 * SECOND);
  g_assert_cmpuint (camera.n_keys, >, keys);
  g_assert_cmpuint (judge (viewer, 0).n_pictures, >, 150);
  bench_free (camera.bench);
}

/* A slot in which one person comes after the other: frames are numbered on. */
static void
test_people_in_turn (gconstpointer variant)
{
  Camera ann, bob;
  BenchPeer *viewer;

  begin (&ann, variant);
  bob = (Camera){
      .bench = ann.bench, .codec = ann.codec, .scheme = ann.scheme, .index = 9000, .frame = 64000};
  add_source (&bob, 2);
  viewer = add_viewer (&ann, NULL, 270);
  for (guint i = 0; i < 6; i++)
    {
      Camera *shown = i % 2 == 0 ? &ann : &bob;
      guint from = viewer->rtp->len;

      shown->film_us = ann.bench->now_us;
      parlor_router_select (ann.bench->router, viewer->id, 0, 1 + i % 2, 270, ann.bench->now_us);
      run (shown, 2 * SECOND);
      g_assert_cmpuint (judge (viewer, from).n_pictures, >=, 50);
    }
  bench_free (ann.bench);
}

/* --- newcomers ------------------------------------------------------------------------------- */

static guint
count_pictures (const BenchPeer *viewer)
{
  guint n = 0;

  for (guint i = 0; i < viewer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (viewer->rtp, i), &length);
      ParlorRtpHeader header;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      n += header.pt == SLOT_PT && header.marker;
    }
  return n;
}

/* How long somebody who comes now waits for the end of his first picture. */
static gint64
first_picture_us (Camera *camera, const BenchPeer *viewer)
{
  gint64 began_us = camera->bench->now_us;

  while (count_pictures (viewer) == 0 && camera->bench->now_us - began_us < 5 * SECOND)
    run (camera, 5 * MS);
  return camera->bench->now_us - began_us;
}

/* The last key frame is old, and no new one is waited for: what was kept runs by, and its time is
 * squeezed. */
static void
test_kept (gconstpointer variant)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Camera camera;
  BenchPeer *viewer;
  guint keys, from;
  guint64 replays;
  gint64 waited_us;
  Judged judged;

  begin (&camera, variant);
  add_viewer (&camera, NULL, 270);
  run (&camera, 20 * SECOND); /* more than the history has */
  keys = camera.n_keys;
  replays = parlor_router_get_counters (camera.bench->router)->replays;
  viewer = add_viewer (&camera, &link, 135);
  waited_us = first_picture_us (&camera, viewer);
  g_test_message ("first picture after %d ms", (int)(waited_us / MS));
  g_assert_cmpint (waited_us, <=, 60 * MS);
  run (&camera, 2 * SECOND);
  g_assert_cmpuint (camera.n_keys, ==, keys);
  from = viewer->rtp->len;
  run (&camera, SECOND);
  judged = judge (viewer, from);
  /* And all frames of his layer come. */
  g_assert_cmpuint (judged.n_pictures, >=, 29);
  g_assert_cmpuint (judged.highest, ==, 135);
  g_assert_cmpuint (judged.n_frames[2], ==, 0);
  g_assert_cmpuint (parlor_router_get_counters (camera.bench->router)->replays, ==, replays + 1);
  bench_free (camera.bench);
}

/* Many come, one after the other, for the largest layer; some of them while a key frame that
 * another one asked for overtakes what is played to them. */
static void
test_many (gconstpointer variant)
{
  static BenchLink links[20];
  BenchPeer *viewers[G_N_ELEMENTS (links)];
  Camera camera;
  gint64 worst_us = 0, waited_us, began_us;
  guint before, seconds;

  begin (&camera, variant);
  add_viewer (&camera, NULL, 270);
  run (&camera, 10 * SECOND);
  before = camera.n_keys;
  began_us = camera.bench->now_us;
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      links[i] = (BenchLink){.bps = 20000000, .queue_us = SECOND, .delay_us = 25 * MS};
      viewers[i] = add_viewer (&camera, &links[i], 270);
      waited_us = first_picture_us (&camera, viewers[i]);
      worst_us = MAX (worst_us, waited_us);
    }
  seconds = (guint)((camera.bench->now_us - began_us) / SECOND);
  g_test_message ("worst first picture %d ms; %u key frames in %u s", (int)(worst_us / MS),
                  camera.n_keys - before, seconds);
  g_assert_cmpint (worst_us, <=, 100 * MS);
  g_assert_cmpuint (camera.n_keys - before, <=, seconds / 2);
  run (&camera, 4 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    g_assert_cmpuint (judge (viewers[i], 0).highest, ==, 270);
  bench_free (camera.bench);
}

/* Of the `which`-th packet with this payload type. */
static ParlorDd
descriptor_of (const BenchPeer *viewer, guint8 pt, guint which, ParlorDdStructure *structure,
               guint16 *seq)
{
  ParlorDd dd = {0};

  for (guint i = 0; i < viewer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (viewer->rtp, i), &length), *data;
      ParlorRtpExtMap map = {0};
      ParlorRtpExtList list;
      ParlorRtpHeader header;
      guint size = 0;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      if (header.pt != pt || which-- > 0)
        continue;
      *seq = header.seq;
      parlor_rtp_ext_map_set (&map, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, EXT_DD);
      parlor_rtp_ext_parse (packet, &header, &map, &list);
      data = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size);
      g_assert_nonnull (data);
      g_assert_cmpint (parlor_dd_parse (data, size, structure, &dd), ==, PARLOR_DD_OK);
      return dd;
    }
  g_assert_not_reached ();
}

/* What is kept is older than the history and what was read with it. */
static void
test_kept_is_repeated (gconstpointer variant)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  ParlorDdStructure structure = {0};
  Camera camera;
  BenchPeer *viewer;

  begin (&camera, variant);
  add_viewer (&camera, NULL, 270);
  run (&camera, 20 * SECOND);
  viewer = add_viewer (&camera, &link, 135);
  run (&camera, 200 * MS);
  for (guint i = 0; i < 3; i++)
    {
      guint16 seq, rtx_seq;
      guint8 bytes[64];
      ParlorDd first = descriptor_of (viewer, SLOT_PT, i, &structure, &seq), again;
      gsize length = parlor_rtcp_build_nack (bytes, sizeof bytes, 9, 5000, &seq, 1, NULL);

      parlor_peer_send_rtcp (viewer->peer, bytes, length);
      run (&camera, 100 * MS);
      again = descriptor_of (viewer, SLOT_PT + 10, i, &structure, &rtx_seq);
      g_assert_cmpuint (first.has_structure, ==, i == 0);
      g_assert_cmpuint (again.has_structure, ==, i == 0);
      g_assert_cmpuint (again.frame_number, ==, first.frame_number);
      g_assert_cmpuint (again.template_index, ==, first.template_index);
    }
  bench_free (camera.bench);
}

int
main (int argc, char **argv)
{
  static const Variant variants[] = {
      {"AV1", "AV1", &l3t3}, {"VP9", "VP9", &l3t3}, {"VP9-KEY", "VP9", &l3t3_key}};
  static const struct
  {
    const char *name;
    void (*func) (gconstpointer);
  } tests[] = {{"layers-follow-the-window", test_window},
               {"layers-follow-the-link", test_link},
               {"a-newcomer-begins-with-the-structure", test_newcomer},
               {"a-newcomer-begins-with-what-is-kept", test_kept},
               {"many-newcomers-cost-few-key-frames", test_many},
               {"what-is-kept-is-repeated-as-it-was", test_kept_is_repeated},
               {"people-in-turn-are-one-stream", test_people_in_turn},
               {"descriptors-that-lie-reach-nobody", test_lies}};

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++)
      {
        g_autofree char *path = g_strdup_printf ("/layered/%s/%s", variants[i].name, tests[k].name);

        g_test_add_data_func (path, &variants[i], tests[k].func);
      }
  return g_test_run ();
}
