/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

#include "proto/sdp/lines.h"

static ParlorSdpOffer *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  ParlorSdpOffer *offer = parlor_sdp_offer_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return offer;
}

/* --- What is taken --------------------------------------------------------------------------- */

static void
test_samples (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sample_names); i++)
    {
      g_autoptr (ParlorSdpOffer) offer = sample_offer (sample_names[i]);

      g_assert_cmpuint (offer->n_media, >=, 1);
      g_assert_cmpuint (offer->fingerprint_size, ==, 32);
      g_assert_cmpint (offer->setup, ==, PARLOR_SDP_SETUP_ACTPASS);
      for (guint j = 0; j < offer->n_media; j++)
        {
          g_assert_cmpstr (offer->media[j].mid, !=, "");
          g_assert_false (offer->media[j].rejected);
        }
    }
}

static void
test_small (void)
{
  g_autoptr (ParlorSdpOffer) offer = parse (small_offer);
  const ParlorSdpMedia *video = parlor_sdp_offer_find_mid (offer, "v");

  g_assert_cmpstr (offer->ufrag, ==, "abcd");
  g_assert_cmpstr (offer->pwd, ==, "0123456789012345678901");
  g_assert_cmpstr (offer->fingerprint_hash, ==, "sha-256");
  g_assert_cmphex (offer->fingerprint[1], ==, 0x11);
  g_assert_true (offer->bundled);
  g_assert_cmpuint (offer->n_media, ==, 2);
  g_assert_cmpuint (offer->ext_ids[PARLOR_EXT_MID], ==, 1);
  g_assert_cmpint (video->kind, ==, PARLOR_SDP_KIND_VIDEO);
  g_assert_cmpint (video->direction, ==, PARLOR_SDP_SENDONLY);
  g_assert_cmpuint (video->line, ==, 18);
  g_assert_cmpuint (video->n_formats, ==, 2);
  g_assert_cmpuint (video->formats[0].rtx_pt, ==, 97);
  g_assert_cmpuint (video->formats[1].apt, ==, 96);
  g_assert_cmpint (video->formats[1].role, ==, PARLOR_SDP_FORMAT_RTX);
  g_assert_cmpuint (video->n_sources, ==, 1);
  g_assert_cmpuint (video->sources[0].ssrc, ==, 2222);
  g_assert_cmpuint (video->sources[0].rtx_ssrc, ==, 3333);
  g_assert_cmpstr (video->sources[0].cname, ==, "c");
  g_assert_null (parlor_sdp_offer_find_mid (offer, "x"));
  g_assert_cmpstr (parlor_sdp_offer_find_pt (offer, 111)->encoding, ==, "opus");
  g_assert_null (parlor_sdp_offer_find_pt (offer, 112));
}

static void
test_simulcast_by_rid (void)
{
  g_autoptr (ParlorSdpOffer) chromium = sample_offer ("chromium-simulcast");
  g_autoptr (ParlorSdpOffer) firefox = sample_offer ("firefox-simulcast");
  static const char *const rids[] = {"q", "h", "f"};

  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpstr (chromium->media[1].rids[i].rid, ==, rids[i]);
      g_assert_cmpstr (firefox->media[1].rids[i].rid, ==, rids[i]);
      g_assert_cmpuint (firefox->media[1].sources[i].rtx_ssrc, !=, 0);
    }
  g_assert_cmpuint (chromium->media[1].n_rids, ==, 3);
  g_assert_cmpuint (chromium->media[1].n_sources, ==, 0);
  g_assert_cmpuint (firefox->media[1].n_rids, ==, 3);
  g_assert_cmpuint (firefox->media[1].n_sources, ==, 3);
  g_assert_cmpuint (chromium->media[0].n_rids, ==, 0);
}

static void
test_simulcast_grammar (void)
{
  g_autofree char *text = small_offer_with (
      "a=ssrc-group:FID 2222 3333",
      "a=rid:1 send\r\na=rid:2 send pt=96\r\na=rid:3 send\r\na=rid:r recv\r\n"
      "a=simulcast:recv r send x,1;~2;r;1;3\r\na=ssrc-group:FID 2222 3333");
  g_autoptr (ParlorSdpOffer) offer = parse (text);
  const ParlorSdpMedia *media = &offer->media[1];

  g_assert_cmpuint (media->n_rids, ==, 3);
  g_assert_cmpstr (media->rids[0].rid, ==, "1");
  g_assert_cmpstr (media->rids[1].rid, ==, "2");
  g_assert_true (media->rids[1].paused);
  g_assert_cmpstr (media->rids[2].rid, ==, "3");
}

static void
test_simulcast_by_group (void)
{
  g_autofree char *text = small_offer_with ("a=ssrc-group:FID 2222 3333",
                                            "a=ssrc-group:SIM 7 2222 5\r\n"
                                            "a=ssrc-group:FID 2222 3333\r\na=ssrc-group:FID 5 6");
  g_autoptr (ParlorSdpOffer) offer = parse (text);
  const ParlorSdpMedia *media = &offer->media[1];

  g_assert_true (media->ssrc_simulcast);
  g_assert_cmpuint (media->n_sources, ==, 3);
  g_assert_cmpuint (media->sources[0].ssrc, ==, 7);
  g_assert_cmpuint (media->sources[1].ssrc, ==, 2222);
  g_assert_cmpuint (media->sources[1].rtx_ssrc, ==, 3333);
  g_assert_cmpuint (media->sources[2].ssrc, ==, 5);
  g_assert_cmpuint (media->sources[2].rtx_ssrc, ==, 6);
}

/* What is Chromium's VP8 is 96, Firefox's 120, Safari's 106; the key finds it. */
static void
test_payload_types_by_key (void)
{
  ParlorCodecKey vp8 = parlor_codec_key_from_format ("VP8", 90000, 0, NULL);
  ParlorCodecKey h264 = parlor_codec_key_from_format (
      "H264", 90000, 0, "packetization-mode=1;profile-level-id=42e033");
  static const struct
  {
    const char *name;
    guint vp8, h264; /* 0: not offered */
  } cases[] = {
      {"chromium-publish", 96, 108}, {"firefox-publish", 120, 0}, {"safari-recvonly", 106, 98},
      {"safari-12", 100, 98},        {"safari-14", 100, 98},      {"webrtcbin-publish", 96, 0},
      {"obs-whip", 0, 96},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ParlorSdpOffer) offer = sample_offer (cases[i].name);
      const ParlorSdpMedia *video = NULL;

      for (guint j = 0; j < offer->n_media; j++)
        if (offer->media[j].kind == PARLOR_SDP_KIND_VIDEO)
          video = &offer->media[j];
      const ParlorSdpFormat *found = parlor_sdp_media_find_codec (video, vp8);
      g_assert_cmpuint (found != NULL ? found->pt : 0, ==, cases[i].vp8);
      found = parlor_sdp_media_find_codec (video, h264);
      g_assert_cmpuint (found != NULL ? found->pt : 0, ==, cases[i].h264);
    }
}

static void
test_kept (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-recvonly");
  static const guint8 kept[] = {111, 63, 9, 0, 8, 96, 97, 98, 99, 100, 101, 102, 108, 41, 42, 45};
  static const guint8 dropped[] = {13, 110, 126, 35, 36, 37, 47, 48, 118, 119, 120, 49};

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_nonnull (parlor_sdp_offer_find_pt (offer, kept[i]));
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    g_assert_null (parlor_sdp_offer_find_pt (offer, dropped[i]));
  g_assert_cmpuint (parlor_sdp_media_find_red (&offer->media[0], 111)->pt, ==, 63);
  g_assert_null (parlor_sdp_media_find_red (&offer->media[0], 9));
}

static void
test_feedback (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("firefox-publish");
  g_autofree char *text = small_offer_with ("a=rtpmap:96",
                                            "a=rtcp-fb:* nack\r\na=rtcp-fb:96 ccm fir"
                                            "\r\na=rtcp-fb:96 x y\r\na=rtpmap:96");
  g_autoptr (ParlorSdpOffer) wild = parse (text);

  g_assert_cmphex (offer->media[1].formats[0].feedback, ==, 0x1f);
  g_assert_cmphex (wild->media[1].formats[0].feedback, ==,
                   PARLOR_SDP_FB_NACK | PARLOR_SDP_FB_CCM_FIR);
  g_assert_cmphex (wild->media[0].formats[0].feedback, ==, 0);
}

static void
test_extension_directions (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("firefox-simulcast");
  const ParlorSdpMedia *video = &offer->media[1];

  g_assert_cmpuint (video->ext_ids[PARLOR_EXT_MID], ==, 3);
  g_assert_cmpint (video->ext_directions[PARLOR_EXT_MID], ==, PARLOR_SDP_SENDRECV);
  g_assert_cmpint (video->ext_directions[PARLOR_EXT_PLAYOUT_DELAY], ==, PARLOR_SDP_RECVONLY);
  g_assert_cmpint (video->ext_directions[PARLOR_EXT_DEPENDENCY_DESCRIPTOR], ==,
                   PARLOR_SDP_SENDONLY);
}

static void
test_data_channel (void)
{
  g_autoptr (ParlorSdpOffer) offer = sample_offer ("chromium-datachannel");

  g_assert_cmpuint (offer->n_media, ==, 3);
  g_assert_cmpint (offer->media[2].kind, ==, PARLOR_SDP_KIND_DATA_CHANNEL);
}

static void
test_strongest_fingerprint (void)
{
  g_autofree char *text = small_offer_with (
      "a=fingerprint:sha-256 ", "a=fingerprint:sha-1 00\r\na=fingerprint:SHA-384 " FINGERPRINT_256
                                ":00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n"
                                "a=fingerprint:sha-256 ");
  g_autoptr (ParlorSdpOffer) offer = parse (text);

  g_assert_cmpstr (offer->fingerprint_hash, ==, "sha-384");
  g_assert_cmpuint (offer->fingerprint_size, ==, 48);
}

/* With different credentials for each m-line (bundlePolicy: balanced) the group's first counts. */
static void
test_tagged_section (void)
{
  g_autofree char *text = small_offer_with ("BUNDLE a v", "BUNDLE v a");
  g_autoptr (GString) two = g_string_new (text);

  g_string_replace (two, "a=mid:a", "a=mid:a\r\na=ice-ufrag:aaaa\r\na=setup:active", 1);
  g_string_replace (two, "a=mid:v", "a=mid:v\r\na=ice-ufrag:vvvv\r\na=setup:passive", 1);
  g_autoptr (ParlorSdpOffer) offer = parse (two->str);
  g_assert_cmpstr (offer->ufrag, ==, "vvvv");
  g_assert_cmpint (offer->setup, ==, PARLOR_SDP_SETUP_PASSIVE);
}

static void
test_line_ends (void)
{
  g_autoptr (GString) text = g_string_new (small_offer);
  g_string_replace (text, "\r\n", "\n", 0);
  g_autoptr (ParlorSdpOffer) offer = parse (text->str);
  g_assert_cmpuint (offer->n_media, ==, 2);

  g_string_truncate (text, text->len - 1);
  g_autoptr (ParlorSdpOffer) without_last = parse (text->str);
  g_assert_cmpuint (without_last->n_media, ==, 2);
}

static void
test_rejected_line (void)
{
  g_autofree char *text = small_offer_with ("m=video 9", "m=video 0");
  g_autofree char *only = small_offer_with ("m=video 9", "m=video 0");
  g_autoptr (GString) bundle_only = g_string_new (only);

  g_autoptr (ParlorSdpOffer) offer = parse (text);
  g_assert_true (offer->media[1].rejected);
  g_string_replace (bundle_only, "a=mid:v", "a=mid:v\r\na=bundle-only", 1);
  g_autoptr (ParlorSdpOffer) second = parse (bundle_only->str);
  g_assert_false (second->media[1].rejected);
}

/* What is odd and does no harm: it is left out, and the rest is taken. */
static void
test_odd_and_taken (void)
{
  g_autofree char *text = small_offer_with (
      "a=ssrc-group:FID 2222 3333\r\n",
      "a=ssrc:0 cname:x\r\na=ssrc:9999 cname:d\r\na=ssrc-group:FID 2222 3333\r\n"
      "a=ssrc-group:SIM 2222 2222\r\na=ssrc-group:DUP 2222 9999\r\na=ssrc-group:FID 2222\r\n"
      "a=ssrc-group:FEC-FR 9999 8888\r\na=msid:- track\r\na=msid:other track\r\n"
      "a=rid:h_-1 send\r\na=rid:h_-1 recv\r\na=simulcast:send h_-1,h_-1;h_-1;;~none\r\n"
      "a=fmtp:97 apt=97\r\n");
  g_autoptr (ParlorSdpOffer) offer = parse (text);
  const ParlorSdpMedia *media = &offer->media[1];

  g_assert_cmpuint (media->n_sources, ==, 2); /* 8888 and 3333 belong to others, 0 is none */
  g_assert_cmpuint (media->sources[0].ssrc, ==, 2222);
  g_assert_cmpuint (media->sources[0].rtx_ssrc, ==, 3333);
  g_assert_cmpuint (media->sources[1].ssrc, ==, 9999);
  g_assert_cmpuint (media->sources[1].rtx_ssrc, ==, 0);
  g_assert_cmpstr (media->stream_id, ==, "");
  g_assert_cmpstr (media->track_id, ==, "track");
  g_assert_cmpuint (media->n_rids, ==, 1);
  parlor_sdp_offer_free (NULL);
  parlor_sdp_text_free (NULL);
}

/* RED whose blocks differ, have another clock or are none; repeats of what is not there. */
static void
test_wrappings_of_nothing (void)
{
  static const char *const fmtps[] = {"111/112", "x", "128", "", "96", "63/63"};

  for (guint i = 0; i < G_N_ELEMENTS (fmtps); i++)
    {
      g_autofree char *lines = g_strdup_printf (
          "111 63\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 %s\r\n", fmtps[i]);
      g_autofree char *text = small_offer_with ("111\r\n", lines);
      g_autoptr (ParlorSdpOffer) offer = parse (text);

      g_assert_null (parlor_sdp_media_find_red (&offer->media[0], 111));
      g_assert_cmpuint (offer->media[0].n_formats, ==, 2);
    }
  static const char *const apts[] = {"apt=200", "apt=", "apt=x", "apt=98", "apt=97", "rtx-time=1"};

  for (guint i = 0; i < G_N_ELEMENTS (apts); i++)
    {
      g_autofree char *text = small_offer_with ("apt=96", apts[i]);
      g_autoptr (ParlorSdpOffer) offer = parse (text);

      g_assert_cmpuint (offer->media[1].formats[0].rtx_pt, ==, PARLOR_SDP_NO_PT);
      g_assert_false (offer->media[1].formats[1].kept);
    }
}

/* One extension under two ids: those of the first m-line that has it count, the other is left out.
 */
static void
test_one_extension_two_ids (void)
{
  g_autoptr (GString) text = g_string_new (small_offer);

  g_string_replace (text, "a=mid:v\r\n",
                    "a=mid:v\r\na=extmap:7 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n", 1);
  g_string_replace (text, "a=mid:a\r\n",
                    "a=mid:a\r\na=extmap:6 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n", 1);
  g_autoptr (ParlorSdpOffer) offer = parse (text->str);
  g_assert_cmpuint (offer->ext_ids[PARLOR_EXT_AUDIO_LEVEL], ==, 6);
  g_assert_cmpuint (offer->media[0].ext_ids[PARLOR_EXT_AUDIO_LEVEL], ==, 6);
  g_assert_cmpuint (offer->media[1].ext_ids[PARLOR_EXT_AUDIO_LEVEL], ==, 0);
}

/* --- What is refused, and in which words ------------------------------------------------------ */

static const struct
{
  const char *from, *to;
  ParlorSdpError code;
  const char *words; /* must be in the message */
} refusals[] = {
#define BAD PARLOR_SDP_ERROR_MALFORMED
#define NOT PARLOR_SDP_ERROR_UNPROCESSABLE
    {"v=0", "v=1", BAD, "line 1: SDP begins with v=0"},
    {"s=-\r\n", "", BAD, "no s= line"},
    {"s=-", "s=\x01", BAD, "line 3: holds a control character"},
    {"s=-", "hello", BAD, "line 3: is not <type>=<value>"},
    {"s=-", "x=-", BAD, "line 3"},
    {"s=-", "s=\xff", BAD, "UTF-8"},
    {"t=0 0", "v=0", BAD, "line 4: a second v= line"},
    {"a=group:BUNDLE a v\r\n", "", NOT, "no a=group:BUNDLE"},
    {"BUNDLE a v", "BUNDLE a", NOT,
     "line 18: m=video with mid v is not in the a=group:BUNDLE of line 5"},
    {"BUNDLE a v", "BUNDLE a v\r\na=group:BUNDLE v", NOT, "line 6: a second a=group:BUNDLE"},
    {"a=ice-ufrag:abcd\r\n", "", NOT, "line 9: this m-line has no a=ice-ufrag"},
    {"a=ice-ufrag:abcd", "a=ice-ufrag:abc", BAD, "line 6: a=ice-ufrag"},
    {"a=ice-ufrag:abcd", "a=ice-ufrag:ab<d", BAD, "line 6: a=ice-ufrag"},
    {"a=ice-pwd:0123456789012345678901", "a=ice-pwd:short", BAD, "line 7: a=ice-pwd"},
    {"a=ice-pwd:0123456789012345678901\r\n", "", NOT, "line 9: this m-line has no a=ice-pwd"},
    {"a=ice-ufrag", "a=ice-lite\r\na=ice-ufrag", NOT, "line 6: a=ice-lite"},
    {"sha-256", "sha-1", NOT, "line 8: a=fingerprint:\"sha-1 00:11"},
    {"sha-256 00", "sha-256 0", BAD, "line 8: a=fingerprint:sha-256 needs 32 bytes"},
    {"sha-256 ", "sha-256", BAD, "line 8: a=fingerprint"},
    {"a=fingerprint:sha-256 " FINGERPRINT_256 "\r\n", "", NOT,
     "line 9: this m-line has no a=fingerprint"},
    {"a=setup:actpass", "a=setup:holdconn", NOT, "line 9: a=setup:\"holdconn\""},
    {"a=setup:actpass\r\n", "", NOT, "line 9: this m-line has no a=setup"},
    {"m=audio 9", "m=audio", BAD, "line 10: m= has no port"},
    {"m=audio 9", "m=audio 65536", BAD, "line 10: m= has no port"},
    {"m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF", BAD,
     "line 10: m= lists no format"},
    {"m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF 128", BAD,
     "line 10: m= lists a format"},
    {"m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF 111 111", BAD,
     "payload type 111 twice"},
    {"m=audio 9 UDP/TLS/RTP/SAVPF", "m=audio 9 RTP/AVP", NOT,
     "line 10: \"RTP/AVP\" is not encrypted"},
    {"a=mid:a\r\n", "", NOT, "line 10: this m-line has no a=mid"},
    {"a=mid:a", "a=mid:v", NOT, "a=mid:v is also that of line 10"},
    {"a=mid:a", "a=mid:a\r\na=mid:b", BAD, "line 13: a second a=mid"},
    {"a=mid:a", "a=mid:0123456789abcdefg", NOT, "line 12: a=mid must have 1 to 16"},
    {"a=rtcp-mux\r\n", "", NOT, "line 10: this m-line has no a=rtcp-mux"},
    {"a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus", BAD, "line 16: a=rtpmap"},
    {"a=rtpmap:111", "a=rtpmap:opus", BAD, "line 16: a=rtpmap"},
    {"a=fmtp:97", "a=fmtp:999", BAD, "line 26: a=fmtp"},
    {"a=extmap:1 ", "a=extmap:0 ", BAD, "line 15: a=extmap"},
    {"a=extmap:1 ", "a=extmap:1/sideways ", BAD, "line 15: a=extmap"},
    {"a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
     "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", NOT,
     "line 18: a=extmap:1 means another extension"},
    {"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
     "m=audio 9 UDP/TLS/RTP/SAVPF 111 96\r\na=rtpmap:96 PCMU/8000\r\n", NOT,
     "line 19: payload type 96 means VP8 here but PCMU in the m-line of line 10"},
    {"a=ssrc:1111", "a=ssrc:2222", NOT, "line 27: SSRC 2222 already belongs to another m-line"},
    {"a=ssrc:1111", "a=ssrc:4294967296", BAD, "line 17: a=ssrc"},
    {"FID 2222 3333", "FID 2222 x", BAD, "line 27: a=ssrc-group"},
    {"a=ssrc-group", "a=rid:hi send\r\na=simulcast:send lo\r\na=ssrc-group", NOT,
     "line 28: a=simulcast:send names no rid"},
    {"a=ssrc-group", "a=simulcast:lo\r\na=ssrc-group", BAD, "line 27: a=simulcast"},
    {"a=ssrc-group", "a=rid:h*i send\r\na=ssrc-group", BAD, "line 27: a=rid"},
    {"a=ssrc-group", "a=rid: send\r\na=ssrc-group", BAD, "line 27: a=rid"},
    {"a=ssrc-group", "a=rid:0123456789abcdefg send\r\na=ssrc-group", BAD, "line 27: a=rid"},
    {"a=ssrc-group", "a=rid:h sideways\r\na=ssrc-group", BAD, "line 27: a=rid is not"},
    {"a=ssrc-group", "a=simulcast:sent lo\r\na=ssrc-group", BAD, "line 27: a=simulcast"},
    {"FID 2222 3333", "FID 2222 0", BAD, "line 27: a=ssrc-group"},
    {"FID 2222 3333", "SIM 1 2 3 4 5 6 7 8 9", BAD, "line 27: a=ssrc-group"},
    {"a=ssrc-group", "a=msid: t\r\na=ssrc-group", BAD, "line 27: msid"},
    {"a=ssrc-group", "a=msid:s t u\r\na=ssrc-group", BAD, "line 27: msid"},
#undef BAD
#undef NOT
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *text = small_offer_with (refusals[i].from, refusals[i].to);
      g_autofree char *from = g_strescape (refusals[i].from, NULL);
      g_autofree char *to = g_strescape (refusals[i].to, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s -> %s", from, to); /* TAP is UTF-8, a line each */
      g_assert_null (parlor_sdp_offer_parse (text, strlen (text), &error));
      g_assert_error (error, PARLOR_SDP_ERROR, (gint)refusals[i].code);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, refusals[i].words));
    }
}

static void
test_unbundled (void)
{
  g_autofree char *text = sample_text ("webrtcbin-unbundled");
  g_autoptr (GError) error = NULL;

  g_assert_null (parlor_sdp_offer_parse (text, strlen (text), &error));
  g_assert_error (error, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_UNPROCESSABLE);
  g_assert_nonnull (strstr (error->message, "BUNDLE"));
}

/* No message gives back a password or a byte that is not printable. */
static void
test_messages_are_clean (void)
{
  g_autofree char *text = small_offer_with ("a=setup:actpass",
                                            "a=setup:\xc3\xa4\"'<b>\xe2\x80\xae"
                                            "0123456789012345678901234567890123456789");
  g_autoptr (GError) error = NULL;

  g_assert_null (parlor_sdp_offer_parse (text, strlen (text), &error));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_true (g_ascii_isprint (*c));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

/* --- Bombs ------------------------------------------------------------------------------------ */

/* The head of an offer, then `line` until there are `bytes`. */
static void
check_bomb (const char *line, gsize bytes)
{
  g_autoptr (GString) text = g_string_new (small_offer);
  g_autoptr (GError) error = NULL;

  while (text->len < bytes)
    g_string_append (text, line);
  g_assert_null (parlor_sdp_offer_parse (text->str, text->len, &error));
  g_assert_error (error, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_MALFORMED);
}

static void
test_bombs (void)
{
  check_bomb ("a=x\r\n", 500000); /* 100,000 attributes: by the size */
  check_bomb ("a=x\n", 250000);   /* below the size, by the lines */
  check_bomb ("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:x\r\n", 200000);
  check_bomb ("=\n", 200000);
  check_bomb ("\n", 200000);
  check_bomb ("a", 200000); /* one long line */
}

static void
test_many_ssrcs (void)
{
  g_autoptr (GString) text = g_string_new (small_offer);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "a=ssrc:%u cname:x\r\n", 10000 + i);
  g_assert_null (parlor_sdp_offer_parse (text->str, text->len, &error));
  g_assert_error (error, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_MALFORMED);
  g_assert_nonnull (strstr (error->message, "SSRCs"));
}

static void
test_many_formats (void)
{
  for (guint n = PARLOR_SDP_MAX_FORMATS; n <= PARLOR_SDP_MAX_FORMATS + 1; n++)
    {
      g_autoptr (GString) list = g_string_new ("111");
      g_autoptr (GError) error = NULL;

      for (guint i = 1; i < n; i++)
        g_string_append_printf (list, " %u", i - 1);
      g_string_append (list, "\r\n");
      g_autofree char *text = small_offer_with ("111\r\n", list->str);
      g_autoptr (ParlorSdpOffer) offer = parlor_sdp_offer_parse (text, strlen (text), &error);

      g_assert_cmpint (offer != NULL, ==, n <= PARLOR_SDP_MAX_FORMATS);
      g_assert_true ((offer == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_nonnull (strstr (error->message, "more than 64 formats"));
    }
}

static void
test_every_cut (void)
{
  gsize length = strlen (small_offer);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *copy = g_memdup2 (small_offer, cut);
      g_autoptr (ParlorSdpOffer) offer = parlor_sdp_offer_parse (copy, cut, &error);

      g_assert_true ((offer == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sdp/offer/recorded-offers-are-all-taken", test_samples);
  g_test_add_func ("/proto/sdp/offer/small-offer-is-read-to-the-last-field", test_small);
  g_test_add_func ("/proto/sdp/offer/simulcast-is-read-by-rid", test_simulcast_by_rid);
  g_test_add_func ("/proto/sdp/offer/simulcast-alternatives-and-pauses-are-read",
                   test_simulcast_grammar);
  g_test_add_func ("/proto/sdp/offer/simulcast-is-read-by-ssrc-group", test_simulcast_by_group);
  g_test_add_func ("/proto/sdp/offer/payload-types-are-found-by-key", test_payload_types_by_key);
  g_test_add_func ("/proto/sdp/offer/forwarded-formats-are-kept-and-others-not", test_kept);
  g_test_add_func ("/proto/sdp/offer/feedback-is-a-set-with-a-wildcard", test_feedback);
  g_test_add_func ("/proto/sdp/offer/extensions-have-directions", test_extension_directions);
  g_test_add_func ("/proto/sdp/offer/data-channel-is-told-as-such", test_data_channel);
  g_test_add_func ("/proto/sdp/offer/strongest-fingerprint-counts", test_strongest_fingerprint);
  g_test_add_func ("/proto/sdp/offer/first-of-the-bundle-gives-the-transport", test_tagged_section);
  g_test_add_func ("/proto/sdp/offer/line-ends-may-be-lf-or-missing", test_line_ends);
  g_test_add_func ("/proto/sdp/offer/what-is-odd-is-left-out-and-the-rest-taken",
                   test_odd_and_taken);
  g_test_add_func ("/proto/sdp/offer/wrappings-of-nothing-are-not-kept", test_wrappings_of_nothing);
  g_test_add_func ("/proto/sdp/offer/one-extension-has-one-id", test_one_extension_two_ids);
  g_test_add_func ("/proto/sdp/offer/port-0-refuses-but-not-with-bundle-only", test_rejected_line);
  g_test_add_func ("/proto/sdp/offer/nonsense-is-refused-with-line-and-reason", test_refusals);
  g_test_add_func ("/proto/sdp/offer/unbundled-offer-is-refused", test_unbundled);
  g_test_add_func ("/proto/sdp/offer/messages-hold-printable-text-alone", test_messages_are_clean);
  g_test_add_func ("/proto/sdp/offer/bombs-are-refused-by-their-bounds", test_bombs);
  g_test_add_func ("/proto/sdp/offer/ssrcs-are-bounded", test_many_ssrcs);
  g_test_add_func ("/proto/sdp/offer/formats-are-bounded", test_many_formats);
  g_test_add_func ("/proto/sdp/offer/every-cut-has-an-offer-or-an-error", test_every_cut);
  return g_test_run ();
}
