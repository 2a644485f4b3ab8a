/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/fragment.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorSdpFragment)
      fragment = parlor_sdp_fragment_parse ((const char *)data, size, &error);

  g_assert_true ((fragment == NULL) == (error != NULL));
  if (fragment == NULL)
    return 0;
  g_assert_cmpuint (fragment->n_candidates, <=, PARLOR_SDP_MAX_FRAGMENT_CANDIDATES);
  g_assert_true ((fragment->ufrag[0] == '\0') == (fragment->pwd[0] == '\0'));
  if (fragment->ufrag[0] != '\0')
    g_assert_true (parlor_sdp_ufrag_is_valid (fragment->ufrag)
                   && parlor_sdp_password_is_valid (fragment->pwd));
  return 0;
}
