/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/srtp_guard.h"

#include <openssl/evp.h>
#include <string.h>

typedef struct
{
  guint64 index;
  guint32 ssrc;
  guint8 digest[20];
} Entry;

struct _ParlorSrtpGuard
{
  GHashTable *entries; /* of Entry, by SSRC and index */
  guint64 n_violations;
};

static guint
entry_hash (gconstpointer entry)
{
  const Entry *self = entry;
  return (guint)self->index * 2654435761u ^ self->ssrc;
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;
  return x->index == y->index && x->ssrc == y->ssrc;
}

ParlorSrtpGuard *
parlor_srtp_guard_new (void)
{
  ParlorSrtpGuard *self = g_new0 (ParlorSrtpGuard, 1);
  self->entries = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  return self;
}

void
parlor_srtp_guard_free (ParlorSrtpGuard *guard)
{
  if (!guard)
    return;
  g_hash_table_unref (guard->entries);
  g_free (guard);
}

gboolean
parlor_srtp_guard_check (ParlorSrtpGuard *guard, guint32 ssrc, guint64 index, const guint8 *packet,
                         gsize length)
{
  Entry made = {.index = index, .ssrc = ssrc};
  guint8 digest[EVP_MAX_MD_SIZE];
  EVP_Digest (packet, length, digest, NULL, EVP_sha256 (), NULL);
  memcpy (made.digest, digest, sizeof made.digest);
  const Entry *known = g_hash_table_lookup (guard->entries, &made);
  if (!known)
    g_hash_table_add (guard->entries, g_memdup2 (&made, sizeof made));
  else if (memcmp (known->digest, made.digest, sizeof made.digest) != 0)
    {
      guard->n_violations++;
      return FALSE;
    }
  return TRUE;
}

guint64
parlor_srtp_guard_n_violations (const ParlorSrtpGuard *guard)
{
  return guard->n_violations;
}
