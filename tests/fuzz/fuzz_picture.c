/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as people send them: whatever comes out is a picture again, and cleaning it anew changes
 * nothing. */
#include "base/picture.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorPictureInfo info, again_info;
  g_autoptr (GByteArray) out = parlor_picture_clean (data, size, &info);
  if (!out)
    return 0;
  g_autoptr (GByteArray) again = parlor_picture_clean (out->data, out->len, &again_info);
  if (!again || again->len != out->len || memcmp (again->data, out->data, out->len)
      || again_info.width != info.width || strcmp (again_info.type, info.type))
    g_error ("what was cleaned is another picture when it is cleaned again");
  return 0;
}
