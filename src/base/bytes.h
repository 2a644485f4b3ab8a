/* SPDX-License-Identifier: Apache-2.0 */
/* Network byte order at any alignment. Pure, any thread; the caller has checked the bounds.
 * Compilers turn each into one or two instructions. */
#pragma once
#include <glib.h>

static inline guint16
parlor_get_u16 (const guint8 *data)
{
  return (guint16)(data[0] << 8 | data[1]);
}

static inline guint32
parlor_get_u24 (const guint8 *data)
{
  return (guint32)data[0] << 16 | (guint32)data[1] << 8 | data[2];
}

static inline guint32
parlor_get_u32 (const guint8 *data)
{
  return (guint32)data[0] << 24 | (guint32)data[1] << 16 | (guint32)data[2] << 8 | data[3];
}

static inline guint64
parlor_get_u64 (const guint8 *data)
{
  return (guint64)parlor_get_u32 (data) << 32 | parlor_get_u32 (data + 4);
}

static inline void
parlor_put_u16 (guint8 *out, guint16 value)
{
  out[0] = (guint8)(value >> 8);
  out[1] = (guint8)value;
}

/* The lower 24 bits of `value`. */
static inline void
parlor_put_u24 (guint8 *out, guint32 value)
{
  out[0] = (guint8)(value >> 16);
  out[1] = (guint8)(value >> 8);
  out[2] = (guint8)value;
}

static inline void
parlor_put_u32 (guint8 *out, guint32 value)
{
  parlor_put_u16 (out, (guint16)(value >> 16));
  parlor_put_u16 (out + 2, (guint16)value);
}

static inline void
parlor_put_u64 (guint8 *out, guint64 value)
{
  parlor_put_u32 (out, (guint32)(value >> 32));
  parlor_put_u32 (out + 4, (guint32)value);
}
