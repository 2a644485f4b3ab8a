/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/sdp/reader.h"

#define MAX_MSID_BYTES 128

/* --- Streams ------------------------------------------------------------------------------- */

/* The entry of `ssrc`, made when it is new; NULL and the error when that is not possible. */
static ParlorSdpSsrc *
need_ssrc (ParlorSdpReader *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_ssrcs; i++)
    if (self->ssrcs[i].ssrc == ssrc)
      return &self->ssrcs[i];
  if (self->n_ssrcs == PARLOR_SDP_MAX_SSRCS)
    {
      PARLOR_SDP_MALFORMED (self, "more than %u SSRCs in one m-section", PARLOR_SDP_MAX_SSRCS);
      return NULL;
    }
  if (!g_hash_table_add (self->session->ssrcs, GUINT_TO_POINTER (ssrc)))
    {
      PARLOR_SDP_UNPROCESSABLE (self, self->line, "SSRC %u already belongs to another m-line",
                                ssrc);
      return NULL;
    }
  self->ssrcs[self->n_ssrcs] = (ParlorSdpSsrc){.ssrc = ssrc, .cname = ""};
  return &self->ssrcs[self->n_ssrcs++];
}

/* "<stream> [<track>]"; the first one counts. RFC 8830 wants tokens, but webrtcbin puts an @ there:
 * whatever has no blanks is taken. */
gboolean
parlor_sdp_read_msid (ParlorSdpReader *self, const char *value)
{
  ParlorSdpMedia *media = self->media;
  gsize length = strcspn (value, " ");
  g_autofree char *stream = g_strndup (value, length);
  const char *track = value + length + (value[length] == ' ');

  if (length == 0 || length > MAX_MSID_BYTES || strlen (track) > MAX_MSID_BYTES
      || strchr (track, ' ') != NULL)
    return PARLOR_SDP_MALFORMED (self, "msid is not a stream id and a track id of 1 to %u bytes",
                                 MAX_MSID_BYTES);
  if (media->stream_id[0] == '\0' && media->track_id[0] == '\0')
    {
      media->stream_id = strcmp (stream, "-") == 0 ? "" : parlor_sdp_reader_keep (self, stream);
      media->track_id = parlor_sdp_reader_keep (self, track);
    }
  return TRUE;
}

/* a=ssrc:<ssrc> <attribute>[:<value>] */
gboolean
parlor_sdp_read_ssrc (ParlorSdpReader *self, const char *value)
{
  guint64 number;
  ParlorSdpSsrc *ssrc;

  if (!parlor_sdp_take_number (&value, G_MAXUINT32, &number) || *value != ' ')
    return PARLOR_SDP_MALFORMED (self, "a=ssrc is not <SSRC> <attribute>:<value>");
  if (number == 0)
    return TRUE; /* old Firefox: "not known yet" */
  ssrc = need_ssrc (self, (guint32)number);
  if (ssrc == NULL)
    return FALSE;
  value++;
  if (g_str_has_prefix (value, "cname:"))
    ssrc->cname = parlor_sdp_reader_keep (self, value + strlen ("cname:"));
  else if (g_str_has_prefix (value, "msid:"))
    return parlor_sdp_read_msid (self, value + strlen ("msid:"));
  return TRUE;
}

#define MAX_GROUP 8

/* SSRCs of a group in `entries` (indices); -1: broken. */
static gint
take_group (ParlorSdpReader *self, const char *value, guint entries[MAX_GROUP])
{
  guint n = 0;

  while (*value == ' ')
    {
      guint64 number;
      ParlorSdpSsrc *ssrc;

      value++;
      if (!parlor_sdp_take_number (&value, G_MAXUINT32, &number) || number == 0 || n == MAX_GROUP)
        {
          PARLOR_SDP_MALFORMED (self, "a=ssrc-group is not <semantics> and 1 to %u SSRCs",
                                MAX_GROUP);
          return -1;
        }
      ssrc = need_ssrc (self, (guint32)number);
      if (ssrc == NULL)
        return -1;
      entries[n++] = (guint)(ssrc - self->ssrcs);
    }
  return (gint)n;
}

/* Puts the entries of a SIM group in front, in the group's order: low to high by custom. */
static void
order_by_group (ParlorSdpReader *self, const guint *entries, guint n)
{
  ParlorSdpSsrc ordered[PARLOR_SDP_MAX_SSRCS];
  gboolean taken[PARLOR_SDP_MAX_SSRCS] = {FALSE};
  guint n_ordered = 0;

  for (guint i = 0; i < n; i++)
    if (!taken[entries[i]])
      {
        taken[entries[i]] = TRUE;
        ordered[n_ordered++] = self->ssrcs[entries[i]];
      }
  for (guint i = 0; i < self->n_ssrcs; i++)
    if (!taken[i])
      ordered[n_ordered++] = self->ssrcs[i];
  memcpy (self->ssrcs, ordered, n_ordered * sizeof *ordered);
}

gboolean
parlor_sdp_read_ssrc_group (ParlorSdpReader *self, const char *value)
{
  gsize length = strcspn (value, " ");
  guint entries[MAX_GROUP];
  gint n = take_group (self, value + length, entries);

  if (n < 0)
    return FALSE;
  if (n < 2)
    return TRUE;
  if (strncmp (value, "FID ", 4) == 0 || strncmp (value, "FEC", 3) == 0)
    {
      if (value[1] == 'I')
        self->ssrcs[entries[0]].rtx_ssrc = self->ssrcs[entries[1]].ssrc;
      for (gint i = 1; i < n; i++)
        self->ssrcs[entries[i]].secondary = entries[i] != entries[0];
    }
  else if (strncmp (value, "SIM ", 4) == 0)
    {
      self->media->ssrc_simulcast = TRUE;
      order_by_group (self, entries, (guint)n);
    }
  return TRUE;
}

void
parlor_sdp_resolve_sources (ParlorSdpReader *self)
{
  ParlorSdpMedia *media = self->media;

  for (guint i = 0; i < self->n_ssrcs && media->n_sources < PARLOR_SDP_MAX_SOURCES; i++)
    if (!self->ssrcs[i].secondary)
      media->sources[media->n_sources++] = (ParlorSdpSource){
          .ssrc = self->ssrcs[i].ssrc,
          .rtx_ssrc = self->ssrcs[i].rtx_ssrc,
          .cname = self->ssrcs[i].cname,
      };
}

/* --- Simulcast ------------------------------------------------------------------------------ */

static gboolean
is_rid (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > PARLOR_SDP_MAX_ID_BYTES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
  return TRUE;
}

/* a=rid:<id> send|recv [<restrictions>] */
gboolean
parlor_sdp_read_rid (ParlorSdpReader *self, const char *value)
{
  gsize length = strcspn (value, " ");
  g_autofree char *rid = g_strndup (value, length);
  const char *direction = value + length + (value[length] == ' ');

  if (!is_rid (rid))
    return PARLOR_SDP_MALFORMED (self, "a=rid has no id of 1 to %u letters, digits, - or _",
                                 PARLOR_SDP_MAX_ID_BYTES);
  if (!g_str_has_prefix (direction, "send") && !g_str_has_prefix (direction, "recv"))
    return PARLOR_SDP_MALFORMED (self, "a=rid is not <id> send|recv");
  if (direction[0] != 's' || self->n_rids == G_N_ELEMENTS (self->rids))
    return TRUE;
  self->rids[self->n_rids++] = parlor_sdp_reader_keep (self, rid);
  return TRUE;
}

/* a=simulcast:[send <list>] [recv <list>], in either order (RFC 8853 section 5.1). */
gboolean
parlor_sdp_read_simulcast (ParlorSdpReader *self, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 5);
  guint n = g_strv_length (words);

  if (n != 2 && n != 4)
    return PARLOR_SDP_MALFORMED (self, "a=simulcast is not send <rids> and recv <rids>");
  for (guint i = 0; i < n; i += 2)
    if (strcmp (words[i], "send") == 0)
      {
        self->simulcast = parlor_sdp_reader_keep (self, words[i + 1]);
        self->simulcast_line = self->line;
      }
    else if (strcmp (words[i], "recv") != 0)
      return PARLOR_SDP_MALFORMED (self, "a=simulcast is not send <rids> and recv <rids>");
  return TRUE;
}

static gboolean
is_declared (ParlorSdpReader *self, const char *rid)
{
  for (guint i = 0; i < self->n_rids; i++)
    if (strcmp (self->rids[i], rid) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_layer (const ParlorSdpMedia *media, const char *rid)
{
  for (guint i = 0; i < media->n_rids; i++)
    if (strcmp (media->rids[i].rid, rid) == 0)
      return TRUE;
  return FALSE;
}

/* "q;h,hh;~f": layers by ';', of alternatives by ',' the first one we know, ~ = paused. What is
 * above our bound is not answered, which the offerer must take (RFC 8853 section 5.3.2). */
gboolean
parlor_sdp_resolve_simulcast (ParlorSdpReader *self)
{
  g_auto (GStrv) layers = NULL;
  ParlorSdpMedia *media = self->media;

  if (self->simulcast == NULL || self->media->kind != PARLOR_SDP_KIND_VIDEO)
    return TRUE;
  layers = g_strsplit (self->simulcast, ";", 16);
  for (guint i = 0; layers[i] != NULL && media->n_rids < PARLOR_SDP_MAX_RIDS; i++)
    {
      g_auto (GStrv) alternatives = g_strsplit (layers[i], ",", 16);

      for (guint j = 0; alternatives[j] != NULL; j++)
        {
          gboolean paused = alternatives[j][0] == '~';
          const char *rid = alternatives[j] + (paused ? 1 : 0);

          if (!is_declared (self, rid) || has_layer (media, rid))
            continue;
          media->rids[media->n_rids++] = (ParlorSdpRid){parlor_sdp_reader_keep (self, rid), paused};
          break;
        }
    }
  if (media->n_rids == 0)
    return PARLOR_SDP_UNPROCESSABLE (
        self, self->simulcast_line,
        "a=simulcast:send names no rid that a line a=rid:<id> send declares");
  return TRUE;
}
