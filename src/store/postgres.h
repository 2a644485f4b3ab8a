/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The store on PostgreSQL (13 or later, encoding UTF8): tables in a schema `parlor` of the given
 * database, write-behind as in behind.h. While the server is away, writes wait in the queue and the
 * connection is tried again and again; a commit whose answer was lost is written once more, which
 * changes nothing.
 */
#pragma once

#include "room/store.h"

G_BEGIN_DECLS

typedef struct
{
  const char *url; /**< "postgres://USER:PASSWORD@HOST/DATABASE?sslmode=…"; never shown */
  guint queue_max; /**< as of the store on SQLite; 0 = 100,000 */
  guint wait_ms;   /**< for a server that is not there yet at start; 0 = 10,000 */
  guint answer_ms; /**< a server that is silent for so long is given up; 0 = 10,000 */
} ParlorStorePostgresSpec;

/** Connects, migrates, starts the threads. NULL with PARLOR_ERROR_UNAVAILABLE: no connection, no
    right to make the schema, another encoding, or tables of a newer version. ops->close () frees
    it. */
ParlorStore *parlor_store_postgres_new (const ParlorStorePostgresSpec *spec, GError **error);

G_END_DECLS
