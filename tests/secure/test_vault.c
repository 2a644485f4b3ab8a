/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/vault.h"

#include <string.h>

static const guint8 key[PARLOR_VAULT_KEY] = {1, 2, 3}, other_key[PARLOR_VAULT_KEY] = {1, 2, 4};
static const guint8 id[PARLOR_VAULT_ID] = {9}, other_id[PARLOR_VAULT_ID] = {8};
static const guint8 nonce[PARLOR_VAULT_NONCE] = {5};

static void
test_round (void)
{
  static const gsize lengths[] = {0, 1, 16, 1000, PARLOR_VAULT_TEXT};
  g_autoptr (ParlorVault) vault = parlor_vault_new (key, id);
  guint8 text[PARLOR_VAULT_TEXT], block[PARLOR_VAULT_BLOCK], out[PARLOR_VAULT_TEXT];
  memset (text, 'x', sizeof text);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      parlor_vault_seal (vault, i + 1, text, lengths[i], nonce, block);
      g_assert_cmpint (parlor_vault_open (vault, i + 1, block, out), ==, (gssize)lengths[i]);
      g_assert_cmpmem (out, lengths[i], text, lengths[i]);
      g_assert_null (memmem (block, sizeof block, "xxxxxxxx", 8));
    }
}

/* Every byte that means something, and nothing of the text comes out. */
static void
test_tampering (void)
{
  g_autoptr (ParlorVault) vault = parlor_vault_new (key, id);
  guint8 block[PARLOR_VAULT_BLOCK], out[PARLOR_VAULT_TEXT];
  parlor_vault_seal (vault, 7, (const guint8 *)"figures", 7, nonce, block);
  for (guint i = 0; i < 32 + 7; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        if (i == 14 || i == 15)
          continue; /* says nothing */
        memset (out, 0, sizeof out);
        block[i] ^= (guint8)(1 << bit);
        g_assert_cmpint (parlor_vault_open (vault, 7, block, out), ==, -1);
        g_assert_cmpint (out[0], ==, 0);
        block[i] ^= (guint8)(1 << bit);
      }
  g_assert_cmpint (parlor_vault_open (vault, 7, block, out), ==, 7);
}

/* At another place, in another file, with another key. */
static void
test_swapped (void)
{
  g_autoptr (ParlorVault) vault = parlor_vault_new (key, id);
  g_autoptr (ParlorVault) other_file = parlor_vault_new (key, other_id);
  g_autoptr (ParlorVault) wrong_key = parlor_vault_new (other_key, id);
  guint8 block[PARLOR_VAULT_BLOCK], out[PARLOR_VAULT_TEXT];
  guint64 size;
  parlor_vault_seal (vault, 1, (const guint8 *)"figures", 7, nonce, block);
  g_assert_cmpint (parlor_vault_open (vault, 2, block, out), ==, -1);
  g_assert_cmpint (parlor_vault_open (other_file, 1, block, out), ==, -1);
  g_assert_cmpint (parlor_vault_open (wrong_key, 1, block, out), ==, -1);
  parlor_vault_seal_head (vault, 12, nonce, block);
  g_assert_cmpint (parlor_vault_open (vault, 0, block, out), ==, -1);
  g_assert_true (parlor_vault_open_head (vault, block, &size));
  g_assert_cmpuint (size, ==, 12);
  g_assert_false (parlor_vault_open_head (other_file, block, &size));
  g_assert_false (parlor_vault_open_head (wrong_key, block, &size));
}

static void
test_head (void)
{
  g_autoptr (ParlorVault) vault = parlor_vault_new (key, id);
  guint8 block[PARLOR_VAULT_BLOCK], found[PARLOR_VAULT_ID];
  guint64 size;
  parlor_vault_seal_head (vault, PARLOR_VAULT_OPEN, nonce, block);
  g_assert_true (parlor_vault_probe (block, sizeof block, found));
  g_assert_cmpmem (found, sizeof found, id, sizeof id);
  g_assert_false (parlor_vault_probe (block, sizeof block - 1, found));
  for (guint i = 0; i < 60; i++)
    {
      block[i] ^= 0x10;
      g_assert_false (parlor_vault_open_head (vault, block, &size));
      block[i] ^= 0x10;
    }
  g_assert_true (parlor_vault_open_head (vault, block, &size));
  g_assert_true (size == PARLOR_VAULT_OPEN);
}

static void
test_wrapped (void)
{
  guint8 wrapped[PARLOR_VAULT_WRAPPED], out[PARLOR_VAULT_KEY];
  parlor_vault_wrap (key, "rec_1", other_key, nonce, wrapped);
  g_assert_true (parlor_vault_unwrap (key, "rec_1", wrapped, out));
  g_assert_cmpmem (out, sizeof out, other_key, sizeof other_key);
  g_assert_false (parlor_vault_unwrap (key, "rec_2", wrapped, out));
  g_assert_false (parlor_vault_unwrap (other_key, "rec_1", wrapped, out));
  for (guint i = 0; i < sizeof wrapped; i++)
    {
      wrapped[i] ^= 1;
      g_assert_false (parlor_vault_unwrap (key, "rec_1", wrapped, out));
      wrapped[i] ^= 1;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secure/vault/what-goes-in-comes-out", test_round);
  g_test_add_func ("/secure/vault/no-flipped-bit-is-believed", test_tampering);
  g_test_add_func ("/secure/vault/a-block-belongs-to-its-place-and-file", test_swapped);
  g_test_add_func ("/secure/vault/the-head-is-proved", test_head);
  g_test_add_func ("/secure/vault/a-wrapped-key-belongs-to-its-recording", test_wrapped);
  return g_test_run ();
}
