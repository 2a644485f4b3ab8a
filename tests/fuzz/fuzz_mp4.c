/* SPDX-License-Identifier: Apache-2.0 */
/* Files of anybody: what is listed lies in the file. */
#include "record/mp4.h"
#include "record/webm.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize length = 0;
  ParlorMp4Size picture;
  const guint8 *config = parlor_mp4_config (data, size, &length);
  g_autoptr (GArray) list = parlor_mp4_list (data, size);
  if (config != NULL)
    {
      g_assert_true (config >= data && length <= size && config + length <= data + size);
      parlor_mp4_config_size (config, length, &picture);
    }
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const ParlorWebmFrame *frame = &g_array_index (list, ParlorWebmFrame, i);
      g_assert_true (frame->offset <= size && frame->size <= size - frame->offset);
      g_assert_cmpint (frame->time_ms, >=, 0);
    }
  return 0;
}
