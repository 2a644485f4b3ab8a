/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp8head.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Two frames of one file. What is spare changes nothing: the second is judged as without it. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize first = size > 0 ? MIN ((gsize)data[0], size - 1) : 0;
  ParlorVp8Head with = {0}, without = {0};
  if (size < 1)
    return 0;
  gboolean spare = parlor_vp8_is_spare (&with, data + 1, first);
  gboolean second = parlor_vp8_is_spare (&with, data + 1 + first, size - 1 - first);
  if (spare)
    g_assert_cmpint (parlor_vp8_is_spare (&without, data + 1 + first, size - 1 - first), ==,
                     second);
  return 0;
}
