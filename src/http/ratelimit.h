/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Token buckets by key (an address, an identity). Pure: time comes in. Bounded: at most
 * `max_keys` are remembered; a full bucket is the same as none, so the fullest are forgotten first,
 * and when all are in use an unknown key shares one common bucket. An IPv6 address stands for its
 * /64, which is what one subscriber has (RFC 6177).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorRateLimit ParlorRateLimit;

/** `burst` at once, then `per_minute` a minute; per_minute 0 = no limit at all. */
ParlorRateLimit *parlor_rate_limit_new (guint burst, guint per_minute, guint max_keys);
void parlor_rate_limit_free (ParlorRateLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRateLimit, parlor_rate_limit_free)

/** Takes one. 0 = granted, else the wait in us until one is there (nothing is taken then). */
gint64 parlor_rate_limit_take (ParlorRateLimit *limit, const char *key, gint64 now_us);
/** The same without taking: whether take () would grant. */
gint64 parlor_rate_limit_wait (ParlorRateLimit *limit, const char *key, gint64 now_us);

/** Keys remembered now. */
guint parlor_rate_limit_size (const ParlorRateLimit *limit);

G_END_DECLS
