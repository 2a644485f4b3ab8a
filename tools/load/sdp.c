/* SPDX-License-Identifier: Apache-2.0 */
#include "load/sdp.h"

#include <stdio.h>
#include <string.h>

void
load_answer_clear (LoadAnswer *answer)
{
  g_clear_pointer (&answer->location, g_free);
}

/* --- ours ------------------------------------------------------------------------------------ */

static void
append_common (GString *sdp, const char *mid, const char *setup, const LoadOffer *own)
{
  g_string_append_printf (
      sdp,
      "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
      "a=fingerprint:sha-256 "
      "%s\r\na=setup:%s\r\na=mid:%s\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=%s\r\n",
      own->local->ufrag, own->local->pwd, own->fingerprint, setup, mid,
      own->publish ? "sendonly" : "recvonly");
}

static void
append_extensions (GString *sdp, guint transport_cc)
{
  g_string_append_printf (
      sdp,
      "a=extmap:%u http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n",
      transport_cc);
}

static void
append_audio (GString *sdp, const LoadOffer *own)
{
  g_string_append_printf (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF %u\r\n", LOAD_AUDIO_PT);
  append_common (sdp, "0", "actpass", own);
  append_extensions (sdp, LOAD_EXT_TRANSPORT_CC);
  g_string_append_printf (
      sdp,
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
      "a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
      "a=rtpmap:%u opus/48000/2\r\na=fmtp:%u minptime=10;useinbandfec=1\r\n"
      "a=rtcp-fb:%u transport-cc\r\n",
      LOAD_AUDIO_PT, LOAD_AUDIO_PT, LOAD_AUDIO_PT);
  if (own->publish)
    g_string_append_printf (sdp, "a=ssrc:%u cname:load\r\na=msid:load audio\r\n", own->audio_ssrc);
}

/* RFC 8852, RFC 8853. */
static void
append_layers (GString *sdp)
{
  g_string_append_printf (
      sdp,
      "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
      "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"
      "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n",
      LOAD_EXT_RID, LOAD_EXT_REPAIRED_RID);
}

static void
append_video (GString *sdp, const LoadOffer *own)
{
  g_string_append_printf (sdp, "m=video 9 UDP/TLS/RTP/SAVPF %u %u\r\n", LOAD_VIDEO_PT,
                          LOAD_VIDEO_RTX_PT);
  append_common (sdp, "1", "actpass", own);
  append_extensions (sdp, LOAD_EXT_TRANSPORT_CC);
  g_string_append_printf (
      sdp,
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
      "a=rtpmap:%u VP8/90000\r\na=rtcp-fb:%u transport-cc\r\na=rtcp-fb:%u nack\r\n"
      "a=rtcp-fb:%u nack pli\r\na=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n",
      LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_RTX_PT,
      LOAD_VIDEO_RTX_PT, LOAD_VIDEO_PT);
  if (own->publish && own->layered)
    append_layers (sdp);
  else if (own->publish)
    g_string_append_printf (sdp,
                            "a=ssrc-group:FID %u %u\r\na=ssrc:%u cname:load\r\na=ssrc:%u "
                            "cname:load\r\na=msid:load video\r\n",
                            own->video_ssrc, own->rtx_ssrc, own->video_ssrc, own->rtx_ssrc);
}

char *
load_sdp_offer (const LoadOffer *own)
{
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");

  g_string_append_printf (sdp, "a=group:BUNDLE 0%s\r\na=msid-semantic: WMS\r\n",
                          own->audio_only ? "" : " 1");
  append_audio (sdp, own);
  if (!own->audio_only)
    append_video (sdp, own);
  return g_string_free (sdp, FALSE);
}

static void
append_person_audio (GString *sdp, const LoadOffer *own, const char *mid, gboolean publish)
{
  LoadOffer part = *own;

  part.publish = publish;
  g_string_append_printf (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF %u\r\n", LOAD_AUDIO_PT);
  append_common (sdp, mid, "actpass", &part);
  append_extensions (sdp, LOAD_EXT_TRANSPORT_CC);
  g_string_append_printf (sdp,
                          "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                          "a=extmap:%u urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                          "a=rtpmap:%u opus/48000/2\r\na=rtcp-fb:%u transport-cc\r\n",
                          LOAD_EXT_MID, LOAD_EXT_LEVEL, LOAD_AUDIO_PT, LOAD_AUDIO_PT);
}

static void
append_person_video (GString *sdp, const LoadOffer *own, const char *mid, gboolean publish)
{
  LoadOffer part = *own;

  part.publish = publish;
  g_string_append_printf (sdp, "m=video 9 UDP/TLS/RTP/SAVPF %u %u\r\n", LOAD_VIDEO_PT,
                          LOAD_VIDEO_RTX_PT);
  append_common (sdp, mid, "actpass", &part);
  append_extensions (sdp, LOAD_EXT_TRANSPORT_CC);
  g_string_append_printf (
      sdp,
      "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=rtpmap:%u VP8/90000\r\na=rtcp-fb:%u transport-cc\r\na=rtcp-fb:%u nack\r\n"
      "a=rtcp-fb:%u nack pli\r\na=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n",
      LOAD_EXT_MID, LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_PT, LOAD_VIDEO_RTX_PT,
      LOAD_VIDEO_RTX_PT, LOAD_VIDEO_PT);
  if (publish)
    append_layers (sdp);
}

char *
load_sdp_person (const LoadOffer *own)
{
  guint n = LOAD_PERSON_SENDERS + own->n_audio + own->n_video;
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (sdp, " %u", i);
  g_string_append (sdp, "\r\n");
  append_person_audio (sdp, own, "0", TRUE);
  append_person_video (sdp, own, "1", TRUE);
  for (guint i = LOAD_PERSON_SENDERS; i < n; i++)
    {
      g_autofree char *mid = g_strdup_printf ("%u", i);

      if (i < LOAD_PERSON_SENDERS + own->n_audio)
        append_person_audio (sdp, own, mid, FALSE);
      else
        append_person_video (sdp, own, mid, FALSE);
    }
  return g_string_free (sdp, FALSE);
}

static void
append_answered (GString *sdp, const LoadOffer *own, const LoadAnswer *remote,
                 const LoadStream *stream)
{
  const char *format = stream->audio ? "opus/48000/2" : "VP8/90000";

  g_string_append_printf (sdp, "m=%s %u UDP/TLS/RTP/SAVPF %u\r\n",
                          stream->audio ? "audio" : "video", stream->pt ? 9 : 0, stream->pt);
  append_common (sdp, stream->mid, "active", own);
  if (remote->transport_cc)
    append_extensions (sdp, remote->transport_cc);
  g_string_append_printf (sdp, "a=rtpmap:%u %s\r\n", stream->pt, format);
  if (!stream->audio)
    g_string_append_printf (sdp, "a=rtcp-fb:%u nack\r\na=rtcp-fb:%u nack pli\r\n", stream->pt,
                            stream->pt);
}

char *
load_sdp_answer (const LoadOffer *own, const LoadAnswer *remote)
{
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");

  for (guint i = 0; i < remote->n_streams; i++)
    g_string_append_printf (sdp, " %s", remote->streams[i].mid);
  g_string_append (sdp, "\r\n");
  for (guint i = 0; i < remote->n_streams; i++)
    append_answered (sdp, own, remote, &remote->streams[i]);
  return g_string_free (sdp, FALSE);
}

/* --- the server's ---------------------------------------------------------------------------- */

/* Loopback is taken before other addresses, IPv4 before IPv6: the load stays on this machine
 * wherever it can. */
static guint
preference (const ParlorAddr *addr)
{
  gboolean ipv4 = parlor_addr_is_ipv4 (addr);
  gboolean loopback = ipv4 ? addr->ip[12] == 127 : addr->ip[15] == 1 && addr->ip[0] == 0;

  return 1 + (ipv4 ? 1 : 0) + (loopback ? 2 : 0);
}

static void
take_candidate (const char *line, LoadAnswer *answer)
{
  char ip[64];
  guint port;
  ParlorAddr addr;

  if (sscanf (line, "a=candidate:%*s %*u %*3[UDPudp] %*u %63s %u", ip, &port) != 2
      || !parlor_addr_parse (ip, (guint16)port, &addr))
    return;
  if (parlor_addr_is_none (&answer->server) || preference (&addr) > preference (&answer->server))
    answer->server = addr;
}

static void
take_transport_line (const char *line, LoadAnswer *answer)
{
  char hash[16], value[256];
  guint id;

  if (g_str_has_prefix (line, "a=ice-ufrag:"))
    g_strlcpy (answer->ufrag, line + 12, sizeof answer->ufrag);
  else if (g_str_has_prefix (line, "a=ice-pwd:"))
    g_strlcpy (answer->pwd, line + 10, sizeof answer->pwd);
  else if (sscanf (line, "a=fingerprint:%15s %255s", hash, value) == 2)
    parlor_fingerprint_parse (hash, value, &answer->fingerprint);
  else if (g_str_equal (line, "a=setup:active"))
    answer->dtls_active = TRUE;
  else if (g_str_has_prefix (line, "a=candidate:"))
    take_candidate (line, answer);
  else if (strstr (line, "transport-wide-cc") != NULL && sscanf (line, "a=extmap:%u", &id) == 1)
    answer->transport_cc = (guint8)CLAMP (id, 1, 14);
}

static void
take_stream_line (const char *line, LoadStream *stream)
{
  guint first, second;
  char name[32];

  if (sscanf (line, "a=ssrc-group:FID %u %u", &first, &second) == 2)
    {
      stream->ssrc = first;
      stream->rtx_ssrc = second;
    }
  else if (stream->ssrc == 0 && sscanf (line, "a=ssrc:%u", &first) == 1)
    stream->ssrc = first;
  else if (g_str_has_prefix (line, "a=mid:"))
    g_strlcpy (stream->mid, line + 6, sizeof stream->mid);
  else if (stream->pt == 0 && sscanf (line, "a=rtpmap:%u %31s", &first, name) == 2
           && g_ascii_strncasecmp (name, stream->audio ? "opus/" : "vp8/", 4) == 0)
    stream->pt = first;
}

static void
take_line (const char *line, LoadAnswer *answer)
{
  if (g_str_has_prefix (line, "m=") && answer->n_streams < LOAD_MAX_STREAMS)
    answer->streams[answer->n_streams++].audio = g_str_has_prefix (line, "m=audio");
  take_transport_line (line, answer);
  if (answer->n_streams > 0)
    take_stream_line (line, &answer->streams[answer->n_streams - 1]);
}

gboolean
load_sdp_read (const char *sdp, LoadAnswer *answer, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    take_line (g_strchomp (lines[i]), answer);
  if (answer->ufrag[0] != '\0' && answer->fingerprint.length > 0
      && !parlor_addr_is_none (&answer->server))
    return TRUE;
  g_set_error_literal (
      error, LOAD_ERROR, 0,
      "the server's description lacks ICE credentials, a fingerprint or a candidate");
  return FALSE;
}
