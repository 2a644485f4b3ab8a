/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A journal with patience: what cannot be written because the disk is full, read-only or broken
 * waits in memory, in order, until it can be. Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "record/journal.h"

G_BEGIN_DECLS

/** So many entries wait; later ones are lost. An hour's talk has about as many. */
#define PARLOR_LEDGER_WAITING_MAX 20000

typedef struct _ParlorLedger ParlorLedger;

/** Not open yet: everything waits. `vault_key` (borrowed, nullable) as in record/safe.h. */
ParlorLedger *parlor_ledger_new (const char *path, const guint8 *vault_key);
/** What waits and cannot be written is lost. NULL is ignored. */
void parlor_ledger_free (ParlorLedger *ledger);

/** As parlor_journal_open (), once; after an error it may be tried again. One thread. */
gboolean parlor_ledger_open (ParlorLedger *ledger, ParlorJournalFunc func, gpointer user_data,
                             GError **error);
gboolean parlor_ledger_is_open (ParlorLedger *ledger);

/** (transfer full) Written now, or kept until it can be. */
void parlor_ledger_add (ParlorLedger *ledger, json_t *entry);
/** (transfer full) Written now and after all that waited, or not at all: FALSE, errno says why. */
gboolean parlor_ledger_put (ParlorLedger *ledger, json_t *entry);
/** Writes what waits. FALSE: something still does; errno says why. */
gboolean parlor_ledger_flush (ParlorLedger *ledger);
/** To the disk itself. FALSE: errno says why. */
gboolean parlor_ledger_sync (ParlorLedger *ledger);

G_END_DECLS
