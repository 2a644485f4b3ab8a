/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/dd.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_structure (const ParlorDdStructure *s)
{
  if (!s->valid)
    return;
  g_assert_true (s->n_templates >= 1 && s->n_templates <= PARLOR_DD_TEMPLATES_MAX);
  g_assert_true (s->n_targets >= 1 && s->n_targets <= PARLOR_DD_TARGETS_MAX);
  g_assert_true (s->n_spatial >= 1 && s->n_spatial <= 4 && s->n_chains <= PARLOR_DD_CHAINS_MAX);
  g_assert_cmpint (parlor_dd_target (s, 3, 7), >=, 0);
}

/* Several descriptors of one source: byte 0 is the length of the first, and so on. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorDdStructure structure = {0};
  ParlorDd dd;
  while (size > 0)
    {
      gsize n = MIN ((gsize)data[0], size - 1);
      ParlorDdResult result = parlor_dd_parse (data + 1, n, &structure, &dd);
      check_structure (&structure);
      if (result == PARLOR_DD_OK)
        g_assert_cmpuint (dd.template_index, <, structure.n_templates);
      data += 1 + n;
      size -= 1 + n;
    }
  return 0;
}
