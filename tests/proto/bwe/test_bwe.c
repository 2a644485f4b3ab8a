/* SPDX-License-Identifier: Apache-2.0 */
/* The parts together, against receivers that lie, repeat, fall silent or have only REMB. What rates
 * come out on real paths is asserted in tests/sim/. */
#include "proto/bwe/bwe.h"
#include "base/time.h"

#define MS PARLOR_US_PER_MS
#define MIN_KBPS 50
#define MAX_KBPS 2000

typedef struct
{
  ParlorBwe *bwe;
  gint64 now_us;
  guint16 seq, told;
  guint8 count;
  gint64 clock_us; /* receiver's - ours */
} Peer;

static Peer
peer_new (gboolean transport_cc)
{
  ParlorBweConfig config = {
      .start_bps = 300000,
      .min_bps = MIN_KBPS * 1000,
      .max_bps = MAX_KBPS * 1000,
      .transport_cc = transport_cc,
  };
  Peer peer = {.now_us = PARLOR_US_PER_SEC, .seq = 65000, .told = 65000};

  peer.bwe = parlor_bwe_new (&config, peer.now_us);
  return peer;
}

static void
check (Peer *peer)
{
  ParlorBweView view;

  parlor_bwe_poll (peer->bwe, peer->now_us);
  parlor_bwe_view (peer->bwe, &view);
  g_assert_cmpuint (view.target_bps, >=, MIN_KBPS * 1000);
  g_assert_cmpuint (view.target_bps, <=, MAX_KBPS * 1000);
  /* While a queue is drained nothing goes faster than the target. */
  if (view.held)
    g_assert_cmpuint (view.pacing_bps, ==, MIN_KBPS * 1000);
  else if (view.pacing_bps != view.target_bps || view.state != PARLOR_BWE_OVERUSE)
    g_assert_cmpuint (view.pacing_bps, ==, (guint64)view.target_bps * 250 / 100);
  g_assert_cmpint (parlor_bwe_next_us (peer->bwe), >, peer->now_us);
}

/* 50 ms of packets at the target, with whatever probe is asked for as a higher rate. */
static void
send_some (Peer *peer)
{
  ParlorBweProbe probe = {0};
  guint bytes = parlor_bwe_target_bps (peer->bwe) / 160, n;

  parlor_bwe_take_probe (peer->bwe, &probe, peer->now_us);
  n = MAX (MAX (bytes, probe.bytes) / 1000, 6);
  for (guint i = 0; i < n; i++)
    parlor_bwe_on_sent (peer->bwe, peer->seq++, 1000, PARLOR_BWE_SENT_MEDIA, probe.cluster,
                        peer->now_us += 50 * MS / n);
}

/* Tells of so many since the last time; arrival `delay_us` after some even spacing. */
static void
tell_first (Peer *peer, guint16 n, gint64 spacing_us, gboolean received)
{
  static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
  gint64 clock_us = (peer->now_us + peer->clock_us) % PARLOR_TWCC_REFERENCE_PERIOD_US;
  ParlorTwccFeedback feedback = {
      .base_seq = peer->told,
      .n_statuses = n,
      .feedback_count = peer->count++,
      .reference_us = clock_us / 64000 * 64000,
  };

  for (guint i = 0; i < n; i++)
    statuses[i] = (ParlorTwccStatus){(guint16)(peer->told + i), received,
                                     received ? clock_us + i * spacing_us : 0};
  peer->told = (guint16)(peer->told + n);
  parlor_bwe_on_feedback (peer->bwe, &feedback, statuses, peer->now_us += 30 * MS);
  check (peer);
}

static void
tell (Peer *peer, gint64 spacing_us, gboolean received)
{
  tell_first (peer, (guint16)(peer->seq - peer->told), spacing_us, received);
}

static void
test_cap_holds (void)
{
  Peer peer = peer_new (TRUE);

  for (guint i = 0; i < 3000; i++)
    {
      send_some (&peer);
      tell (&peer, i % 3 == 0 ? 0 : i % 3 == 1 ? -250 : 250, TRUE); /* all at once, or before */
    }
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), <=, MAX_KBPS * 1000);
  parlor_bwe_free (peer.bwe);
}

static void
test_never_sent (void)
{
  static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
  Peer peer = peer_new (TRUE);
  ParlorTwccFeedback feedback = {.n_statuses = PARLOR_TWCC_MAX_STATUSES};
  ParlorBweView view;
  guint32 before;

  send_some (&peer);
  tell (&peer, 250, TRUE);
  before = parlor_bwe_target_bps (peer.bwe);
  for (guint i = 0; i < PARLOR_TWCC_MAX_STATUSES; i++)
    statuses[i] = (ParlorTwccStatus){(guint16)(peer.seq + i), TRUE, 1000 * i};
  parlor_bwe_on_feedback (peer.bwe, &feedback, statuses, peer.now_us);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_cmpint (view.statuses_unknown, ==, PARLOR_TWCC_MAX_STATUSES);
  g_assert_cmpint (view.feedbacks_refused, >=, 1);
  g_assert_cmpuint (view.target_bps, ==, before);
  check (&peer);
  parlor_bwe_free (peer.bwe);
}

static void
test_repeated (void)
{
  Peer once = peer_new (TRUE), twice = peer_new (TRUE);
  ParlorBweView view;

  for (guint i = 0; i < 200; i++)
    {
      guint16 from = twice.told;

      send_some (&once);
      tell (&once, 4000, TRUE);
      send_some (&twice);
      tell (&twice, 4000, TRUE);
      twice.told = from;
      twice.now_us -= 30 * MS;
      twice.count--;
      tell (&twice, 4000, TRUE);
    }
  parlor_bwe_view (twice.bwe, &view);
  g_assert_cmpint (view.statuses_duplicate, >, 1000);
  g_assert_cmpuint (parlor_bwe_target_bps (twice.bwe), ==, parlor_bwe_target_bps (once.bwe));
  parlor_bwe_free (once.bwe);
  parlor_bwe_free (twice.bwe);
}

/* The same run with the receiver's clock about to wrap, or leaping by days, ends at a good rate. */
static void
test_clock (void)
{
  Peer peer = peer_new (TRUE);

  peer.clock_us = PARLOR_TWCC_REFERENCE_PERIOD_US - 5 * PARLOR_US_PER_SEC;
  for (guint i = 0; i < 300; i++)
    {
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), >, 800000);
  for (guint i = 0; i < 300; i++)
    {
      if (i % 100 == 0)
        peer.clock_us += 86400 * PARLOR_US_PER_SEC;
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), >, 800000);
  parlor_bwe_free (peer.bwe);
}

static void
send_little (Peer *peer)
{
  for (guint i = 0; i < 5; i++)
    parlor_bwe_on_sent (peer->bwe, peer->seq++, 1000, PARLOR_BWE_SENT_MEDIA, 0,
                        peer->now_us += 10 * MS);
}

/* Of 100 ms the feedback tells of the first two packets alone, which came as ever. */
static void
tell_too_little (Peer *peer)
{
  send_little (peer);
  send_little (peer);
  peer->clock_us -= 50 * MS;
  tell_first (peer, 2, 10 * MS, TRUE);
  peer->clock_us += 50 * MS;
}

/* Feedback comes, and of what should have come by then it tells nothing: pictures wait for the
 * next, which may tell that all is well, or never come. */
static void
test_held (void)
{
  ParlorBweConfig config = {
      .start_bps = MAX_KBPS * 1000,
      .min_bps = MIN_KBPS * 1000,
      .max_bps = MAX_KBPS * 1000,
      .transport_cc = TRUE,
  };
  Peer peer = {.now_us = PARLOR_US_PER_SEC, .bwe = parlor_bwe_new (&config, PARLOR_US_PER_SEC)};
  ParlorBweView view;

  for (guint i = 0; i < 100; i++)
    {
      send_little (&peer);
      tell (&peer, 10 * MS, TRUE);
    }
  parlor_bwe_view (peer.bwe, &view);
  g_assert_false (view.held);
  tell_too_little (&peer);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_true (view.held);
  tell (&peer, 10 * MS, TRUE);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_false (view.held);
  tell_too_little (&peer);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_true (view.held);
  peer.now_us += 100 * MS;
  check (&peer);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_false (view.held);
  parlor_bwe_free (peer.bwe);
}

static void
test_silence (void)
{
  Peer peer = peer_new (TRUE);
  guint32 before, silent;

  for (guint i = 0; i < 300; i++)
    {
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  before = parlor_bwe_target_bps (peer.bwe);
  for (guint i = 0; i < 60; i++)
    {
      send_some (&peer);
      check (&peer);
    }
  silent = parlor_bwe_target_bps (peer.bwe);
  g_assert_cmpuint (silent, <, before / 2);
  tell (&peer, 4000, TRUE);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), >, before / 2);
  for (guint i = 0; i < 2000; i++)
    {
      send_some (&peer);
      check (&peer);
    }
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), >=, MIN_KBPS * 1000);
  parlor_bwe_free (peer.bwe);
}

static void
test_route (void)
{
  Peer peer = peer_new (TRUE);
  ParlorBweProbe probe;

  for (guint i = 0; i < 300; i++)
    {
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  send_some (&peer);
  parlor_bwe_route_changed (peer.bwe, peer.now_us);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), ==, 300000);
  tell (&peer, 4000, TRUE); /* what went the old way */
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), ==, 300000);
  parlor_bwe_poll (peer.bwe, peer.now_us);
  g_assert_true (parlor_bwe_take_probe (peer.bwe, &probe, peer.now_us));
  parlor_bwe_free (peer.bwe);
}

static void
test_without_transport_cc (void)
{
  Peer peer = peer_new (FALSE);
  ParlorBweProbe probe;
  ParlorBweView view;

  g_assert_cmpint (parlor_bwe_next_us (peer.bwe), ==, G_MAXINT64);
  parlor_bwe_on_remb (peer.bwe, 900000, peer.now_us);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), ==, 900000);
  parlor_bwe_on_remb (peer.bwe, G_MAXUINT64, peer.now_us);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), ==, MAX_KBPS * 1000);
  for (guint i = 0; i < 10; i++)
    parlor_bwe_on_receiver_report (peer.bwe, 64, 80 * MS, peer.now_us += PARLOR_US_PER_SEC);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), <, MAX_KBPS * 1000 / 3);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_cmpint (view.rtt_us, ==, 80 * MS);
  g_assert_cmpint (view.state, ==, PARLOR_BWE_LOSS_LIMITED);
  parlor_bwe_on_remb (peer.bwe, 0, peer.now_us);
  g_assert_cmpuint (parlor_bwe_target_bps (peer.bwe), ==, MIN_KBPS * 1000);
  peer.now_us = parlor_bwe_next_us (peer.bwe);
  g_assert_true (parlor_bwe_poll (peer.bwe, peer.now_us)); /* the REMB has run out */
  g_assert_false (parlor_bwe_take_probe (peer.bwe, &probe, peer.now_us));
  parlor_bwe_free (peer.bwe);
}

static void
test_states_have_names (void)
{
  g_assert_cmpstr (parlor_bwe_state_name (PARLOR_BWE_NORMAL), ==, "normal");
  g_assert_cmpstr (parlor_bwe_state_name (PARLOR_BWE_APP_LIMITED), ==, "app-limited");
  g_assert_cmpstr (parlor_bwe_state_name ((ParlorBweState)77), ==, "unknown");
}

/* Feedback after a silence of some s, which tells of all (0) or of the newest packets alone. */
static guint64
count_outages (guint n_silent, gboolean newest_alone)
{
  Peer peer = peer_new (TRUE);
  ParlorBweView view;

  for (guint i = 0; i < 100; i++)
    {
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  for (guint i = 0; i < n_silent; i++)
    {
      send_some (&peer);
      check (&peer);
    }
  if (newest_alone)
    peer.told = peer.seq;
  send_some (&peer);
  tell (&peer, 4000, TRUE);
  parlor_bwe_view (peer.bwe, &view);
  g_assert_cmpint (view.outage_us, >=, view.outages * n_silent * 50 * MS);
  for (guint i = 0; i < 100; i++) /* it is told of once */
    {
      send_some (&peer);
      tell (&peer, 4000, TRUE);
    }
  parlor_bwe_view (peer.bwe, &view);
  parlor_bwe_free (peer.bwe);
  return view.outages;
}

/* libwebrtc says nothing of what it has not seen for long. */
static void
test_outage (void)
{
  g_assert_cmpuint (count_outages (60, TRUE), ==, 1);
  g_assert_cmpuint (count_outages (60, FALSE), ==, 0); /* all of it came */
  g_assert_cmpuint (count_outages (4, TRUE), ==, 0);   /* a feedback or two were lost */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/the-cap-holds-whatever-feedback-claims", test_cap_holds);
  g_test_add_func ("/proto/bwe/numbers-never-sent-change-nothing", test_never_sent);
  g_test_add_func ("/proto/bwe/repeated-feedback-changes-nothing", test_repeated);
  g_test_add_func ("/proto/bwe/the-receivers-clock-may-wrap-and-leap", test_clock);
  g_test_add_func ("/proto/bwe/what-has-not-come-holds-pictures-until-the-next-word", test_held);
  g_test_add_func ("/proto/bwe/silence-backs-off-and-comes-back", test_silence);
  g_test_add_func ("/proto/bwe/a-silence-that-swallowed-packets-is-an-outage", test_outage);
  g_test_add_func ("/proto/bwe/a-new-route-begins-anew", test_route);
  g_test_add_func ("/proto/bwe/remb-and-reports-alone", test_without_transport_cc);
  g_test_add_func ("/proto/bwe/states-have-names", test_states_have_names);
  return g_test_run ();
}
