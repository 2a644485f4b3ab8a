/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/candidate.h"

#include <string.h>

static const char *const type_names[] = {
    [PARLOR_SDP_CANDIDATE_HOST] = "host",
    [PARLOR_SDP_CANDIDATE_SRFLX] = "srflx",
    [PARLOR_SDP_CANDIDATE_PRFLX] = "prflx",
    [PARLOR_SDP_CANDIDATE_RELAY] = "relay",
};

/* RFC 8445 section 5.1.2.2, in the order of the enum. */
static const guint8 type_preferences[] = {126, 100, 110, 0};

static gboolean
is_ice_text (const char *text, gsize least, gsize most)
{
  gsize length = strlen (text);

  if (length < least || length > most)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  return TRUE;
}

gboolean
parlor_sdp_ufrag_is_valid (const char *ufrag)
{
  return is_ice_text (ufrag, 4, 256);
}

gboolean
parlor_sdp_password_is_valid (const char *pwd)
{
  return is_ice_text (pwd, 22, 256);
}

/* --- Reading ------------------------------------------------------------------------------- */

static gboolean
read_number (const char *text, guint64 least, guint64 most, guint64 *value)
{
  return g_ascii_string_to_unsigned (text, 10, least, most, value, NULL);
}

/* Addresses and host names: what can stand in one of them, without judging which it is. */
static gboolean
read_address (const char *text, char *out, gsize size)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (".:-_%", *c) == NULL)
      return FALSE;
  return text[0] != '\0' && g_strlcpy (out, text, size) < size;
}

static gboolean
read_type (const char *text, ParlorSdpCandidateType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (text, type_names[i]) == 0)
      {
        *type = (ParlorSdpCandidateType)i;
        return TRUE;
      }
  return FALSE;
}

/* The eight words that every candidate has:
 * foundation component transport priority address port "typ" type */
static gboolean
read_fixed_part (char **words, ParlorSdpCandidate *candidate)
{
  guint64 component, priority, port;

  if (!is_ice_text (words[0], 1, 32) || !read_number (words[1], 1, 255, &component)
      || !read_number (words[3], 1, G_MAXINT32, &priority)
      || !read_address (words[4], candidate->address, sizeof candidate->address)
      || !read_number (words[5], 0, 65535, &port) || strcmp (words[6], "typ") != 0
      || !read_type (words[7], &candidate->type))
    return FALSE;
  candidate->tcp = g_ascii_strcasecmp (words[2], "tcp") == 0;
  if (!candidate->tcp && (g_ascii_strcasecmp (words[2], "udp") != 0 || port == 0))
    return FALSE;
  g_strlcpy (candidate->foundation, words[0], sizeof candidate->foundation);
  candidate->component = (guint8)component;
  candidate->priority = (guint32)priority;
  candidate->port = (guint16)port;
  return TRUE;
}

/* Pairs of name and value; unknown names are left aside (RFC 8839 section 5.1). */
static gboolean
read_extensions (char **words, ParlorSdpCandidate *candidate)
{
  for (; words[0] != NULL; words += 2)
    {
      guint64 port;

      if (words[1] == NULL)
        return FALSE;
      if (strcmp (words[0], "raddr") == 0
          && !read_address (words[1], candidate->related_address,
                            sizeof candidate->related_address))
        return FALSE;
      if (strcmp (words[0], "rport") == 0)
        {
          if (!read_number (words[1], 0, 65535, &port))
            return FALSE;
          candidate->related_port = (guint16)port;
        }
      if (strcmp (words[0], "ufrag") == 0)
        {
          if (!parlor_sdp_ufrag_is_valid (words[1]))
            return FALSE;
          g_strlcpy (candidate->ufrag, words[1], sizeof candidate->ufrag);
        }
    }
  return TRUE;
}

gboolean
parlor_sdp_candidate_parse (const char *line, gsize length, ParlorSdpCandidate *candidate)
{
  static const char prefix[] = "candidate:";
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  guint n_words;

  memset (candidate, 0, sizeof *candidate);
  if (length == 0 || length > PARLOR_SDP_MAX_CANDIDATE_BYTES || memchr (line, 0, length) != NULL)
    return FALSE;
  if (length >= 2 && memcmp (line, "a=", 2) == 0)
    {
      line += 2;
      length -= 2;
    }
  if (length < strlen (prefix) || memcmp (line, prefix, strlen (prefix)) != 0)
    return FALSE;
  text = g_strndup (line + strlen (prefix), length - strlen (prefix));
  g_strchomp (text);
  words = g_strsplit (text, " ", 64);
  n_words = g_strv_length (words);
  return n_words >= 8 && n_words < 64 && read_fixed_part (words, candidate)
         && read_extensions (words + 8, candidate);
}

/* --- Writing ------------------------------------------------------------------------------- */

static gboolean
is_ipv6 (const char *address)
{
  return strchr (address, ':') != NULL;
}

void
parlor_sdp_candidate_append (GString *out, const ParlorSdpCandidate *candidate)
{
  g_return_if_fail (candidate->type <= PARLOR_SDP_CANDIDATE_RELAY);

  g_string_append (out, "candidate:");
  /* RFC 8445 section 5.1.1.3: equal for what has type, base address and protocol in common. */
  if (candidate->foundation[0] != '\0')
    g_string_append (out, candidate->foundation);
  else
    g_string_append_printf (out, "%u%u", candidate->type + 1 + (candidate->tcp ? 4u : 0u),
                            g_str_hash (candidate->address));
  g_string_append_printf (out, " %u %s %u %s %u typ %s",
                          candidate->component != 0 ? candidate->component : 1,
                          candidate->tcp ? "tcp" : "udp", candidate->priority, candidate->address,
                          candidate->port, type_names[candidate->type]);
  if (candidate->type != PARLOR_SDP_CANDIDATE_HOST)
    {
      const char *unknown = is_ipv6 (candidate->address) ? "::" : "0.0.0.0";
      gboolean known = candidate->related_address[0] != '\0';

      g_string_append_printf (out, " raddr %s rport %u",
                              known ? candidate->related_address : unknown,
                              known ? candidate->related_port : 0);
    }
  if (candidate->tcp)
    g_string_append (out, " tcptype passive"); /* RFC 6544 section 4.5 */
  if (candidate->ufrag[0] != '\0')
    g_string_append_printf (out, " ufrag %s", candidate->ufrag);
}

guint32
parlor_sdp_candidate_priority (ParlorSdpCandidateType type, guint16 local_preference)
{
  g_return_val_if_fail (type <= PARLOR_SDP_CANDIDATE_RELAY, 1);

  return (guint32)type_preferences[type] << 24 | (guint32)local_preference << 8 | (256 - 1);
}

guint32
parlor_sdp_candidate_tcp_priority (guint16 other_preference)
{
  const guint32 type_preference = 90, passive = 4;

  return type_preference << 24 | (passive << 13 | MIN (other_preference, 8191u)) << 8 | (256 - 1);
}
