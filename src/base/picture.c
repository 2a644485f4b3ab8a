/* SPDX-License-Identifier: Apache-2.0 */
#include "base/picture.h"

#include <string.h>

typedef struct
{
  const guint8 *data;
  gsize size;
  GByteArray *out;
  ParlorPictureInfo *info;
} Walk;

static guint
be16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

static guint32
be32 (const guint8 *at)
{
  return (guint32)be16 (at) << 16 | be16 (at + 2);
}

static guint32
le32 (const guint8 *at)
{
  return at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16 | (guint32)at[3] << 24;
}

static guint32
le24 (const guint8 *at)
{
  return at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16;
}

static void
keep (Walk *walk, gsize from, gsize length)
{
  g_byte_array_append (walk->out, walk->data + from, (guint)length);
}

/* ---- JPEG ------------------------------------------------------------------------------------ */

static gboolean
is_frame (guint8 marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* APP0 (JFIF) and APP14 (Adobe: how colours are meant) say how to draw it, APP2 holds the colour
 * profile; the other APPn and comments are about other things. */
static gboolean
is_needed (guint8 marker, const guint8 *body, gsize length)
{
  static const char profile[] = "ICC_PROFILE"; /* other APP2 hold further pictures */
  if (marker == 0xe2)
    return length >= sizeof profile && !memcmp (body, profile, sizeof profile);
  gboolean app = marker >= 0xe0 && marker <= 0xef;
  return marker != 0xfe && (!app || marker == 0xe0 || marker == 0xee);
}

/* The coded data after a scan's header: up to the next marker that is neither a stuffed FF 00 nor a
 * restart. */
static gsize
scan_end (const Walk *walk, gsize at)
{
  for (; at + 1 < walk->size; at++)
    if (walk->data[at] == 0xff && walk->data[at + 1] != 0x00 && walk->data[at + 1] != 0xff
        && (walk->data[at + 1] < 0xd0 || walk->data[at + 1] > 0xd7))
      return at;
  return walk->size;
}

static gboolean
walk_jpeg (Walk *walk)
{
  gsize at = 2;
  gboolean scanned = FALSE;
  walk->info->type = "image/jpeg";
  keep (walk, 0, 2);
  while (at + 4 <= walk->size && walk->data[at] == 0xff)
    {
      guint8 marker = walk->data[at + 1];
      gsize length = be16 (walk->data + at + 2), next = at + 2 + length;
      if (marker == 0xff) /* fill bytes (B.1.1.2) */
        {
          at++;
          continue;
        }
      if (marker == 0xd9)
        break;
      if (length < 2 || next > walk->size || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8))
        return FALSE;
      if (is_frame (marker) && length >= 8)
        {
          walk->info->height = be16 (walk->data + at + 5);
          walk->info->width = be16 (walk->data + at + 7);
        }
      if (is_needed (marker, walk->data + at + 4, length - 2))
        keep (walk, at, 2 + length);
      at = next;
      if (marker != 0xda)
        continue;
      gsize end = scan_end (walk, at);
      keep (walk, at, end - at);
      at = end;
      scanned = TRUE;
    }
  static const guint8 end_of_image[] = {0xff, 0xd9};
  g_byte_array_append (walk->out, end_of_image, sizeof end_of_image);
  return scanned;
}

/* ---- PNG ------------------------------------------------------------------------------------- */

static gboolean
is_kept_chunk (const guint8 *type)
{
  static const char kept[][5] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB",
                                 "iCCP", "cICP", "sBIT", "pHYs", "acTL", "fcTL", "fdAT"};
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (!memcmp (type, kept[i], 4))
      return TRUE;
  return FALSE;
}

static gboolean
walk_png (Walk *walk)
{
  gsize at = 8;
  gboolean data = FALSE;
  walk->info->type = "image/png";
  keep (walk, 0, 8);
  while (at + 12 <= walk->size)
    {
      gsize length = be32 (walk->data + at);
      const guint8 *type = walk->data + at + 4;
      if (length > walk->size - at - 12)
        return FALSE;
      if (at == 8 && (length != 13 || memcmp (type, "IHDR", 4)))
        return FALSE;
      if (at == 8)
        {
          walk->info->width = be32 (type + 4);
          walk->info->height = be32 (type + 8);
        }
      data = data || !memcmp (type, "IDAT", 4);
      if (is_kept_chunk (type))
        keep (walk, at, length + 12);
      if (!memcmp (type, "IEND", 4))
        return data;
      at += length + 12;
    }
  return FALSE;
}

/* ---- WebP ------------------------------------------------------------------------------------ */

#define VP8X_EXIF 0x08
#define VP8X_XMP 0x04

static void
read_webp_size (Walk *walk, const guint8 *chunk, gsize length)
{
  const guint8 *body = chunk + 8;
  if (!memcmp (chunk, "VP8X", 4) && length >= 10)
    {
      walk->info->width = le24 (body + 4) + 1;
      walk->info->height = le24 (body + 7) + 1;
    }
  else if (!memcmp (chunk, "VP8 ", 4) && length >= 10 && !walk->info->width)
    {
      walk->info->width = (body[6] | (guint)body[7] << 8) & 0x3fff;
      walk->info->height = (body[8] | (guint)body[9] << 8) & 0x3fff;
    }
  else if (!memcmp (chunk, "VP8L", 4) && length >= 5 && !walk->info->width)
    {
      guint32 bits = le32 (body + 1);
      walk->info->width = (bits & 0x3fff) + 1;
      walk->info->height = (bits >> 14 & 0x3fff) + 1;
    }
}

static gboolean
is_webp_chunk (const guint8 *type)
{
  static const char kept[][5] = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"};
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (!memcmp (type, kept[i], 4))
      return TRUE;
  return FALSE;
}

static gboolean
walk_webp (Walk *walk)
{
  gsize at = 12, end = MIN (walk->size, (gsize)le32 (walk->data + 4) + 8);
  gboolean data = FALSE;
  walk->info->type = "image/webp";
  keep (walk, 0, 12);
  while (at + 8 <= end)
    {
      const guint8 *chunk = walk->data + at;
      gsize length = le32 (chunk + 4), padded = length + (length & 1);
      if (length > end - at - 8)
        return FALSE;
      padded = MIN (padded, end - at - 8);
      if (is_webp_chunk (chunk))
        {
          guint place = walk->out->len;
          read_webp_size (walk, chunk, length);
          keep (walk, at, 8 + padded);
          if (!memcmp (chunk, "VP8X", 4) && length)
            walk->out->data[place + 8] &= (guint8) ~(VP8X_EXIF | VP8X_XMP);
          data = data || !memcmp (chunk, "VP8", 3) || !memcmp (chunk, "ANMF", 4);
        }
      at += 8 + padded;
    }
  guint32 riff = walk->out->len - 8;
  for (guint i = 0; i < 4; i++)
    walk->out->data[4 + i] = (guint8)(riff >> (8 * i));
  return data;
}

/* ---- any ------------------------------------------------------------------------------------- */

static gboolean
walk_any (Walk *walk)
{
  static const guint8 png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  const guint8 *data = walk->data;
  if (walk->size < 16 || walk->size > PARLOR_PICTURE_BYTES)
    return FALSE;
  if (data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff)
    return walk_jpeg (walk);
  if (!memcmp (data, png, sizeof png))
    return walk_png (walk);
  return !memcmp (data, "RIFF", 4) && !memcmp (data + 8, "WEBP", 4) && walk_webp (walk);
}

GByteArray *
parlor_picture_clean (const guint8 *data, gsize size, ParlorPictureInfo *info)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Walk walk = {data, size, out, info};
  *info = (ParlorPictureInfo){0};
  if (!walk_any (&walk) || !info->width || !info->height || info->width > PARLOR_PICTURE_SIDE
      || info->height > PARLOR_PICTURE_SIDE)
    return NULL;
  return g_steal_pointer (&out);
}
