/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mixdown.h"

#include "record/safe.h"
#include "record/tile.h"
#include "record/voice.h"

#include <errno.h>

#define TILE_CAPS                                                                                  \
  "video/x-raw,format=" PARLOR_TILE_FORMAT ",colorimetry=" PARLOR_TILE_COLORIMETRY                 \
  ",chroma-site=mpeg2,pixel-aspect-ratio=1/1,interlace-mode=progressive,width=%u,height=%u,"       \
  "framerate=%u/1"
#define SOUND_CAPS                                                                                 \
  "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3"
/* Sound is ready before its picture; what waits for the other is small. */
#define QUEUE "queue max-size-buffers=0 max-size-bytes=0 max-size-time=20000000000"
/* What an unused tile of the compositor gets. */
#define DUMMY_SIDE 16
#define WAIT_US (100 * 1000)
#define KEY_FRAME_S 5

typedef struct
{
  GstPad *pad; /* ours, owned */
  guint width, height;
  gboolean is_used;
} Input;

struct _ParlorMixdown
{
  ParlorMixdownSpec spec;
  guint samples; /* of a tick */
  GstElement *pipeline;
  GstElement *compositor; /* NULL = sound alone; owned, as the next */
  GstElement *mixer;
  GstBus *bus;
  Input tiles[PARLOR_LAYOUT_TILES_MAX];
  guint n_tiles; /* inputs of the compositor */
  guint n_shown; /* tiles of the scene */
  Input *voices;
  guint n_voices;
  GstBuffer *dummy, *silence;
  guint64 ticks; /* that were given */
  GstPad *out;   /* ours, what the muxer says; owned */
  /* Between the encoder and the muxer, ours; owned; NULL = sound alone. */
  GstPad *from_encoder, *to_muxer;
  ParlorSafeFile *file;
  guint64 at; /* where the muxer writes next */

  GMutex lock; /* of what follows */
  GCond composed_cond;
  guint64 composed;
  gboolean is_whole; /* the muxer said its last */
  int why;           /* errno of what could not be written */
};

/* ---- the file ------------------------------------------------------------------------------- */

static GstFlowReturn
on_muxed (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorMixdown *self = gst_pad_get_element_private (pad);
  GstMapInfo map;
  gboolean ok = gst_buffer_map (buffer, &map, GST_MAP_READ);
  if (ok)
    {
      ok = parlor_safe_write (self->file, self->at, map.data, map.size);
      self->at += map.size;
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  if (ok)
    return GST_FLOW_OK;
  g_mutex_lock (&self->lock);
  self->why = errno != 0 ? errno : EIO;
  g_mutex_unlock (&self->lock);
  return GST_FLOW_ERROR;
}

/* The muxer goes back to write cues, duration and sizes where it left room. */
static gboolean
on_muxed_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  ParlorMixdown *self = gst_pad_get_element_private (pad);
  const GstSegment *segment = NULL;
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    gst_event_parse_segment (event, &segment);
  if (segment != NULL && segment->format == GST_FORMAT_BYTES)
    self->at = segment->start;
  g_mutex_lock (&self->lock);
  self->is_whole = self->is_whole || GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  g_cond_signal (&self->composed_cond);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
on_muxed_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstFormat format;
  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);
  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, format == GST_FORMAT_BYTES, 0, -1);
  return format == GST_FORMAT_BYTES;
}

static gboolean
open_file (ParlorMixdown *self, GError **error)
{
  g_autoptr (GstElement) mux = gst_bin_get_by_name (GST_BIN (self->pipeline), "mux");
  g_autoptr (GstPad) from = gst_element_get_static_pad (mux, "src");
  self->file = parlor_safe_create (self->spec.path, self->spec.vault_key, error);
  if (self->file == NULL)
    return FALSE;
  self->out = parlor_chain_sink ("file");
  gst_pad_set_element_private (self->out, self);
  gst_pad_set_chain_function (self->out, on_muxed);
  gst_pad_set_event_function (self->out, on_muxed_event);
  gst_pad_set_query_function (self->out, on_muxed_query);
  return gst_pad_set_active (self->out, TRUE) && gst_pad_link (from, self->out) == GST_PAD_LINK_OK;
}

/* ---- what is encoded ------------------------------------------------------------------------ */

static GstClockTime
time_of (const ParlorMixdown *self, guint64 tick)
{
  return gst_util_uint64_scale (tick, GST_SECOND, self->spec.fps);
}

/* The encoder begins at 0, behind what was encoded before. */
static GstFlowReturn
on_encoded (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorMixdown *self = gst_pad_get_element_private (pad);
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) += time_of (self, self->spec.coded);
  if (GST_BUFFER_DTS_IS_VALID (buffer))
    GST_BUFFER_DTS (buffer) += time_of (self, self->spec.coded);
  return gst_pad_push (self->to_muxer, buffer);
}

/* What was said for the coded ones is not said again: a muxer takes no other caps. */
static gboolean
on_encoded_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  ParlorMixdown *self = gst_pad_get_element_private (pad);
  gboolean is_said = self->spec.coded > 0
                     && (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START
                         || GST_EVENT_TYPE (event) == GST_EVENT_CAPS
                         || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT);
  if (!is_said)
    return gst_pad_push_event (self->to_muxer, event);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
link_encoder (ParlorMixdown *self)
{
  g_autoptr (GstElement) encoder = gst_bin_get_by_name (GST_BIN (self->pipeline), "encoder");
  g_autoptr (GstElement) coded = gst_bin_get_by_name (GST_BIN (self->pipeline), "coded");
  if (encoder == NULL)
    return TRUE;
  g_autoptr (GstPad) from = gst_element_get_static_pad (encoder, "src");
  g_autoptr (GstPad) to = gst_element_get_static_pad (coded, "sink");
  self->from_encoder = parlor_chain_sink ("encoded");
  self->to_muxer = gst_object_ref_sink (gst_pad_new ("coded", GST_PAD_SRC));
  gst_pad_set_element_private (self->from_encoder, self);
  gst_pad_set_chain_function (self->from_encoder, on_encoded);
  gst_pad_set_event_function (self->from_encoder, on_encoded_event);
  return gst_pad_set_active (self->from_encoder, TRUE) && gst_pad_set_active (self->to_muxer, TRUE)
         && gst_pad_link (from, self->from_encoder) == GST_PAD_LINK_OK
         && gst_pad_link (self->to_muxer, to) == GST_PAD_LINK_OK;
}

static gboolean
begin_coded (ParlorMixdown *self)
{
  GstSegment segment;
  if (self->spec.coded == 0 || self->to_muxer == NULL)
    return TRUE;
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-vp8", "width", G_TYPE_INT, (gint)self->spec.width, "height", G_TYPE_INT,
      (gint)self->spec.height, "framerate", GST_TYPE_FRACTION, (gint)self->spec.fps, 1,
      "colorimetry", G_TYPE_STRING, PARLOR_TILE_COLORIMETRY, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (self->to_muxer, gst_event_new_stream_start ("coded"))
         && gst_pad_push_event (self->to_muxer, gst_event_new_caps (caps))
         && gst_pad_push_event (self->to_muxer, gst_event_new_segment (&segment));
}

/* ---- the pipeline --------------------------------------------------------------------------- */

/* Bits that keep small print readable: 2.5 Mb/s at 1,280 × 720, more or less with the area. */
static guint
bitrate_of (const ParlorMixdownSpec *spec)
{
  return (guint)CLAMP ((guint64)spec->width * spec->height * 27 / 10, 300000, 8000000);
}

/* A negative speed is fixed: the encoder's own choice of it looks at the clock of a live call. */
static char *
describe (const ParlorMixdownSpec *spec)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text,
                          "webmmux name=mux streamable=false writing-app=parlor "
                          "audiomixer name=mixer output-buffer-duration=20000000 ! " SOUND_CAPS
                          " ! opusenc bitrate=96000 ! " QUEUE " ! mux. ");
  if (spec->width > 0)
    g_string_append_printf (text,
                            "compositor name=compositor background=black max-threads=1 ! " TILE_CAPS
                            " ! vp8enc name=encoder deadline=1 cpu-used=-10 threads=1 "
                            "end-usage=vbr target-bitrate=%u min-quantizer=2 max-quantizer=52 "
                            "keyframe-max-dist=%u lag-in-frames=0 " QUEUE " name=coded ! mux. ",
                            spec->width, spec->height, spec->fps, bitrate_of (spec),
                            spec->fps * KEY_FRAME_S);
  return g_string_free (text, FALSE);
}

static GstPadProbeReturn
on_composed (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  ParlorMixdown *self = user_data;
  g_mutex_lock (&self->lock);
  self->composed++;
  g_cond_signal (&self->composed_cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
set_size (Input *input, guint width, guint height, guint fps)
{
  if (input->width == width && input->height == height)
    return TRUE;
  g_autofree char *text = g_strdup_printf (TILE_CAPS, width, height, fps);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  input->width = width;
  input->height = height;
  return gst_pad_push_event (input->pad, gst_event_new_caps (caps));
}

static gboolean
open_input (Input *input, GstElement *element, const char *name)
{
  g_autoptr (GstPad) sink = gst_element_request_pad_simple (element, "sink_%u");
  input->pad = gst_object_ref_sink (gst_pad_new (name, GST_PAD_SRC));
  return sink != NULL && gst_pad_link (input->pad, sink) == GST_PAD_LINK_OK
         && gst_pad_set_active (input->pad, TRUE)
         && gst_pad_push_event (input->pad, gst_event_new_stream_start (name));
}

static gboolean
begin_input (Input *input)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (input->pad, gst_event_new_segment (&segment));
}

static gboolean
open_voices (ParlorMixdown *self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (SOUND_CAPS);
  for (guint i = 0; i < self->n_voices; i++)
    {
      g_autofree char *name = g_strdup_printf ("voice_%u", i);
      Input *input = &self->voices[i];
      if (!open_input (input, self->mixer, name)
          || !gst_pad_push_event (input->pad, gst_event_new_caps (caps)) || !begin_input (input))
        return FALSE;
    }
  return TRUE;
}

static gboolean
open_tiles (ParlorMixdown *self)
{
  g_autoptr (GstPad)
      out = self->compositor != NULL ? gst_element_get_static_pad (self->compositor, "src") : NULL;
  for (guint i = 0; i < self->n_tiles; i++)
    {
      g_autofree char *name = g_strdup_printf ("tile_%u", i);
      Input *input = &self->tiles[i];
      if (!open_input (input, self->compositor, name)
          || !set_size (input, DUMMY_SIDE, DUMMY_SIDE, self->spec.fps) || !begin_input (input))
        return FALSE;
    }
  if (out != NULL)
    gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, on_composed, self, NULL);
  return TRUE;
}

static void
make_constants (ParlorMixdown *self)
{
  gsize sound = (gsize)self->samples * PARLOR_VOICE_CHANNELS * sizeof (gint16);
  self->dummy = gst_buffer_new_allocate (NULL, DUMMY_SIDE * DUMMY_SIDE * 3 / 2, NULL);
  gst_buffer_memset (self->dummy, 0, 16, DUMMY_SIDE * DUMMY_SIDE);
  gst_buffer_memset (self->dummy, DUMMY_SIDE * DUMMY_SIDE, 128, DUMMY_SIDE * DUMMY_SIDE / 2);
  self->silence = gst_buffer_new_allocate (NULL, sound, NULL);
  gst_buffer_memset (self->silence, 0, 0, sound);
  GST_BUFFER_FLAG_SET (self->silence, GST_BUFFER_FLAG_GAP);
}

ParlorMixdown *
parlor_mixdown_new (const ParlorMixdownSpec *spec, GError **error)
{
  g_autofree char *text = describe (spec);
  g_autoptr (ParlorMixdown) self = g_new0 (ParlorMixdown, 1);
  self->spec = *spec;
  self->samples = PARLOR_VOICE_HZ / spec->fps;
  g_mutex_init (&self->lock);
  g_cond_init (&self->composed_cond);
  self->n_voices = MAX (spec->n_voices, 1);
  self->voices = g_new0 (Input, self->n_voices);
  self->n_tiles = spec->width > 0 ? MAX (spec->n_tiles, 1) : 0;
  make_constants (self);
  self->pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (self->pipeline == NULL)
    return NULL;
  gst_object_ref_sink (self->pipeline);
  self->bus = gst_element_get_bus (self->pipeline);
  self->mixer = gst_bin_get_by_name (GST_BIN (self->pipeline), "mixer");
  self->compositor = gst_bin_get_by_name (GST_BIN (self->pipeline), "compositor");
  if (!open_file (self, error))
    return NULL;
  if (link_encoder (self)
      && gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE
      && open_voices (self) && open_tiles (self) && begin_coded (self))
    return g_steal_pointer (&self);
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "the pipeline does not start");
  return NULL;
}

static void
input_clear (Input *input)
{
  if (input->pad != NULL)
    gst_pad_set_active (input->pad, FALSE);
  gst_clear_object (&input->pad);
}

void
parlor_mixdown_free (ParlorMixdown *self)
{
  if (self == NULL)
    return;
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  for (guint i = 0; i < self->n_voices; i++)
    input_clear (&self->voices[i]);
  for (guint i = 0; i < self->n_tiles; i++)
    input_clear (&self->tiles[i]);
  input_clear (&(Input){.pad = self->out});
  input_clear (&(Input){.pad = self->from_encoder});
  input_clear (&(Input){.pad = self->to_muxer});
  parlor_safe_close (self->file);
  gst_clear_object (&self->mixer);
  gst_clear_object (&self->compositor);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  gst_clear_buffer (&self->dummy);
  gst_clear_buffer (&self->silence);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->composed_cond);
  g_free (self->voices);
  g_free (self);
}

guint
parlor_mixdown_samples (const ParlorMixdown *self)
{
  return self->samples;
}

/* ---- ticks ---------------------------------------------------------------------------------- */

/* Takes `buffer`. */
static gboolean
push (ParlorMixdown *self, GstPad *pad, guint64 tick, GstBuffer *buffer)
{
  GST_BUFFER_PTS (buffer) = time_of (self, tick);
  GST_BUFFER_DURATION (buffer) = time_of (self, tick + 1) - GST_BUFFER_PTS (buffer);
  return gst_pad_push (pad, buffer) == GST_FLOW_OK;
}

/* TRUE: something in the pipeline has given up; *error says what. */
static gboolean
has_failed (ParlorMixdown *self, GError **error)
{
  g_mutex_lock (&self->lock);
  int why = self->why;
  g_mutex_unlock (&self->lock);
  if (why != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (why), "%s", g_strerror (why));
      return TRUE;
    }
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  if (message == NULL)
    return FALSE;
  gst_message_parse_error (message, error, NULL);
  return TRUE;
}

static gboolean
wait_until_composed (ParlorMixdown *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;
  g_mutex_lock (&self->lock);
  while (ok && self->composed + self->spec.coded < self->ticks)
    if (!g_cond_wait_until (&self->composed_cond, &self->lock, g_get_monotonic_time () + WAIT_US))
      {
        g_mutex_unlock (&self->lock);
        ok = !has_failed (self, &error);
        g_mutex_lock (&self->lock);
      }
  g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
parlor_mixdown_scene (ParlorMixdown *self, const ParlorPlanScene *scene)
{
  gboolean ok = wait_until_composed (self);
  self->n_shown = MIN (scene->n_tiles, self->n_tiles);
  for (guint i = 0; i < self->n_tiles && ok; i++)
    {
      gboolean used = i < self->n_shown;
      const ParlorRect *place = &scene->tiles[i].place;
      g_autoptr (GstPad) sink = gst_pad_get_peer (self->tiles[i].pad);
      g_object_set (sink, "xpos", used ? (gint)place->x : 0, "ypos", used ? (gint)place->y : 0,
                    "alpha", used ? 1.0 : 0.0, NULL);
      ok = set_size (&self->tiles[i], used ? place->width : DUMMY_SIDE,
                     used ? place->height : DUMMY_SIDE, self->spec.fps);
    }
  return ok;
}

gboolean
parlor_mixdown_pictures (ParlorMixdown *self, GstBuffer *const *pictures)
{
  for (guint i = 0; i < self->n_tiles; i++)
    {
      GstBuffer *picture = i < self->n_shown ? pictures[i] : self->dummy;
      if (!push (self, self->tiles[i].pad, self->ticks - self->spec.coded,
                 gst_buffer_copy (picture)))
        return FALSE;
    }
  return TRUE;
}

gboolean
parlor_mixdown_coded (ParlorMixdown *self, GstBuffer *picture)
{
  return push (self, self->to_muxer, self->ticks, picture);
}

gboolean
parlor_mixdown_sound (ParlorMixdown *self, guint voice, const gint16 *samples)
{
  gsize size = (gsize)self->samples * PARLOR_VOICE_CHANNELS * sizeof (gint16);
  GstBuffer *buffer = samples != NULL ? gst_buffer_new_memdup (samples, size)
                                      : gst_buffer_copy (self->silence);
  return push (self, self->voices[voice].pad, self->ticks, buffer);
}

gboolean
parlor_mixdown_tick (ParlorMixdown *self, GError **error)
{
  self->ticks++;
  return !has_failed (self, error);
}

static gboolean
finish_file (ParlorMixdown *self, GError **error)
{
  if (parlor_safe_finish (self->file))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s", g_strerror (errno));
  return FALSE;
}

gboolean
parlor_mixdown_end (ParlorMixdown *self, gboolean (*goes_on) (gpointer user_data),
                    gpointer user_data, GError **error)
{
  for (guint i = 0; i < self->n_voices; i++)
    gst_pad_push_event (self->voices[i].pad, gst_event_new_eos ());
  for (guint i = 0; i < self->n_tiles; i++)
    gst_pad_push_event (self->tiles[i].pad, gst_event_new_eos ());
  while (goes_on == NULL || goes_on (user_data))
    {
      g_mutex_lock (&self->lock);
      if (!self->is_whole)
        g_cond_wait_until (&self->composed_cond, &self->lock, g_get_monotonic_time () + WAIT_US);
      gboolean whole = self->is_whole;
      g_mutex_unlock (&self->lock);
      if (has_failed (self, error))
        return FALSE;
      if (whole)
        return finish_file (self, error);
    }
  return FALSE;
}

gboolean
parlor_mixdown_preload (const char **missing)
{
  static const char *const names[] = {"compositor", "audiomixer", "vp8enc",
                                      "opusenc",    "webmmux",    "queue"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstElement) element = gst_element_factory_make (names[i], NULL);
      *missing = names[i];
      if (element == NULL)
        return FALSE;
      gst_object_ref_sink (element);
    }
  return TRUE;
}
