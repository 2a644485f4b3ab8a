/* SPDX-License-Identifier: Apache-2.0 */
#include "load/ivf.h"

#include <string.h>

#include "load/sdp.h"

/* 32 bytes: "DKIF", version, size of this header, FourCC, width, height, rate, scale, frames; then
 * each frame behind 12 bytes: length and time. All little-endian. */
#define FILE_HEADER_BYTES 32
#define FRAME_HEADER_BYTES 12
#define DEFAULT_FPS 30
#define MAX_FPS 240

typedef struct
{
  gsize offset, length;
} Place;

struct _LoadIvf
{
  guint8 *bytes; /* owned */
  GArray *places;
  guint fps;
};

static guint32
get_u32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, LOAD_ERROR, 0, "the bitstream %s", why);
  return FALSE;
}

/* RFC 6386 section 9.1: the lowest bit of a frame is 0 in a key frame. */
static gboolean
is_key (const guint8 *frame, gsize length)
{
  return length > 10 && !(frame[0] & 1);
}

static gboolean
is_plain_opus (const LoadIvf *self)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      LoadFrame frame = load_ivf_frame (self, i);

      if (frame.length > LOAD_OPUS_MAX_BYTES || (frame.bytes[0] & 3) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_frames (LoadIvf *self, gsize length, const char *fourcc, GError **error)
{
  gsize at = FILE_HEADER_BYTES;

  while (at + FRAME_HEADER_BYTES <= length)
    {
      Place place = {at + FRAME_HEADER_BYTES, get_u32 (self->bytes + at)};

      if (place.length == 0 || place.length > length - place.offset)
        return refuse (error, "has a frame that is empty, or cut off");
      g_array_append_val (self->places, place);
      at = place.offset + place.length;
    }
  if (self->places->len == 0)
    return refuse (error, "has no frame");
  if (g_str_equal (fourcc, LOAD_IVF_OPUS))
    return is_plain_opus (self) || refuse (error, "has packets that are no single frames of Opus");
  return load_ivf_frame (self, 0).key || refuse (error, "does not begin with a key frame");
}

static gboolean
read_header (LoadIvf *self, gsize length, const char *fourcc, GError **error)
{
  guint32 rate, scale;

  if (length < FILE_HEADER_BYTES || memcmp (self->bytes, "DKIF", 4) != 0)
    return refuse (error, "is no IVF file");
  if (memcmp (self->bytes + 8, fourcc, 4) != 0)
    return refuse (error, g_str_equal (fourcc, LOAD_IVF_VP8) ? "is not VP8" : "is not Opus");
  rate = get_u32 (self->bytes + 16);
  scale = get_u32 (self->bytes + 20);
  self->fps = scale > 0 && rate / scale >= 1 && rate / scale <= MAX_FPS ? rate / scale
                                                                        : DEFAULT_FPS;
  return TRUE;
}

static LoadIvf *
take (guint8 *bytes, gsize length, const char *fourcc, GError **error)
{
  LoadIvf *self = g_new0 (LoadIvf, 1);

  self->bytes = bytes;
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  if (read_header (self, length, fourcc, error) && read_frames (self, length, fourcc, error))
    return self;
  load_ivf_free (self);
  return NULL;
}

LoadIvf *
load_ivf_new (const char *path, const char *fourcc, GError **error)
{
  char *bytes;
  gsize length;

  if (!g_file_get_contents (path, &bytes, &length, error))
    return NULL;
  return take ((guint8 *)bytes, length, fourcc, error);
}

LoadIvf *
load_ivf_new_from_bytes (const guint8 *bytes, gsize length, const char *fourcc, GError **error)
{
  return take (g_memdup2 (bytes, length), length, fourcc, error);
}

void
load_ivf_free (LoadIvf *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->places);
  g_free (self->bytes);
  g_free (self);
}

guint
load_ivf_n_frames (const LoadIvf *self)
{
  return self->places->len;
}

guint
load_ivf_fps (const LoadIvf *self)
{
  return self->fps;
}

LoadFrame
load_ivf_frame (const LoadIvf *self, guint64 index)
{
  const Place *place = &g_array_index (self->places, Place, index % self->places->len);
  const guint8 *bytes = self->bytes + place->offset;

  return (LoadFrame){bytes, place->length, is_key (bytes, place->length)};
}

guint64
load_ivf_next_key (const LoadIvf *self, guint64 index)
{
  while (!load_ivf_frame (self, index).key)
    index++;
  return index;
}
