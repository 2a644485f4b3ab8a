/* SPDX-License-Identifier: Apache-2.0 */
#include "room/shares.h"

#include <string.h>

#include "room/recording_rows.h"

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  /* A counter's lower bits alone would give the same id again after sixteen of them. */
  static guint32 state = 1;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)((state = state * 1664525u + 1013904223u) >> 24);
}

static const ParlorRandom randomness = {fill, NULL};

static const ParlorShareRow *
add (ParlorShares *shares, const char *recording, gint64 expires_ms, GError **error)
{
  return parlor_shares_add (shares,
                            &(ParlorShareSpec){.brand = "br_1",
                                               .recording = recording,
                                               .created_by = "usr_1",
                                               .audience = PARLOR_SHARE_ANYONE,
                                               .expires_ms = expires_ms},
                            1000, error);
}

static void
test_life (void)
{
  g_autoptr (ParlorShares) shares = parlor_shares_new (NULL, &randomness);
  const ParlorShareRow *one = add (shares, "rec_1", 1000 + DAY_MS, NULL);
  const ParlorShareRow *two = add (shares, "rec_1", 1000 + 2 * DAY_MS, NULL);
  g_autoptr (GPtrArray) list = parlor_shares_of (shares, "rec_1");
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (list->pdata[0] == two);
  g_assert_null (parlor_share_shut (one, 1000));
  g_assert_cmpstr (parlor_share_shut (one, 1000 + DAY_MS), ==, "expired");
  g_assert_true (parlor_shares_revoke (shares, two->id, 5000, NULL));
  g_assert_true (parlor_shares_revoke (shares, two->id, 6000, NULL));
  g_assert_cmpint (two->revoked_ms, ==, 5000);
  g_assert_cmpstr (parlor_share_shut (two, 5000), ==, "revoked");
  g_assert_false (parlor_shares_revoke (shares, "shr_x", 5000, NULL));
  parlor_shares_viewed (shares, one->id, 7000);
  g_assert_cmpint (one->views, ==, 1);
  parlor_shares_poll (shares, 5000 + PARLOR_SHARE_KEPT_MS + 1);
  g_autoptr (GPtrArray) rest = parlor_shares_of (shares, "rec_1");
  g_assert_cmpuint (rest->len, ==, 1);
  parlor_shares_forget (shares, "rec_1");
  g_autoptr (GPtrArray) none = parlor_shares_of (shares, "rec_1");
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_bounds (void)
{
  g_autoptr (ParlorShares) shares = parlor_shares_new (NULL, &randomness);
  g_autoptr (GError) error = NULL;
  g_assert_null (add (shares, "rec_1", 1000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (add (shares, "rec_1", 2000 + PARLOR_SHARE_LONGEST_MS, &error));
  g_clear_error (&error);
  for (guint i = 0; i < PARLOR_SHARES_OF_RECORDING_MAX; i++)
    g_assert_nonnull (add (shares, "rec_1", 2000, NULL));
  g_assert_null (add (shares, "rec_1", 2000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (add (shares, "rec_2", 2000, NULL));
}

static void
test_secret (void)
{
  g_autoptr (ParlorShares) shares = parlor_shares_new (NULL, &randomness);
  const ParlorShareRow *one = add (shares, "rec_1", 2000, NULL);
  const ParlorShareRow *two = add (shares, "rec_1", 2000, NULL);
  char a[PARLOR_SHARE_SECRET_SIZE], b[PARLOR_SHARE_SECRET_SIZE], c[PARLOR_SHARE_SECRET_SIZE];
  parlor_share_secret (one, "key", a);
  parlor_share_secret (one, "key", b);
  g_assert_true (parlor_share_secret_equal (a, b));
  parlor_share_secret (one, "another", b);
  parlor_share_secret (two, "key", c);
  g_assert_false (parlor_share_secret_equal (a, b));
  g_assert_false (parlor_share_secret_equal (a, c));
  g_assert_false (parlor_share_secret_equal (a, ""));
  /* RFC 4231, test case 2. */
  parlor_share_sign ("Jefe", "what do ya want for nothing?", a);
  g_assert_cmpstr (a, ==, "5bdcc146bf60754e6a042426089575c7");
}

static void
test_doors (void)
{
  char door[PARLOR_RECORDING_DOOR_SIZE];
  parlor_recording_door ("rec_1", "code", "abcdefghjk", door);
  const ParlorRecordingRow row = {.id = "rec_1", .doors = door};
  const ParlorRecordingRow other = {.id = "rec_2", .doors = door};
  g_assert_true (parlor_recording_has_door (&row, "code", "abcdefghjk"));
  g_assert_false (parlor_recording_has_door (&row, "identity", "abcdefghjk"));
  g_assert_false (parlor_recording_has_door (&row, "code", "abcdefghjm"));
  g_assert_false (parlor_recording_has_door (&other, "code", "abcdefghjk"));
  g_assert_false (parlor_recording_has_door (&(ParlorRecordingRow){.id = "rec_1"}, "code", "a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/shares/a-link-ends-is-taken-back-and-is-forgotten", test_life);
  g_test_add_func ("/room/shares/there-is-a-bound", test_bounds);
  g_test_add_func ("/room/shares/a-secret-is-of-one-link-and-one-key", test_secret);
  g_test_add_func ("/room/shares/a-door-is-of-one-recording", test_doors);
  return g_test_run ();
}
