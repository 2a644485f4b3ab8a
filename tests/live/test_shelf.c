/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_pin (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  world_pass (world, 5000);
  world->puts = world->loose_puts = 0;
  g_assert_true (parlor_live_pin (world->room, "lamp", "warm light", world_now (world), NULL));
  g_assert_cmpstr (world_told (world), ==, "pin");
  g_assert_cmpint (world->last.room_ms, ==, 5000);
  world_pass (world, 3000);
  g_assert_true (parlor_live_pin (world->room, "chair", NULL, world_now (world), NULL));
  g_assert_cmpstr (world->last_sku, ==, "chair");
  g_assert_cmpstr (world_happened (world), ==, "product.pinned product.unpinned product.pinned");
  g_assert_cmpuint (world->loose_puts, ==, 0);
  guint n;
  const ParlorPin *const *pins = parlor_live_pins (world->room, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (pins[0]->from_ms, ==, 5000);
  g_assert_cmpint (pins[0]->to_ms, ==, 8000);
  g_assert_cmpint (pins[1]->to_ms, ==, -1);
}

static void
test_same (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  parlor_live_pin (world->room, "lamp", NULL, world_now (world), NULL);
  world_pass (world, 1000);
  parlor_live_pin (world->room, "lamp", "last ten", world_now (world), NULL);
  guint n;
  parlor_live_pins (world->room, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (parlor_live_current_pin (world->room)->note, ==, "last ten");
}

static void
test_end (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_go_live (world);
  parlor_live_pin (world->room, "lamp", NULL, world_now (world), NULL);
  parlor_live_set_state (world->room, PARLOR_LIVE_ENDED, world_now (world), NULL);
  g_assert_null (parlor_live_current_pin (world->room));
  g_assert_false (parlor_live_unpin (world->room, world_now (world)));
  g_assert_false (parlor_live_pin (world->room, "lamp", NULL, world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

/* What it was called and cost stands with the pin, whatever the catalogue says later. */
static void
test_then (void)
{
  g_autoptr (ParlorProducts) products = parlor_products_new (NULL);
  g_autoptr (World) world = world_new_with (products);
  ParlorProduct lamp = {.brand = (char *)"br_1",
                        .sku = (char *)"lamp",
                        .title = (char *)"Moon",
                        .price = (char *)"¥399"};
  parlor_products_put (products, &lamp, 1, NULL);
  world_go_live (world);
  parlor_live_pin (world->room, "lamp", NULL, world_now (world), NULL);
  lamp.price = (char *)"¥299";
  parlor_products_put (products, &lamp, 2, NULL);
  const ParlorPin *pin = parlor_live_current_pin (world->room);
  g_assert_cmpstr (pin->title, ==, "Moon");
  g_assert_cmpstr (pin->price, ==, "¥399");
  parlor_live_pin_changed (world->room);
  g_assert_cmpstr (pin->price, ==, "¥299");
  parlor_live_pin (world->room, "unknown", NULL, world_now (world), NULL);
  g_assert_cmpstr (parlor_live_current_pin (world->room)->price, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/shelf/a-new-pin-ends-the-old-one-at-the-same-instant", test_pin);
  g_test_add_func ("/live/shelf/a-pin-keeps-what-its-product-cost-then", test_then);
  g_test_add_func ("/live/shelf/the-same-product-again-only-changes-the-note", test_same);
  g_test_add_func ("/live/shelf/the-end-takes-the-pin-down", test_end);
  return g_test_run ();
}
