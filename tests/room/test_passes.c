/* SPDX-License-Identifier: Apache-2.0 */
#include "room/passes.h"

#include <string.h>

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  static guint32 state = 1;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)((state = state * 1664525u + 1013904223u) >> 24);
}

static const ParlorRandom randomness = {fill, NULL};

static const ParlorPassRow *
invite (ParlorPasses *passes, const char *room, const char *name, GError **error)
{
  return parlor_passes_add (passes,
                            &(ParlorPassSpec){.brand = "br_1",
                                              .room = room,
                                              .name = name,
                                              .made_by = "usr_1",
                                              .role = PARLOR_ROLE_MEMBER},
                            1000, error);
}

static void
test_one_browser (void)
{
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &randomness);
  const ParlorPassRow *row = invite (passes, "rm_1", "Ann", NULL);
  g_assert_true (g_str_has_prefix (row->id, "inv_"));
  g_assert_cmpstr (parlor_pass_state (row), ==, "open");
  g_assert_cmpint (parlor_passes_use (passes, row->id, "one", 2000), ==, PARLOR_PASS_GOOD);
  g_assert_cmpint (parlor_passes_use (passes, row->id, "one", 3000), ==, PARLOR_PASS_GOOD);
  g_assert_cmpint (parlor_passes_use (passes, row->id, "two", 4000), ==, PARLOR_PASS_USED);
  g_assert_cmpint (parlor_passes_use (passes, row->id, NULL, 4000), ==, PARLOR_PASS_USED);
  g_assert_cmpint (row->uses, ==, 2);
  g_assert_null (strstr (row->device, "one"));
  g_assert_true (parlor_passes_send_again (passes, row->id, 5000, NULL));
  g_assert_cmpstr (parlor_pass_state (row), ==, "open");
  /* Without a browser's secret it is good once, and for nobody afterwards. */
  g_assert_cmpint (parlor_passes_use (passes, row->id, NULL, 6000), ==, PARLOR_PASS_GOOD);
  g_assert_cmpint (parlor_passes_use (passes, row->id, NULL, 7000), ==, PARLOR_PASS_USED);
  g_assert_cmpint (parlor_passes_use (passes, row->id, "", 7000), ==, PARLOR_PASS_USED);
  g_autofree char *sending = parlor_pass_sending (row);
  g_assert_true (parlor_passes_stands (passes, sending));
  g_assert_true (parlor_passes_revoke (passes, row->id, 8000, NULL));
  g_assert_false (parlor_passes_stands (passes, sending));
  g_assert_cmpint (parlor_passes_use (passes, row->id, "one", 9000), ==, PARLOR_PASS_REVOKED);
}

static void
test_sending (void)
{
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &randomness);
  const ParlorPassRow *row = invite (passes, "rm_1", "Ann", NULL);
  g_autofree char *first = parlor_pass_sending (row);
  g_assert_true (parlor_passes_stands (passes, first));
  g_assert_true (parlor_passes_revoke (passes, row->id, 2000, NULL));
  g_assert_true (parlor_passes_send_again (passes, row->id, 3000, NULL));
  g_autofree char *second = parlor_pass_sending (row);
  g_assert_false (parlor_passes_stands (passes, first));
  g_assert_true (parlor_passes_stands (passes, second));
  g_assert_false (parlor_passes_stands (passes, row->id));
  g_assert_false (parlor_passes_stands (passes, ""));
  g_assert_false (parlor_passes_stands (passes, "inv_none.1"));
}

static void
test_secrets (void)
{
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &randomness);
  char a[PARLOR_SHARE_SECRET_SIZE], b[PARLOR_SHARE_SECRET_SIZE], c[PARLOR_SHARE_SECRET_SIZE];
  const ParlorPassRow *row = invite (passes, "rm_1", "Ann", NULL);
  parlor_pass_secret (row, "key", a);
  parlor_pass_secret (row, "yek", b);
  g_assert_cmpstr (a, !=, b);
  parlor_passes_send_again (passes, row->id, 2000, NULL);
  parlor_pass_secret (row, "key", c);
  g_assert_cmpstr (a, !=, c);
}

static void
test_partner (void)
{
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &randomness);
  g_autoptr (GError) error = NULL;
  ParlorPassSpec spec = {.brand = "br_1", .company = "ACME", .made_by = "usr_1"};
  const ParlorPassRow *row = parlor_passes_add (passes, &spec, 1000, NULL);
  g_assert_true (g_str_has_prefix (row->id, "prt_"));
  g_assert_cmpstr (row->role, ==, "partner");
  g_assert_cmpint (parlor_passes_use (passes, row->id, "one", 2000), ==, PARLOR_PASS_GOOD);
  g_assert_cmpint (parlor_passes_use (passes, row->id, "two", 2000), ==, PARLOR_PASS_GOOD);
  g_assert_cmpstr (row->device, ==, "");
  spec.company = " ";
  g_assert_null (parlor_passes_add (passes, &spec, 1000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
  g_autoptr (GPtrArray) list = parlor_passes_partners (passes, "br_1");
  g_autoptr (GPtrArray) others = parlor_passes_partners (passes, "br_2");
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (others->len, ==, 0);
}

static void
test_bounds (void)
{
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &randomness);
  g_autoptr (GError) error = NULL;
  ParlorPassSpec bad = {.brand = "br_1", .room = "rm_1", .name = "x", .made_by = ""};
  for (bad.role = 0; bad.role < PARLOR_N_ROLES; bad.role++)
    g_assert_cmpint (parlor_passes_check (&bad, NULL), ==,
                     bad.role == PARLOR_ROLE_GUEST || bad.role == PARLOR_ROLE_MEMBER
                         || bad.role == PARLOR_ROLE_HOST);
  g_assert_null (invite (passes, "rm_1", "", NULL));
  for (guint i = 0; i < PARLOR_PASSES_OF_ROOM_MAX; i++)
    g_assert_nonnull (invite (passes, "rm_1", "Ann", NULL));
  g_assert_null (invite (passes, "rm_1", "Ann", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (invite (passes, "rm_2", "Ann", NULL));
  parlor_passes_forget_room (passes, "rm_1");
  parlor_passes_forget_room (passes, "rm_1");
  g_autoptr (GPtrArray) rest = parlor_passes_of_room (passes, "rm_1");
  g_autoptr (GPtrArray) other = parlor_passes_of_room (passes, "rm_2");
  g_assert_cmpuint (rest->len, ==, 0);
  g_assert_cmpuint (other->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/passes/an-invitation-is-for-one-browser", test_one_browser);
  g_test_add_func ("/room/passes/who-came-by-an-older-link-may-not-stay", test_sending);
  g_test_add_func ("/room/passes/a-link-is-of-one-key-and-one-sending", test_secrets);
  g_test_add_func ("/room/passes/a-partner-has-a-company-and-any-browser", test_partner);
  g_test_add_func ("/room/passes/only-so-many-and-all-go-with-their-room", test_bounds);
  return g_test_run ();
}
