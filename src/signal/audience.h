/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Broadcasts on their way to pages, and who a page's person is to them; who led a visitor here.
 *
 * Thread: control.
 */
#pragma once

#include "live/broadcasts.h"
#include "live/visitors.h"
#include "signal/session.h"

G_BEGIN_DECLS

/** To everybody whom it is for, once each; COUNTED: to the hosts of its room. */
void parlor_signal_broadcast (ParlorSignal *signal, const ParlorBroadcast *broadcast,
                              ParlorBroadcastEvent event);

/** Who this participant is; FALSE = his page is away. Borrowed until the next call. */
gboolean parlor_signal_person (ParlorSignal *signal, ParlorParticipant *participant,
                               ParlorBroadcastPerson *person);

/** What stands for this page's person, behind a welcome or an `attached`. */
void parlor_audience_send_due (ParlorSession *session);

/** Who led this visitor here: the rep whose link it was, or the nearest rep up the chain of who
    invited whom; "" = nobody. `touch`: his newest, NULL = none. */
const char *parlor_audience_led_by (ParlorSession *session, const char *brand, const char *visitor,
                                    const ParlorTouch **touch);

G_END_DECLS
