/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/svc.h"
#include "base/rng.h"
#include <string.h>

/* A scheme as the AV1 RTP specification's examples (A.10) write it: a row for each template.
 * Pictures repeat every `period`; `rows` names the template of each spatial layer in them, the
 * first picture being a key frame has `key_rows`. */
typedef struct
{
  guint8 spatial, temporal;
  const char *dtis;
  guint8 fdiffs[2];
} Row;

typedef struct
{
  const char *name;
  guint n_spatial, n_temporal, period;
  guint n_rows;
  Row rows[16];
  guint8 key_rows[3];
  guint8 picture_rows[4][3];
} Scheme;

static const Scheme l1t3 = {
    "L1T3", 1,
    3,      4,
    4,      {{0, 0, "SSS", {0}}, {0, 0, "SSS", {4}}, {0, 1, "-DS", {2}}, {0, 2, "--D", {1}}},
    {0},    {{1}, {3}, {2}, {3}}};

static const Scheme l3t3 = {"L3T3",
                            3,
                            3,
                            4,
                            12,
                            {{0, 0, "SSSSSSSSS", {0}},
                             {0, 0, "SSSRRRRRR", {12}},
                             {0, 1, "-DS-RR-RR", {6}},
                             {0, 2, "--D--R--R", {3}},
                             {1, 0, "---SSSSSS", {1}},
                             {1, 0, "---SSSRRR", {12, 1}},
                             {1, 1, "----DS-RR", {6, 1}},
                             {1, 2, "-----D--R", {3, 1}},
                             {2, 0, "------SSS", {1}},
                             {2, 0, "------SSS", {12, 1}},
                             {2, 1, "-------DS", {6, 1}},
                             {2, 2, "--------D", {3, 1}}},
                            {0, 4, 8},
                            {{1, 5, 9}, {3, 7, 11}, {2, 6, 10}, {3, 7, 11}}};

/* Layers refer to each other in key frames only. */
static const Scheme l2t2_key = {"L2T2_KEY",
                                2,
                                2,
                                2,
                                6,
                                {{0, 0, "SSSS", {0}},
                                 {0, 0, "SS--", {4}},
                                 {0, 1, "-D--", {2}},
                                 {1, 0, "--SS", {1}},
                                 {1, 0, "--SS", {4}},
                                 {1, 1, "---D", {2}}},
                                {0, 3},
                                {{1, 4}, {2, 5}}};

#define FRAMES_MAX 4096

typedef struct
{
  const Scheme *scheme;
  ParlorDdStructure structure;
  ParlorSvc svc;
  guint16 number;
  guint picture; /* since the key frame */
  guint32 timestamp;
  guint n_frames;        /* by 1: the index below */
  gint fate[FRAMES_MAX]; /* by frame in order: forwarded */
  guint forwarded_of_last[3];
  guint marker_of_last;
} Stream;

static ParlorDti
dti_of (char c)
{
  return c == 'S'   ? PARLOR_DTI_SWITCH
         : c == 'R' ? PARLOR_DTI_REQUIRED
         : c == 'D' ? PARLOR_DTI_DISCARDABLE
                    : PARLOR_DTI_NOT_PRESENT;
}

static void
stream_init (Stream *self, const Scheme *scheme)
{
  ParlorDdStructure *s = &self->structure;
  memset (self, 0, sizeof *self);
  self->scheme = scheme;
  self->number = 65500; /* it wraps soon */
  parlor_svc_init (&self->svc);
  s->valid = 1;
  s->n_templates = (guint8)scheme->n_rows;
  s->n_targets = (guint8)(scheme->n_spatial * scheme->n_temporal);
  s->n_spatial = (guint8)scheme->n_spatial;
  s->n_temporal = (guint8)scheme->n_temporal;
  for (guint i = 0; i < scheme->n_rows; i++)
    {
      const Row *row = &scheme->rows[i];
      ParlorDdTemplate *t = &s->templates[i];
      t->spatial = row->spatial;
      t->temporal = row->temporal;
      for (guint d = 0; d < 2 && row->fdiffs[d] > 0; d++)
        t->fdiffs[t->n_fdiffs++] = row->fdiffs[d];
      g_assert_cmpuint (strlen (row->dtis), ==, s->n_targets);
      for (guint d = 0; d < s->n_targets; d++)
        t->dtis[d] = (guint8)dti_of (row->dtis[d]);
    }
  for (guint d = 0; d < s->n_targets; d++)
    {
      s->target_spatial[d] = (guint8)(d / scheme->n_temporal);
      s->target_temporal[d] = (guint8)(d % scheme->n_temporal);
    }
}

static ParlorDd
dd_of (const Stream *self, guint row, gboolean key)
{
  return (ParlorDd){.first_in_frame = 1,
                    .last_in_frame = 1,
                    .has_structure = (guint8)key,
                    .key_frame = (guint8)key,
                    .has_active = (guint8)key,
                    .active_targets = (1u << self->structure.n_targets) - 1,
                    .template_index = (guint8)row,
                    .frame_number = self->number,
                    .frame = self->structure.templates[row]};
}

/* One picture of all its spatial layers. lost: bit l = layer l's frame never came here. */
static void
picture (Stream *self, gboolean key, guint lost)
{
  const Scheme *scheme = self->scheme;
  if (key)
    self->picture = 0;
  self->marker_of_last = 0;
  memset (self->forwarded_of_last, 0, sizeof self->forwarded_of_last);
  for (guint layer = 0; layer < scheme->n_spatial; layer++, self->number++)
    {
      guint row = key ? scheme->key_rows[layer]
                      : scheme->picture_rows[self->picture % scheme->period][layer];
      ParlorDd dd = dd_of (self, row, key && layer == 0);
      ParlorSvcOut out = {0};
      guint at = ++self->n_frames;
      g_assert_cmpuint (at, <, FRAMES_MAX);
      if (lost & (1u << layer))
        {
          self->fate[at] = TRUE; /* it is still to come */
          continue;
        }
      parlor_svc_packet (&self->svc, &self->structure, &dd, self->timestamp,
                         layer + 1 == scheme->n_spatial, &out);
      self->fate[at] = out.forward;
      self->forwarded_of_last[layer] = out.forward;
      self->marker_of_last += out.marker;
      /* The rule of all rules: nothing is forwarded that cannot be decoded. */
      for (guint d = 0; out.forward && lost == 0 && d < dd.frame.n_fdiffs; d++)
        g_assert_true (self->fate[at - dd.frame.fdiffs[d]]);
      if (out.forward && out.tell_active)
        g_assert_true (out.active_targets & (1u << (guint)self->svc.target));
    }
  self->picture++;
  self->timestamp += 3000;
}

static void
pictures (Stream *self, guint n)
{
  for (guint i = 0; i < n; i++)
    picture (self, FALSE, 0);
}

/* Frames of each spatial layer in the next n pictures. */
static void
count (Stream *self, guint n, guint counts[3])
{
  memset (counts, 0, 3 * sizeof *counts);
  for (guint i = 0; i < n; i++)
    {
      picture (self, FALSE, 0);
      for (guint layer = 0; layer < 3; layer++)
        counts[layer] += self->forwarded_of_last[layer];
      g_assert_cmpuint (self->marker_of_last, ==,
                        self->forwarded_of_last[0] || self->forwarded_of_last[1]
                            || self->forwarded_of_last[2]);
    }
}

static void
check_counts (Stream *self, guint s0, guint s1, guint s2)
{
  guint counts[3];
  count (self, 8, counts);
  g_assert_cmpuint (counts[0], ==, s0);
  g_assert_cmpuint (counts[1], ==, s1);
  g_assert_cmpuint (counts[2], ==, s2);
}

static void
test_nothing_before_a_key_frame (void)
{
  Stream stream;
  stream_init (&stream, &l3t3);
  check_counts (&stream, 0, 0, 0);
  picture (&stream, TRUE, 0);
  check_counts (&stream, 8, 8, 8);
}

static void
test_temporal_layers_go_and_come_without_a_key_frame (void)
{
  Stream stream;
  stream_init (&stream, &l1t3);
  picture (&stream, TRUE, 0);
  parlor_svc_want (&stream.svc, 9, 1);
  pictures (&stream, 4);
  check_counts (&stream, 4, 0, 0);
  parlor_svc_want (&stream.svc, 9, 0);
  pictures (&stream, 4);
  check_counts (&stream, 2, 0, 0);
  parlor_svc_want (&stream.svc, 9, 2);
  pictures (&stream, 4);
  check_counts (&stream, 8, 0, 0);
  g_assert_false (parlor_svc_needs_key_frame (&stream.svc));
}

static void
test_down_at_the_next_picture (void)
{
  Stream stream;
  guint spatial, temporal;
  stream_init (&stream, &l3t3);
  picture (&stream, TRUE, 0);
  pictures (&stream, 5);
  parlor_svc_want (&stream.svc, 1, 2);
  check_counts (&stream, 8, 8, 0);
  g_assert_true (parlor_svc_layers (&stream.svc, &stream.structure, &spatial, &temporal));
  g_assert_cmpuint (spatial, ==, 1);
  g_assert_cmpuint (temporal, ==, 2);
  parlor_svc_want (&stream.svc, 0, 0);
  check_counts (&stream, 2, 0, 0);
}

/* The frames of a higher layer refer to those before them, which were left out. */
static void
test_up_asks_for_a_key_frame_and_takes_it (void)
{
  Stream stream;
  stream_init (&stream, &l3t3);
  parlor_svc_want (&stream.svc, 0, 2);
  picture (&stream, TRUE, 0);
  check_counts (&stream, 8, 0, 0);
  parlor_svc_want (&stream.svc, 2, 2);
  check_counts (&stream, 8, 0, 0);
  pictures (&stream, 8);
  g_assert_true (parlor_svc_needs_key_frame (&stream.svc));
  picture (&stream, TRUE, 0);
  g_assert_false (parlor_svc_needs_key_frame (&stream.svc));
  check_counts (&stream, 8, 8, 8);
}

/* An encoder may begin a layer anew in mid-stream: each layer of the picture comes into reach by
 * the one below. */
static void
test_up_in_one_picture_where_layers_begin_anew (void)
{
  Stream stream;
  Scheme scheme = l3t3;
  stream_init (&stream, &scheme);
  parlor_svc_want (&stream.svc, 0, 2);
  picture (&stream, TRUE, 0);
  pictures (&stream, 7);
  parlor_svc_want (&stream.svc, 2, 2);
  scheme.picture_rows[0][1] = 4;
  scheme.picture_rows[0][2] = 8;
  picture (&stream, FALSE, 0);
  g_assert_true (stream.forwarded_of_last[1] && stream.forwarded_of_last[2]);
  scheme.picture_rows[0][1] = 5;
  scheme.picture_rows[0][2] = 9;
  check_counts (&stream, 8, 8, 8);
}

static void
test_ksvc_forwards_one_layer_between_key_frames (void)
{
  Stream stream;
  stream_init (&stream, &l2t2_key);
  picture (&stream, TRUE, 0);
  g_assert_true (stream.forwarded_of_last[0] && stream.forwarded_of_last[1]);
  check_counts (&stream, 0, 8, 0);
  parlor_svc_want (&stream.svc, 0, 1);
  check_counts (&stream, 0, 8, 0);
  g_assert_true (parlor_svc_needs_key_frame (&stream.svc));
  picture (&stream, TRUE, 0);
  g_assert_true (stream.forwarded_of_last[0] && !stream.forwarded_of_last[1]);
  check_counts (&stream, 8, 0, 0);
}

static void
test_layers_that_the_sender_stops_are_not_wanted (void)
{
  Stream stream;
  ParlorDd dd;
  ParlorSvcOut out;
  stream_init (&stream, &l3t3);
  picture (&stream, TRUE, 0);
  pictures (&stream, 3);
  dd = dd_of (&stream, 1, FALSE);
  dd.has_active = 1;
  dd.active_targets = 0x3f;
  parlor_svc_packet (&stream.svc, &stream.structure, &dd, stream.timestamp, FALSE, &out);
  g_assert_true (out.forward && out.switched && out.tell_active);
  g_assert_cmphex (out.active_targets, ==, 0x3f);
}

/* It was told in frames that this receiver did not get. */
static void
test_what_the_sender_stopped_meanwhile_is_not_waited_for (void)
{
  Stream stream;
  stream_init (&stream, &l3t3);
  picture (&stream, TRUE, 0);
  check_counts (&stream, 8, 8, 8);
  parlor_svc_set_active (&stream.svc, 0x3f);
  check_counts (&stream, 8, 8, 0);
}

static void
test_the_receiver_is_told_what_still_comes (void)
{
  Stream stream;
  ParlorDd dd;
  ParlorSvcOut out;
  stream_init (&stream, &l3t3);
  picture (&stream, TRUE, 0);
  pictures (&stream, 3);
  parlor_svc_want (&stream.svc, 1, 1);
  dd = dd_of (&stream, 1, FALSE);
  dd.last_in_frame = 0;
  parlor_svc_packet (&stream.svc, &stream.structure, &dd, stream.timestamp, FALSE, &out);
  g_assert_true (out.forward && out.switched && out.tell_active);
  /* S0 and S1, each with T0 and T1: targets 0, 1, 3, 4. */
  g_assert_cmphex (out.active_targets, ==, 0x1b);
  dd.first_in_frame = 0;
  dd.last_in_frame = 1;
  parlor_svc_packet (&stream.svc, &stream.structure, &dd, stream.timestamp, FALSE, &out);
  g_assert_true (out.forward && !out.switched && out.tell_active);
  dd = dd_of (&stream, 5, FALSE);
  dd.frame_number++;
  parlor_svc_packet (&stream.svc, &stream.structure, &dd, stream.timestamp, FALSE, &out);
  g_assert_true (out.forward && !out.tell_active && out.marker);
}

/* A frame that is late is forwarded when it comes; those that refer to it do not wait for it. */
static void
test_what_is_late_is_not_taken_for_left_out (void)
{
  Stream stream;
  ParlorSvcOut out;
  stream_init (&stream, &l3t3);
  picture (&stream, TRUE, 0);
  pictures (&stream, 3);
  ParlorDd late = dd_of (&stream, 5, FALSE);
  late.frame_number++;
  guint32 timestamp = stream.timestamp;
  picture (&stream, FALSE, 1 << 1);
  g_assert_true (stream.forwarded_of_last[0] && stream.forwarded_of_last[2]);
  check_counts (&stream, 8, 8, 8);
  parlor_svc_packet (&stream.svc, &stream.structure, &late, timestamp, FALSE, &out);
  g_assert_true (out.forward);
  /* Its other packets, and repeats of it, share its fate; so do those of what was left out. */
  parlor_svc_packet (&stream.svc, &stream.structure, &late, timestamp, FALSE, &out);
  g_assert_true (out.forward);
  parlor_svc_want (&stream.svc, 0, 2);
  picture (&stream, FALSE, 0);
  late = dd_of (&stream, 6, FALSE);
  late.frame_number = (guint16)(stream.number - 2);
  parlor_svc_want (&stream.svc, 2, 2);
  parlor_svc_packet (&stream.svc, &stream.structure, &late, stream.timestamp - 3000, FALSE, &out);
  g_assert_false (out.forward);
}

/* Wishes at random, key frames when asked for: `picture` asserts that all that is forwarded can be
 * decoded; and what is wished comes. */
static void
test_any_wish_is_met_and_all_can_be_decoded (void)
{
  static const Scheme *const schemes[] = {&l1t3, &l3t3, &l2t2_key};
  ParlorRng rng;
  parlor_rng_init_seeded (&rng, 3);
  for (guint round = 0; round < 300; round++)
    {
      const Scheme *scheme = schemes[round % G_N_ELEMENTS (schemes)];
      Stream stream;
      guint spatial, temporal, got_spatial, got_temporal;
      stream_init (&stream, scheme);
      picture (&stream, TRUE, 0);
      for (guint change = 0; change < 12; change++)
        {
          spatial = parlor_rng_below (&rng, scheme->n_spatial);
          temporal = parlor_rng_below (&rng, scheme->n_temporal);
          parlor_svc_want (&stream.svc, spatial, temporal);
          for (guint i = 0, n = 20 + parlor_rng_below (&rng, 10); i < n; i++)
            picture (&stream, parlor_svc_needs_key_frame (&stream.svc), 0);
          g_assert_true (
              parlor_svc_layers (&stream.svc, &stream.structure, &got_spatial, &got_temporal));
          g_assert_cmpuint (got_spatial, ==, spatial);
          g_assert_cmpuint (got_temporal, ==, temporal);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(name, func) g_test_add_func ("/proto/layers/svc/" name, func)
  T ("nothing-before-a-key-frame", test_nothing_before_a_key_frame);
  T ("temporal-layers-go-and-come-without-a-key-frame",
     test_temporal_layers_go_and_come_without_a_key_frame);
  T ("down-at-the-next-picture", test_down_at_the_next_picture);
  T ("up-asks-for-a-key-frame-and-takes-it", test_up_asks_for_a_key_frame_and_takes_it);
  T ("up-in-one-picture-where-layers-begin-anew", test_up_in_one_picture_where_layers_begin_anew);
  T ("ksvc-forwards-one-layer-between-key-frames", test_ksvc_forwards_one_layer_between_key_frames);
  T ("layers-that-the-sender-stops-are-not-wanted",
     test_layers_that_the_sender_stops_are_not_wanted);
  T ("what-the-sender-stopped-meanwhile-is-not-waited-for",
     test_what_the_sender_stopped_meanwhile_is_not_waited_for);
  T ("the-receiver-is-told-what-still-comes", test_the_receiver_is_told_what_still_comes);
  T ("what-is-late-is-not-taken-for-left-out", test_what_is_late_is_not_taken_for_left_out);
  T ("any-wish-is-met-and-all-can-be-decoded", test_any_wish_is_met_and_all_can_be_decoded);
#undef T
  return g_test_run ();
}
