/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "proto/sdp/offer.h"

/* Recorded offers (tests/data/sdp) and a small one to spoil line by line. */

static const char *const sample_names[] = {
    "chromium-datachannel",
    "chromium-meeting",
    "chromium-publish",
    "chromium-recvonly",
    "chromium-sendrecv",
    "chromium-simulcast",
    "firefox-datachannel",
    "firefox-meeting",
    "firefox-publish",
    "firefox-recvonly",
    "firefox-sendrecv",
    "firefox-simulcast",
    "encoder-profiles-rtx",
    "obs-simulcast",
    "obs-whip",
    "safari-12",
    "safari-14",
    "safari-recvonly",
    "safari-sendrecv",
    "webrtcbin-publish",
    "webrtcbin-recvonly",
    "webrtcbin-audio-only",
};

static inline char *
sample_text (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.sdp", SDP_DATA, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static inline ParlorSdpOffer *
sample_offer (const char *name)
{
  g_autofree char *text = sample_text (name);
  g_autoptr (GError) error = NULL;
  ParlorSdpOffer *offer = parlor_sdp_offer_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return offer;
}

#define FINGERPRINT_256                                                                            \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"  \
  "FF"

/* clang-format off */
static const char small_offer[] =
  "v=0\r\n"                                                    /*  1 */
  "o=- 1 1 IN IP4 127.0.0.1\r\n"                               /*  2 */
  "s=-\r\n"                                                    /*  3 */
  "t=0 0\r\n"                                                  /*  4 */
  "a=group:BUNDLE a v\r\n"                                     /*  5 */
  "a=ice-ufrag:abcd\r\n"                                       /*  6 */
  "a=ice-pwd:0123456789012345678901\r\n"                       /*  7 */
  "a=fingerprint:sha-256 " FINGERPRINT_256 "\r\n"              /*  8 */
  "a=setup:actpass\r\n"                                        /*  9 */
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"                        /* 10 */
  "c=IN IP4 0.0.0.0\r\n"                                       /* 11 */
  "a=mid:a\r\n"                                                /* 12 */
  "a=sendonly\r\n"                                             /* 13 */
  "a=rtcp-mux\r\n"                                             /* 14 */
  "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"         /* 15 */
  "a=rtpmap:111 opus/48000/2\r\n"                              /* 16 */
  "a=ssrc:1111 cname:c\r\n"                                    /* 17 */
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"                      /* 18 */
  "c=IN IP4 0.0.0.0\r\n"                                       /* 19 */
  "a=mid:v\r\n"                                                /* 20 */
  "a=sendonly\r\n"                                             /* 21 */
  "a=rtcp-mux\r\n"                                             /* 22 */
  "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"         /* 23 */
  "a=rtpmap:96 VP8/90000\r\n"                                  /* 24 */
  "a=rtpmap:97 rtx/90000\r\n"                                  /* 25 */
  "a=fmtp:97 apt=96\r\n"                                       /* 26 */
  "a=ssrc-group:FID 2222 3333\r\n"                             /* 27 */
  "a=ssrc:2222 cname:c\r\n"                                    /* 28 */
  "a=ssrc:3333 cname:c\r\n";                                   /* 29 */
/* clang-format on */

/* (transfer full) small_offer with the first `from` made into `to`. */
static inline char *
small_offer_with (const char *from, const char *to)
{
  GString *text = g_string_new (small_offer);

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  return g_string_free (text, FALSE);
}
