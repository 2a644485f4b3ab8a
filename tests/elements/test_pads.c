/* SPDX-License-Identifier: Apache-2.0 */
/* The short way of a batch from pad to pad, and who still has GStreamer's own. */
#include <gst/gst.h>

#include "pads.h"

typedef struct
{
  ParlorLoop *loop;
  GstPad *src, *sink;
  guint n_taken, n_seen;
} Fixture;

static Fixture *current;

static GstFlowReturn
take (GstPad *pad, GstObject *parent, GstBuffer *batch)
{
  current->n_taken++;
  gst_buffer_unref (batch);
  return GST_FLOW_CUSTOM_SUCCESS;
}

static gboolean
swallow (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static void
begin (GstPad *src)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start ("batches"));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
}

static void
set_up (Fixture *f, gconstpointer is_private)
{
  static const ParlorRouterConfig none;
  f->loop = parlor_loop_new (&none, NULL, NULL, -1);
  f->loop->is_private = is_private != NULL;
  f->src = gst_pad_new ("src", GST_PAD_SRC);
  f->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (f->sink, take);
  gst_pad_set_event_function (f->sink, swallow);
  gst_pad_set_active (f->src, TRUE);
  gst_pad_set_active (f->sink, TRUE);
  g_assert_cmpint (gst_pad_link (f->src, f->sink), ==, GST_PAD_LINK_OK);
  begin (f->src);
  current = f;
}

static void
tear_down (Fixture *f, gconstpointer is_private)
{
  gst_pad_set_active (f->src, FALSE);
  gst_pad_set_active (f->sink, FALSE);
  gst_object_unref (f->src);
  gst_object_unref (f->sink);
  parlor_loop_unref (f->loop);
}

/* Only gst_pad_push () writes the flow down. */
static gboolean
went_straight (Fixture *f)
{
  g_assert_cmpint (parlor_pad_push (f->loop, f->src, gst_buffer_new ()), ==,
                   GST_FLOW_CUSTOM_SUCCESS);
  g_assert_cmpuint (f->n_taken, ==, 1);
  return gst_pad_get_last_flow_return (f->src) != GST_FLOW_CUSTOM_SUCCESS;
}

static void
test_a_workers_own_batch_goes_straight (Fixture *f, gconstpointer is_private)
{
  g_assert_true (went_straight (f));
}

static void
test_others_push (Fixture *f, gconstpointer is_private)
{
  g_assert_false (went_straight (f));
}

static GstPadProbeReturn
see (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  ((Fixture *)user_data)->n_seen++;
  return GST_PAD_PROBE_OK;
}

static void
test_a_probe_sees_it (Fixture *f, gconstpointer is_private)
{
  gulong at_sink = gst_pad_add_probe (f->sink, GST_PAD_PROBE_TYPE_BUFFER, see, f, NULL);
  g_assert_false (went_straight (f));
  gst_pad_remove_probe (f->sink, at_sink);
  gst_pad_add_probe (f->src, GST_PAD_PROBE_TYPE_BUFFER, see, f, NULL);
  g_assert_cmpint (parlor_pad_push (f->loop, f->src, gst_buffer_new ()), ==,
                   GST_FLOW_CUSTOM_SUCCESS);
  g_assert_cmpuint (f->n_seen, ==, 2);
  g_assert_cmpuint (f->n_taken, ==, 2);
}

static void
test_who_stops_gets_nothing (Fixture *f, gconstpointer is_private)
{
  gst_pad_set_active (f->sink, FALSE);
  g_assert_cmpint (parlor_pad_push (f->loop, f->src, gst_buffer_new ()), ==, GST_FLOW_FLUSHING);
  gst_pad_set_active (f->sink, TRUE);
  gst_pad_push_event (f->src, gst_event_new_eos ());
  g_assert_cmpint (parlor_pad_push (f->loop, f->src, gst_buffer_new ()), ==, GST_FLOW_EOS);
  g_assert_cmpuint (f->n_taken, ==, 0);
}

static void
test_without_a_peer_it_is_not_linked (Fixture *f, gconstpointer is_private)
{
  gst_pad_unlink (f->src, f->sink);
  g_assert_cmpint (parlor_pad_push (f->loop, f->src, gst_buffer_new ()), ==, GST_FLOW_NOT_LINKED);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  const gconstpointer own = GINT_TO_POINTER (TRUE);
#define TEST(name, whose, func) g_test_add ("/pads/" name, Fixture, whose, set_up, func, tear_down)
  TEST ("a-workers-own-batch-goes-straight", own, test_a_workers_own_batch_goes_straight);
  TEST ("others-push", NULL, test_others_push);
  TEST ("a-probe-sees-it", own, test_a_probe_sees_it);
  TEST ("who-stops-gets-nothing", own, test_who_stops_gets_nothing);
  TEST ("without-a-peer-it-is-not-linked", own, test_without_a_peer_it_is_not_linked);
#undef TEST
  return g_test_run ();
}
