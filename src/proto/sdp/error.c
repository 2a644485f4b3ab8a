/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/error.h"

GQuark
parlor_sdp_error_quark (void)
{
  return g_quark_from_static_string ("parlor-sdp-error");
}
