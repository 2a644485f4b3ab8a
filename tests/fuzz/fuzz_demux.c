/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/demux.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorPacketKind kind = parlor_demux (data, size);
  g_assert_true (kind != PARLOR_PACKET_RTP || size >= 12);
  g_assert_true (kind != PARLOR_PACKET_RTCP || size >= 8);
  return 0;
}
