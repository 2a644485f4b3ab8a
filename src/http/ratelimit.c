/* SPDX-License-Identifier: Apache-2.0 */
#include "http/ratelimit.h"

#include "base/addr.h"

/* Generic cell rate algorithm (ITU-T I.371): a bucket is one number, the time at which it would be
 * full again. */
struct _ParlorRateLimit
{
  gint64 interval_us; /* between two grants; 0 = no limit */
  gint64 span_us;     /* of a whole burst */
  guint max_keys;
  GHashTable *full_at_us; /* owned key → owned gint64 */
  gint64 shared_full_at_us;
};

ParlorRateLimit *
parlor_rate_limit_new (guint burst, guint per_minute, guint max_keys)
{
  ParlorRateLimit *limit = g_new0 (ParlorRateLimit, 1);
  limit->interval_us = per_minute ? 60 * G_USEC_PER_SEC / per_minute : 0;
  limit->span_us = limit->interval_us * MAX (burst, 1);
  limit->max_keys = max_keys;
  limit->full_at_us = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  limit->shared_full_at_us = G_MININT64;
  return limit;
}

void
parlor_rate_limit_free (ParlorRateLimit *limit)
{
  if (!limit)
    return;
  g_hash_table_unref (limit->full_at_us);
  g_free (limit);
}

static gboolean
is_full (gpointer key, gpointer value, gpointer now_us)
{
  return *(gint64 *)value <= *(gint64 *)now_us;
}

static gint64 *
bucket_for (ParlorRateLimit *limit, const char *key, gint64 now_us)
{
  gint64 *bucket = g_hash_table_lookup (limit->full_at_us, key);
  if (bucket)
    return bucket;
  if (g_hash_table_size (limit->full_at_us) >= limit->max_keys
      && !g_hash_table_foreach_remove (limit->full_at_us, is_full, &now_us))
    return &limit->shared_full_at_us;
  bucket = g_new (gint64, 1);
  *bucket = now_us;
  g_hash_table_insert (limit->full_at_us, g_strdup (key), bucket);
  return bucket;
}

static gint64
wait_for (const ParlorRateLimit *limit, gint64 full_at_us, gint64 now_us)
{
  gint64 next_us = MAX (full_at_us, now_us) + limit->interval_us;
  return MAX (next_us - limit->span_us - now_us, 0);
}

gint64
parlor_rate_limit_wait (ParlorRateLimit *limit, const char *key, gint64 now_us)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  const gint64 *bucket = g_hash_table_lookup (limit->full_at_us, parlor_addr_network (key, text));
  if (!limit->interval_us)
    return 0;
  if (!bucket && g_hash_table_size (limit->full_at_us) >= limit->max_keys)
    bucket = &limit->shared_full_at_us;
  return bucket ? wait_for (limit, *bucket, now_us) : 0;
}

gint64
parlor_rate_limit_take (ParlorRateLimit *limit, const char *key, gint64 now_us)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  if (!limit->interval_us)
    return 0;
  gint64 *bucket = bucket_for (limit, parlor_addr_network (key, text), now_us);
  gint64 wait_us = wait_for (limit, *bucket, now_us);
  if (!wait_us)
    *bucket = MAX (*bucket, now_us) + limit->interval_us;
  return wait_us;
}

guint
parlor_rate_limit_size (const ParlorRateLimit *limit)
{
  return g_hash_table_size (limit->full_at_us);
}
