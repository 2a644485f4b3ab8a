/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is taken as an offer can be answered, and the answer parses again, m-line by m-line. */
#include <string.h>

#include "proto/sdp/answer.h"
#include "proto/sdp/lines.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const ParlorSdpCandidate candidate = {
    .address = "192.0.2.1", .port = 7900, .priority = 2130706431};

static const ParlorSdpAnswerSession session = {
    .ufrag = "0parlor",
    .pwd = "abcdefghijklmnopqrstuvwxyz",
    .fingerprint_sha256 = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                          "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    .candidates = &candidate,
    .n_candidates = 1,
    .session_id = 1,
    .session_version = 1,
};

static void
check_answer (const ParlorSdpOffer *offer, const char *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorSdpText) text = parlor_sdp_text_parse (answer, strlen (answer), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (gst_sdp_message_medias_len (text->message), ==, offer->n_media);
  for (guint i = 0; i < offer->n_media; i++)
    {
      const GstSDPMedia *section = gst_sdp_message_get_media (text->message, i);

      g_assert_cmpstr (gst_sdp_media_get_media (section), ==, offer->media[i].media);
      g_assert_cmpstr (gst_sdp_media_get_attribute_val (section, "mid"), ==, offer->media[i].mid);
      g_assert_true ((gst_sdp_media_get_port (section) != 0)
                     == parlor_sdp_media_is_acceptable (&offer->media[i]));
    }
}

static void
answer (const ParlorSdpOffer *offer)
{
  ParlorSdpAnswerMedia media[PARLOR_SDP_MAX_MEDIA];
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean any = FALSE;

  for (guint i = 0; i < offer->n_media; i++)
    {
      parlor_sdp_answer_media_default (&offer->media[i], &media[i]);
      media[i].ssrc = i + 1;
      media[i].rtx_ssrc = i + 100;
      media[i].cname = media[i].stream_id = media[i].track_id = "x";
      any |= media[i].accept;
    }
  text = parlor_sdp_answer_build (offer, &session, media, offer->n_media, &error);
  g_assert_true ((text != NULL) == any);
  if (text != NULL)
    check_answer (offer, text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorSdpOffer) offer = parlor_sdp_offer_parse ((const char *)data, size, &error);

  g_assert_true ((offer == NULL) == (error != NULL));
  if (offer != NULL)
    answer (offer);
  else
    for (const char *c = error->message; *c != '\0'; c++)
      g_assert_true (g_ascii_isprint (*c));
  return 0;
}
