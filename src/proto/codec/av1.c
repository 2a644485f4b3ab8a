/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/av1.h"
#include <string.h>

enum
{
  OBU_SEQUENCE_HEADER = 1,
  OBU_TEMPORAL_DELIMITER = 2
};

/* AV1 bitstream specification 4.10.5: at most 8 bytes; ours must fit a packet, so 3 are plenty. */
static gboolean
read_leb128 (const guint8 *data, gsize size, gsize *at, gsize *value)
{
  *value = 0;
  for (guint i = 0; i < 3 && *at < size; i++)
    {
      guint8 byte = data[(*at)++];
      *value |= (gsize)(byte & 0x7f) << (7 * i);
      if (!(byte & 0x80))
        return TRUE;
    }
  return FALSE;
}

static gboolean
note_obu (const guint8 *obu, gsize size, gboolean *layer_known, ParlorAv1 *out)
{
  guint8 type = (obu[0] >> 3) & 15;
  out->has_sequence_header |= type == OBU_SEQUENCE_HEADER;
  out->has_temporal_delimiter |= type == OBU_TEMPORAL_DELIMITER;
  if (!(obu[0] & 0x04) || *layer_known)
    return TRUE;
  if (size < 2)
    return FALSE;
  out->tid = obu[1] >> 5;
  out->sid = (obu[1] >> 3) & 3;
  *layer_known = TRUE;
  return TRUE;
}

gboolean
parlor_av1_parse (const guint8 *payload, gsize size, ParlorAv1 *out)
{
  gboolean layer_known = FALSE;
  memset (out, 0, sizeof *out);
  if (size < 2)
    return FALSE;
  guint count = (payload[0] >> 4) & 3;
  out->continues = payload[0] >> 7;
  out->goes_on = (payload[0] >> 6) & 1;
  out->new_sequence = (payload[0] >> 3) & 1;
  if (out->continues && out->new_sequence)
    return FALSE;
  for (gsize at = 1; at < size;)
    {
      gsize n = 0;
      gboolean is_last = count != 0 && out->n_elements + 1u == count;
      if (is_last)
        n = size - at;
      else if (!read_leb128 (payload, size, &at, &n))
        return FALSE;
      if (n == 0 || n > size - at || out->n_elements == G_MAXUINT8)
        return FALSE;
      gboolean begins = out->n_elements > 0 || !out->continues;
      if (begins && !note_obu (payload + at, n, &layer_known, out))
        return FALSE;
      out->n_elements++;
      at += n;
    }
  return count == 0 || out->n_elements == count;
}
