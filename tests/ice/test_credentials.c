/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/credentials.h"

#include <string.h>

static void
test_made (void)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES];
  ParlorIceCredentials a;
  for (guint worker = 0; worker < PARLOR_ICE_MAX_WORKERS; worker++)
    {
      for (guint i = 0; i < sizeof random; i++)
        random[i] = (guint8)(i * 37 + worker);
      parlor_ice_credentials_make (worker, random, &a);
      g_assert_true (parlor_ice_ufrag_valid (a.ufrag));
      g_assert_true (parlor_ice_pwd_valid (a.pwd));
      g_assert_cmpint (parlor_ice_ufrag_worker (a.ufrag, strlen (a.ufrag)), ==, (gint)worker);
    }
}

static void
test_every_random_byte_counts (void)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES] = {0};
  ParlorIceCredentials a, b;
  parlor_ice_credentials_make (0, random, &a);
  for (guint i = 0; i < sizeof random; i++)
    {
      random[i] = 1;
      parlor_ice_credentials_make (0, random, &b);
      g_assert_true (strcmp (a.ufrag, b.ufrag) || strcmp (a.pwd, b.pwd));
      random[i] = 0;
    }
}

static void
test_foreign (void)
{
  g_assert_cmpint (parlor_ice_ufrag_worker ("AAAA", 4), ==, -1);
  g_assert_cmpint (parlor_ice_ufrag_worker ("-AAAAAAA", 8), ==, -1);
  g_assert_cmpint (parlor_ice_ufrag_worker ("\0AAAAAAA", 8), ==, -1);
  g_assert_cmpint (parlor_ice_ufrag_worker ("", 0), ==, -1);
}

static void
test_validity (void)
{
  char text[PARLOR_ICE_REMOTE_MAX + 2];
  memset (text, 'a', sizeof text);
  text[sizeof text - 1] = 0;
  g_assert_false (parlor_ice_ufrag_valid (text));
  text[PARLOR_ICE_REMOTE_MAX] = 0;
  g_assert_true (parlor_ice_ufrag_valid (text));
  g_assert_true (parlor_ice_pwd_valid (text));
  text[21] = 0;
  g_assert_false (parlor_ice_pwd_valid (text));
  g_assert_false (parlor_ice_ufrag_valid ("abc"));
  g_assert_false (parlor_ice_ufrag_valid ("ab:d"));
  g_assert_false (parlor_ice_ufrag_valid (NULL));
  g_assert_false (parlor_ice_pwd_valid (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice/credentials/name-their-worker", test_made);
  g_test_add_func ("/ice/credentials/every-random-byte-counts", test_every_random_byte_counts);
  g_test_add_func ("/ice/credentials/foreign-ufrags-have-no-worker", test_foreign);
  g_test_add_func ("/ice/credentials/validity-follows-the-grammar", test_validity);
  return g_test_run ();
}
