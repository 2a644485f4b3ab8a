/* SPDX-License-Identifier: Apache-2.0 */
/** Records of base/record.h in memory: a table a kind, in the order of its key. One thread. */
#pragma once

#include "store/write.h"

G_BEGIN_DECLS

typedef struct _ParlorMemoryRecords ParlorMemoryRecords;

ParlorMemoryRecords *parlor_memory_records_new (void);
void parlor_memory_records_free (ParlorMemoryRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorMemoryRecords, parlor_memory_records_free)

/** Takes a PARLOR_WRITE_RECORD and keeps it, or does a PARLOR_WRITE_REMOVE. */
void parlor_memory_records_apply (ParlorMemoryRecords *records, ParlorWrite *write);

/** Copies of the records that answer a checked question (transfer full). */
GPtrArray *parlor_memory_records_find (ParlorMemoryRecords *records, const ParlorFind *find);

/** Copies of all, by key (transfer full). */
GPtrArray *parlor_memory_records_all (ParlorMemoryRecords *records, const ParlorRecordKind *kind);

G_END_DECLS
