/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Before a viewer's comment is shown in a live room, the brand's own system is asked
 * (`message.screen`, 200 ms); comments of hosts and bots are the brand's own. What is said in
 * conversations is asked about by the service domain itself.
 *
 * Thread: control.
 */
#pragma once

#include "base/hook.h"
#include "live/live.h"
#include "room/clock.h"

G_BEGIN_DECLS

typedef struct _ParlorWireScreen ParlorWireScreen;

/** Borrowed, to outlive it; `hooks` nullable: nobody is asked. */
ParlorWireScreen *parlor_wire_screen_new (ParlorHooks *hooks, ParlorClock *clock);
/** To whom the answers go; before the first question. */
void parlor_wire_screen_tie (ParlorWireScreen *screen, ParlorLive *live);
/** Nothing that was asked is heard any more. NULL is ignored. */
void parlor_wire_screen_free (ParlorWireScreen *screen);

/** As ParlorLiveSpec's `screen`: TRUE = the brand is asked, and parlor_live_screened () follows. */
gboolean parlor_wire_screen_ask (ParlorWireScreen *screen, const char *brand,
                                 const ParlorComment *comment);

G_END_DECLS
