/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tally.h"

#include "base/addr.h"

struct _ParlorTally
{
  guint cap;
  GHashTable *counts; /* owned network → GUINT_TO_POINTER (), never 0 */
};

ParlorTally *
parlor_tally_new (guint cap)
{
  ParlorTally *tally = g_new (ParlorTally, 1);
  tally->cap = MAX (cap, 1);
  tally->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return tally;
}

void
parlor_tally_free (ParlorTally *tally)
{
  if (!tally)
    return;
  g_hash_table_unref (tally->counts);
  g_free (tally);
}

static guint
count_of (const ParlorTally *tally, const char *network)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (tally->counts, network));
}

gboolean
parlor_tally_has_room (const ParlorTally *tally, const char *address)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  return count_of (tally, parlor_addr_network (address, text)) < tally->cap;
}

gboolean
parlor_tally_take (ParlorTally *tally, const char *address)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  const char *network = parlor_addr_network (address, text);
  guint count = count_of (tally, network);
  if (count >= tally->cap)
    return FALSE;
  g_hash_table_replace (tally->counts, g_strdup (network), GUINT_TO_POINTER (count + 1));
  return TRUE;
}

void
parlor_tally_give (ParlorTally *tally, const char *address)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  const char *network = parlor_addr_network (address, text);
  guint count = count_of (tally, network);
  g_return_if_fail (count > 0);
  if (count > 1)
    g_hash_table_replace (tally->counts, g_strdup (network), GUINT_TO_POINTER (count - 1));
  else
    g_hash_table_remove (tally->counts, network);
}

guint
parlor_tally_addresses (const ParlorTally *tally)
{
  return g_hash_table_size (tally->counts);
}
