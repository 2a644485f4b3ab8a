/* SPDX-License-Identifier: Apache-2.0 */
/* A deflated message from a stranger: never more than allowed comes out, and what came out goes
 * through the other way unchanged. The first two bytes say how much is allowed; what stands before
 * a zero byte is an offer of the handshake too. */
#include "proto/deflate.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_back (ParlorDeflate *other, const guint8 *text, gsize length)
{
  const guint8 *packed, *out;
  gsize n, again;
  if (!parlor_deflate (other, text, length, &packed, &n))
    return;
  g_assert_cmpuint (n, <, length);
  g_assert_cmpint (parlor_inflate (other, packed, n, length, &out, &again), ==, PARLOR_INFLATE_OK);
  g_assert_cmpmem (out, again, text, length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static ParlorDeflate *deflate, *other;
  const guint8 *out = NULL;
  gsize length = 0;
  if (size < 2)
    return 0;
  if (!deflate)
    {
      deflate = parlor_deflate_new ();
      other = parlor_deflate_new ();
    }
  gsize most = (gsize)data[0] << 8 | data[1];
  data += 2;
  size -= 2;
  g_autofree char *offer = g_strndup ((const char *)data, size);
  parlor_deflate_offered (offer);
  if (parlor_inflate (deflate, data, size, most, &out, &length) == PARLOR_INFLATE_OK)
    {
      g_assert_cmpuint (length, <=, most);
      check_back (other, out, length);
    }
  else
    g_assert_null (out);
  return 0;
}
