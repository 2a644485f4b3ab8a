/* SPDX-License-Identifier: Apache-2.0 */
/** Which store the configuration asks for, and what the admin port says of it. Control thread. */
#pragma once

#include "app/config.h"
#include "http/metrics.h"
#include "room/store.h"

G_BEGIN_DECLS

/** Opens it. May wait for the disk. NULL with an error. */
ParlorStore *parlor_wire_store_new (const ParlorConfig *config, GError **error);

/** What keeps the program from being ready, or NULL. Static. */
const char *parlor_wire_store_problem (ParlorStore *store);

void parlor_wire_store_metrics (ParlorStore *store, ParlorMetricsPage *page);

G_END_DECLS
