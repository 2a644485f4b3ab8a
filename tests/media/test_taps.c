/* SPDX-License-Identifier: Apache-2.0 */
/* tap_open and inject_open through the seam, over socket pairs and pipes. */
#include <signal.h>
#include <fcntl.h>
#include <gst/gst.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/plane.h"
#include "recorder.h"
#include "base/error.h"

#define VP8_CAPS "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96"

typedef struct
{
  ParlorMediaPlane *plane;
  ParlorMedia *media;
  ParlorEndpointId id;
  int ours, theirs; /* a socket pair; ours is -1 when the plane has it */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const ParlorMediaPlaneConfig config = {.n_workers = 1};
  const ParlorEndpointSpec spec = {.room = "rm_a", .label = "lin"};
  g_autoptr (GError) error = NULL;
  int pair[2];
  recorder_reset ();
  f->plane = parlor_media_plane_new (&config, &error);
  g_assert_no_error (error);
  f->media = parlor_media_plane_get_media (f->plane);
  f->id = f->media->ops->open (f->media, &spec, &error);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->ours = pair[0];
  f->theirs = pair[1];
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_media_plane_free (f->plane);
  if (f->theirs >= 0)
    close (f->theirs);
}

static void
publish (Fixture *f)
{
  g_autofree char *text = NULL;
  ParlorMediaOffer offer = {.publish = TRUE};
  ParlorMediaAnswer answer;
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_get_contents (SDP_DATA "/obs-whip.sdp", &text, NULL, NULL));
  offer.sdp = text;
  offer.sdp_length = strlen (text);
  g_assert_true (f->media->ops->negotiate (f->media, f->id, &offer, &answer, &error));
  parlor_media_answer_clear (&answer);
}

/* Any command wakes the worker, so that it looks at what the recorder holds for it. */
static void
wake_worker (Fixture *f)
{
  f->media->ops->set_source_open (f->media, f->id, PARLOR_SOURCE_MICROPHONE, FALSE);
  f->media->ops->set_source_open (f->media, f->id, PARLOR_SOURCE_MICROPHONE, TRUE);
}

static void
feed (Fixture *f, ParlorSourceId source, guint n, gsize length)
{
  guint8 rtp[1500] = {0x80};
  for (guint i = 0; i < n; i++)
    {
      rtp[1] = (guint8)i;
      recorder_feed_tap (source, rtp, length);
    }
  wake_worker (f);
}

static void
read_all (int fd, guint8 *bytes, gsize length)
{
  gsize done = 0;
  while (done < length)
    {
      struct pollfd poll_fd = {fd, POLLIN, 0};
      gssize n;
      g_assert_cmpint (poll (&poll_fd, 1, 2000), ==, 1);
      n = read (fd, bytes + done, length - done);
      g_assert_cmpint (n, >, 0);
      done += (gsize)n;
    }
}

/* One frame: its length, and the packet's second byte. */
static guint
read_frame (int fd, guint8 *number)
{
  guint8 bytes[2 + 1500];
  guint length;
  read_all (fd, bytes, 2);
  length = (guint)bytes[0] << 8 | bytes[1];
  g_assert_cmpuint (length, <=, 1500);
  read_all (fd, bytes + 2, length);
  *number = bytes[3];
  return length;
}

static void
expect_end (int fd)
{
  struct pollfd poll_fd = {fd, POLLIN, 0};
  guint8 byte;
  g_assert_cmpint (poll (&poll_fd, 1, 2000), ==, 1);
  g_assert_cmpint (read (fd, &byte, 1), <=, 0);
}

static ParlorSourceId
open_camera_tap (Fixture *f, int fd)
{
  g_autoptr (GError) error = NULL;
  publish (f);
  g_assert_true (f->media->ops->tap_open (f->media, f->id, PARLOR_SOURCE_CAMERA, fd, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 1), ==, 1);
  return recorder_get (RECORD_SET_TAP, 0).id;
}

static void
test_tap_writes_frames (Fixture *f, gconstpointer data)
{
  ParlorSourceId source = open_camera_tap (f, f->ours);
  guint8 number;
  g_assert_cmpuint (recorder_get (RECORD_ADD_SOURCE, 1).id, ==, source);
  feed (f, source, 50, 1200);
  for (guint i = 0; i < 50; i++)
    {
      g_assert_cmpuint (read_frame (f->theirs, &number), ==, 1200);
      g_assert_cmpuint (number, ==, i);
    }
}

static void
test_tap_waits_for_the_source (Fixture *f, gconstpointer data)
{
  guint8 number;
  g_assert_true (f->media->ops->tap_open (f->media, f->id, PARLOR_SOURCE_CAMERA, f->ours, NULL));
  publish (f);
  feed (f, recorder_get (RECORD_SET_TAP, 0).id, 1, 100);
  g_assert_cmpuint (read_frame (f->theirs, &number), ==, 100);
}

static void
test_tap_through_a_pipe (Fixture *f, gconstpointer data)
{
  int pair[2];
  guint8 number;
  g_assert_cmpint (pipe2 (pair, O_CLOEXEC), ==, 0);
  close (f->ours);
  feed (f, open_camera_tap (f, pair[1]), 3, 500);
  g_assert_cmpuint (read_frame (pair[0], &number), ==, 500);
  close (pair[0]);
}

/* Nobody reads: the ring runs over, whole packets are lost, the worker goes on; what is read
 * afterwards is whole frames. */
static void
test_slow_reader_gets_whole_frames (Fixture *f, gconstpointer data)
{
  ParlorSourceId source = open_camera_tap (f, f->ours);
  guint8 number;
  for (guint i = 0; i < 20; i++)
    feed (f, source, 200, 1400);
  publish (f);
  for (guint i = 0; i < 500; i++)
    g_assert_cmpuint (read_frame (f->theirs, &number), ==, 1400);
}

static void
test_closed_reader_ends_the_tap (Fixture *f, gconstpointer data)
{
  ParlorSourceId source = open_camera_tap (f, f->ours);
  struct pollfd poll_fd = {parlor_media_plane_get_fd (f->plane), POLLIN, 0};
  close (f->theirs);
  f->theirs = -1;
  for (guint i = 0; i < 20 && recorder_count (RECORD_SET_TAP) < 2; i++)
    {
      poll (&poll_fd, 1, 200);
      parlor_media_plane_dispatch (f->plane);
    }
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 2), ==, 2);
  g_assert_cmpuint (recorder_get (RECORD_SET_TAP, 1).id, ==, source);
  g_assert_false (recorder_get (RECORD_SET_TAP, 1).open);
}

/* A frame with the time of the next one; then that. */
static guint
read_stamped (int fd)
{
  guint8 number;
  g_assert_cmpuint (read_frame (fd, &number), ==, 20);
  g_assert_cmpuint (number, ==, 204);
  g_assert_cmpuint (read_frame (fd, &number), ==, 600);
  return number;
}

/* The one who read is killed; what he had, and what came while nobody read, goes to the next. */
static void
test_kept_tap_serves_the_next_reader (Fixture *f, gconstpointer data)
{
  const ParlorMediaOps *ops = f->media->ops;
  guint8 number;
  int pair[2];
  publish (f);
  g_assert_true (ops->tap_keep (f->media, f->id, PARLOR_SOURCE_MICROPHONE, f->ours, NULL));
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 1), ==, 1);
  ParlorSourceId source = recorder_get (RECORD_SET_TAP, 0).id;
  feed (f, source, 5, 600);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (read_frame (f->theirs, &number), ==, 600);
      g_assert_cmpuint (number, ==, i);
    }
  close (f->theirs);
  feed (f, source, 3, 600);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->theirs = pair[1];
  g_assert_true (ops->tap_keep (f->media, f->id, PARLOR_SOURCE_MICROPHONE, pair[0], NULL));
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (read_stamped (f->theirs), ==, i);
  ops->tap_drop (f->media, f->id, PARLOR_SOURCE_MICROPHONE);
  ops->tap_drop (f->media, f->id, PARLOR_SOURCE_MICROPHONE);
}

/* What was kept is forgotten. */
static void
test_dropped_tap_keeps_nothing (Fixture *f, gconstpointer data)
{
  const ParlorMediaOps *ops = f->media->ops;
  guint8 number;
  int pair[2];
  publish (f);
  g_assert_true (ops->tap_keep (f->media, f->id, PARLOR_SOURCE_MICROPHONE, f->ours, NULL));
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 1), ==, 1);
  ParlorSourceId source = recorder_get (RECORD_SET_TAP, 0).id;
  feed (f, source, 1, 600);
  read_frame (f->theirs, &number);
  ops->tap_drop (f->media, f->id, PARLOR_SOURCE_MICROPHONE);
  expect_end (f->theirs);
  close (f->theirs);
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 2), ==, 2);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->theirs = pair[1];
  g_assert_true (ops->tap_keep (f->media, f->id, PARLOR_SOURCE_MICROPHONE, pair[0], NULL));
  g_assert_cmpuint (recorder_wait (RECORD_SET_TAP, 3), ==, 3);
  feed (f, source, 1, 700);
  g_assert_cmpuint (read_frame (f->theirs, &number), ==, 700);
}

static void
test_closed_endpoint_closes_the_descriptor (Fixture *f, gconstpointer data)
{
  open_camera_tap (f, f->ours);
  f->media->ops->close (f->media, f->id);
  expect_end (f->theirs);
}

static void
test_refusals_close_the_descriptor (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (f->media->ops->tap_open (f->media, 4711, PARLOR_SOURCE_CAMERA, f->ours, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  expect_end (f->theirs);
}

static void
expect_refusal (Fixture *f, ParlorSourceKind kind, const char *caps, gint code)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (f->media->ops->inject_open (f->media, f->id, kind, caps, dup (f->ours), &error));
  g_assert_error (error, PARLOR_ERROR, code);
}

static void
test_odd_caps_are_refused (Fixture *f, gconstpointer data)
{
  expect_refusal (f, PARLOR_SOURCE_CAMERA, NULL, PARLOR_ERROR_BAD_REQUEST);
  expect_refusal (f, PARLOR_SOURCE_CAMERA, "video/x-vp8", PARLOR_ERROR_BAD_REQUEST);
  expect_refusal (f, PARLOR_SOURCE_MICROPHONE, VP8_CAPS, PARLOR_ERROR_BAD_REQUEST);
  expect_refusal (f, PARLOR_SOURCE_CAMERA,
                  "application/x-rtp,media=video,clock-rate=90000,encoding-name=JPEG,payload=26",
                  PARLOR_ERROR_BAD_REQUEST);
  expect_refusal (f, PARLOR_SOURCE_CAMERA,
                  "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=300",
                  PARLOR_ERROR_BAD_REQUEST);
  expect_refusal (f, PARLOR_SOURCE_NONE, VP8_CAPS, PARLOR_ERROR_BAD_REQUEST);
  publish (f);
  expect_refusal (f, PARLOR_SOURCE_CAMERA, VP8_CAPS, PARLOR_ERROR_CONFLICT);
  close (f->ours);
}

static void
test_inject_reads_frames_torn_anyhow (Fixture *f, gconstpointer data)
{
  static const guint8 stream[] = {0, 12, 0x80, 96, 0,    1,  1, 1, 1, 1, 2, 2, 2, 2, 0, 3, 1,
                                  2, 3,  0,    13, 0x80, 96, 0, 2, 1, 1, 1, 1, 2, 2, 2, 2, 9};
  g_autoptr (GError) error = NULL;
  Record source;
  g_assert_true (f->media->ops->inject_open (f->media, f->id, PARLOR_SOURCE_CAMERA, VP8_CAPS,
                                             f->ours, &error));
  for (gsize i = 0; i < sizeof stream; i++)
    g_assert_cmpint (write (f->theirs, stream + i, 1), ==, 1);
  /* The frame of three bytes is no RTP: dropped. */
  g_assert_cmpuint (recorder_wait (RECORD_INJECT, 2), ==, 2);
  source = recorder_get (RECORD_ADD_SOURCE, 0);
  g_assert_cmpuint (source.source.transport, ==, 0);
  g_assert_cmpuint (parlor_codec_key_codec (source.source.codecs[0].key), ==, PARLOR_CODEC_VP8);
  g_assert_cmpuint (source.source.codecs[0].pt, ==, 96);
  g_assert_cmpuint (recorder_get (RECORD_INJECT, 1).id, ==, source.id);
  g_assert_cmpstr (recorder_get (RECORD_INJECT, 0).text, ==, "806000010101010102020202");
  g_assert_cmpstr (recorder_get (RECORD_INJECT, 1).text, ==, "80600002010101010202020209");
}

/* Who writes into a socket is told that a key frame is wanted, once a wish. */
static void
test_inject_is_asked (Fixture *f, gconstpointer data)
{
  static const guint8 frame[] = {0, 12, 0x80, 96, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2};
  struct pollfd theirs = {f->theirs, POLLIN, 0};
  char said[8];
  g_assert_true (
      f->media->ops->inject_open (f->media, f->id, PARLOR_SOURCE_CAMERA, VP8_CAPS, f->ours, NULL));
  recorder_wish_key_frame ();
  g_assert_cmpint (write (f->theirs, frame, sizeof frame), ==, sizeof frame);
  g_assert_cmpint (poll (&theirs, 1, 30000), ==, 1);
  g_assert_cmpint (read (f->theirs, said, sizeof said), ==, 1);
  g_assert_cmpint (said[0], ==, 'K');
}

static void
test_end_of_file_ends_the_inject (Fixture *f, gconstpointer data)
{
  struct pollfd poll_fd = {parlor_media_plane_get_fd (f->plane), POLLIN, 0};
  g_assert_true (
      f->media->ops->inject_open (f->media, f->id, PARLOR_SOURCE_CAMERA, VP8_CAPS, f->ours, NULL));
  close (f->theirs);
  f->theirs = -1;
  for (guint i = 0; i < 20 && recorder_count (RECORD_REMOVE_SOURCE) < 1; i++)
    {
      poll (&poll_fd, 1, 200);
      parlor_media_plane_dispatch (f->plane);
    }
  g_assert_cmpuint (recorder_get (RECORD_REMOVE_SOURCE, 0).id, ==,
                    recorder_get (RECORD_ADD_SOURCE, 0).id);
}

#define ADD(name, func) g_test_add ("/media/taps/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  /* As the daemon does: a pipe whose reader is gone is an error of write (). */
  signal (SIGPIPE, SIG_IGN);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  ADD ("tap-writes-frames", test_tap_writes_frames);
  ADD ("tap-waits-for-the-source", test_tap_waits_for_the_source);
  ADD ("tap-through-a-pipe", test_tap_through_a_pipe);
  ADD ("slow-reader-gets-whole-frames", test_slow_reader_gets_whole_frames);
  ADD ("closed-reader-ends-the-tap", test_closed_reader_ends_the_tap);
  ADD ("closed-endpoint-closes-the-descriptor", test_closed_endpoint_closes_the_descriptor);
  ADD ("kept-tap-serves-the-next-reader", test_kept_tap_serves_the_next_reader);
  ADD ("dropped-tap-keeps-nothing", test_dropped_tap_keeps_nothing);
  ADD ("refusals-close-the-descriptor", test_refusals_close_the_descriptor);
  ADD ("odd-caps-are-refused", test_odd_caps_are_refused);
  ADD ("inject-reads-frames-torn-anyhow", test_inject_reads_frames_torn_anyhow);
  ADD ("who-injects-is-told-that-a-key-frame-is-wanted", test_inject_is_asked);
  ADD ("end-of-file-ends-the-inject", test_end_of_file_ends_the_inject);
  return g_test_run ();
}
