/* SPDX-License-Identifier: Apache-2.0 */
/* Second encodings through the seam: who gets which, and what becomes of it when one side goes. */
#include <gst/gst.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/plane.h"
#include "recorder.h"
#include "base/error.h"

#define VP8_CAPS "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96"
#define VIDEO_SLOT 1
#define MAX_MISFITS 4

typedef struct
{
  ParlorMediaPlane *plane;
  ParlorMedia *media;
  ParlorEndpointId obs, firefox, chromium;
  Record camera; /* as the worker was told of it */
  guint n_events;
  guint n_misfits;
  ParlorMisfit misfits[MAX_MISFITS];
} Fixture;

static void
on_event (const ParlorMediaEvent *event, gpointer user_data)
{
  ((Fixture *)user_data)->n_events++;
}

static ParlorEndpointId
open_with (Fixture *f, const char *sample, gboolean publish)
{
  const ParlorEndpointSpec spec = {.room = "rm_a", .label = "x"};
  g_autofree char *path = g_strdup_printf ("%s/%s.sdp", SDP_DATA, sample);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer;
  ParlorEndpointId id = f->media->ops->open (f->media, &spec, &error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  ParlorMediaOffer offer = {
      .sdp = text, .sdp_length = strlen (text), .publish = publish, .subscribe = !publish};
  f->media->ops->negotiate (f->media, id, &offer, &answer, &error);
  g_assert_no_error (error);
  parlor_media_answer_clear (&answer);
  return id;
}

/* The source of pictures that the worker was told of last. */
static Record
find_camera (guint from)
{
  guint n = recorder_wait (RECORD_ADD_SOURCE, from + 1);
  for (guint i = n; i-- > from;)
    if (!recorder_get (RECORD_ADD_SOURCE, (gint)i).source.audio)
      return recorder_get (RECORD_ADD_SOURCE, (gint)i);
  g_assert_not_reached ();
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const ParlorMediaPlaneConfig config = {.n_workers = 1};
  g_autoptr (GError) error = NULL;
  recorder_reset ();
  *f = (Fixture){0};
  f->plane = parlor_media_plane_new (&config, &error);
  g_assert_no_error (error);
  f->media = parlor_media_plane_get_media (f->plane);
  f->media->ops->set_event_func (f->media, on_event, f);
  f->obs = open_with (f, "obs-whip", TRUE);
  f->firefox = open_with (f, "firefox-recvonly", FALSE);
  f->chromium = open_with (f, "chromium-recvonly", FALSE);
  recorder_wait (RECORD_ADD_SOURCE, 2);
  f->camera = find_camera (0);
  ParlorSourceRef camera = {f->obs, PARLOR_SOURCE_CAMERA};
  f->media->ops->select (f->media, f->firefox, VIDEO_SLOT, camera, 0);
  f->media->ops->select (f->media, f->chromium, VIDEO_SLOT, camera, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_media_plane_free (f->plane);
}

static void
dispatch (Fixture *f)
{
  struct pollfd fd = {parlor_media_plane_get_fd (f->plane), POLLIN, 0};
  /* Any command wakes the worker. */
  f->media->ops->set_source_open (f->media, f->obs, PARLOR_SOURCE_MICROPHONE, FALSE);
  f->media->ops->set_source_open (f->media, f->obs, PARLOR_SOURCE_MICROPHONE, TRUE);
  poll (&fd, 1, 100);
  parlor_media_plane_dispatch (f->plane);
}

/* Packets of H.264 arrive. */
static void
become_active (Fixture *f)
{
  recorder_say (&(ParlorRouterEvent){.type = PARLOR_ROUTER_SOURCE_ACTIVE,
                                     .source = f->camera.id,
                                     .codec = PARLOR_CODEC_H264,
                                     .codec_key = f->camera.source.codecs[0].key});
  for (guint i = 0; i < 300 && f->n_events == 0; i++)
    dispatch (f);
  g_assert_cmpuint (f->n_events, ==, 1);
}

static void
add_misfit (const ParlorMisfit *misfit, gpointer user_data)
{
  Fixture *f = user_data;
  g_assert_cmpuint (f->n_misfits, <, MAX_MISFITS);
  f->misfits[f->n_misfits++] = *misfit;
}

static guint
count_misfits (Fixture *f)
{
  f->n_misfits = 0;
  f->media->ops->each_misfit (f->media, add_misfit, f);
  return f->n_misfits;
}

/* What was last selected for a transport's slot. */
static guint64
shown_by (guint64 transport)
{
  guint64 shown = 0;
  for (guint i = 0; i < recorder_count (RECORD_SELECT); i++)
    {
      Record record = recorder_get (RECORD_SELECT, (gint)i);
      if (record.id == transport && record.slot == VIDEO_SLOT)
        shown = record.other;
    }
  return shown;
}

static guint64
transport_of (guint n)
{
  recorder_wait (RECORD_ADD_TRANSPORT, n + 1);
  return recorder_get (RECORD_ADD_TRANSPORT, (gint)n).id;
}

static void
wait_until_shown (Fixture *f, guint64 transport, guint64 source)
{
  for (guint i = 0; i < 300 && shown_by (transport) != source; i++)
    dispatch (f);
  g_assert_cmpuint (shown_by (transport), ==, source);
}

/* The other side's end. */
static int
open_second (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  int pair[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->media->ops->second_open (f->media, f->obs, PARLOR_SOURCE_CAMERA, VP8_CAPS, pair[0], &error);
  g_assert_no_error (error);
  return pair[1];
}

static void
test_who_cannot_decode_is_named (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (count_misfits (f), ==, 0);
  become_active (f);
  g_assert_cmpuint (count_misfits (f), ==, 1);
  g_assert_cmpuint (f->misfits[0].receiver, ==, f->firefox);
  g_assert_cmpuint (f->misfits[0].slot, ==, VIDEO_SLOT);
  g_assert_cmpuint (f->misfits[0].source.endpoint, ==, f->obs);
  g_assert_cmpstr (f->misfits[0].codec, ==, "h264");
  g_assert_true (f->misfits[0].takes_vp8);
  g_assert_false (f->misfits[0].is_helped);
}

static void
test_a_receiver_is_judged_before_it_looks (Fixture *f, gconstpointer data)
{
  ParlorSourceRef camera = {f->obs, PARLOR_SOURCE_CAMERA};
  gboolean takes_vp8 = FALSE;
  g_assert_true (f->media->ops->decodes (f->media, f->firefox, camera, &takes_vp8));
  become_active (f);
  g_assert_false (f->media->ops->decodes (f->media, f->firefox, camera, &takes_vp8));
  g_assert_true (takes_vp8);
  g_assert_true (f->media->ops->decodes (f->media, f->chromium, camera, &takes_vp8));
}

static void
test_only_who_needs_it_gets_the_second (Fixture *f, gconstpointer data)
{
  become_active (f);
  guint before = recorder_count (RECORD_ADD_SOURCE);
  int theirs = open_second (f);
  Record second = find_camera (before);
  g_assert_cmpuint (second.source.n_codecs, ==, 1);
  wait_until_shown (f, transport_of (1), second.id);
  g_assert_cmpuint (shown_by (transport_of (2)), ==, f->camera.id);
  g_assert_cmpuint (count_misfits (f), ==, 1);
  g_assert_true (f->misfits[0].is_helped);
  close (theirs);
}

static void
test_its_events_are_nobodys (Fixture *f, gconstpointer data)
{
  become_active (f);
  guint before = recorder_count (RECORD_ADD_SOURCE);
  int theirs = open_second (f);
  Record second = find_camera (before);
  recorder_say (&(ParlorRouterEvent){.type = PARLOR_ROUTER_SOURCE_ACTIVE,
                                     .source = second.id,
                                     .codec = PARLOR_CODEC_VP8,
                                     .codec_key = second.source.codecs[0].key});
  recorder_say (&(ParlorRouterEvent){.type = PARLOR_ROUTER_SOURCE_IDLE, .source = f->camera.id});
  for (guint i = 0; i < 300 && f->n_events < 2; i++)
    dispatch (f);
  g_assert_cmpuint (f->n_events, ==, 2);
  g_assert_cmpuint (count_misfits (f), ==, 1);
  close (theirs);
}

static void
test_there_is_one (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int pair[2];
  int theirs = open_second (f);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_false (f->media->ops->second_open (f->media, f->obs, PARLOR_SOURCE_CAMERA, VP8_CAPS,
                                              pair[0], &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  close (pair[1]);
  close (theirs);
}

static void
test_sound_has_none (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int pair[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_false (f->media->ops->second_open (f->media, f->obs, PARLOR_SOURCE_MICROPHONE, VP8_CAPS,
                                              pair[0], &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  close (pair[1]);
}

/* Whoever made it has died: the slot has the first one again, and another maker may come. */
static void
test_a_dead_maker_makes_room (Fixture *f, gconstpointer data)
{
  become_active (f);
  guint before = recorder_count (RECORD_ADD_SOURCE);
  int theirs = open_second (f);
  Record second = find_camera (before);
  wait_until_shown (f, transport_of (1), second.id);
  close (theirs);
  wait_until_shown (f, transport_of (1), f->camera.id);
  g_assert_false ((count_misfits (f), f->misfits[0].is_helped));
  theirs = open_second (f);
  close (theirs);
}

static void
test_it_ends_with_its_source (Fixture *f, gconstpointer data)
{
  char byte;
  become_active (f);
  int theirs = open_second (f);
  f->media->ops->close (f->media, f->obs);
  g_assert_cmpuint (count_misfits (f), ==, 0);
  g_assert_cmpint (read (theirs, &byte, 1), <=, 0);
  close (theirs);
}

static void
test_one_who_leaves_is_no_misfit (Fixture *f, gconstpointer data)
{
  become_active (f);
  g_assert_cmpuint (count_misfits (f), ==, 1);
  f->media->ops->close (f->media, f->firefox);
  g_assert_cmpuint (count_misfits (f), ==, 0);
}

static void
tell_going_back (Fixture *f, ParlorSourceId source)
{
  guint n = f->n_events;
  recorder_say (&(ParlorRouterEvent){
      .type = PARLOR_ROUTER_QUALITY, .transport = transport_of (0), .source = source});
  for (guint i = 0; i < 300 && f->n_events == n; i++)
    dispatch (f);
  g_assert_cmpuint (f->n_events, >, n);
}

/* B-frames that cannot be left out: who decodes H.264 gets the second encoding too, and without
   one, or when they are gone, the first. */
static void
test_what_goes_back_is_made_anew (Fixture *f, gconstpointer data)
{
  become_active (f);
  tell_going_back (f, f->camera.id);
  g_assert_cmpuint (count_misfits (f), ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (f->misfits[i].jerks, ==, f->misfits[i].receiver == f->chromium);
  g_assert_cmpuint (shown_by (transport_of (2)), ==, f->camera.id);
  guint before = recorder_count (RECORD_ADD_SOURCE);
  int theirs = open_second (f);
  Record second = find_camera (before);
  wait_until_shown (f, transport_of (2), second.id);
  tell_going_back (f, 0);
  wait_until_shown (f, transport_of (2), f->camera.id);
  g_assert_cmpuint (count_misfits (f), ==, 1);
  g_assert_true (f->misfits[0].receiver == f->firefox && !f->misfits[0].jerks);
  close (theirs);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/media/second/who-cannot-decode-is-named", test_who_cannot_decode_is_named);
  ADD ("/media/second/a-receiver-is-judged-before-it-looks",
       test_a_receiver_is_judged_before_it_looks);
  ADD ("/media/second/only-who-needs-it-gets-the-second", test_only_who_needs_it_gets_the_second);
  ADD ("/media/second/its-events-are-nobodys", test_its_events_are_nobodys);
  ADD ("/media/second/there-is-one", test_there_is_one);
  ADD ("/media/second/sound-has-none", test_sound_has_none);
  ADD ("/media/second/a-dead-maker-makes-room", test_a_dead_maker_makes_room);
  ADD ("/media/second/it-ends-with-its-source", test_it_ends_with_its_source);
  ADD ("/media/second/what-goes-back-is-made-anew", test_what_goes_back_is_made_anew);
  ADD ("/media/second/one-who-leaves-is-no-misfit", test_one_who_leaves_is_no_misfit);
  return g_test_run ();
}
