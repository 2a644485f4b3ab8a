/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include "base/jsondepth.h"
#include "proto/deflate.h"

#include <string.h>
#include <unistd.h>

#define JSON_DEPTH_MAX 32

void
parlor_http_reply_init (ParlorHttpReply *reply)
{
  *reply = (ParlorHttpReply){.file = -1, .headers = g_ptr_array_new_with_free_func (g_free)};
}

void
parlor_http_reply_clear (ParlorHttpReply *reply)
{
  g_clear_pointer (&reply->body, g_bytes_unref);
  g_clear_pointer (&reply->headers, g_ptr_array_unref);
  if (reply->file >= 0)
    close (reply->file);
  reply->file = -1;
  if (reply->reader != NULL)
    reply->reader->free (g_steal_pointer (&reply->reader));
}

const char *
parlor_http_header (const ParlorHttpRequest *request, const char *name)
{
  for (guint i = 0; i < request->n_headers; i++)
    if (!g_ascii_strcasecmp (request->headers[i].name, name))
      return request->headers[i].value;
  return NULL;
}

gboolean
parlor_http_deflates (const ParlorHttpRequest *request)
{
  return parlor_deflate_offered (parlor_http_header (request, "Sec-WebSocket-Extensions"));
}

static gboolean
has_control (const char *text)
{
  for (; *text; text++)
    if ((guchar)*text < 0x20 || *text == 0x7f)
      return TRUE;
  return FALSE;
}

gboolean
parlor_http_reply_header (ParlorHttpReply *reply, const char *name, const char *value)
{
  if (has_control (name) || has_control (value))
    return FALSE;
  g_ptr_array_add (reply->headers, g_strdup (name));
  g_ptr_array_add (reply->headers, g_strdup (value));
  return TRUE;
}

void
parlor_http_reply_text (ParlorHttpReply *reply, guint status, const char *type, const char *text)
{
  reply->status = status;
  g_clear_pointer (&reply->body, g_bytes_unref);
  reply->body = g_bytes_new (text, strlen (text));
  if (type)
    parlor_http_reply_header (reply, "Content-Type", type);
}

void
parlor_http_reply_json (ParlorHttpReply *reply, guint status, json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  parlor_http_reply_text (reply, status, "application/json", text ? text : "{}");
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  free (text);
}

gboolean
parlor_http_is_type (const ParlorHttpRequest *request, const char *type)
{
  const char *value = parlor_http_header (request, "Content-Type");
  if (!value)
    return FALSE;
  gsize n = strcspn (value, "; \t");
  return n == strlen (type) && !g_ascii_strncasecmp (value, type, n);
}

const char *
parlor_http_bearer (const ParlorHttpRequest *request)
{
  const char *value = parlor_http_header (request, "Authorization");
  if (!value || g_ascii_strncasecmp (value, "Bearer ", 7))
    return NULL;
  value += 7;
  return value + strspn (value, " ");
}

json_t *
parlor_http_json_body (const ParlorHttpRequest *request)
{
  if (!request->body
      || parlor_json_is_too_deep (request->body, request->body_length, JSON_DEPTH_MAX))
    return NULL;
  json_t *json = json_loadb (request->body, request->body_length, JSON_REJECT_DUPLICATES, NULL);
  if (json && !json_is_object (json))
    {
      json_decref (json);
      json = NULL;
    }
  return json;
}

char *
parlor_http_json_why (const ParlorHttpRequest *request)
{
  json_error_t error;
  if (!request->body_length)
    return NULL;
  if (parlor_json_is_too_deep (request->body, request->body_length, JSON_DEPTH_MAX))
    return g_strdup_printf ("The body nests deeper than %d.", JSON_DEPTH_MAX);
  json_t *json = json_loadb (request->body, request->body_length, JSON_REJECT_DUPLICATES, &error);
  gboolean is_object = json_is_object (json), is_json = json != NULL;
  json_decref (json);
  if (is_json)
    return is_object ? NULL : g_strdup ("The body must be a JSON object: {…}.");
  g_autofree char *what = g_utf8_make_valid (error.text, -1);
  return g_strdup_printf ("The body is no JSON: line %d, column %d: %s.", error.line, error.column,
                          what);
}

gboolean
parlor_path_decode (const char *segment, gsize length, char *out, gsize size)
{
  gsize n = 0;
  for (gsize i = 0; i < length; i++)
    {
      int c = (guchar)segment[i];
      if (c == '%')
        {
          int high = i + 2 < length ? g_ascii_xdigit_value (segment[i + 1]) : -1;
          int low = i + 2 < length ? g_ascii_xdigit_value (segment[i + 2]) : -1;
          if (high < 0 || low < 0)
            return FALSE;
          c = high << 4 | low;
          i += 2;
        }
      if (c < 0x20 || c == 0x7f || c == '/' || n + 1 >= size)
        return FALSE;
      out[n++] = (char)c;
    }
  out[n] = 0;
  return g_utf8_validate (out, (gssize)n, NULL);
}

gboolean
parlor_http_path_matches (const char *pattern, ParlorHttpRequest *request)
{
  const char *path = request->path;
  guint n = 0;
  while (*pattern == '/' && *path == '/')
    {
      pattern++;
      path++;
      gsize k = strcspn (pattern, "/"), length = strcspn (path, "/");
      if (*pattern == '{')
        {
          char *out = request->params[n++];
          if (!length || !parlor_path_decode (path, length, out, PARLOR_HTTP_PARAM_SIZE))
            return FALSE;
        }
      else if (k != length || strncmp (pattern, path, k))
        return FALSE;
      pattern += k;
      path += length;
    }
  return !*pattern && !*path;
}
