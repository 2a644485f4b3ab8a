/* SPDX-License-Identifier: Apache-2.0 */
#include "http/range.h"

#include "http/problem.h"

#include <string.h>
#include <unistd.h>

/* FALSE: no digit, or more than fits. */
static gboolean
take_number (const char **at, guint64 *out)
{
  gsize n = strspn (*at, G_CSET_DIGITS);
  if (n == 0 || n > 18)
    return FALSE;
  *out = g_ascii_strtoull (*at, NULL, 10);
  *at += n;
  return TRUE;
}

ParlorRangeResult
parlor_range_parse (const char *value, guint64 size, guint64 *from, guint64 *length)
{
  const char *at = value;
  guint64 first = 0, last = G_MAXUINT64 - 1;
  if (value == NULL || strncmp (value, "bytes=", 6) != 0)
    return PARLOR_RANGE_NONE;
  at += 6;
  gboolean has_first = take_number (&at, &first);
  if (*at++ != '-')
    return PARLOR_RANGE_NONE;
  gboolean has_last = take_number (&at, &last);
  /* More than one range: the whole is an answer too (RFC 9110 section 14.2). */
  if (*at != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first))
    return PARLOR_RANGE_NONE;
  if (!has_first)
    {
      *length = MIN (last, size);
      *from = size - *length;
      return *length > 0 ? PARLOR_RANGE_PART : PARLOR_RANGE_NOWHERE;
    }
  if (first >= size)
    return PARLOR_RANGE_NOWHERE;
  *from = first;
  *length = MIN (last, size - 1) - first + 1;
  return PARLOR_RANGE_PART;
}

/* A part of what the client knows under another tag is of no use to it (RFC 9110 section 13.1.5).
 */
static const char *
wanted_range (const ParlorHttpRequest *request, const char *etag)
{
  const char *condition = parlor_http_header (request, "If-Range");
  return condition == NULL || strcmp (condition, etag) == 0 ? parlor_http_header (request, "Range")
                                                            : NULL;
}

void
parlor_http_reply_file (const ParlorHttpRequest *request, ParlorHttpReply *reply, int fd,
                        guint64 size, const char *type, const char *etag)
{
  const char *known = parlor_http_header (request, "If-None-Match");
  guint64 from = 0, length = size;
  ParlorRangeResult result = parlor_range_parse (wanted_range (request, etag), size, &from,
                                                 &length);
  parlor_http_reply_header (reply, "Accept-Ranges", "bytes");
  parlor_http_reply_header (reply, "ETag", etag);
  parlor_http_reply_header (reply, "Cache-Control", "private, no-cache");
  parlor_http_reply_header (reply, "X-Content-Type-Options", "nosniff");
  if (result == PARLOR_RANGE_NOWHERE || (known != NULL && strstr (known, etag) != NULL))
    {
      if (fd >= 0)
        close (fd);
      if (result != PARLOR_RANGE_NOWHERE)
        {
          reply->status = 304;
          return;
        }
      g_autofree char *all = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, size);
      parlor_http_problem (reply, 416, "range_not_satisfiable", "The file is shorter than that.");
      parlor_http_reply_header (reply, "Content-Range", all);
      return;
    }
  if (result == PARLOR_RANGE_PART)
    {
      g_autofree char *part = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
                                               "/%" G_GUINT64_FORMAT,
                                               from, from + length - 1, size);
      parlor_http_reply_header (reply, "Content-Range", part);
    }
  parlor_http_reply_header (reply, "Content-Type", type);
  reply->status = result == PARLOR_RANGE_PART ? 206 : 200;
  reply->file = fd;
  reply->file_offset = from;
  reply->file_length = length;
}

void
parlor_http_reply_reader (const ParlorHttpRequest *request, ParlorHttpReply *reply,
                          ParlorReader *reader, const char *type, const char *etag)
{
  parlor_http_reply_file (request, reply, -1, reader->size, type, etag);
  if (reply->status == 200 || reply->status == 206)
    reply->reader = reader;
  else
    reader->free (reader);
}
