/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which layer each picture of one receiver is sent in: its slots are put before parlor_allocate ()
 * (proto/layers), with what its path takes. Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

/** Chooses anew for all slots of the receiver; asks for the key frames that follow from it. */
void parlor_allocation_run (ParlorTransport *self, gint64 now_us);
/** The same, once, in the flush that runs or comes next. */
void parlor_allocation_mark (ParlorTransport *self);
