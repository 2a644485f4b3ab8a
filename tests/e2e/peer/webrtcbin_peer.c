/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A WHIP or WHEP peer that is not ours: GStreamer's webrtcbin. It speaks no HTTP; the test carries
 * its offer and the answer.
 *
 *   webrtcbin-peer publish PIPELINE   PIPELINE ends its branches in "peer."; behind an element that
 *                                     is named "dts" buffers are stamped by decoding time, as OBS
 *                                     stamps them
 *   webrtcbin-peer play               pictures to descriptor 3 (GRAY8, 320x180), sound to 4 (S16LE)
 *
 * stdout: the offer with all its candidates and a line with a single dot; then a line for every
 * change of the connection's state. stdin: the answer and a line with a single dot; its end ends
 * the program.
 */
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <stdio.h>
#include <string.h>

#define PLAY_VIDEO                                                                                 \
  "queue ! rtpvp8depay ! vp8dec ! videoconvert ! videoscale ! "                                    \
  "video/x-raw,format=GRAY8,width=320,height=180 ! fdsink fd=3 sync=false"
#define PLAY_AUDIO                                                                                 \
  "queue ! rtpopusdepay ! opusdec ! audioconvert ! audioresample ! "                               \
  "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fdsink fd=4 sync=false"
#define VP8_CAPS "application/x-rtp,media=video,encoding-name=VP8,payload=98,clock-rate=90000"
#define OPUS_CAPS                                                                                  \
  "application/x-rtp,media=audio,encoding-name=OPUS,payload=109,clock-rate=48000,"                 \
  "encoding-params=(string)2"

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline, *peer;
  gboolean has_offered;
} Peer;

static void
on_offer (GstPromise *promise, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
                     &offer, NULL);
  gst_promise_unref (promise);
  g_signal_emit_by_name (self->peer, "set-local-description", offer, NULL);
}

static void
make_offer (Peer *self)
{
  g_signal_emit_by_name (self->peer, "create-offer", NULL,
                         gst_promise_new_with_change_func (on_offer, self, NULL));
}

static void
on_negotiation_needed (GstElement *element, gpointer user_data)
{
  Peer *self = user_data;

  if (!self->has_offered)
    make_offer (self);
  self->has_offered = TRUE;
}

static void
on_gathering (GstElement *element, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCICEGatheringState state;
  g_autoptr (GstWebRTCSessionDescription) local = NULL;
  g_autofree char *sdp = NULL;

  g_object_get (element, "ice-gathering-state", &state, NULL);
  if (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    return;
  g_object_get (element, "local-description", &local, NULL);
  sdp = gst_sdp_message_as_text (local->sdp);
  printf ("%s.\n", sdp);
  fflush (stdout);
}

static void
on_state (GstElement *element, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCPeerConnectionState state;
  g_autoptr (GEnumClass) names = g_type_class_ref (gst_webrtc_peer_connection_state_get_type ());

  g_object_get (element, "connection-state", &state, NULL);
  printf ("state %s\n", g_enum_get_value (names, state)->value_nick);
  fflush (stdout);
}

static void
on_pad (GstElement *element, GstPad *pad, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GError) error = NULL;
  const char *media;
  GstElement *player;
  g_autoptr (GstPad) sink = NULL;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC || caps == NULL)
    return;
  media = gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");
  player = gst_parse_bin_from_description (
      g_strcmp0 (media, "audio") == 0 ? PLAY_AUDIO : PLAY_VIDEO, TRUE, &error);
  if (player == NULL)
    g_error ("%s", error->message);
  gst_bin_add (GST_BIN (self->pipeline), player);
  sink = gst_element_get_static_pad (player, "sink");
  gst_pad_link (pad, sink);
  gst_element_sync_state_with_parent (player);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, NULL);
  printf ("error %s\n", error->message);
  fflush (stdout);
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static void
take_answer (Peer *self, const char *text)
{
  GstSDPMessage *sdp = NULL;
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;

  if (gst_sdp_message_new_from_text (text, &sdp) != GST_SDP_OK)
    g_error ("the answer does not parse");
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  g_signal_emit_by_name (self->peer, "set-remote-description", answer, NULL);
}

static gpointer
read_stdin (gpointer user_data)
{
  Peer *self = user_data;
  g_autoptr (GString) text = g_string_new (NULL);
  char line[4096];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      if (strcmp (line, ".\n") != 0)
        {
          g_string_append (text, line);
          continue;
        }
      take_answer (self, text->str);
      g_string_truncate (text, 0);
    }
  g_main_loop_quit (self->loop);
  return NULL;
}

static void
add_receiver (Peer *self, const char *caps_text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);
  GstWebRTCRTPTransceiver *transceiver = NULL;

  g_signal_emit_by_name (self->peer, "add-transceiver",
                         GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &transceiver);
  g_clear_object (&transceiver);
}

static GstPadProbeReturn
stamp_by_dts (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
look_for_dts (Peer *self)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), "dts");
  g_autoptr (GstPad) pad = NULL;

  if (element == NULL)
    return;
  pad = gst_element_get_static_pad (element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_by_dts, NULL, NULL);
}

static void
make_pipeline (Peer *self, const char *branches)
{
  g_autofree char *text = g_strdup_printf ("webrtcbin name=peer bundle-policy=max-bundle %s",
                                           branches);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch (text, &error);
  if (self->pipeline == NULL)
    g_error ("%s", error->message);
  if (!GST_IS_PIPELINE (self->pipeline))
    {
      GstElement *alone = self->pipeline;

      self->pipeline = gst_pipeline_new (NULL);
      gst_bin_add (GST_BIN (self->pipeline), alone);
    }
  self->peer = gst_bin_get_by_name (GST_BIN (self->pipeline), "peer");
  look_for_dts (self);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_add_watch (bus, on_message, self);
  g_signal_connect (self->peer, "notify::ice-gathering-state", G_CALLBACK (on_gathering), self);
  g_signal_connect (self->peer, "notify::connection-state", G_CALLBACK (on_state), self);
  g_signal_connect (self->peer, "pad-added", G_CALLBACK (on_pad), self);
}

int
main (int argc, char **argv)
{
  Peer self = {0};
  gboolean plays;
  g_autoptr (GThread) reader = NULL;

  gst_init (&argc, &argv);
  plays = argc == 2 && strcmp (argv[1], "play") == 0;
  if (!plays && (argc != 3 || strcmp (argv[1], "publish") != 0))
    {
      fprintf (stderr, "usage: webrtcbin-peer publish PIPELINE | play\n");
      return 2;
    }
  self.loop = g_main_loop_new (NULL, FALSE);
  make_pipeline (&self, plays ? "" : argv[2]);
  reader = g_thread_new ("stdin", read_stdin, &self);
  if (plays)
    {
      /* It says that an offer is needed after the first of them, so it is not asked. */
      add_receiver (&self, OPUS_CAPS);
      add_receiver (&self, VP8_CAPS);
      gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
      make_offer (&self);
    }
  else
    {
      g_signal_connect (self.peer, "on-negotiation-needed", G_CALLBACK (on_negotiation_needed),
                        &self);
      gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
    }
  g_main_loop_run (self.loop);
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_object_unref (self.peer);
  gst_object_unref (self.pipeline);
  g_main_loop_unref (self.loop);
  return 0;
}
