/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/fragment.h"

#include <string.h>

#include "proto/sdp/lines.h"
#include "proto/sdp/offer.h"
#include "proto/sdp/words.h"

typedef struct
{
  ParlorSdpFragment *fragment;
  guint line;
  GError **error;
} Reader;

#define MALFORMED(reader, ...)                                                                     \
  parlor_sdp_fail ((reader)->error, PARLOR_SDP_ERROR_MALFORMED, (reader)->line, __VA_ARGS__)

static gboolean
read_ufrag (Reader *self, const char *value)
{
  ParlorSdpFragment *fragment = self->fragment;

  if (!parlor_sdp_ufrag_is_valid (value))
    return MALFORMED (self, "a=ice-ufrag must have 4 to 256 letters, digits, + or /");
  /* Sections of a bundle repeat it; with two different ones it could not be told which counts. */
  if (fragment->ufrag[0] != '\0' && strcmp (fragment->ufrag, value) != 0)
    return MALFORMED (self, "a=ice-ufrag differs from the one before; a bundle has one transport");
  g_strlcpy (fragment->ufrag, value, sizeof fragment->ufrag);
  return TRUE;
}

static gboolean
read_pwd (Reader *self, const char *value)
{
  ParlorSdpFragment *fragment = self->fragment;

  if (!parlor_sdp_password_is_valid (value))
    return MALFORMED (self, "a=ice-pwd must have 22 to 256 letters, digits, + or /");
  if (fragment->pwd[0] != '\0' && strcmp (fragment->pwd, value) != 0)
    return MALFORMED (self, "a=ice-pwd differs from the one before; a bundle has one transport");
  g_strlcpy (fragment->pwd, value, sizeof fragment->pwd);
  return TRUE;
}

static gboolean
read_mid (Reader *self, const char *value)
{
  if (!parlor_sdp_is_token (value, PARLOR_SDP_MAX_ID_BYTES))
    return MALFORMED (self, "a=mid must have 1 to %u token characters", PARLOR_SDP_MAX_ID_BYTES);
  if (self->fragment->mid[0] == '\0')
    g_strlcpy (self->fragment->mid, value, sizeof self->fragment->mid);
  return TRUE;
}

/* A candidate of a kind that we do not know is no error: others may work. */
static gboolean
read_candidate (Reader *self, const char *line)
{
  ParlorSdpFragment *fragment = self->fragment;

  if (fragment->n_candidates < PARLOR_SDP_MAX_FRAGMENT_CANDIDATES
      && parlor_sdp_candidate_parse (line, strlen (line),
                                     &fragment->candidates[fragment->n_candidates]))
    fragment->n_candidates++;
  else
    fragment->n_ignored++;
  return TRUE;
}

static gboolean
read_line (Reader *self, const char *line)
{
  if (line[0] == '\0' || line[1] != '=' || !g_ascii_islower (line[0]))
    return MALFORMED (self, "is not <type>=<value>");
  if (line[0] != 'a')
    return TRUE;
  if (g_str_has_prefix (line, "a=ice-ufrag:"))
    return read_ufrag (self, line + strlen ("a=ice-ufrag:"));
  if (g_str_has_prefix (line, "a=ice-pwd:"))
    return read_pwd (self, line + strlen ("a=ice-pwd:"));
  if (g_str_has_prefix (line, "a=mid:"))
    return read_mid (self, line + strlen ("a=mid:"));
  if (g_str_has_prefix (line, "a=candidate:"))
    return read_candidate (self, line);
  if (strcmp (line, "a=end-of-candidates") == 0)
    self->fragment->end_of_candidates = TRUE;
  if (strcmp (line, "a=ice-lite") == 0)
    self->fragment->ice_lite = TRUE;
  return TRUE;
}

static gboolean
read_lines (Reader *self, char **lines)
{
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize length = strlen (lines[i]);

      if (length > 0 && lines[i][length - 1] == '\r')
        lines[i][--length] = '\0';
      if (length == 0 && lines[i + 1] == NULL)
        break; /* behind the last line end */
      self->line = i + 1;
      if (!read_line (self, lines[i]))
        return FALSE;
    }
  return TRUE;
}

ParlorSdpFragment *
parlor_sdp_fragment_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (ParlorSdpFragment) fragment = NULL;
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;
  Reader self = {.error = error};

  if (length == 0 || length > PARLOR_SDP_MAX_FRAGMENT_BYTES || memchr (text, 0, length) != NULL)
    {
      MALFORMED (&self, "the fragment must have 1 to %u bytes, none of them 0",
                 PARLOR_SDP_MAX_FRAGMENT_BYTES);
      return NULL;
    }
  fragment = g_new0 (ParlorSdpFragment, 1);
  self.fragment = fragment;
  copy = g_strndup (text, length);
  lines = g_strsplit (copy, "\n", -1);
  if (!read_lines (&self, lines))
    return NULL;
  self.line = 0;
  if ((fragment->ufrag[0] == '\0') != (fragment->pwd[0] == '\0'))
    {
      MALFORMED (&self, "a=ice-ufrag and a=ice-pwd go together (RFC 8840 section 4.4)");
      return NULL;
    }
  return g_steal_pointer (&fragment);
}

void
parlor_sdp_fragment_free (ParlorSdpFragment *self)
{
  g_free (self);
}

char *
parlor_sdp_fragment_build (const char *ufrag, const char *pwd, const char *const *mids,
                           guint n_mids, const ParlorSdpCandidate *candidates, guint n_candidates)
{
  GString *out = g_string_new ("a=ice-lite\r\na=ice-options:trickle\r\na=group:BUNDLE");

  g_return_val_if_fail (n_mids > 0, NULL);

  for (guint i = 0; i < n_mids; i++)
    g_string_append_printf (out, " %s", mids[i]);
  /* The m-line is a pseudo one that carries the mid (RFC 8840 section 9). */
  g_string_append_printf (out, "\r\nm=audio 9 RTP/AVP 0\r\na=mid:%s\r\n", mids[0]);
  g_string_append_printf (out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag, pwd);
  for (guint i = 0; i < n_candidates; i++)
    {
      g_string_append (out, "a=");
      parlor_sdp_candidate_append (out, &candidates[i]);
      g_string_append (out, "\r\n");
    }
  g_string_append (out, "a=end-of-candidates\r\n");
  return g_string_free (out, FALSE);
}
