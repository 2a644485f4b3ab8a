/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ids.h"

#include <string.h>

static void
count_up (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)(*(guint *)user_data)++;
}

static void
test_shapes (void)
{
  guint seed = 0;
  ParlorRandom random = {count_up, &seed};
  char id[PARLOR_ID_SIZE], code[PARLOR_CODE_SIZE], shown[PARLOR_CODE_SIZE],
      token[PARLOR_TOKEN_SIZE];
  parlor_id_make ("pt", &random, id);
  g_assert_cmpstr (id, ==, "pt_0123456789abcdefghjkmnpqrs");
  parlor_code_make (&random, code);
  g_assert_cmpuint (strlen (code), ==, PARLOR_CODE_LENGTH);
  parlor_code_format (code, shown);
  g_assert_cmpuint (strlen (shown), ==, PARLOR_CODE_LENGTH + 1);
  g_assert_cmpint (shown[5], ==, '-');
  parlor_token_make (&random, token);
  g_assert_cmpuint (strlen (token), ==, 26);
}

static void
test_code_as_typed (void)
{
  char code[PARLOR_CODE_SIZE];
  g_assert_true (parlor_code_parse ("ABCDE-fghjk", code));
  g_assert_cmpstr (code, ==, "abcdefghjk");
  g_assert_true (parlor_code_parse (" oOiIl-00001 ", code));
  g_assert_cmpstr (code, ==, "0011100001");
  static const char *const wrong[] = {
      NULL, "", "abcde", "abcde-fghjkm", "abcde-fghj!", "abcde-fghju", "abcde-fghj\xc3"};
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (parlor_code_parse (wrong[i], code));
}

static void
test_hash (void)
{
  /* SHA-256 of "abc", FIPS 180-4's example. */
  static const guint8 expected[] = {0xba, 0x78, 0x16, 0xbf};
  ParlorHash hash = parlor_hash ("abc"), none = parlor_hash (NULL), empty = parlor_hash ("");
  g_assert_cmpmem (hash.bytes, 4, expected, 4);
  g_assert_false (parlor_hash_is_zero (&hash));
  g_assert_true (parlor_hash_is_zero (&none) && parlor_hash_is_zero (&empty));
  g_assert_false (parlor_hash_equal (&hash, &none));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/ids.have-the-promised-shapes", test_shapes);
  g_test_add_func ("/base/ids/a-code-is-read-as-people-type-it", test_code_as_typed);
  g_test_add_func ("/base/ids/no-token-has-the-zero-hash", test_hash);
  return g_test_run ();
}
