/* SPDX-License-Identifier: Apache-2.0 */
#include <gst/sdp/gstsdpmessage.h>

#include "proto/sdp/answer.h"
#include "samples.h"

static const ParlorSdpCandidate our_candidates[] = {
    {.address = "192.0.2.1", .port = 7900, .priority = 2130706431},
    {.address = "2001:db8::1", .port = 7900, .priority = 2130706175},
    {.address = "198.51.100.1",
     .port = 7900,
     .priority = 1694498815,
     .type = PARLOR_SDP_CANDIDATE_SRFLX},
};

static const ParlorSdpAnswerSession our_session = {
    .ufrag = "0parlor",
    .pwd = "abcdefghijklmnopqrstuvwxyz",
    .fingerprint_sha256 = FINGERPRINT_256,
    .candidates = our_candidates,
    .n_candidates = G_N_ELEMENTS (our_candidates),
    .session_id = 42,
    .session_version = 1,
};

/* Takes everything, and sends where the peer would receive. */
static void
decide (const ParlorSdpOffer *offer, ParlorSdpAnswerMedia *media)
{
  for (guint i = 0; i < offer->n_media; i++)
    {
      parlor_sdp_answer_media_default (&offer->media[i], &media[i]);
      media[i].ssrc = 1000 + i;
      media[i].rtx_ssrc = 2000 + i;
      media[i].cname = "parlor";
      media[i].stream_id = "stream";
      media[i].track_id = "track";
    }
}

static char *
build (const ParlorSdpOffer *offer, const ParlorSdpAnswerSession *session,
       const ParlorSdpAnswerMedia *media)
{
  g_autoptr (GError) error = NULL;
  char *answer = parlor_sdp_answer_build (offer, session, media, offer->n_media, &error);

  g_assert_no_error (error);
  return answer;
}

static char *
answer_to (const ParlorSdpOffer *offer)
{
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];

  decide (offer, media);
  return build (offer, &our_session, media);
}

static GstSDPMessage *
read_back (const char *answer)
{
  GstSDPMessage *message;

  g_assert_cmpint (gst_sdp_message_new (&message), ==, GST_SDP_OK);
  g_assert_cmpint (
      gst_sdp_message_parse_buffer ((const guint8 *)answer, (guint)strlen (answer), message), ==,
      GST_SDP_OK);
  return message;
}

static gboolean
lists_format (const GstSDPMedia *section, guint pt)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (section); i++)
    if (g_ascii_strtoull (gst_sdp_media_get_format (section, i), NULL, 10) == pt)
      return TRUE;
  return FALSE;
}

/* --- What holds for every answer ---------------------------------------------------------------
 */

static void
check_section (const ParlorSdpMedia *offered, const GstSDPMedia *section)
{
  guint n_kept = 0;

  g_assert_cmpstr (gst_sdp_media_get_media (section), ==, offered->media);
  g_assert_cmpstr (gst_sdp_media_get_proto (section), ==, offered->protocol);
  g_assert_cmpstr (gst_sdp_media_get_attribute_val (section, "mid"), ==, offered->mid);
  if (!parlor_sdp_media_is_acceptable (offered))
    {
      g_assert_cmpuint (gst_sdp_media_get_port (section), ==, 0);
      return;
    }
  g_assert_cmpuint (gst_sdp_media_get_port (section), ==, 9);
  g_assert_nonnull (gst_sdp_media_get_attribute_val (section, "rtcp-mux"));
  for (guint i = 0; i < offered->n_formats; i++)
    {
      g_assert_true (lists_format (section, offered->formats[i].pt) == offered->formats[i].kept);
      n_kept += offered->formats[i].kept;
    }
  g_assert_cmpuint (gst_sdp_media_formats_len (section), ==, n_kept);
}

static void
test_every_sample (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sample_names); i++)
    {
      g_autoptr (ParlorSdpOffer) offer = sample_offer (sample_names[i]);
      g_autofree char *answer = answer_to (offer);
      g_autoptr (GString) group = g_string_new ("BUNDLE");
      GstSDPMessage *message = read_back (answer);

      g_test_message ("%s", sample_names[i]);
      g_assert_cmpuint (gst_sdp_message_medias_len (message), ==, offer->n_media);
      for (guint j = 0; j < offer->n_media; j++)
        {
          check_section (&offer->media[j], gst_sdp_message_get_media (message, j));
          if (parlor_sdp_media_is_acceptable (&offer->media[j]))
            g_string_append_printf (group, " %s", offer->media[j].mid);
        }
      g_assert_cmpstr (gst_sdp_message_get_attribute_val (message, "group"), ==,
                       offer->bundled ? group->str : NULL);
      g_assert_nonnull (gst_sdp_message_get_attribute_val (message, "ice-lite"));
      gst_sdp_message_free (message);
    }
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  while ((text = strstr (text, what)) != NULL)
    {
      text += strlen (what);
      n++;
    }
  return n;
}

static void
test_transport (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-sendrecv");
  g_autofree char *answer = answer_to (offer);

  g_assert_cmpuint (count (answer, "a=candidate:"), ==, 3);
  g_assert_cmpuint (count (answer, "a=end-of-candidates\r\n"), ==, 1);
  g_assert_cmpuint (count (answer, " 2001:db8::1 7900 typ host\r\n"), ==, 1);
  g_assert_cmpuint (count (answer, " typ srflx raddr 0.0.0.0 rport 0\r\n"), ==, 1);
  g_assert_cmpuint (count (answer, "a=ice-ufrag:0parlor\r\n"), ==, 2);
  g_assert_cmpuint (count (answer, "a=setup:passive\r\n"), ==, 2);
  g_assert_cmpuint (count (answer, "a=fingerprint:sha-256 " FINGERPRINT_256 "\r\n"), ==, 2);
}

static void
test_setup_roles (void)
{
  static const struct
  {
    const char *offered;
    ParlorSdpSetup answered;
  } cases[] = {{"a=setup:actpass", PARLOR_SDP_SETUP_PASSIVE},
               {"a=setup:active", PARLOR_SDP_SETUP_PASSIVE},
               {"a=setup:passive", PARLOR_SDP_SETUP_ACTIVE}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = small_offer_with ("a=setup:actpass", cases[i].offered);
      g_autoptr (ParlorSdpOffer) offer = parlor_sdp_offer_parse (text, strlen (text), NULL);

      g_assert_cmpint (parlor_sdp_answer_setup (offer), ==, cases[i].answered);
      g_autofree char *answer = answer_to (offer);
      g_assert_cmpuint (count (answer, cases[i].answered == PARLOR_SDP_SETUP_ACTIVE
                                           ? "a=setup:active\r\n"
                                           : "a=setup:passive\r\n"),
                        ==, 2);
    }
}

/* --- Directions --------------------------------------------------------------------------------
 */

static void
test_send_to_peer (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("firefox-recvonly");
  g_autofree char *answer = answer_to (offer);

  g_assert_cmpuint (count (answer, "a=sendonly\r\n"), ==, 2);
  g_assert_cmpuint (count (answer, "a=msid:stream track\r\n"), ==, 2);
  g_assert_nonnull (strstr (answer, "a=ssrc-group:FID 1001 2001\r\n"));
  g_assert_nonnull (strstr (answer, "a=ssrc:1001 cname:parlor\r\n"));
  g_assert_nonnull (strstr (answer, "a=ssrc:2001 cname:parlor\r\n"));
  g_assert_nonnull (strstr (answer, "a=ssrc:1000 cname:parlor\r\n"));
  g_assert_null (strstr (answer, "2000")); /* no RTX in audio */
}

static void
test_receive_from_peer (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-publish");
  g_autofree char *answer = answer_to (offer);

  g_assert_cmpuint (count (answer, "a=recvonly\r\n"), ==, 2);
  g_assert_null (strstr (answer, "a=ssrc"));
  g_assert_null (strstr (answer, "a=msid:"));
}

/* A decision cannot do more than the offer allows. */
static void
test_direction_is_bounded (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-publish");
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];

  decide (offer, media);
  media[0].direction = PARLOR_SDP_SENDRECV;
  media[1].direction = PARLOR_SDP_SENDONLY;
  g_autofree char *answer = build (offer, &our_session, media);
  g_assert_cmpuint (count (answer, "a=recvonly\r\n"), ==, 1);
  g_assert_cmpuint (count (answer, "a=inactive\r\n"), ==, 1);
  g_assert_null (strstr (answer, "a=ssrc"));
}

static void
test_rejection_keeps_the_place (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-publish");
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];
  g_autoptr (GError) error = NULL;

  decide (offer, media);
  media[0].accept = FALSE;
  g_autofree char *answer = build (offer, &our_session, media);
  g_assert_nonnull (strstr (answer, "a=group:BUNDLE 1\r\n"));
  g_assert_nonnull (
      strstr (answer, "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"));
  g_assert_cmpuint (count (answer, "a=candidate:"), ==, 3);
  media[1].accept = FALSE;
  g_assert_null (parlor_sdp_answer_build (offer, &our_session, media, offer->n_media, &error));
  g_assert_error (error, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_UNPROCESSABLE);
}

/* --- Codecs --------------------------------------------------------------------------------------
 */

static void
assert_first_codec (const char *name, ParlorCodec preferred, gboolean keeps_order,
                    const char *m_line)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer (name);
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];
  ParlorSdpAnswerSession session = our_session;

  decide (offer, media);
  session.preferred_video = preferred;
  session.keeps_order = keeps_order;
  g_autofree char *answer = build (offer, &session, media);
  g_test_message ("%s: %s", name, answer);
  g_assert_nonnull (strstr (answer, m_line));
}

static void
test_preference (void)
{
  assert_first_codec ("safari-sendrecv", PARLOR_CODEC_NONE, FALSE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 106 107 96 97 98");
  assert_first_codec ("chromium-publish", PARLOR_CODEC_VP9, FALSE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 98 99 100 101 96 97");
  assert_first_codec ("chromium-publish", PARLOR_CODEC_H264, FALSE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 108 109 102 103");
  assert_first_codec ("firefox-publish", PARLOR_CODEC_H264, FALSE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 120 124 121");
  /* A page says by the order what it wants to send. */
  assert_first_codec ("safari-sendrecv", PARLOR_CODEC_NONE, TRUE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98");
  /* Who only receives keeps its own order. */
  assert_first_codec ("safari-recvonly", PARLOR_CODEC_NONE, FALSE,
                      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99");
}

static void
test_parameters (void)
{
  g_autoptr (ParlorSdpOffer) chromium = sample_offer ("chromium-publish");
  g_autoptr (ParlorSdpOffer) obs = sample_offer ("obs-whip");
  g_autofree char *first = answer_to (chromium);
  g_autofree char *second = answer_to (obs);

  g_assert_nonnull (strstr (first, "a=fmtp:111 useinbandfec=1;minptime=10\r\n"));
  g_assert_nonnull (strstr (first, "a=fmtp:63 111/111\r\n"));
  g_assert_nonnull (strstr (first, "a=fmtp:97 apt=96\r\n"));
  g_assert_nonnull (strstr (first, "packetization-mode=1;profile-level-id=42e01f\r\n"));
  g_assert_nonnull (
      strstr (second, "a=fmtp:111 useinbandfec=1;minptime=10;stereo=1;sprop-stereo=1\r\n"));
  g_assert_null (strstr (first, "telephone-event"));
  g_assert_null (strstr (first, "ulpfec"));
}

/* One of the two ways to tell the rate. */
static void
test_rate_feedback (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-publish");
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];

  decide (offer, media);
  g_autofree char *with = build (offer, &our_session, media);
  g_assert_nonnull (strstr (with, "a=rtcp-fb:96 transport-cc\r\n"));
  g_assert_null (strstr (with, "goog-remb"));
  media[1].extensions &= ~(1u << PARLOR_EXT_TRANSPORT_CC);
  g_autofree char *without = build (offer, &our_session, media);
  g_assert_null (strstr (without, "a=rtcp-fb:96 transport-cc\r\n"));
  g_assert_nonnull (strstr (without, "a=rtcp-fb:96 goog-remb\r\n"));
}

static void
test_extensions (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("firefox-simulcast");
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];

  decide (offer, media);
  g_autofree char *answer = build (offer, &our_session, media);
  g_assert_nonnull (strstr (answer, "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
  g_assert_nonnull (strstr (
      answer,
      "a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"));
  g_assert_nonnull (strstr (answer, "a=extmap:8/recvonly https://aomediacodec.github.io/"));
  g_assert_null (strstr (answer, "toffset"));
  media[0].extensions = media[1].extensions = 0;
  g_autofree char *bare = build (offer, &our_session, media);
  g_assert_null (strstr (bare, "a=extmap:"));
}

static void
test_simulcast (void)
{
  static const char *const names[] = {"chromium-simulcast", "firefox-simulcast"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (ParlorSdpOffer) offer = sample_offer (names[i]);
      g_autofree char *answer = answer_to (offer);

      g_assert_nonnull (strstr (answer, "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\n"
                                        "a=simulcast:recv q;h;f\r\n"));
    }
}

/* What OBS and encoders like it send: their one codec, all profiles, each layer. */
static void
test_encoders (void)
{
  g_autoptr (ParlorSdpOffer) obs = sample_offer ("obs-whip");
  g_autoptr (ParlorSdpOffer) layers = sample_offer ("obs-simulcast");
  g_autoptr (ParlorSdpOffer) profiles = sample_offer ("encoder-profiles-rtx");
  g_autofree char *first = answer_to (obs);
  g_autofree char *second = answer_to (layers);
  g_autofree char *third = answer_to (profiles);

  g_assert_nonnull (strstr (first, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"));
  g_assert_nonnull (strstr (first, "a=rtcp-fb:96 nack pli\r\n"));
  g_assert_null (strstr (first, "simulcast"));
  g_assert_nonnull (strstr (second, "a=rid:0 recv\r\na=rid:1 recv\r\na=rid:2 recv\r\n"
                                    "a=simulcast:recv 0;1;2\r\n"));
  g_assert_nonnull (strstr (second, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
  g_assert_nonnull (
      strstr (second, "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"));
  g_assert_nonnull (strstr (third, "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101\r\n"));
  g_assert_nonnull (strstr (third, "a=fmtp:96 profile-level-id=640c1f;packetization-mode=1;"
                                   "level-asymmetry-allowed=1\r\n"));
  g_assert_nonnull (strstr (third, "a=fmtp:99 apt=98\r\n"));
}

static void
test_meeting (void)
{
  static const char *const names[] = {"chromium-meeting", "firefox-meeting"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (ParlorSdpOffer) offer = sample_offer (names[i]);
      g_autofree char *answer = answer_to (offer);

      g_assert_cmpuint (offer->n_media, ==, 34);
      g_assert_cmpuint (count (answer, "a=sendonly\r\n"), ==, 30);
      g_assert_cmpuint (count (answer, "a=recvonly\r\n"), ==, 4);
      g_assert_cmpuint (count (answer, "a=ssrc-group:FID"), ==, 26);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sdp/answer/keeps-order-mids-and-forwarded-formats-of-every-offer",
                   test_every_sample);
  g_test_add_func ("/proto/sdp/answer/transport-is-told-in-full", test_transport);
  g_test_add_func ("/proto/sdp/answer/setup-is-passive-unless-the-peer-is", test_setup_roles);
  g_test_add_func ("/proto/sdp/answer/sending-names-ssrc-rtx-and-stream", test_send_to_peer);
  g_test_add_func ("/proto/sdp/answer/receiving-names-no-ssrc", test_receive_from_peer);
  g_test_add_func ("/proto/sdp/answer/direction-stays-within-the-offer", test_direction_is_bounded);
  g_test_add_func ("/proto/sdp/answer/rejected-line-keeps-its-place",
                   test_rejection_keeps_the_place);
  g_test_add_func ("/proto/sdp/answer/preferred-codec-stands-first-for-publishers",
                   test_preference);
  g_test_add_func ("/proto/sdp/answer/parameters-are-ours-for-opus-and-echoed-for-others",
                   test_parameters);
  g_test_add_func ("/proto/sdp/answer/remb-only-without-transport-cc", test_rate_feedback);
  g_test_add_func ("/proto/sdp/answer/extensions-are-masked-and-turned-round", test_extensions);
  g_test_add_func ("/proto/sdp/answer/simulcast-is-received-by-rid", test_simulcast);
  g_test_add_func ("/proto/sdp/answer/encoders-get-their-codec-all-profiles-and-each-layer",
                   test_encoders);
  g_test_add_func ("/proto/sdp/answer/meeting-has-its-slots", test_meeting);
  return g_test_run ();
}
