/* SPDX-License-Identifier: Apache-2.0 */
/** A store in memory, for tests and for `--store memory`: nothing survives the process. Durable
   means here: in the tables. Control thread. */
#pragma once

#include "room/store.h"

G_BEGIN_DECLS

/** Never NULL; ops->close () frees it. */
ParlorStore *parlor_store_memory_new (void);

G_END_DECLS
