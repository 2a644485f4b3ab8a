/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static char *
mint (World *world, ParlorHandoffs *handoffs, gint64 wall_ms, char code[PARLOR_TOKEN_SIZE])
{
  ParlorHandoff from = {.brand = (char *)"br_1", .visitor = (char *)"vis_1", .sku = (char *)"lamp"};
  return g_strdup (parlor_handoffs_mint (handoffs, &from, wall_ms, code, NULL)->id);
}

static void
test_once (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorHandoffs) handoffs = parlor_handoffs_new (&world->sink, &world->random);
  g_autoptr (GError) error = NULL;
  char code[PARLOR_TOKEN_SIZE];
  g_autofree char *id = mint (world, handoffs, 1000, code);
  g_assert_null (parlor_handoffs_resolve (handoffs, "br_2", code, 2000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpstr (parlor_handoffs_resolve (handoffs, "br_1", code, 2000, NULL)->id, ==, id);
  g_assert_null (parlor_handoffs_resolve (handoffs, "br_1", code, 3000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
}

static void
test_five_minutes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorHandoffs) handoffs = parlor_handoffs_new (&world->sink, &world->random);
  g_autoptr (GError) error = NULL;
  char early[PARLOR_TOKEN_SIZE], late[PARLOR_TOKEN_SIZE];
  g_autofree char *a = mint (world, handoffs, 0, early);
  g_autofree char *b = mint (world, handoffs, 0, late);
  g_assert_nonnull (
      parlor_handoffs_resolve (handoffs, "br_1", early, PARLOR_HANDOFF_VALID_MS - 1, NULL));
  g_assert_null (parlor_handoffs_resolve (handoffs, "br_1", late, PARLOR_HANDOFF_VALID_MS, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
  g_assert_cmpuint (parlor_handoffs_sweep (handoffs, PARLOR_HANDOFF_VALID_MS, 10), ==, 1);
}

/* What one brand's visitors click takes nothing from another, nor do clicks that were used. */
static void
test_full (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorHandoffs) handoffs = parlor_handoffs_new (&world->sink, &world->random);
  g_autoptr (GError) error = NULL;
  char code[PARLOR_TOKEN_SIZE];
  ParlorHandoff from = {.brand = (char *)"br_1"}, other = {.brand = (char *)"br_2"};
  char last[PARLOR_TOKEN_SIZE] = "";
  for (guint i = 0; i < PARLOR_HANDOFFS_WAITING_MAX; i++)
    g_assert_nonnull (parlor_handoffs_mint (handoffs, &from, 1, last, NULL));
  g_assert_null (parlor_handoffs_mint (handoffs, &from, 1, code, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (parlor_handoffs_mint (handoffs, &other, 1, code, NULL));
  g_assert_nonnull (parlor_handoffs_resolve (handoffs, "br_1", last, 2, NULL));
  g_assert_nonnull (parlor_handoffs_mint (handoffs, &from, 1, code, NULL));
  guint n = parlor_handoffs_sweep (handoffs, PARLOR_HANDOFF_VALID_MS + 1, G_MAXUINT);
  g_assert_cmpuint (n, ==, PARLOR_HANDOFFS_WAITING_MAX + 1);
  g_assert_cmpuint (world->removes, ==, n);
  g_assert_nonnull (parlor_handoffs_mint (handoffs, &from, PARLOR_HANDOFF_VALID_MS, code, NULL));
}

static ParlorConversion
order (const char *id, const char *handoff)
{
  return (ParlorConversion){.brand = (char *)"br_1",
                            .order_id = (char *)id,
                            .kind = (char *)"order",
                            .handoff = (char *)handoff,
                            .value = (char *)"399.00",
                            .currency = (char *)"CNY"};
}

static void
test_conversion (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorHandoffs) handoffs = parlor_handoffs_new (&world->sink, &world->random);
  g_autoptr (GError) error = NULL;
  char code[PARLOR_TOKEN_SIZE];
  gboolean again;
  g_autofree char *id = mint (world, handoffs, DAY_MS, code);
  ParlorConversion one = order ("o1", id);
  g_assert_null (parlor_handoffs_convert (handoffs, &one, 2 * DAY_MS, &again, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  parlor_handoffs_resolve (handoffs, "br_1", code, DAY_MS, NULL);
  g_assert_cmpint (parlor_handoffs_convert (handoffs, &one, 2 * DAY_MS, &again, NULL)->counted, ==,
                   1);
  g_assert_false (again);
  one.value = (char *)"1.00";
  g_assert_cmpstr (parlor_handoffs_convert (handoffs, &one, 3 * DAY_MS, &again, NULL)->value, ==,
                   "399.00");
  g_assert_true (again);
  ParlorConversion late = order ("o2", id);
  g_assert_cmpint (parlor_handoffs_convert (handoffs, &late, 9 * DAY_MS, &again, NULL)->counted, ==,
                   0);
  ParlorConversion refund = order ("o3", id);
  refund.kind = (char *)"refund";
  g_assert_null (parlor_handoffs_convert (handoffs, &refund, 2 * DAY_MS, &again, NULL));
  refund.order_id = (char *)"o1";
  g_assert_nonnull (parlor_handoffs_convert (handoffs, &refund, 2 * DAY_MS, &again, NULL));
}

static void
test_judged (void)
{
  g_autoptr (ParlorHandoffs) handoffs = NULL;
  g_autoptr (World) world = world_new ();
  handoffs = parlor_handoffs_new (NULL, &world->random);
  static const char *const values[] = {"", "-1", "1,00", "1.", ".5", "1e9", "NaN", "1.0.0"};
  gboolean again;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      ParlorConversion bad = order ("o1", NULL);
      bad.customer = (char *)"cus_1";
      bad.value = (char *)values[i];
      g_assert_null (parlor_handoffs_convert (handoffs, &bad, 1, &again, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  ParlorConversion nobody = order ("o1", NULL);
  g_assert_null (parlor_handoffs_convert (handoffs, &nobody, 1, &again, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/handoffs/a-code-works-once-for-its-brand", test_once);
  g_test_add_func ("/live/handoffs/a-code-works-for-five-minutes", test_five_minutes);
  g_test_add_func ("/live/handoffs/only-waiting-ones-of-the-same-brand-count", test_full);
  g_test_add_func ("/live/handoffs/an-order-counts-once-within-seven-days", test_conversion);
  g_test_add_func ("/live/handoffs/what-is-no-amount-is-refused", test_judged);
  return g_test_run ();
}
