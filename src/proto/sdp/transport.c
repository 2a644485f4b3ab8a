/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/transport.h"

#include <string.h>

#include "proto/sdp/candidate.h"
#include "proto/sdp/lines.h"

static const struct
{
  const char *name;
  guint size;
} hashes[] = {{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};

/* --- Reading attributes -------------------------------------------------------------------- */

static gboolean
read_ufrag (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
            GError **error)
{
  if (!parlor_sdp_ufrag_is_valid (value))
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, line,
                            "a=ice-ufrag must have 4 to 256 letters, digits, + or /");
  self->ufrag = g_string_chunk_insert_const (strings, value);
  return TRUE;
}

static gboolean
read_pwd (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
          GError **error)
{
  if (!parlor_sdp_password_is_valid (value))
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, line,
                            "a=ice-pwd must have 22 to 256 letters, digits, + or /");
  self->pwd = g_string_chunk_insert_const (strings, value);
  return TRUE;
}

/* "AB:CD:…" of exactly `size` bytes. */
static gboolean
read_hex (const char *text, guint8 *out, guint size)
{
  if (strlen (text) != size * 3 - 1)
    return FALSE;
  for (guint i = 0; i < size; i++, text += 3)
    {
      gint high = g_ascii_xdigit_value (text[0]), low = g_ascii_xdigit_value (text[1]);

      if (high < 0 || low < 0 || (i + 1 < size && text[2] != ':'))
        return FALSE;
      out[i] = (guint8)(high << 4 | low);
    }
  return TRUE;
}

/* Several fingerprints may be offered for one certificate: the strongest counts (RFC 8122
 * section 5). */
static gboolean
read_fingerprint (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
                  GError **error)
{
  gsize length = strcspn (value, " ");
  char quoted[PARLOR_SDP_QUOTE_BYTES];
  guint8 bytes[64];

  if (value[length] == '\0')
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, line,
                            "a=fingerprint is not a hash name and a value in hexadecimal");
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      if (length != strlen (hashes[i].name)
          || g_ascii_strncasecmp (value, hashes[i].name, length) != 0)
        continue;
      if (!read_hex (value + length + 1, bytes, hashes[i].size))
        return parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, line,
                                "a=fingerprint:%s needs %u bytes in hexadecimal with colons",
                                hashes[i].name, hashes[i].size);
      if (hashes[i].size <= self->fingerprint_size)
        return TRUE;
      self->hash = hashes[i].name;
      self->fingerprint_size = hashes[i].size;
      memcpy (self->fingerprint, bytes, hashes[i].size);
      return TRUE;
    }
  self->weak_hash = g_string_chunk_insert_const (strings, parlor_sdp_quote (value, quoted));
  self->weak_line = line;
  return TRUE;
}

static gboolean
read_setup (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
            GError **error)
{
  static const char *const roles[] = {"actpass", "active", "passive"};
  char quoted[PARLOR_SDP_QUOTE_BYTES];

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (strcmp (value, roles[i]) == 0)
      {
        self->has_setup = TRUE;
        self->setup = (ParlorSdpSetup)i;
        return TRUE;
      }
  return parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, line,
                          "a=setup:%s cannot be answered; offer a=setup:actpass",
                          parlor_sdp_quote (value, quoted));
}

static gboolean
read_options (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
              GError **error)
{
  g_auto (GStrv) options = g_strsplit_set (value, " ,", 16);

  self->trickle = g_strv_contains ((const char *const *)options, "trickle");
  return TRUE;
}

static const struct
{
  const char *key;
  gboolean (*read) (ParlorSdpTransport *self, GStringChunk *strings, const char *value, guint line,
                    GError **error);
} readers[] = {
    {"ice-ufrag", read_ufrag}, {"ice-pwd", read_pwd},         {"fingerprint", read_fingerprint},
    {"setup", read_setup},     {"ice-options", read_options},
};

ParlorSdpOutcome
parlor_sdp_transport_read (ParlorSdpTransport *self, GStringChunk *strings, const char *key,
                           const char *value, guint line, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    if (strcmp (key, readers[i].key) == 0)
      return readers[i].read (self, strings, value, line, error) ? PARLOR_SDP_TAKEN
                                                                 : PARLOR_SDP_REFUSED;
  return PARLOR_SDP_NOT_MINE;
}

/* --- What counts in the end ---------------------------------------------------------------- */

static gboolean
settle_ice (const ParlorSdpTransport *media, const ParlorSdpTransport *session, guint line,
            ParlorSdpOffer *offer, GError **error)
{
  const char *ufrag = media->ufrag != NULL ? media->ufrag : session->ufrag;
  const char *pwd = media->pwd != NULL ? media->pwd : session->pwd;

  if (ufrag == NULL || pwd == NULL)
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, line,
                            "this m-line has no a=%s, nor has the session; ICE needs it",
                            ufrag == NULL ? "ice-ufrag" : "ice-pwd");
  offer->ufrag = ufrag;
  offer->pwd = pwd;
  offer->trickle = media->trickle || session->trickle;
  return TRUE;
}

static gboolean
settle_dtls (const ParlorSdpTransport *media, const ParlorSdpTransport *session, guint line,
             ParlorSdpOffer *offer, GError **error)
{
  const ParlorSdpTransport *from = media->hash != NULL ? media : session;
  const ParlorSdpTransport *weak = media->weak_hash != NULL ? media : session;

  if (from->hash == NULL && weak->weak_hash != NULL)
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, weak->weak_line,
                            "a=fingerprint:%s uses a hash that is not taken; offer sha-256",
                            weak->weak_hash);
  if (from->hash == NULL)
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, line,
                            "this m-line has no a=fingerprint, nor has the session; DTLS-SRTP "
                            "needs one, sha-256");
  offer->fingerprint_hash = from->hash;
  offer->fingerprint_size = from->fingerprint_size;
  memcpy (offer->fingerprint, from->fingerprint, sizeof offer->fingerprint);
  from = media->has_setup ? media : session;
  if (!from->has_setup)
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, line,
                            "this m-line has no a=setup, nor has the session; offer "
                            "a=setup:actpass");
  offer->setup = from->setup;
  return TRUE;
}

gboolean
parlor_sdp_transport_settle (const ParlorSdpTransport *media, const ParlorSdpTransport *session,
                             guint line, ParlorSdpOffer *offer, GError **error)
{
  return settle_ice (media, session, line, offer, error)
         && settle_dtls (media, session, line, offer, error);
}
