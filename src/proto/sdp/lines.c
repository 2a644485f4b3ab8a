/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/lines.h"

#include <string.h>

#include "proto/sdp/offer.h"

typedef struct
{
  ParlorSdpText *text;
  guint line; /* number of the current one, from 1 */
  guint seen; /* bits of 1 << (type - 'a') at session level */
  GError **error;
} Scan;

#define SEEN(type) (1u << ((type) - 'a'))

gboolean
parlor_sdp_fail (GError **error, ParlorSdpError code, guint line, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (line > 0)
    g_set_error (error, PARLOR_SDP_ERROR, code, "line %u: %s", line, message);
  else
    g_set_error_literal (error, PARLOR_SDP_ERROR, code, message);
  return FALSE;
}

const char *
parlor_sdp_quote (const char *text, char out[PARLOR_SDP_QUOTE_BYTES])
{
  guint n = 0;

  out[n++] = '"';
  for (; *text != '\0' && n < 41; text++)
    out[n++] = g_ascii_isprint (*text) && *text != '"' ? *text : '?';
  if (*text != '\0')
    for (guint i = 0; i < 3; i++)
      out[n++] = '.';
  out[n++] = '"';
  out[n] = '\0';
  return out;
}

/* --- Grammar of lines ---------------------------------------------------------------------- */

/* The next word of `text` up to a blank; NULL when there is none. Advances `text`. */
static const char *
next_word (const char **text, const char *end, gsize *length)
{
  const char *word = *text;
  const char *blank = memchr (word, ' ', (gsize)(end - word));
  const char *stop = blank != NULL ? blank : end;

  *length = (gsize)(stop - word);
  *text = blank != NULL ? blank + 1 : end;
  return *length > 0 ? word : NULL;
}

static gboolean
is_port (const char *text, gsize length)
{
  guint value = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      value = value * 10 + (guint)(text[i] - '0');
      if (value > 65535)
        return FALSE;
    }
  return length > 0;
}

/* m=<media> <port> <proto> <fmt> … */
static gboolean
check_media_line (Scan *scan, const char *value, gsize length)
{
  const char *end = value + length;
  gsize size;

  if (next_word (&value, end, &size) == NULL)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "m= names no kind of media");
  const char *port = next_word (&value, end, &size);
  if (port == NULL || !is_port (port, size))
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "m= has no port from 0 to 65535 as its second word");
  if (next_word (&value, end, &size) == NULL)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "m= names no protocol");
  if (next_word (&value, end, &size) == NULL)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "m= lists no format");
  return TRUE;
}

static gboolean
begin_media (Scan *scan, const char *value, gsize length)
{
  ParlorSdpText *text = scan->text;

  if (text->media_lines->len >= PARLOR_SDP_MAX_MEDIA)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "more than %u m-lines", PARLOR_SDP_MAX_MEDIA);
  if (!check_media_line (scan, value, length))
    return FALSE;
  g_array_append_val (text->media_lines, scan->line);
  g_array_append_val (text->media_first, text->attribute_lines->len);
  return TRUE;
}

/* What a session must say before its first m-line: RFC 8866 section 5. */
static gboolean
check_session_head (Scan *scan)
{
  static const char required[] = "ost";

  for (const char *type = required; *type != '\0'; type++)
    if ((scan->seen & SEEN (*type)) == 0)
      return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                              "the session has no %c= line", *type);
  return TRUE;
}

static gboolean
check_bytes (Scan *scan, const char *line, gsize length)
{
  if (length > PARLOR_SDP_MAX_LINE_BYTES)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "longer than %u bytes", PARLOR_SDP_MAX_LINE_BYTES);
  for (gsize i = 0; i < length; i++)
    if ((guchar)line[i] < ' ')
      return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                              "holds a control character (%u)", (guint)line[i]);
  return TRUE;
}

static gboolean
check_line (Scan *scan, const char *line, gsize length)
{
  char type;

  if (!check_bytes (scan, line, length))
    return FALSE;
  if (length < 2 || line[1] != '=' || strchr ("vosiuepcbtrzkam", line[0]) == NULL)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "is not <type>=<value> with a type of RFC 8866");
  type = line[0];
  if (scan->line == 1 && (length != 3 || memcmp (line, "v=0", 3) != 0))
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, 1, "SDP begins with v=0");
  if (scan->line > 1 && type == 'v')
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, scan->line,
                            "a second v= line: send one description at a time");
  if (type == 'a')
    g_array_append_val (scan->text->attribute_lines, scan->line);
  if (type == 'm')
    {
      if (scan->text->media_lines->len == 0 && !check_session_head (scan))
        return FALSE;
      return begin_media (scan, line + 2, length - 2);
    }
  if (scan->text->media_lines->len == 0)
    scan->seen |= SEEN (type);
  return TRUE;
}

static gboolean
check_lines (Scan *scan, const char *sdp, gsize length)
{
  const char *end = sdp + length;

  while (sdp < end)
    {
      const char *feed = memchr (sdp, '\n', (gsize)(end - sdp));
      const char *stop = feed != NULL ? feed : end;
      gsize size = (gsize)(stop - sdp);

      if (++scan->line > PARLOR_SDP_MAX_LINES)
        return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, 0, "more than %u lines",
                                PARLOR_SDP_MAX_LINES);
      if (size > 0 && sdp[size - 1] == '\r')
        size--;
      if (!check_line (scan, sdp, size))
        return FALSE;
      sdp = feed != NULL ? feed + 1 : end;
    }
  if (scan->text->media_lines->len == 0)
    return parlor_sdp_fail (scan->error, PARLOR_SDP_ERROR_MALFORMED, 0,
                            "the description has no m= line");
  return TRUE;
}

/* --- GStreamer's parse ---------------------------------------------------------------------- */

/* Both parsers must have seen the same lines, or line numbers and attributes drift apart. */
static gboolean
counts_agree (const ParlorSdpText *self)
{
  guint n_media = gst_sdp_message_medias_len (self->message);
  guint n_attributes = gst_sdp_message_attributes_len (self->message);
  gboolean agree = n_media == self->media_lines->len;

  for (guint i = 0; agree && i < n_media; i++)
    {
      agree = n_attributes == g_array_index (self->media_first, guint, i);
      n_attributes += gst_sdp_media_attributes_len (gst_sdp_message_get_media (self->message, i));
    }
  return agree && n_attributes == self->attribute_lines->len;
}

static gboolean
parse_message (ParlorSdpText *self, const char *sdp, gsize length, GError **error)
{
  if (gst_sdp_message_new (&self->message) != GST_SDP_OK
      || gst_sdp_message_parse_buffer ((const guint8 *)sdp, (guint)length, self->message)
             != GST_SDP_OK
      || !counts_agree (self))
    return parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, 0,
                            "the description does not parse as SDP");
  return TRUE;
}

ParlorSdpText *
parlor_sdp_text_parse (const char *sdp, gsize length, GError **error)
{
  g_autoptr (ParlorSdpText) self = g_new0 (ParlorSdpText, 1);
  Scan scan = {.text = self, .error = error};

  self->attribute_lines = g_array_new (FALSE, FALSE, sizeof (guint));
  self->media_lines = g_array_new (FALSE, FALSE, sizeof (guint));
  self->media_first = g_array_new (FALSE, FALSE, sizeof (guint));
  if (length == 0 || length > PARLOR_SDP_MAX_BYTES)
    {
      parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, 0,
                       "the description has %" G_GSIZE_FORMAT " bytes; 1 to %u are taken", length,
                       PARLOR_SDP_MAX_BYTES);
      return NULL;
    }
  if (!check_lines (&scan, sdp, length))
    return NULL;
  if (!g_utf8_validate (sdp, (gssize)length, NULL))
    {
      parlor_sdp_fail (error, PARLOR_SDP_ERROR_MALFORMED, 0, "the description is not UTF-8");
      return NULL;
    }
  return parse_message (self, sdp, length, error) ? g_steal_pointer (&self) : NULL;
}

void
parlor_sdp_text_free (ParlorSdpText *self)
{
  if (self == NULL)
    return;
  if (self->message != NULL)
    gst_sdp_message_free (self->message);
  g_array_unref (self->attribute_lines);
  g_array_unref (self->media_lines);
  g_array_unref (self->media_first);
  g_free (self);
}

guint
parlor_sdp_text_session_line (const ParlorSdpText *self, guint index)
{
  return g_array_index (self->attribute_lines, guint, index);
}

guint
parlor_sdp_text_media_line (const ParlorSdpText *self, guint media, guint index)
{
  return g_array_index (self->attribute_lines, guint,
                        g_array_index (self->media_first, guint, media) + index);
}
