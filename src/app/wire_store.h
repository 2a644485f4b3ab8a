/* SPDX-License-Identifier: Apache-2.0 */
/** Which store the configuration asks for, and what the admin port says of it. Control thread. */
#pragma once

#include "app/config.h"
#include "base/audit.h"
#include "http/metrics.h"
#include "room/store.h"

G_BEGIN_DECLS

/** Opens it. May wait for the disk. NULL with an error. */
ParlorStore *parlor_wire_store_new (const ParlorConfig *config, GError **error);

/** The audit log over it: its chains go on where they ended. NULL with an error. */
ParlorAudit *parlor_wire_audit_new (ParlorStore *store, GError **error);

/** What keeps the program from being ready, or NULL. Static. */
const char *parlor_wire_store_problem (ParlorStore *store);

void parlor_wire_store_metrics (ParlorStore *store, ParlorMetricsPage *page);

G_END_DECLS
