/* SPDX-License-Identifier: Apache-2.0 */
#include "record/still.h"

#include "record/webm.h"

/* Elements between two pads of ours: what is pushed in comes out in the same thread. */
typedef struct
{
  GstElement *elements[2];
  guint n;
  GstPad *in, *out;
  GstBuffer *last; /* what came out last, owned */
  GstCaps *caps;   /* of it, owned */
} Chain;

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Chain *self = gst_pad_get_element_private (pad);
  gst_clear_buffer (&self->last);
  self->last = buffer;
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Chain *self = gst_pad_get_element_private (pad);
  GstCaps *caps = NULL;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    gst_event_parse_caps (event, &caps);
  if (caps != NULL)
    gst_caps_replace (&self->caps, caps);
  gst_event_unref (event);
  return TRUE;
}

static void
chain_clear (Chain *self)
{
  if (self->in != NULL)
    gst_pad_set_active (self->in, FALSE);
  for (guint i = 0; i < self->n; i++)
    gst_element_set_state (self->elements[i], GST_STATE_NULL);
  if (self->out != NULL)
    gst_pad_set_active (self->out, FALSE);
  gst_clear_object (&self->in);
  gst_clear_object (&self->out);
  for (guint i = 0; i < self->n; i++)
    gst_clear_object (&self->elements[i]);
  gst_clear_buffer (&self->last);
  gst_clear_caps (&self->caps);
}

static gboolean
link_pads (Chain *self)
{
  GstElement *head = self->elements[0], *tail = self->elements[self->n - 1];
  g_autoptr (GstPad) first = gst_element_get_static_pad (head, "sink");
  g_autoptr (GstPad) last = gst_element_get_static_pad (tail, "src");
  self->in = gst_object_ref_sink (gst_pad_new ("frames", GST_PAD_SRC));
  self->out = gst_object_ref_sink (gst_pad_new ("picture", GST_PAD_SINK));
  gst_pad_set_element_private (self->out, self);
  gst_pad_set_chain_function (self->out, on_buffer);
  gst_pad_set_event_function (self->out, on_event);
  gboolean ok = gst_pad_set_active (self->out, TRUE)
                && gst_pad_link (last, self->out) == GST_PAD_LINK_OK
                && (self->n == 1 || gst_element_link (head, tail))
                && gst_pad_link (self->in, first) == GST_PAD_LINK_OK;
  for (guint i = self->n; ok && i-- > 0;)
    ok = gst_element_set_state (self->elements[i], GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
  return ok && gst_pad_set_active (self->in, TRUE);
}

/* `names` ends with NULL; at most two. */
static gboolean
chain_init (Chain *self, const char *const *names, GstCaps *caps)
{
  GstSegment segment;
  for (; names[self->n] != NULL; self->n++)
    {
      self->elements[self->n] = gst_element_factory_make (names[self->n], NULL);
      if (self->elements[self->n] == NULL)
        return FALSE;
      gst_object_ref_sink (self->elements[self->n]);
    }
  if (!link_pads (self))
    return FALSE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (self->in, gst_event_new_stream_start ("still"))
         && gst_pad_push_event (self->in, gst_event_new_caps (caps))
         && gst_pad_push_event (self->in, gst_event_new_segment (&segment));
}

static const char *const decode_vp8[] = {"vp8dec", NULL};
static const char *const decode_vp9[] = {"vp9dec", NULL};
static const char *const encode_png[] = {"videoconvert", "pngenc", NULL};

gboolean
parlor_still_preload (void)
{
  static const char *const names[] = {"vp8dec", "vp9dec", "videoconvert", "pngenc"};
  gboolean ok = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);
      ok = ok && element != NULL;
      if (element != NULL)
        gst_object_unref (gst_object_ref_sink (element));
    }
  return ok;
}

typedef struct
{
  Chain chain;
  gboolean failed;
} Decoding;

static void
decode_frame (const guint8 *frame, gsize length, gint64 time_ms, gpointer user_data)
{
  Decoding *self = user_data;
  GstBuffer *buffer = gst_buffer_new_memdup (frame, length);
  GST_BUFFER_PTS (buffer) = (GstClockTime)MAX (time_ms, 0) * GST_MSECOND;
  if (!self->failed && gst_pad_push (self->chain.in, buffer) != GST_FLOW_OK)
    self->failed = TRUE;
}

static gboolean
write_png (GstBuffer *picture, GstCaps *caps, const char *path)
{
  Chain chain = {0};
  GstMapInfo map;
  gboolean ok = chain_init (&chain, encode_png, caps)
                && gst_pad_push (chain.in, gst_buffer_ref (picture)) == GST_FLOW_OK
                && chain.last != NULL && gst_buffer_map (chain.last, &map, GST_MAP_READ);
  if (ok)
    {
      ok = g_file_set_contents_full (path, (const char *)map.data, (gssize)map.size,
                                     G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
      gst_buffer_unmap (chain.last, &map);
    }
  chain_clear (&chain);
  return ok;
}

gboolean
parlor_still_make (const char *path, ParlorCodec codec, gint64 file_ms, const char *png)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, NULL);
  gboolean vp9 = codec == PARLOR_CODEC_VP9;
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (vp9 ? "video/x-vp9" : "video/x-vp8");
  Decoding decoding = {0};
  if (map == NULL || (!vp9 && codec != PARLOR_CODEC_VP8))
    return FALSE;
  gboolean ok = chain_init (&decoding.chain, vp9 ? decode_vp9 : decode_vp8, caps)
                && parlor_webm_frames ((const guint8 *)g_mapped_file_get_contents (map),
                                       g_mapped_file_get_length (map), file_ms, decode_frame,
                                       &decoding)
                && gst_pad_push_event (decoding.chain.in, gst_event_new_eos ()) && !decoding.failed
                && decoding.chain.last != NULL && decoding.chain.caps != NULL
                && write_png (decoding.chain.last, decoding.chain.caps, png);
  chain_clear (&decoding.chain);
  return ok;
}
