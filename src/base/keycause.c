/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keycause.h"

const char *
parlor_key_cause_name (ParlorKeyCause cause)
{
  static const char *const names[PARLOR_N_KEY_CAUSES] = {
      [PARLOR_KEY_NEWCOMER] = "newcomer", [PARLOR_KEY_LAYER] = "layer",
      [PARLOR_KEY_RECEIVER] = "receiver", [PARLOR_KEY_LOSS] = "loss",
      [PARLOR_KEY_PATH] = "path",         [PARLOR_KEY_RESET] = "reset",
      [PARLOR_KEY_TAP] = "tap",
  };
  return (guint)cause < PARLOR_N_KEY_CAUSES ? names[cause] : NULL;
}
