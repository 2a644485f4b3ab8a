/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as two bytes of length and flags, then the payload. Whatever comes: units are made of
 * whole OBUs that say their size, and configuration and sequence header can be read. */
#include "record/av1depay.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_unit (const ParlorAv1Depay *depay)
{
  gsize size, at = 0;
  gboolean key;
  const guint8 *unit = parlor_av1_depay_unit (depay, &size, &key);
  g_assert_true (!key || parlor_av1_depay_sequence (depay) != NULL);
  while (at < size)
    {
      gsize length = 0, shift = 0;
      g_assert_cmpuint (unit[at] & 0x82, ==, 2);
      at += (unit[at] & 4) != 0 ? 2 : 1;
      do
        {
          g_assert_cmpuint (at, <, size);
          length |= (gsize)(unit[at] & 0x7f) << shift;
          shift += 7;
        }
      while ((unit[at++] & 0x80) != 0);
      g_assert_cmpuint (length, <=, size - at);
      at += length;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ParlorAv1Depay) depay = parlor_av1_depay_new ();
  guint32 timestamp = 0;
  while (size >= 2)
    {
      gsize length = MIN (data[0], size - 2);
      guint8 flags = data[1];
      timestamp += flags >> 4;
      ParlorAv1Result result = parlor_av1_depay_push (depay, data + 2, length, timestamp,
                                                      (flags & 1) != 0, (flags & 2) != 0);
      if (result == PARLOR_AV1_UNIT)
        {
          check_unit (depay);
          g_autoptr (GByteArray) config = parlor_av1_depay_config (depay);
          g_assert_cmpuint (config->len, >=, 4);
        }
      data += 2 + length;
      size -= 2 + length;
    }
  return 0;
}
