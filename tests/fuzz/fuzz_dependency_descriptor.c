/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/svc.h"
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
}

/* Written with other active targets it parses again and says the same. */
static void
check_written (const guint8 *data, gsize size, const ParlorDdStructure *s, const ParlorDd *dd,
               guint32 active)
{
  guint8 out[256 + PARLOR_DD_WRITE_MORE];
  ParlorDdStructure again_s = *s;
  ParlorDd again;
  gsize n = parlor_dd_write (out, sizeof out, data, dd, s->n_targets, active);
  g_assert_true (n > 0 && n <= size + PARLOR_DD_WRITE_MORE);
  g_assert_cmpint (parlor_dd_parse (out, n, &again_s, &again), ==, PARLOR_DD_OK);
  g_assert_cmpmem (&again.frame, sizeof again.frame, &dd->frame, sizeof dd->frame);
  g_assert_cmphex (again.active_targets, ==,
                   active & (guint32)((G_GUINT64_CONSTANT (1) << s->n_targets) - 1));
}

/* Any descriptors and any wishes: what is forwarded belongs to the target. */
static void
check_layers (ParlorSvc *svc, const ParlorDdStructure *s, const ParlorDd *dd, guint8 wish)
{
  ParlorSvcOut out;
  guint spatial, temporal;
  parlor_svc_want (svc, wish & 3, wish >> 2 & 7);
  parlor_svc_packet (svc, s, dd, dd->frame_number * 3000u, wish >> 7, &out);
  g_assert_true (!out.forward || parlor_svc_layers (svc, s, &spatial, &temporal));
  g_assert_true (!out.switched || svc->target >= 0);
}

/* Several descriptors of one source: byte 0 is the length of the first, and so on. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorDdStructure structure = {0};
  ParlorDd dd;
  ParlorSvc svc;
  parlor_svc_init (&svc);
  while (size > 0)
    {
      gsize n = MIN ((gsize)data[0], size - 1);
      ParlorDdResult result = parlor_dd_parse (data + 1, n, &structure, &dd);
      check_structure (&structure);
      if (result == PARLOR_DD_OK)
        {
          g_assert_cmpuint (dd.template_index, <, structure.n_templates);
          check_written (data + 1, n, &structure, &dd, data[1] * 0x01010101u);
          check_layers (&svc, &structure, &dd, data[0] ^ data[1]);
        }
      data += 1 + n;
      size -= 1 + n;
    }
  return 0;
}
