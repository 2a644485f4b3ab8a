/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The way from the store into the service's memory at start. Apart from service.h, so that edges
 * need not know rows.  Thread: control.
 */
#pragma once

#include "service/rows.h"
#include "service/service.h"

G_BEGIN_DECLS

/** One row of one of parlor_service_kinds (), in their order, all before anything else is called.
    A row that names what is not there is left out and counted. */
void parlor_service_load (ParlorService *service, const ParlorRecordKind *kind, gconstpointer row,
                          ParlorMoment now);
/** A message of the last minutes (parlor_message_kind): so that a client_id from before a restart
   is still known. */
void parlor_service_load_message (ParlorService *service, const ParlorMessageRow *row);
/** After the last row: deadlines are set anew, queues pumped. */
void parlor_service_loaded (ParlorService *service, ParlorMoment now);
/** Rows that were left out. */
guint parlor_service_left_out (const ParlorService *service);

G_END_DECLS
