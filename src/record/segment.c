/* SPDX-License-Identifier: Apache-2.0 */
#include "record/segment.h"

#include "proto/rtp/header.h"
#include "record/av1depay.h"
#include "record/chain.h"
#include "record/mp4.h"
#include "record/safe.h"
#include "record/webm.h"

#include <errno.h>
#include <gst/video/video-event.h>
#include <string.h>
#include <unistd.h>

/* A muxer's head is a few hundred bytes. */
#define HEAD_MAX 65536

typedef struct
{
  ParlorCodec codec;
  const char *encoding; /* of the caps */
  const char *media;
  const char *depayloader; /* NULL: our own */
  const char *muxer;       /* NULL: our own */
  const char *suffix;
} Kind;

static const Kind kinds[] = {
    {PARLOR_CODEC_VP8, "VP8", "video", "rtpvp8depay", "webmmux", "webm"},
    {PARLOR_CODEC_VP9, "VP9", "video", "rtpvp9depay", "webmmux", "webm"},
    {PARLOR_CODEC_AV1, "AV1", "video", NULL, "webmmux", "webm"},
    {PARLOR_CODEC_H264, "H264", "video", "rtph264depay", NULL, "mp4"},
    {PARLOR_CODEC_OPUS, "OPUS", "audio", "rtpopusdepay", "webmmux", "webm"},
};

struct _ParlorSegment
{
  ParlorSafeFile *file;    /* NULL = it could not be made */
  GstElement *depay, *mux; /* owned; depay NULL = av1 does it */
  ParlorAv1Depay *av1;     /* owned */
  gboolean av1_begun;
  GstPad *in, *out; /* owned: our ends of the chain */
  GByteArray *head; /* what came before the first cluster; NULL = it is written */
  guint64 size;     /* bytes that are whole */
  int why;          /* errno of what went wrong */
  gboolean has_caps, wants_key_frame;
  /* H.264: we are the muxer */
  GBytes *config;   /* owned; NULL = no parameter set yet */
  guint32 pictures; /* written */
  guint64 decoded;  /* of the last one */
  gboolean is_over; /* another configuration came */
};

static const Kind *
find_kind (ParlorCodec codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].codec == codec)
      return &kinds[i];
  return NULL;
}

gboolean
parlor_segment_can_write (ParlorCodec codec)
{
  return find_kind (codec) != NULL;
}

static gboolean
can_make (const char *name)
{
  g_autoptr (GstElement) element = gst_element_factory_make (name, NULL);
  return element != NULL && gst_object_ref_sink (element) != NULL;
}

gboolean
parlor_segment_preload (const char **missing)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *const names[] = {kinds[i].depayloader, kinds[i].muxer};
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        if ((*missing = names[j]) != NULL && !can_make (names[j]))
          return FALSE;
    }
  return TRUE;
}

const char *
parlor_segment_suffix (ParlorCodec codec)
{
  const Kind *kind = find_kind (codec);
  return kind != NULL ? kind->suffix : "webm";
}

/* ---- what the muxer says -------------------------------------------------------------------- */

/* All of it or nothing: a block cut in two by a full disk is taken back. */
static gboolean
write_all (ParlorSegment *self, const guint8 *bytes, gsize length)
{
  if (!parlor_safe_write (self->file, self->size, bytes, length))
    {
      self->why = errno;
      return FALSE;
    }
  self->size += length;
  return TRUE;
}

static gboolean
take_head (ParlorSegment *self, const guint8 *bytes, gsize length)
{
  gsize used = 0;
  g_byte_array_append (self->head, bytes, (guint)length);
  g_autoptr (GByteArray) head = parlor_webm_make_room (self->head->data, self->head->len, &used);
  if (head == NULL)
    return self->head->len <= HEAD_MAX;
  gboolean ok = write_all (self, head->data, head->len)
                && write_all (self, self->head->data + used, self->head->len - used);
  g_clear_pointer (&self->head, g_byte_array_unref);
  return ok;
}

static GstFlowReturn
on_muxed (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorSegment *self = gst_pad_get_element_private (pad);
  GstMapInfo map;
  gboolean ok = self->why == 0 && gst_buffer_map (buffer, &map, GST_MAP_READ);
  if (ok)
    {
      ok = self->head != NULL ? take_head (self, map.data, map.size)
                              : write_all (self, map.data, map.size);
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  return ok ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static gboolean
on_muxed_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

/* Upstream: the depayloader asks for a key frame. */
static gboolean
on_wish (GstPad *pad, GstObject *parent, GstEvent *event)
{
  ParlorSegment *self = gst_pad_get_element_private (pad);
  if (gst_video_event_is_force_key_unit (event))
    self->wants_key_frame = TRUE;
  gst_event_unref (event);
  return TRUE;
}

/* The muxer wants a sample rate, which the depayloader does not say: RFC 7845 section 5.1, field 5.
 */
static void
complete_caps (GstPadProbeInfo *info)
{
  GstCaps *caps;
  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (structure, "audio/x-opus")
      || gst_structure_has_field (structure, "rate"))
    return;
  g_autoptr (GstCaps) full = gst_caps_copy (caps);
  gst_caps_set_simple (full, "rate", G_TYPE_INT, 48000, NULL);
  gst_event_unref (GST_PAD_PROBE_INFO_EVENT (info));
  GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_caps (full);
}

/* Matroska has one size a track; the picture's true one is in every key frame. */
static GstPadProbeReturn
pass_first_caps (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  ParlorSegment *self = user_data;
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  if (self->has_caps)
    return GST_PAD_PROBE_DROP;
  self->has_caps = TRUE;
  complete_caps (info);
  return GST_PAD_PROBE_OK;
}

/* ---- H.264 ---------------------------------------------------------------------------------- */

/* The depayloader says a new configuration beside the pictures; a file has one. */
static void
take_config (ParlorSegment *self, GstCaps *caps)
{
  const GValue *value = gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");
  GstBuffer *buffer = value != NULL ? gst_value_get_buffer (value) : NULL;
  GstMapInfo map;
  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  g_autoptr (GBytes) config = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  if (self->config != NULL && !g_bytes_equal (self->config, config))
    self->is_over = TRUE;
  else if (self->config == NULL)
    self->config = g_steal_pointer (&config);
}

static gboolean
on_picture_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstCaps *caps = NULL;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    gst_event_parse_caps (event, &caps);
  if (caps != NULL)
    take_config (gst_pad_get_element_private (pad), caps);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
write_mp4_head (ParlorSegment *self)
{
  gsize size;
  const guint8 *config = g_bytes_get_data (self->config, &size);
  ParlorMp4Size picture;
  if (!parlor_mp4_config_size (config, size, &picture))
    return TRUE; /* wait for one that can be read */
  g_autoptr (GByteArray) head = parlor_mp4_head (config, size, &picture);
  g_clear_pointer (&self->head, g_byte_array_unref);
  return write_all (self, head->data, head->len);
}

/* Head and picture in one write. */
static gboolean
write_picture (ParlorSegment *self, GstBuffer *buffer, const GstMapInfo *map)
{
  guint64 shown = gst_util_uint64_scale (GST_BUFFER_PTS (buffer), PARLOR_MP4_SCALE, GST_SECOND);
  guint64 decoded = self->pictures > 0 ? MAX (shown, self->decoded + 1) : shown;
  ParlorMp4Picture picture = {
      .sequence = self->pictures + 1,
      .decoded = decoded,
      .offset = (gint32)((gint64)shown - (gint64)decoded),
      .duration = self->pictures > 0 ? (guint32)MIN (decoded - self->decoded, PARLOR_MP4_SCALE)
                                     : PARLOR_MP4_SCALE / 30,
      .key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
  if (self->head != NULL && (!picture.key || !write_mp4_head (self)))
    return self->why == 0;
  if (self->head != NULL)
    return TRUE;
  g_autoptr (GByteArray) out = parlor_mp4_fragment (&picture, map->size);
  g_byte_array_append (out, map->data, (guint)map->size);
  self->pictures++;
  self->decoded = decoded;
  return write_all (self, out->data, out->len);
}

static GstFlowReturn
on_picture (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorSegment *self = gst_pad_get_element_private (pad);
  GstMapInfo map;
  gboolean ok = self->why == 0;
  if (ok && self->config != NULL && !self->is_over && GST_BUFFER_PTS_IS_VALID (buffer)
      && gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      ok = write_picture (self, buffer, &map);
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  return ok ? GST_FLOW_OK : GST_FLOW_ERROR;
}

gboolean
parlor_segment_is_over (const ParlorSegment *self)
{
  return self->is_over;
}

/* ---- the chain ------------------------------------------------------------------------------ */

static GstElement *
make_element (const char *name, GError **error)
{
  GstElement *element = gst_element_factory_make (name, NULL);
  if (element == NULL)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                 "the GStreamer element %s is missing", name);
  else
    gst_object_ref_sink (element);
  return element;
}

/* What the depayloader says goes to the muxer; without one, what we push does. */
static gboolean
link_depay (ParlorSegment *self, GstPad *mux_in)
{
  if (self->depay == NULL)
    return gst_pad_link (self->in, mux_in) == GST_PAD_LINK_OK;
  g_autoptr (GstPad) depay_in = gst_element_get_static_pad (self->depay, "sink");
  g_autoptr (GstPad) depay_out = gst_element_get_static_pad (self->depay, "src");
  gst_pad_add_probe (depay_out, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, pass_first_caps, self, NULL);
  return gst_pad_link (depay_out, mux_in) == GST_PAD_LINK_OK
         && gst_pad_link (self->in, depay_in) == GST_PAD_LINK_OK;
}

static gboolean
link_muxer (ParlorSegment *self, const Kind *kind)
{
  g_autoptr (GstPad) mux_out = gst_element_get_static_pad (self->mux, "src");
  g_autofree char *name = g_strconcat (kind->media, "_%u", NULL);
  g_autoptr (GstPad) mux_in = gst_element_request_pad_simple (self->mux, name);
  gst_pad_set_chain_function (self->out, on_muxed);
  gst_pad_set_event_function (self->out, on_muxed_event);
  return mux_in != NULL && gst_pad_set_active (self->out, TRUE)
         && gst_pad_link (mux_out, self->out) == GST_PAD_LINK_OK && link_depay (self, mux_in);
}

/* Pictures as the depayloader says them come to us. */
static gboolean
link_pictures (ParlorSegment *self)
{
  g_autoptr (GstPad) depay_in = gst_element_get_static_pad (self->depay, "sink");
  g_autoptr (GstPad) depay_out = gst_element_get_static_pad (self->depay, "src");
  gst_pad_set_chain_function (self->out, on_picture);
  gst_pad_set_event_function (self->out, on_picture_event);
  return gst_pad_set_active (self->out, TRUE)
         && gst_pad_link (depay_out, self->out) == GST_PAD_LINK_OK
         && gst_pad_link (self->in, depay_in) == GST_PAD_LINK_OK;
}

static gboolean
play (GstElement *element)
{
  return element == NULL
         || gst_element_set_state (element, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

static gboolean
link_chain (ParlorSegment *self, const Kind *kind)
{
  self->in = gst_object_ref_sink (gst_pad_new ("packets", GST_PAD_SRC));
  self->out = parlor_chain_sink ("file");
  gst_pad_set_element_private (self->in, self);
  gst_pad_set_element_private (self->out, self);
  gst_pad_set_event_function (self->in, on_wish);
  return (self->mux != NULL ? link_muxer (self, kind) : link_pictures (self)) && play (self->mux)
         && play (self->depay) && gst_pad_set_active (self->in, TRUE);
}

static void
begin_stream (ParlorSegment *self, const Kind *kind, guint clock_hz)
{
  GstSegment segment;
  gst_pad_push_event (self->in, gst_event_new_stream_start ("track"));
  if (self->depay == NULL)
    return; /* caps come with the first key frame */
  g_autoptr (GstCaps)
      caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, kind->media,
                                  "clock-rate", G_TYPE_INT, (gint)clock_hz, "encoding-name",
                                  G_TYPE_STRING, kind->encoding, "payload", G_TYPE_INT, 96, NULL);
  /* A decoder makes two channels of a mono packet too (RFC 7587 section 3.4). */
  if (kind->codec == PARLOR_CODEC_OPUS)
    gst_caps_set_simple (caps, "sprop-stereo", G_TYPE_STRING, "1", NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->in, gst_event_new_caps (caps));
  gst_pad_push_event (self->in, gst_event_new_segment (&segment));
}

static gboolean
make_chain (ParlorSegment *self, const Kind *kind, guint clock_hz, GError **error)
{
  if (kind->depayloader == NULL)
    self->av1 = parlor_av1_depay_new ();
  else if ((self->depay = make_element (kind->depayloader, error)) == NULL)
    return FALSE;
  if (kind->muxer != NULL && (self->mux = make_element (kind->muxer, error)) == NULL)
    return FALSE;
  if (self->mux != NULL)
    g_object_set (self->mux, "streamable", TRUE, NULL);
  if (self->depay != NULL && kind->codec != PARLOR_CODEC_OPUS)
    g_object_set (self->depay, "wait-for-keyframe", TRUE, "request-keyframe", TRUE, NULL);
  if (!link_chain (self, kind))
    {
      g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
                           "depayloader and muxer do not go together");
      return FALSE;
    }
  begin_stream (self, kind, clock_hz);
  return TRUE;
}

ParlorSegment *
parlor_segment_new (const char *path, const guint8 *vault_key, ParlorCodec codec, guint clock_hz,
                    GError **error)
{
  g_autoptr (ParlorSegment) self = g_new0 (ParlorSegment, 1);
  const Kind *kind = find_kind (codec);
  g_return_val_if_fail (kind != NULL, NULL);
  self->head = g_byte_array_new ();
  self->file = parlor_safe_create (path, vault_key, error);
  if (self->file == NULL)
    return NULL;
  return make_chain (self, kind, clock_hz, error) ? g_steal_pointer (&self) : NULL;
}

static void
unlink_pad (GstPad **pad)
{
  if (*pad == NULL)
    return;
  g_autoptr (GstPad) peer = gst_pad_get_peer (*pad);
  gst_pad_set_active (*pad, FALSE);
  if (peer != NULL && GST_PAD_IS_SRC (*pad))
    gst_pad_unlink (*pad, peer);
  else if (peer != NULL)
    gst_pad_unlink (peer, *pad);
  gst_clear_object (pad);
}

void
parlor_segment_free (ParlorSegment *self)
{
  if (self == NULL)
    return;
  if (self->in != NULL && self->why == 0)
    gst_pad_push_event (self->in, gst_event_new_eos ());
  if (self->depay != NULL)
    gst_element_set_state (self->depay, GST_STATE_NULL);
  if (self->mux != NULL)
    gst_element_set_state (self->mux, GST_STATE_NULL);
  unlink_pad (&self->in);
  unlink_pad (&self->out);
  gst_clear_object (&self->depay);
  gst_clear_object (&self->mux);
  g_clear_pointer (&self->head, g_byte_array_unref);
  parlor_av1_depay_free (self->av1);
  g_clear_pointer (&self->config, g_bytes_unref);
  parlor_safe_close (self->file);
  g_free (self);
}

/* ---- AV1 ------------------------------------------------------------------------------------ */

/* Size and configuration are in the first key frame. */
static void
begin_av1 (ParlorSegment *self)
{
  GstSegment segment;
  const ParlorAv1Sequence *sequence = parlor_av1_depay_sequence (self->av1);
  g_autoptr (GByteArray) config = parlor_av1_depay_config (self->av1);
  g_autoptr (GstBuffer) codec_data = gst_buffer_new_memdup (config->data, config->len);
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-av1", "stream-format", G_TYPE_STRING, "obu-stream", "alignment", G_TYPE_STRING, "tu",
      "width", G_TYPE_INT, (gint)sequence->width, "height", G_TYPE_INT, (gint)sequence->height,
      "framerate", GST_TYPE_FRACTION, 0, 1, "codec_data", GST_TYPE_BUFFER, codec_data, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->in, gst_event_new_caps (caps));
  gst_pad_push_event (self->in, gst_event_new_segment (&segment));
  self->av1_begun = TRUE;
}

static GstFlowReturn
push_unit (ParlorSegment *self, gint64 file_us)
{
  gsize length;
  gboolean key;
  const guint8 *unit = parlor_av1_depay_unit (self->av1, &length, &key);
  if (!self->av1_begun)
    begin_av1 (self);
  GstBuffer *buffer = gst_buffer_new_memdup (unit, length);
  GST_BUFFER_PTS (buffer) = (GstClockTime)(MAX (file_us, 0) * 1000);
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return gst_pad_push (self->in, buffer);
}

static gboolean
push_av1 (ParlorSegment *self, GBytes *packet, gint64 file_us, gboolean lost)
{
  ParlorRtpHeader header;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (packet, &length);
  GstFlowReturn flow = GST_FLOW_OK;
  if (parlor_rtp_parse (bytes, length, &header) != PARLOR_RTP_OK)
    return TRUE;
  switch (parlor_av1_depay_push (self->av1, bytes + header.payload_offset, header.payload_size,
                                 header.timestamp, header.marker, lost))
    {
    case PARLOR_AV1_DAMAGED:
      self->wants_key_frame = TRUE;
      break;
    case PARLOR_AV1_UNIT:
      flow = push_unit (self, file_us);
      break;
    case PARLOR_AV1_MORE:
      break;
    }
  errno = self->why;
  return flow == GST_FLOW_OK && self->why == 0;
}

gboolean
parlor_segment_push (ParlorSegment *self, GBytes *packet, gint64 file_us, gboolean lost)
{
  if (self->av1 != NULL)
    return push_av1 (self, packet, file_us, lost);
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (packet);
  GST_BUFFER_PTS (buffer) = (GstClockTime)(MAX (file_us, 0) * 1000);
  if (lost)
    {
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
      self->wants_key_frame = TRUE;
    }
  GstFlowReturn flow = gst_pad_push (self->in, buffer);
  errno = self->why;
  return flow == GST_FLOW_OK && self->why == 0;
}

gboolean
parlor_segment_take_key_frame_wish (ParlorSegment *self)
{
  gboolean wish = self->wants_key_frame;
  self->wants_key_frame = FALSE;
  return wish;
}

guint64
parlor_segment_bytes (const ParlorSegment *self)
{
  return self->size;
}

int
parlor_segment_fd (const ParlorSegment *self)
{
  return parlor_safe_fd (self->file);
}
