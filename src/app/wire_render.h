/* SPDX-License-Identifier: Apache-2.0 */
/** Renders and the processes that make them, made and ended in their order. Control thread. */
#pragma once

#include "app/wire_record.h"
#include "record/composer.h"
#include "room/renders.h"

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop; /**< borrowed, as all of it */
  const ParlorWireRecord *record;
  ParlorStore *store; /**< nullable */
  ParlorAudit *audit; /**< nullable */
  ParlorRandom random;
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
} ParlorWireRenderSpec;

typedef struct
{
  ParlorRenders *renders;
  ParlorComposers *composers;
  ParlorAway *away; /**< borrowed; nullable */
  uv_timer_t *tick;
} ParlorWireRender;

/** What waited when the server ended is begun again. NULL with an error. */
ParlorWireRender *parlor_wire_render_new (const ParlorWireRenderSpec *spec, GError **error);
void parlor_wire_render_metrics (const ParlorWireRender *self, ParlorMetricsPage *page);
/** Nothing is begun any more. NULL is ignored. */
void parlor_wire_render_stop (ParlorWireRender *self);
/** Before the recordings. Run the loop once more afterwards. NULL is ignored. */
void parlor_wire_render_free (ParlorWireRender *self);

G_END_DECLS
