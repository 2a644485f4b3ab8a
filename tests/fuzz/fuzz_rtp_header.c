/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/header.h"
#include "proto/rtp/rtx.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What parses is inside the packet, and comes back from the parts that it names. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRtpHeader clear, hidden;
  ParlorRtpResult result = parlor_rtp_parse (data, size, &clear);
  if (parlor_rtp_parse_protected (data, size, &hidden) != PARLOR_RTP_OK)
    {
      g_assert_true (result != PARLOR_RTP_OK);
      return 0;
    }
  g_assert_cmpuint (hidden.payload_offset + hidden.payload_size, ==, size);
  if (result != PARLOR_RTP_OK)
    return 0;
  g_assert_cmpuint (clear.payload_offset + clear.payload_size + clear.padding_size, ==, size);
  g_assert_cmpuint (clear.ext_offset + clear.ext_size, <=, clear.payload_offset);
  return 0;
}
