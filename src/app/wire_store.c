/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_store.h"

#include <string.h>

#include "store/memory.h"
#include "store/postgres.h"
#include "store/sqlite.h"

ParlorStore *
parlor_wire_store_new (const ParlorConfig *config, GError **error)
{
  if (!strcmp (config->store, "memory"))
    return parlor_store_memory_new ();
  if (strcmp (config->store, "sqlite"))
    return parlor_store_postgres_new (&(ParlorStorePostgresSpec){.url = config->store}, error);
  g_autofree char *path = g_build_filename (config->data_dir, "parlor.db", NULL);
  return parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, error);
}

ParlorAudit *
parlor_wire_audit_new (ParlorStore *store, GError **error)
{
  g_autoptr (ParlorAudit) audit = parlor_audit_new (parlor_store_records (store));
  if (!parlor_store_load_records (store, &parlor_audit_head_kind, parlor_audit_resume, audit,
                                  error))
    return NULL;
  return g_steal_pointer (&audit);
}

const char *
parlor_wire_store_problem (ParlorStore *store)
{
  ParlorStoreStats stats = {0};
  store->ops->stats (store, &stats);
  if (stats.lost > 0)
    return "The database was away for so long that writes were lost; see parlor_store_lost_total.";
  return stats.healthy ? NULL : "The database does not keep up; see parlor_store_queued.";
}

void
parlor_wire_store_metrics (ParlorStore *store, ParlorMetricsPage *page)
{
  ParlorStoreStats stats = {0};
  store->ops->stats (store, &stats);
  const struct
  {
    const char *name;
    double value;
  } metrics[] = {
      {"parlor_store_committed_total", (double)stats.committed},
      {"parlor_store_retried_total", (double)stats.retried},
      {"parlor_store_refused_total", (double)stats.refused},
      {"parlor_store_dropped_total", (double)stats.dropped},
      {"parlor_store_lost_total", (double)stats.lost},
      {"parlor_store_queued", (double)stats.queued},
  };
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    parlor_metrics_add (page, metrics[i].name, NULL, NULL, metrics[i].value);
}
