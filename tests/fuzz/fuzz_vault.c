/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/vault.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Bytes that somebody put on the disk: nothing opens but what was sealed, whole or changed. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint8 key[PARLOR_VAULT_KEY] = {1}, nonce[PARLOR_VAULT_NONCE] = {2};
  guint8 block[PARLOR_VAULT_BLOCK] = {0}, sealed[PARLOR_VAULT_BLOCK], out[PARLOR_VAULT_TEXT];
  guint8 id[PARLOR_VAULT_ID] = {0};
  guint64 length;
  if (size == 0)
    return 0;
  memcpy (block, data, MIN (size, sizeof block));
  if (!parlor_vault_probe (block, sizeof block, id))
    memcpy (id, data, MIN (size, sizeof id));
  g_autoptr (ParlorVault) vault = parlor_vault_new (key, id);
  parlor_vault_open_head (vault, block, &length);
  g_assert_cmpint (parlor_vault_open (vault, 1, block, out), <=, PARLOR_VAULT_TEXT);
  gsize n = MIN (size, PARLOR_VAULT_TEXT);
  parlor_vault_seal (vault, size, data, n, nonce, sealed);
  g_assert_cmpint (parlor_vault_open (vault, size, sealed, out), ==, (gssize)n);
  g_assert_true (n == 0 || memcmp (out, data, n) == 0);
  return 0;
}
