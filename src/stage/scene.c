/* SPDX-License-Identifier: Apache-2.0 */
/* All who are on stage as one picture and one sound, for players that take one of each. Time is the
 * pipeline's clock: packets count from when they come. A canvas and a silence of its own keep the
 * scene going when nobody sends. */
#include "record/layout.h"
#include "stage/feed.h"
#include "stage/give.h"
#include "stage/parts.h"
#include "stage/squeeze.h"
#include "stage/stage.h"

#include <gst/app/gstappsrc.h>
#include <poll.h>
#include <stdlib.h>

#define WIDTH 1280
#define HEIGHT 720
#define FPS 25
#define POLL_MS 100
#define REPORT_US G_USEC_PER_SEC
#define VIDEO_OUT 3
#define AUDIO_OUT 4
#define FIRST_IN 5
#define MAX_INPUTS PARLOR_STAGE_INPUTS_MAX

typedef struct _Scene Scene;

typedef struct
{
  Scene *scene;
  const ParlorStageInput *spec;
  guint number;
  ParlorRect place;      /* of a picture */
  ParlorStageFeed *feed; /* NULL: it has ended */
  GstElement *source;    /* NULL: nothing has come yet */
  ParlorCodec codec;
} Input;

struct _Scene
{
  GstElement *pipeline, *compositor, *mixer;
  Input inputs[MAX_INPUTS];
  guint n;
  ParlorStageGive *video, *audio;
  ParlorStageSqueeze *squeeze;
  gint64 reported_us;
};

/* ---- one input ------------------------------------------------------------------------------ */

static char *
describe (const Input *self, ParlorCodec codec)
{
  if (codec == PARLOR_CODEC_OPUS)
    return g_strdup ("rtpjitterbuffer latency=60 ! rtpopusdepay ! opusdec ! audioconvert ! "
                     "audioresample ! audio/x-raw,rate=48000,channels=2 ! queue leaky=downstream "
                     "max-size-buffers=0 max-size-bytes=0 max-size-time=500000000");
  return g_strdup_printf (
      "rtpjitterbuffer latency=60 ! %s ! queue leaky=downstream max-size-buffers=2 "
      "max-size-bytes=0 max-size-time=0 ! videoscale n-threads=1 ! videoconvert n-threads=1 ! "
      "capsfilter caps=video/x-raw,format=I420,width=%u,height=%u,pixel-aspect-ratio=1/1",
      parlor_stage_decoder (codec), self->place.width, self->place.height);
}

/* At the mixer or the compositor; the branch runs from here on. */
static void
join (Input *self, GstElement *branch, gboolean is_sound)
{
  GstElement *to = is_sound ? self->scene->mixer : self->scene->compositor;
  g_autoptr (GstPad) from = gst_element_get_static_pad (branch, "src");
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (to, "sink_%u");
  gst_bin_add_many (GST_BIN (self->scene->pipeline), self->source, branch, NULL);
  if (!is_sound)
    g_object_set (pad, "xpos", (int)self->place.x, "ypos", (int)self->place.y, "zorder",
                  self->number + 1, NULL);
  gst_element_link (self->source, branch);
  gst_pad_link (from, pad);
  gst_element_sync_state_with_parent (branch);
  gst_element_sync_state_with_parent (self->source);
}

/* What it brings is known with its first packet. */
static void
begin (Input *self, ParlorCodec codec, guint8 pt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = parlor_stage_caps (codec, pt);
  gboolean is_sound = codec == PARLOR_CODEC_OPUS;
  self->codec = codec;
  if (is_sound != (self->spec->kind == PARLOR_STAGE_SOUND)
      || (!is_sound && parlor_stage_decoder (codec) == NULL))
    return;
  g_autofree char *text = describe (self, codec);
  GstElement *branch = gst_parse_bin_from_description (text, TRUE, &error);
  if (branch == NULL)
    {
      parlor_stage_fail (error->message);
      return;
    }
  self->source = gst_element_factory_make ("appsrc", NULL);
  g_object_set (self->source, "is-live", TRUE, "format", GST_FORMAT_TIME, "do-timestamp", TRUE,
                "caps", caps, "max-bytes", (guint64)4000000, NULL);
  gst_util_set_object_arg (G_OBJECT (self->source), "leaky-type", "downstream");
  join (self, branch, is_sound);
}

static void
on_packet (guint8 *packet, gsize length, ParlorCodec codec, gint64 time_ns, gboolean lost,
           gpointer user_data)
{
  Input *self = user_data;
  if (self->codec == PARLOR_CODEC_NONE)
    begin (self, codec, packet[1] & 0x7f);
  if (self->source == NULL || codec != self->codec)
    return;
  if (lost && parlor_codec_is_video (codec))
    parlor_stage_feed_want_key_frame (self->feed, g_get_monotonic_time ());
  gst_app_src_push_buffer (GST_APP_SRC (self->source), gst_buffer_new_memdup (packet, length));
}

/* ---- beginning ------------------------------------------------------------------------------ */

/* A shared screen with people beside it, else a grid. */
static void
lay_out (Scene *self)
{
  ParlorRect places[PARLOR_LAYOUT_TILES_MAX];
  guint screens = 0, cameras = 0, k = 0;
  for (guint i = 0; i < self->n; i++)
    {
      screens += self->inputs[i].spec->kind == PARLOR_STAGE_SCREEN_PICTURE;
      cameras += self->inputs[i].spec->kind == PARLOR_STAGE_CAMERA;
    }
  if (screens > 0)
    parlor_layout_beside (WIDTH, HEIGHT, cameras, places);
  else if (cameras > 0)
    parlor_layout_grid (WIDTH, HEIGHT, cameras, places);
  k = screens > 0 ? 1 : 0;
  for (guint i = 0; i < self->n; i++)
    if (self->inputs[i].spec->kind == PARLOR_STAGE_SCREEN_PICTURE)
      self->inputs[i].place = places[0];
    else if (self->inputs[i].spec->kind == PARLOR_STAGE_CAMERA && k < G_N_ELEMENTS (places))
      self->inputs[i].place = places[k++];
}

static void
open_inputs (Scene *self, const ParlorStageSceneSpec *spec)
{
  self->n = MIN (spec->n_inputs, MAX_INPUTS);
  for (guint i = 0; i < self->n; i++)
    {
      Input *input = &self->inputs[i];
      ParlorStageFeedOps ops = {on_packet, NULL, input};
      *input = (Input){.scene = self, .spec = &spec->inputs[i], .number = i};
      input->feed = parlor_stage_feed_new (FIRST_IN + (int)i, &spec->inputs[i].formats, &ops);
      if (spec->inputs[i].kind != PARLOR_STAGE_SOUND)
        parlor_stage_feed_want_key_frame (input->feed, g_get_monotonic_time ());
    }
  lay_out (self);
}

static gboolean
make_pipeline (Scene *self, guint cap_percent)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
      "videotestsrc is-live=true pattern=black ! video/x-raw,format=I420,width=%u,height=%u,"
      "framerate=%u/1,pixel-aspect-ratio=1/1 ! "
      "compositor name=compositor background=black max-threads=1 latency=150000000 ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! " PARLOR_STAGE_ENCODER
      "audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! "
      "audio/x-raw,rate=48000,channels=2 ! audiomixer name=mixer latency=150000000 "
      "output-buffer-duration=20000000 ! opusenc bitrate=64000 ! rtpopuspay pt=%u "
      "timestamp-offset=0 ! appsink name=sound sync=false max-buffers=200",
      WIDTH, HEIGHT, FPS, WIDTH, HEIGHT, FPS, PARLOR_STAGE_OPUS_PT);
  self->pipeline = gst_parse_launch (text, &error);
  if (self->pipeline == NULL)
    return parlor_stage_fail (error->message) == EXIT_SUCCESS;
  self->compositor = parlor_stage_find (self->pipeline, "compositor");
  self->mixer = parlor_stage_find (self->pipeline, "mixer");
  self->squeeze = parlor_stage_squeeze_new (self->pipeline, cap_percent);
  self->video = parlor_stage_give_new (VIDEO_OUT, parlor_stage_find (self->pipeline, "out"));
  self->audio = parlor_stage_give_new (AUDIO_OUT, parlor_stage_find (self->pipeline, "sound"));
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), gst_system_clock_obtain ());
  return gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

/* ---- running -------------------------------------------------------------------------------- */

/* Both run on CLOCK_MONOTONIC, as the daemon does. -1 = nothing has come out. */
static gint64
clock_us (const Scene *self, gint64 time_ns)
{
  return time_ns < 0 ? -1 : (time_ns + (gint64)gst_element_get_base_time (self->pipeline)) / 1000;
}

static void
report (const Scene *self, ParlorStageGive *give, guint hz)
{
  gint64 time_ns = parlor_stage_give_time_ns (give);
  if (time_ns >= 0)
    parlor_stage_give_report (give, clock_us (self, time_ns),
                              (guint32)gst_util_uint64_scale ((guint64)time_ns, hz, GST_SECOND));
}

static void
look (Scene *self, gint64 now_us)
{
  gint64 out_us = clock_us (self, parlor_stage_give_time_ns (self->video));
  parlor_stage_squeeze_look (self->squeeze, out_us < 0 ? 0 : MAX (0, now_us - out_us - 250000),
                             now_us);
  if (now_us - self->reported_us < REPORT_US)
    return;
  self->reported_us = now_us;
  report (self, self->video, 90000);
  report (self, self->audio, 48000);
}

static gint64
next_us (const Scene *self, gint64 now_us)
{
  gint64 next_us = now_us + POLL_MS * 1000;
  for (guint i = 0; i < self->n; i++)
    if (self->inputs[i].feed != NULL)
      next_us = MIN (next_us, parlor_stage_feed_next_us (self->inputs[i].feed));
  return next_us;
}

/* One who has gone leaves his last picture; the daemon starts another scene. */
static void
read_inputs (Scene *self, gint64 now_us)
{
  for (guint i = 0; i < self->n; i++)
    {
      Input *input = &self->inputs[i];
      if (input->feed != NULL && !parlor_stage_feed_read (input->feed, now_us))
        g_clear_pointer (&input->feed, parlor_stage_feed_free);
    }
}

/* FALSE: it is over. */
static gboolean
turn (Scene *self)
{
  struct pollfd fds[2 + MAX_INPUTS] = {{VIDEO_OUT, POLLIN, 0}, {AUDIO_OUT, POLLIN, 0}};
  gint64 now_us = g_get_monotonic_time ();
  for (guint i = 0; i < self->n; i++)
    fds[2 + i] = (struct pollfd){self->inputs[i].feed != NULL ? FIRST_IN + (int)i : -1, POLLIN, 0};
  gint64 wait_us = CLAMP (next_us (self, now_us) - now_us, 0, POLL_MS * 1000);
  if (poll (fds, 2 + self->n, (int)((wait_us + 999) / 1000)) < 0)
    return TRUE;
  now_us = g_get_monotonic_time ();
  read_inputs (self, now_us);
  if ((fds[0].revents != 0 && !parlor_stage_give_read (self->video))
      || (fds[1].revents != 0 && !parlor_stage_give_read (self->audio))
      || parlor_stage_has_failed (self->pipeline))
    return FALSE;
  look (self, now_us);
  return TRUE;
}

int
parlor_stage_run_scene (const ParlorStageSceneSpec *spec)
{
  static Scene self;
  if (!make_pipeline (&self, spec->cap_percent))
    return EXIT_FAILURE;
  open_inputs (&self, spec);
  while (turn (&self))
    ;
  return EXIT_SUCCESS;
}
