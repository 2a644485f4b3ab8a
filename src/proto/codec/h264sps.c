/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264sps.h"
#include "base/bytes.h"

enum
{
  NAL_SPS = 7,
  NAL_STAP_A = 24
};

#define MAX_MAP_UNITS 1024 /* of 16 lines */
#define MAX_POC_CYCLE 255  /* 7.4.2.1.1: num_ref_frames_in_pic_order_cnt_cycle */

/* Bits of a NAL unit without its emulation prevention bytes. After the end it gives zeros and
 * remembers. */
typedef struct
{
  const guint8 *data;
  gsize size, at;
  guint zeros; /* bytes of 0 before `at` */
  guint8 byte;
  guint left; /* bits of it */
  gboolean over;
} Reader;

static void
next_byte (Reader *r)
{
  if (r->zeros >= 2 && r->at < r->size && r->data[r->at] == 3)
    {
      r->at++;
      r->zeros = 0;
    }
  r->left = 8;
  if (r->at >= r->size)
    {
      r->over = TRUE;
      r->byte = 0;
      return;
    }
  r->byte = r->data[r->at++];
  r->zeros = r->byte == 0 ? r->zeros + 1 : 0;
}

static guint
take_bit (Reader *r)
{
  if (r->left == 0)
    next_byte (r);
  return (r->byte >> --r->left) & 1;
}

static guint32
take (Reader *r, guint n)
{
  guint32 value = 0;
  while (n-- > 0)
    value = value << 1 | take_bit (r);
  return value;
}

/* Exp-Golomb, section 9.1. */
static guint32
take_ue (Reader *r)
{
  guint zeros = 0;
  while (!r->over && take_bit (r) == 0)
    if (++zeros > 31)
      {
        r->over = TRUE;
        return 0;
      }
  return (1u << zeros) - 1 + take (r, zeros);
}

static gint32
take_se (Reader *r)
{
  guint32 code = take_ue (r);
  return code & 1 ? (gint32)(code / 2) + 1 : -(gint32)(code / 2);
}

static void
skip_scaling_list (Reader *r, guint n)
{
  gint last = 8, next = 8;
  for (guint i = 0; i < n && next != 0 && !r->over; i++)
    {
      next = (last + take_se (r)) & 0xff;
      last = next != 0 ? next : last;
    }
}

static gboolean
has_chroma_format (guint profile)
{
  static const guint8 profiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    if (profiles[i] == profile)
      return TRUE;
  return FALSE;
}

/* Returns chroma_format_idc; 1 = 4:2:0. */
static guint
take_chroma (Reader *r, guint profile)
{
  guint chroma = 1;
  if (!has_chroma_format (profile))
    return chroma;
  chroma = take_ue (r);
  if (chroma == 3)
    take (r, 1);
  take_ue (r);
  take_ue (r);
  take (r, 1);
  if (take (r, 1))
    for (guint i = 0; i < (chroma == 3 ? 12u : 8u) && !r->over; i++)
      if (take (r, 1))
        skip_scaling_list (r, i < 6 ? 16 : 64);
  return chroma;
}

static void
skip_order (Reader *r)
{
  guint type;
  take_ue (r); /* log2_max_frame_num_minus4 */
  type = take_ue (r);
  if (type == 0)
    take_ue (r);
  if (type != 1)
    return;
  take (r, 1);
  take_se (r);
  take_se (r);
  guint n = take_ue (r);
  if (n > MAX_POC_CYCLE)
    r->over = TRUE;
  for (guint i = 0; i < n && !r->over; i++)
    take_se (r);
}

/* Lines; *width in points. */
static guint
size_of_sps (const guint8 *sps, gsize size, guint *width)
{
  Reader r = {.data = sps, .size = size};
  guint profile = take (&r, 8), chroma;
  take (&r, 16); /* constraints, level */
  take_ue (&r);
  chroma = take_chroma (&r, profile);
  skip_order (&r);
  take_ue (&r); /* max_num_ref_frames */
  take (&r, 1);
  guint columns = take_ue (&r), units = take_ue (&r), fields = 1;
  if (units >= MAX_MAP_UNITS || columns >= MAX_MAP_UNITS)
    return 0;
  *width = (columns + 1) * 16;
  if (!take (&r, 1))
    {
      fields = 2;
      take (&r, 1);
    }
  take (&r, 1);
  guint height = (units + 1) * 16 * fields;
  if (take (&r, 1))
    {
      guint64 aside = (guint64)take_ue (&r) + take_ue (&r);
      aside *= chroma == 1 || chroma == 2 ? 2u : 1u;
      *width = aside < *width ? *width - (guint)aside : 0;
      guint64 cropped = (guint64)take_ue (&r) + take_ue (&r);
      cropped *= fields * (chroma == 1 ? 2u : 1u);
      height = cropped < height ? height - (guint)cropped : 0;
    }
  return r.over || *width == 0 ? 0 : height;
}

static guint
height_of_sps (const guint8 *sps, gsize size)
{
  guint width;
  return size_of_sps (sps, size, &width);
}

gboolean
parlor_h264_size (const guint8 *nal, gsize size, guint *width, guint *height)
{
  *height = size >= 2 && (nal[0] & 0x1f) == NAL_SPS ? size_of_sps (nal + 1, size - 1, width) : 0;
  return *height != 0;
}

static guint
height_in_aggregate (const guint8 *payload, gsize size)
{
  for (gsize at = 1; size - at > 3;)
    {
      gsize nal_size = parlor_get_u16 (payload + at);
      at += 2;
      if (nal_size == 0 || nal_size > size - at)
        return 0;
      if ((payload[at] & 0x1f) == NAL_SPS)
        return height_of_sps (payload + at + 1, nal_size - 1);
      at += nal_size;
    }
  return 0;
}

guint
parlor_h264_height (const guint8 *payload, gsize size)
{
  if (size < 2)
    return 0;
  if ((payload[0] & 0x1f) == NAL_SPS)
    return height_of_sps (payload + 1, size - 1);
  return (payload[0] & 0x1f) == NAL_STAP_A ? height_in_aggregate (payload, size) : 0;
}
