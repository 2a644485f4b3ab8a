/* SPDX-License-Identifier: Apache-2.0 */
/* parlorudpsrc and the socket below it, against a peer on loopback. */
#include <errno.h>
#include <gst/check/gstharness.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "loop.h"
#include "net.h"
#include "plugin.h"
#include "udpreceive.h"
#include "udpsocket.h"

typedef struct
{
  ParlorLoop *loop;
  GstElement *element;
  GstHarness *harness;
  int peer;
} Fixture;

static void
start (Fixture *f, gboolean gro)
{
  static const ParlorRouterConfig none;
  guint port;
  f->loop = parlor_loop_new (&none, NULL, NULL, -1);
  f->element = gst_element_factory_make ("parlorudpsrc", NULL);
  g_object_set (f->element, "loop", f->loop, "address", "127.0.0.1", "gro", gro, NULL);
  f->harness = gst_harness_new_with_element (f->element, NULL, "src");
  gst_harness_play (f->harness);
  g_object_get (f->element, "port", &port, NULL);
  g_assert_cmpuint (port, !=, 0);
  f->peer = net_peer_open ((guint16)port);
}

static void
set_up (Fixture *f, gconstpointer gro)
{
  start (f, GPOINTER_TO_INT (gro));
}

static void
tear_down (Fixture *f, gconstpointer gro)
{
  gst_element_set_state (f->element, GST_STATE_NULL);
  gst_harness_teardown (f->harness);
  gst_object_unref (f->element);
  parlor_loop_unref (f->loop);
  close (f->peer);
}

/* The next batch that is not empty. */
static GstBuffer *
pull_traffic (Fixture *f)
{
  for (;;)
    {
      GstBuffer *buffer = gst_harness_pull (f->harness);
      g_assert_nonnull (buffer);
      if (parlor_buffer_get_batch_meta (buffer)->n_datagrams > 0)
        return buffer;
      gst_buffer_unref (buffer);
    }
}

static void
test_datagram_comes_with_addresses_and_time (Fixture *f, gconstpointer gro)
{
  gint64 before_us = g_get_monotonic_time ();
  char text[5] = {0};
  ParlorAddr peer, local;
  ParlorDatagram *datagram;
  GstBuffer *buffer;
  g_assert_cmpint (send (f->peer, "room", 4, 0), ==, 4);
  buffer = pull_traffic (f);
  g_assert_cmpuint (parlor_buffer_get_batch_meta (buffer)->n_datagrams, ==, 1);
  datagram = &parlor_buffer_get_batch_meta (buffer)->datagrams[0];
  g_assert_cmpuint (datagram->length, ==, 4);
  g_assert_cmpuint (datagram->segment_bytes, ==, 0);
  gst_buffer_extract (buffer, datagram->offset, text, 4);
  g_assert_cmpstr (text, ==, "room");
  parlor_addr_from_in6 (&datagram->peer, &peer);
  g_assert_true (parlor_addr_is_ipv4 (&peer));
  g_assert_cmpuint (peer.port, ==, net_peer_port (f->peer));
  g_assert_true (parlor_addr_parse ("127.0.0.1", 0, &local));
  g_assert_cmpmem (&datagram->local, 16, local.ip, 16);
  g_assert_cmpint (datagram->local_ifindex, >, 0);
  g_assert_cmpint (datagram->arrival_us, >=, before_us - 1000);
  g_assert_cmpint (datagram->arrival_us, <=, g_get_monotonic_time ());
  gst_buffer_unref (buffer);
}

/* Reads until n datagrams came, checks their numbers; returns how many entries of batches they
 * took. */
static guint
expect_numbers (Fixture *f, guint n, gsize bytes)
{
  guint32 expected = 0, number;
  guint n_entries = 0;
  while (expected < n)
    {
      GstBuffer *buffer = pull_traffic (f);
      ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (buffer);
      for (guint i = 0; i < meta->n_datagrams; i++, n_entries++)
        {
          const ParlorDatagram *d = &meta->datagrams[i];
          guint step = d->segment_bytes ? d->segment_bytes : d->length;
          g_assert_cmpuint (step, ==, bytes);
          for (guint32 offset = 0; offset < d->length; offset += step, expected++)
            {
              gst_buffer_extract (buffer, d->offset + offset, &number, sizeof number);
              g_assert_cmpuint (number, ==, expected);
            }
        }
      gst_buffer_unref (buffer);
    }
  return n_entries;
}

static void
test_group_is_one_entry (Fixture *f, gconstpointer gro)
{
  net_peer_send_group (f->peer, 40, 1200);
  g_assert_cmpuint (expect_numbers (f, 40, 1200), ==, 1);
  g_assert_cmpuint (f->loop->counters.datagrams_in, ==, 40);
}

static void
test_without_gro_each_is_an_entry (Fixture *f, gconstpointer gro)
{
  net_peer_send_group (f->peer, 40, 1200);
  g_assert_cmpuint (expect_numbers (f, 40, 1200), ==, 40);
  g_assert_cmpuint (f->loop->counters.datagrams_in, ==, 40);
}

static void
test_wake_gives_an_empty_batch (Fixture *f, gconstpointer gro)
{
  GstBuffer *buffer;
  g_assert_null (gst_harness_try_pull (f->harness));
  parlor_loop_wake (f->loop);
  buffer = gst_harness_pull (f->harness);
  g_assert_nonnull (buffer);
  g_assert_cmpuint (parlor_buffer_get_batch_meta (buffer)->n_datagrams, ==, 0);
  gst_buffer_unref (buffer);
}

static GstPadProbeReturn
set_next_deadline (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  ((ParlorLoop *)user_data)->next_us = g_get_monotonic_time () + 2000;
  return GST_PAD_PROBE_OK;
}

static void
test_deadline_gives_an_empty_batch (Fixture *f, gconstpointer gro)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (f->element, "src");
  gint64 begin_us = g_get_monotonic_time ();
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, set_next_deadline, f->loop, NULL);
  parlor_loop_wake (f->loop);
  for (guint i = 0; i < 6; i++)
    {
      GstBuffer *buffer = gst_harness_pull (f->harness);
      g_assert_nonnull (buffer);
      gst_buffer_unref (buffer);
    }
  /* Five deadlines of 2 ms each came, without traffic, and not early. */
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 5 * 2000);
}

/* Passes that are to take their time; atomic. */
static gint n_busy_passes;

static GstPadProbeReturn
pretend_wide_fan_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  ((ParlorLoop *)user_data)->counters.messages_out += 1000;
  if (g_atomic_int_get (&n_busy_passes) > 0)
    {
      g_atomic_int_add (&n_busy_passes, -1);
      g_usleep (120000);
    }
  return GST_PAD_PROBE_OK;
}

/* TRUE: of datagrams a millisecond apart two came in one batch. */
static gboolean
come_together (Fixture *f)
{
  gboolean together = FALSE;
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (send (f->peer, "room", 4, 0), ==, 4);
      g_usleep (1000);
    }
  for (guint n = 0; n < 5;)
    {
      GstBuffer *buffer = pull_traffic (f);
      guint here = parlor_buffer_get_batch_meta (buffer)->n_datagrams;
      together |= here > 1;
      n += here;
      gst_buffer_unref (buffer);
    }
  return together;
}

/* Once the source has seen what a wake-up costs, and that the worker is busy. A starved machine may
 * hold this thread for longer than the source waits: then once more. */
static void
test_wide_fan_out_gathers (Fixture *f, gconstpointer gro)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (f->element, "src");
  gboolean together = FALSE;
  g_object_set (f->element, "gather-us", 20000, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, pretend_wide_fan_out, f->loop, NULL);
  for (guint attempt = 0; attempt < 20 && !together; attempt++)
    {
      g_atomic_int_set (&n_busy_passes, 6);
      while (g_atomic_int_get (&n_busy_passes) > 0)
        {
          g_assert_cmpint (send (f->peer, "prime", 5, 0), ==, 5);
          gst_buffer_unref (pull_traffic (f));
        }
      together = come_together (f);
    }
  g_assert_true (together);
}

/* --- the receiver alone ---------------------------------------------------------------------- */

typedef struct
{
  int fd, peers[2]; /* each datagram can be peeked at once */
  ParlorUdpReceiver *receiver;
  GstBuffer *buffer;
  ParlorBatchMeta *meta;
  GstMapInfo map;
  ParlorLoopCounters counters;
} Bare;

static void
bare_open (Bare *self)
{
  const ParlorUdpSocketConfig config = {.address = "127.0.0.1"};
  g_autoptr (GError) error = NULL;
  const int from = 0;
  *self = (Bare){.fd = parlor_udp_socket_open (&config, &error)};
  g_assert_no_error (error);
  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_PEEK_OFF, &from, sizeof from), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->peers); i++)
    self->peers[i] = net_peer_open (parlor_udp_socket_get_port (self->fd));
  self->receiver = parlor_udp_receiver_new (FALSE);
  self->buffer = gst_buffer_new_allocate (NULL, PARLOR_RECEIVE_BUFFER_BYTES, NULL);
  self->meta = parlor_buffer_add_batch_meta (self->buffer, PARLOR_RECEIVE_CAPACITY);
  g_assert_true (gst_buffer_map (self->buffer, &self->map, GST_MAP_WRITE));
}

static void
bare_close (Bare *self)
{
  gst_buffer_unmap (self->buffer, &self->map);
  gst_buffer_unref (self->buffer);
  parlor_udp_receiver_free (self->receiver);
  close (self->fd);
  for (guint i = 0; i < G_N_ELEMENTS (self->peers); i++)
    close (self->peers[i]);
}

static gint
bare_receive (Bare *self)
{
  self->meta->n_datagrams = 0;
  return parlor_udp_receiver_receive (self->receiver, self->fd, self->map.data, self->meta,
                                      &self->counters);
}

/* A busy machine delivers after send () has returned: this waits until it lies there. */
static void
bare_send (const Bare *self, guint peer, const char *text)
{
  gssize length = (gssize)strlen (text), n;
  gint64 until_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  char peeked[64];
  g_assert_cmpint (send (self->peers[peer], text, (gsize)length, 0), ==, length);
  while ((n = recv (self->fd, peeked, sizeof peeked, MSG_PEEK | MSG_DONTWAIT)) < 0)
    {
      g_assert_cmpint (errno, ==, EAGAIN);
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (100);
    }
  g_assert_cmpmem (peeked, n, text, length);
}

static void
bare_expect (const Bare *self, guint i, guint peer, const char *text)
{
  const ParlorDatagram *datagram = &self->meta->datagrams[i];
  ParlorAddr addr;
  g_assert_cmpmem (self->map.data + datagram->offset, datagram->length, text, strlen (text));
  parlor_addr_from_in6 (&datagram->peer, &addr);
  g_assert_cmpuint (addr.port, ==, net_peer_port (self->peers[peer]));
}

static void
test_rest_is_of_the_same_batch (void)
{
  Bare bare;
  bare_open (&bare);
  for (guint round = 0; round < 3; round++)
    {
      bare_send (&bare, 0, "a frame begins");
      g_assert_cmpint (bare_receive (&bare), ==, 1);
      bare_send (&bare, 1, "somebody else");
      bare_send (&bare, 0, "it ends");
      g_assert_cmpint (parlor_udp_receiver_receive_more (bare.receiver, bare.meta, &bare.counters),
                       ==, 2);
      g_assert_cmpint (parlor_udp_receiver_receive_more (bare.receiver, bare.meta, &bare.counters),
                       ==, 0);
      g_assert_cmpuint (bare.meta->n_datagrams, ==, 3);
      bare_expect (&bare, 0, 0, "a frame begins");
      bare_expect (&bare, 1, 1, "somebody else");
      bare_expect (&bare, 2, 0, "it ends");
    }
  bare_close (&bare);
}

static void
test_rest_has_no_more_slots_than_there_are (void)
{
  Bare bare;
  bare_open (&bare);
  for (guint i = 0; i < PARLOR_RECEIVE_SLOTS + 3; i++)
    bare_send (&bare, i % 2, i % 2 ? "odd" : "even");
  g_assert_cmpint (bare_receive (&bare), ==, PARLOR_RECEIVE_SLOTS);
  g_assert_cmpint (parlor_udp_receiver_receive_more (bare.receiver, bare.meta, &bare.counters), ==,
                   0);
  g_assert_cmpuint (bare.meta->n_datagrams, ==, PARLOR_RECEIVE_SLOTS);
  g_assert_cmpint (bare_receive (&bare), ==, 3);
  for (guint i = 0; i < 3; i++)
    bare_expect (&bare, i, i % 2, i % 2 ? "odd" : "even");
  bare_close (&bare);
}

/* What GStreamer's own sources say before their first buffer. */
static void
test_stream_is_said_first (Fixture *f, gconstpointer gro)
{
  static const GstEventType expected[] = {GST_EVENT_STREAM_START, GST_EVENT_CAPS,
                                          GST_EVENT_SEGMENT};
  parlor_loop_wake (f->loop);
  gst_buffer_unref (gst_harness_pull (f->harness));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      GstEvent *event = gst_harness_pull_event (f->harness);
      g_assert_cmpint (GST_EVENT_TYPE (event), ==, expected[i]);
      gst_event_unref (event);
    }
}

static void
test_is_silent_while_paused (Fixture *f, gconstpointer gro)
{
  guint before;
  GstBuffer *buffer;
  g_assert_cmpint (gst_element_set_state (f->element, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  before = gst_harness_buffers_received (f->harness);
  g_assert_cmpint (send (f->peer, "room", 4, 0), ==, 4);
  parlor_loop_wake (f->loop);
  g_assert_cmpuint (gst_harness_buffers_received (f->harness), ==, before);
  g_assert_cmpint (gst_element_set_state (f->element, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_SUCCESS);
  buffer = pull_traffic (f);
  g_assert_cmpuint (parlor_buffer_get_batch_meta (buffer)->datagrams[0].length, ==, 4);
  gst_buffer_unref (buffer);
}

static void
test_latency_is_none (Fixture *f, gconstpointer gro)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (f->element, "src");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime least;
  gboolean live;
  g_assert_true (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &least, NULL);
  g_assert_true (live);
  g_assert_cmpuint (least, ==, 0);
  gst_query_unref (query);
}

static void
expect_message (GstBus *bus, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, type);
  g_assert_nonnull (message);
  gst_message_unref (message);
}

static void
test_failed_start_is_told (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("parlorudpsrc", NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  gst_element_set_bus (element, bus);
  g_object_set (element, "address", "example.org", NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_FAILURE);
  expect_message (bus, GST_MESSAGE_ERROR);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
}

/* The pad is linked to nothing: a flow that cannot go on is an error, as of any source. */
static void
test_failed_flow_is_told (void)
{
  static const ParlorRouterConfig none;
  ParlorLoop *loop = parlor_loop_new (&none, NULL, NULL, -1);
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("parlorudpsrc", NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  gst_element_set_bus (element, bus);
  g_object_set (element, "loop", loop, "address", "127.0.0.1", NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
  parlor_loop_wake (loop);
  expect_message (bus, GST_MESSAGE_ERROR);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  parlor_loop_unref (loop);
}

static void
test_sink_tells_the_end (void)
{
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make ("parlorudpsink", NULL));
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  g_autoptr (GstBus) bus = gst_bus_new ();
  gst_element_set_bus (sink, bus);
  g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_true (gst_pad_send_event (pad, gst_event_new_stream_start ("end")));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_eos ()));
  expect_message (bus, GST_MESSAGE_EOS);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
}

static void
test_stop_ends_the_wait (Fixture *f, gconstpointer gro)
{
  gint64 begin_us = g_get_monotonic_time ();
  g_assert_cmpint (gst_element_set_state (f->element, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
}

static void
test_taken_port_is_an_error (void)
{
  const ParlorUdpSocketConfig shared = {"127.0.0.1", 0, TRUE, TRUE};
  g_autoptr (GError) error = NULL;
  int fd = parlor_udp_socket_open (&shared, &error);
  guint16 port = parlor_udp_socket_get_port (fd);
  g_assert_no_error (error);
  g_assert_false (parlor_udp_socket_check_free ("127.0.0.1", port, &error));
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "in use"));
  close (fd);
  g_clear_error (&error);
  g_assert_true (parlor_udp_socket_check_free ("127.0.0.1", port, &error));
  g_assert_no_error (error);
}

static void
test_odd_address_is_an_error (void)
{
  const ParlorUdpSocketConfig config = {.address = "example.org"};
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (parlor_udp_socket_open (&config, &error), ==, -1);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
}

#define ADD(name, gro, func)                                                                       \
  g_test_add ("/elements/udpsrc/" name, Fixture, GINT_TO_POINTER (gro), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (parlor_plugin_register_static ());
  ADD ("datagram-comes-with-addresses-and-time", TRUE, test_datagram_comes_with_addresses_and_time);
  ADD ("group-is-one-entry", TRUE, test_group_is_one_entry);
  ADD ("without-gro-each-is-an-entry", FALSE, test_without_gro_each_is_an_entry);
  ADD ("wake-gives-an-empty-batch", TRUE, test_wake_gives_an_empty_batch);
  ADD ("deadline-gives-an-empty-batch", TRUE, test_deadline_gives_an_empty_batch);
  ADD ("wide-fan-out-gathers", FALSE, test_wide_fan_out_gathers);
  ADD ("stop-ends-the-wait", TRUE, test_stop_ends_the_wait);
  ADD ("the-stream-is-said-before-its-first-buffer", TRUE, test_stream_is_said_first);
  ADD ("is-silent-while-paused-and-goes-on", TRUE, test_is_silent_while_paused);
  ADD ("has-no-latency", TRUE, test_latency_is_none);
  g_test_add_func ("/elements/udpsrc/a-failed-start-is-told", test_failed_start_is_told);
  g_test_add_func ("/elements/udpsrc/a-flow-that-cannot-go-on-is-told", test_failed_flow_is_told);
  g_test_add_func ("/elements/udpsink/the-end-of-the-stream-is-told", test_sink_tells_the_end);
  g_test_add_func ("/elements/udpsrc/the-rest-of-a-frame-is-of-the-same-batch",
                   test_rest_is_of_the_same_batch);
  g_test_add_func ("/elements/udpsrc/the-rest-has-no-more-slots-than-there-are",
                   test_rest_has_no_more_slots_than_there_are);
  g_test_add_func ("/elements/udpsrc/taken-port-is-an-error", test_taken_port_is_an_error);
  g_test_add_func ("/elements/udpsrc/odd-address-is-an-error", test_odd_address_is_an_error);
  return g_test_run ();
}
