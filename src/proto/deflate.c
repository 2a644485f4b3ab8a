/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/deflate.h"

#include <string.h>
#include <zlib.h>

/* Raw deflate, with the window that no parameter made smaller. */
#define WINDOW_BITS (-15)
/* 40 KB of answer in 0.3 ms; more effort saves hardly a packet. */
#define LEVEL 1
#define MEMORY_LEVEL 8
/* At first; it doubles as a message grows, up to what is allowed. */
#define FIRST_BYTES (16 * 1024)

/* What a sender leaves out at the end of each message (RFC 7692 section 7.2.1). */
static const guint8 tail[] = {0x00, 0x00, 0xff, 0xff};

struct _ParlorDeflate
{
  z_stream in, out;
  GByteArray *inflated, *deflated;
};

/* ---- agreeing ------------------------------------------------------------------------------- */

enum
{
  SERVER_ALONE = 1,
  CLIENT_ALONE = 2,
  CLIENT_WINDOW = 4,
};

/* 8 to 15 without a leading zero, bare or quoted (section 7.1.2). */
static gboolean
is_window (const char *value)
{
  static const char *const sizes[] = {"8", "9", "10", "11", "12", "13", "14", "15", NULL};
  g_autofree char *bare = g_strdup (value);
  gsize n = strlen (bare);
  if (n >= 2 && bare[0] == '"' && bare[n - 1] == '"')
    {
      bare[n - 1] = '\0';
      return g_strv_contains (sizes, bare + 1);
    }
  return g_strv_contains (sizes, bare);
}

/* The bit of a parameter; 0 = it is not one that is agreed to. */
static guint
parameter (char *text)
{
  char *value = strchr (text, '=');
  if (value)
    *value++ = '\0';
  const char *name = g_strstrip (text);
  if (value)
    value = g_strstrip (value);
  if (!g_ascii_strcasecmp (name, "server_no_context_takeover"))
    return value ? 0 : SERVER_ALONE;
  if (!g_ascii_strcasecmp (name, "client_no_context_takeover"))
    return value ? 0 : CLIENT_ALONE;
  if (!g_ascii_strcasecmp (name, "client_max_window_bits"))
    return !value || is_window (value) ? CLIENT_WINDOW : 0;
  return 0;
}

static gboolean
is_good (const char *offer)
{
  g_auto (GStrv) parts = g_strsplit (offer, ";", 8);
  guint seen = 0;
  if (!parts[0] || g_ascii_strcasecmp (g_strstrip (parts[0]), "permessage-deflate"))
    return FALSE;
  for (guint i = 1; parts[i]; i++)
    {
      guint bit = parameter (parts[i]);
      if (!bit || seen & bit)
        return FALSE;
      seen |= bit;
    }
  return TRUE;
}

gboolean
parlor_deflate_offered (const char *extensions)
{
  g_auto (GStrv) offers = g_strsplit (extensions ? extensions : "", ",", 16);
  for (guint i = 0; offers[i]; i++)
    if (is_good (offers[i]))
      return TRUE;
  return FALSE;
}

/* ---- the object ----------------------------------------------------------------------------- */

ParlorDeflate *
parlor_deflate_new (void)
{
  ParlorDeflate *self = g_new0 (ParlorDeflate, 1);
  if (inflateInit2 (&self->in, WINDOW_BITS) != Z_OK
      || deflateInit2 (&self->out, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY)
             != Z_OK)
    g_error ("out of memory");
  self->inflated = g_byte_array_new ();
  self->deflated = g_byte_array_new ();
  return self;
}

void
parlor_deflate_free (ParlorDeflate *self)
{
  if (!self)
    return;
  inflateEnd (&self->in);
  deflateEnd (&self->out);
  g_byte_array_unref (self->inflated);
  g_byte_array_unref (self->deflated);
  g_free (self);
}

/* ---- in ------------------------------------------------------------------------------------- */

/* Room for more of the message, one byte beyond `most` at the utmost; FALSE: it is longer. */
static gboolean
make_room (ParlorDeflate *self, gsize most)
{
  z_stream *z = &self->in;
  gsize room = MIN (self->inflated->len, most + 1);
  if (z->total_out > most)
    return FALSE;
  if (z->total_out == room)
    {
      room = MIN (MAX (2 * room, FIRST_BYTES), most + 1);
      g_byte_array_set_size (self->inflated, (guint)MAX (room, self->inflated->len));
    }
  z->next_out = self->inflated->data + z->total_out;
  z->avail_out = (uInt)(room - z->total_out);
  return TRUE;
}

/* *ended: a final block was the last. */
static ParlorInflateResult
inflate_part (ParlorDeflate *self, const guint8 *data, gsize length, gsize most, gboolean *ended)
{
  z_stream *z = &self->in;
  z->next_in = (Bytef *)data;
  z->avail_in = (uInt)length;
  do
    {
      if (!make_room (self, most))
        return PARLOR_INFLATE_TOO_LONG;
      int result = inflate (z, Z_SYNC_FLUSH);
      *ended = result == Z_STREAM_END;
      if (*ended || (result == Z_BUF_ERROR && !z->avail_in))
        break;
      if (result != Z_OK)
        return PARLOR_INFLATE_BROKEN;
    }
  while (z->avail_in || !z->avail_out);
  return z->total_out > most ? PARLOR_INFLATE_TOO_LONG : PARLOR_INFLATE_OK;
}

ParlorInflateResult
parlor_inflate (ParlorDeflate *self, const guint8 *data, gsize length, gsize most,
                const guint8 **out, gsize *out_length)
{
  gboolean ended = FALSE, ended_in_tail = FALSE;
  g_return_val_if_fail (length <= G_MAXINT32 && most < G_MAXINT32, PARLOR_INFLATE_TOO_LONG);
  inflateReset (&self->in);
  ParlorInflateResult result = inflate_part (self, data, length, most, &ended);
  /* Behind a final block comes the empty one that the tail belongs to, if anything. */
  guint behind = self->in.avail_in;
  if (ended && (behind > 1 || (behind && data[length - 1])))
    result = PARLOR_INFLATE_BROKEN;
  if (result == PARLOR_INFLATE_OK && !ended)
    result = inflate_part (self, tail, sizeof tail, most, &ended_in_tail);
  if (result != PARLOR_INFLATE_OK)
    return result;
  /* 128: what was read last was the end of a block. */
  if (ended_in_tail || (!ended && !(self->in.data_type & 128)))
    return PARLOR_INFLATE_BROKEN;
  *out = self->inflated->data;
  *out_length = self->in.total_out;
  return PARLOR_INFLATE_OK;
}

/* ---- out ------------------------------------------------------------------------------------ */

gboolean
parlor_deflate (ParlorDeflate *self, const guint8 *data, gsize length, const guint8 **out,
                gsize *out_length)
{
  z_stream *z = &self->out;
  g_return_val_if_fail (length <= G_MAXINT32, FALSE);
  if (self->deflated->len < length + sizeof tail)
    g_byte_array_set_size (self->deflated, (guint)(length + sizeof tail));
  deflateReset (z);
  z->next_in = (Bytef *)data;
  z->avail_in = (uInt)length;
  z->next_out = self->deflated->data;
  /* With the tail it must end before `length` bytes are full: a flush that fills them may not be
   * whole. */
  z->avail_out = (uInt)(length + sizeof tail);
  if (deflate (z, Z_SYNC_FLUSH) != Z_OK || !z->avail_out || z->total_out < sizeof tail
      || memcmp (self->deflated->data + z->total_out - sizeof tail, tail, sizeof tail))
    return FALSE;
  *out = self->deflated->data;
  *out_length = z->total_out - sizeof tail;
  return TRUE;
}
