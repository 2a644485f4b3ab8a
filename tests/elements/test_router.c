/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's pipeline, source ! router ! sink, over loopback, with a router that echoes. */
#include <gst/check/gstcheck.h>
#include <string.h>
#include <unistd.h>

#include "fake_router.h"
#include "loop.h"
#include "net.h"
#include "plugin.h"

#define TAP_SOURCE 7

typedef struct
{
  ParlorLoop *loop;
  GstElement *pipeline, *src, *router, *sink;
  int peer;
} Fixture;

typedef struct
{
  gboolean gro, gso;
} Mode;

static void
set_up (Fixture *f, gconstpointer data)
{
  const Mode *mode = data;
  const ParlorRouterConfig config = {.n_workers = 1, .gso = mode->gso};
  guint port;
  fake_router_reset ();
  f->loop = parlor_loop_new (&config, NULL, NULL, -1);
  f->pipeline = gst_pipeline_new (NULL);
  f->src = gst_element_factory_make ("parlorudpsrc", NULL);
  f->router = gst_element_factory_make ("parlorrouter", NULL);
  f->sink = gst_element_factory_make ("parlorudpsink", NULL);
  g_object_set (f->src, "loop", f->loop, "address", "127.0.0.1", "gro", mode->gro, NULL);
  g_object_set (f->router, "loop", f->loop, NULL);
  g_object_set (f->sink, "loop", f->loop, NULL);
  gst_bin_add_many (GST_BIN (f->pipeline), f->src, f->router, f->sink, NULL);
  g_assert_true (gst_element_link_many (f->src, f->router, f->sink, NULL));
  g_assert_cmpint (gst_element_set_state (f->pipeline, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (gst_element_get_state (f->pipeline, NULL, NULL, 2 * GST_SECOND), ==,
                   GST_STATE_CHANGE_SUCCESS);
  g_object_get (f->src, "port", &port, NULL);
  f->peer = net_peer_open ((guint16)port);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (gst_element_set_state (f->pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (f->pipeline);
  parlor_loop_unref (f->loop);
  close (f->peer);
  g_assert_null (fake_router_get ());
}

/* Sends groups and expects every datagram back, in order. */
static void
expect_echo (Fixture *f, guint n_groups)
{
  guint8 bytes[2048];
  guint32 number;
  for (guint group = 0; group < n_groups; group++)
    {
      net_peer_send_group (f->peer, 20, 1200);
      for (guint32 i = 0; i < 20; i++)
        {
          g_assert_cmpint (net_peer_receive (f->peer, bytes, sizeof bytes), ==, 1200);
          memcpy (&number, bytes, sizeof number);
          g_assert_cmpuint (number, ==, i);
        }
    }
}

static void
test_everything_comes_back (Fixture *f, gconstpointer data)
{
  expect_echo (f, 50);
  g_assert_cmpint (fake_router_n_received (), ==, 1000);
  g_assert_cmpuint (fake_router_n_unsent (), ==, 0);
}

static void
test_flush_runs_at_the_deadline (Fixture *f, gconstpointer data)
{
  gint n_flushes;
  fake_router_set_interval_us (1000);
  expect_echo (f, 1);
  n_flushes = fake_router_n_flushes ();
  for (guint i = 0; i < 2000 && fake_router_n_flushes () < n_flushes + 20; i++)
    g_usleep (1000);
  g_assert_cmpint (fake_router_n_flushes (), >=, n_flushes + 20);
}

static void
test_idle_loop_sleeps (Fixture *f, gconstpointer data)
{
  gint n_flushes;
  expect_echo (f, 1);
  g_usleep (20000);
  n_flushes = fake_router_n_flushes ();
  g_usleep (200000);
  g_assert_cmpint (fake_router_n_flushes (), ==, n_flushes);
}

static void
test_buffer_without_meta_is_counted (Fixture *f, gconstpointer data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (f->sink, "sink");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  expect_echo (f, 1);
  gst_element_set_state (f->src, GST_STATE_NULL);
  gst_pad_send_event (pad, gst_event_new_flush_stop (FALSE));
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  g_assert_cmpint (gst_pad_chain (pad, gst_buffer_new_allocate (NULL, 10, NULL)), ==, GST_FLOW_OK);
  g_assert_cmpuint (f->loop->counters.malformed_batches, ==, 1);
}

/* --- taps and injects
 * ------------------------------------------------------------------------------ */

typedef struct
{
  GstPad *tap, *sink;
  GstFlowReturn flow;
  GMutex lock;
  GCond cond;
  gboolean is_blocked, is_released;
  gint n_seen; /* atomic */
} Tap;

static GstFlowReturn
chain_foreign (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Tap *tap = gst_pad_get_element_private (pad);
  g_mutex_lock (&tap->lock);
  g_atomic_int_inc (&tap->n_seen);
  while (tap->is_blocked && !tap->is_released)
    g_cond_wait (&tap->cond, &tap->lock);
  g_mutex_unlock (&tap->lock);
  gst_buffer_unref (buffer);
  return tap->flow;
}

static void
open_tap (Fixture *f, Tap *tap)
{
  g_mutex_init (&tap->lock);
  g_cond_init (&tap->cond);
  tap->sink = gst_pad_new ("foreign", GST_PAD_SINK);
  gst_pad_set_element_private (tap->sink, tap);
  gst_pad_set_chain_function (tap->sink, chain_foreign);
  gst_pad_set_active (tap->sink, TRUE);
  tap->tap = gst_element_request_pad_simple (f->router, "tap_%u");
  g_assert_nonnull (tap->tap);
  g_assert_cmpint (gst_pad_link_full (tap->tap, tap->sink, GST_PAD_LINK_CHECK_NOTHING), ==,
                   GST_PAD_LINK_OK);
  g_object_set (tap->tap, "source", (guint64)TAP_SOURCE, NULL);
}

static void
close_tap (Fixture *f, Tap *tap)
{
  g_mutex_lock (&tap->lock);
  tap->is_released = TRUE;
  g_cond_broadcast (&tap->cond);
  g_mutex_unlock (&tap->lock);
  gst_element_release_request_pad (f->router, tap->tap);
  gst_object_unref (tap->tap);
  gst_pad_set_active (tap->sink, FALSE);
  gst_object_unref (tap->sink);
  g_mutex_clear (&tap->lock);
  g_cond_clear (&tap->cond);
}

static void
wait_for_seen (Tap *tap, gint n)
{
  for (guint i = 0; i < 3000 && g_atomic_int_get (&tap->n_seen) < n; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&tap->n_seen), >=, n);
}

static void
test_tap_gets_every_packet (Fixture *f, gconstpointer data)
{
  Tap tap = {0};
  open_tap (f, &tap);
  expect_echo (f, 10);
  wait_for_seen (&tap, 200);
  g_assert_cmpint (g_atomic_int_get (&tap.n_seen), ==, 200);
  close_tap (f, &tap);
  /* The router lets go of the tap too. */
  expect_echo (f, 5);
  g_assert_cmpint (tap.n_seen, ==, 200);
}

static void
test_two_taps_of_one_source (Fixture *f, gconstpointer data)
{
  Tap a = {0}, b = {0};
  open_tap (f, &a);
  open_tap (f, &b);
  expect_echo (f, 2);
  wait_for_seen (&a, 40);
  wait_for_seen (&b, 40);
  close_tap (f, &a);
  expect_echo (f, 2);
  wait_for_seen (&b, 80);
  g_assert_cmpint (a.n_seen, ==, 40);
  close_tap (f, &b);
}

/* The sink behind the tap never returns while the ring fills and runs over. */
static void
test_blocked_tap_costs_nobody_a_packet (Fixture *f, gconstpointer data)
{
  Tap tap = {.is_blocked = TRUE};
  guint64 dropped;
  open_tap (f, &tap);
  expect_echo (f, 1);
  wait_for_seen (&tap, 1);
  expect_echo (f, 100);
  g_assert_cmpint (fake_router_n_received (), ==, 101 * 20);
  g_object_get (tap.tap, "dropped", &dropped, NULL);
  g_assert_cmpuint (dropped, >, 0);
  g_assert_cmpint (g_atomic_int_get (&tap.n_seen), ==, 1);
  close_tap (f, &tap);
}

static void
test_failing_tap_costs_nobody_a_packet (Fixture *f, gconstpointer data)
{
  Tap tap = {.flow = GPOINTER_TO_INT (((const Mode *)data)->gro) ? GST_FLOW_ERROR : GST_FLOW_EOS};
  g_autoptr (GstBus) bus = gst_pipeline_get_bus (GST_PIPELINE (f->pipeline));
  open_tap (f, &tap);
  expect_echo (f, 50);
  g_assert_cmpint (g_atomic_int_get (&tap.n_seen), ==, 1);
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  close_tap (f, &tap);
}

static void
test_inject_reaches_the_router (Fixture *f, gconstpointer data)
{
  GstPad *src = gst_pad_new ("foreign", GST_PAD_SRC);
  GstPad *inject = gst_element_request_pad_simple (f->router, "inject_%u");
  guint8 bytes[2048];
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  expect_echo (f, 1);
  gst_pad_set_active (src, TRUE);
  g_object_set (inject, "source", (guint64)TAP_SOURCE, NULL);
  g_assert_cmpint (gst_pad_link_full (src, inject, GST_PAD_LINK_CHECK_NOTHING), ==,
                   GST_PAD_LINK_OK);
  gst_pad_push_event (src, gst_event_new_stream_start ("foreign"));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  g_assert_cmpint (gst_pad_push (src, gst_buffer_new_memdup ("\x80\x60......0123abcd", 16)), ==,
                   GST_FLOW_OK);
  g_assert_cmpint (net_peer_receive (f->peer, bytes, sizeof bytes), ==, 16);
  g_assert_cmpmem (bytes, 16, "\x80\x60......0123abcd", 16);
  /* Neither its end nor rubbish gets into the worker's pipeline. */
  gst_pad_push_event (src, gst_event_new_eos ());
  expect_echo (f, 1);
  g_assert_cmpint (fake_router_n_injected (), ==, 1);
  gst_pad_unlink (src, inject);
  gst_element_release_request_pad (f->router, inject);
  gst_object_unref (inject);
  gst_object_unref (src);
}

#define ADD(name, mode, func)                                                                      \
  g_test_add ("/elements/router/" name, Fixture, mode, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const Mode both = {TRUE, TRUE}, none = {FALSE, FALSE}, gso = {FALSE, TRUE},
                    gro = {TRUE, FALSE};
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (parlor_plugin_register_static ());
  ADD ("everything-comes-back-with-gro-and-gso", &both, test_everything_comes_back);
  ADD ("everything-comes-back-without-gro-and-gso", &none, test_everything_comes_back);
  ADD ("everything-comes-back-with-gso-alone", &gso, test_everything_comes_back);
  ADD ("everything-comes-back-with-gro-alone", &gro, test_everything_comes_back);
  ADD ("flush-runs-at-the-deadline", &both, test_flush_runs_at_the_deadline);
  ADD ("idle-loop-sleeps", &both, test_idle_loop_sleeps);
  ADD ("buffer-without-meta-is-counted", &both, test_buffer_without_meta_is_counted);
  ADD ("tap-gets-every-packet", &both, test_tap_gets_every_packet);
  ADD ("two-taps-of-one-source", &both, test_two_taps_of_one_source);
  ADD ("blocked-tap-costs-nobody-a-packet", &both, test_blocked_tap_costs_nobody_a_packet);
  ADD ("tap-that-errors-costs-nobody-a-packet", &gro, test_failing_tap_costs_nobody_a_packet);
  ADD ("tap-that-ends-costs-nobody-a-packet", &none, test_failing_tap_costs_nobody_a_packet);
  ADD ("inject-reaches-the-router", &both, test_inject_reaches_the_router);
  return g_test_run ();
}
