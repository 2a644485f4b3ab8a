/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What wire_live.c is put together of, and nobody else.
 *
 * Control thread.
 */
#pragma once

#include "app/wire_live.h"

G_BEGIN_DECLS

/** Everything but comments and touches. Nothing without a store. */
gboolean parlor_wire_live_load (ParlorWireLive *wire, GError **error);
/** Asks for the newest comments and touches, which come in the loop's first turns. */
void parlor_wire_live_load_rest (ParlorWireLive *wire);
/** The wire goes: what comes still is thrown away. */
void parlor_wire_live_forget_rest (ParlorWireLive *wire);

/** The pin of this event is another: what its product costs now is asked, where there is a hook. */
void parlor_wire_live_resolve (ParlorWireLive *wire, const ParlorLiveEvent *event);

G_END_DECLS
