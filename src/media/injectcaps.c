/* SPDX-License-Identifier: Apache-2.0 */
/* What is injected, as its caps say it. */
#include "media/plane_internal.h"

#include "base/error.h"
#include "proto/sdp/codecs.h"

#include <gst/gst.h>
#include <string.h>

static gboolean
append_parameter (GQuark field, const GValue *value, gpointer user_data)
{
  if (G_VALUE_HOLDS_STRING (value))
    g_string_append_printf (user_data, "%s=%s;", g_quark_to_string (field),
                            g_value_get_string (value));
  return TRUE;
}

/* Caps of application/x-rtp carry an fmtp line's parameters as fields of their own. */
static ParlorCodecKey
read_codec (const GstStructure *structure)
{
  g_autoptr (GString) fmtp = g_string_new (NULL);
  const char *encoding = gst_structure_get_string (structure, "encoding-name");
  gint clock_hz = 0;
  gst_structure_get_int (structure, "clock-rate", &clock_hz);
  gst_structure_foreach (structure, append_parameter, fmtp);
  /* RFC 7587 section 7: Opus always says two. */
  return encoding
             ? parlor_codec_key_from_format (encoding, (guint32)clock_hz,
                                             g_ascii_strcasecmp (encoding, "opus") == 0 ? 2 : 0,
                                             fmtp->str)
             : PARLOR_CODEC_KEY_NONE;
}

gboolean
parlor_media_inject_caps (const char *text, ParlorSourceKind kind, ParlorSourceConfig *config,
                          GError **error)
{
  g_autoptr (GstCaps) caps = text ? gst_caps_from_string (text) : NULL;
  const GstStructure *structure = caps && gst_caps_is_fixed (caps)
                                      ? gst_caps_get_structure (caps, 0)
                                      : NULL;
  gboolean is_audio = kind == PARLOR_SOURCE_MICROPHONE || kind == PARLOR_SOURCE_SCREEN_AUDIO;
  gint pt = -1;
  const char *why = NULL;
  if (structure == NULL || !gst_structure_has_name (structure, "application/x-rtp"))
    why = "caps must be one application/x-rtp with media, clock-rate, encoding-name and payload";
  else if (g_strcmp0 (gst_structure_get_string (structure, "media"), is_audio ? "audio" : "video")
           != 0)
    why = "caps: media does not fit the source";
  else if ((config->codecs[0].key = read_codec (structure)) == PARLOR_CODEC_KEY_NONE)
    why = "caps: encoding-name, clock-rate or profile is none that is forwarded";
  else if (!gst_structure_get_int (structure, "payload", &pt) || pt < 0 || pt > 127)
    why = "caps: payload must be 0 to 127";
  if (why != NULL)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
      return FALSE;
    }
  config->n_codecs = 1;
  config->codecs[0].pt = (guint8)pt;
  config->codecs[0].rtx_pt = config->codecs[0].red_pt = PARLOR_ROUTER_NO_PT;
  return TRUE;
}
