/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static const ParlorProduct *
put (ParlorProducts *products, const char *brand, const char *sku, GError **error)
{
  ParlorProduct product = {.brand = (char *)brand,
                           .sku = (char *)sku,
                           .title = (char *)"Lamp",
                           .url = (char *)"https://shop.example/x"};
  return parlor_products_put (products, &product, 1, error);
}

static void
test_order (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorProducts) products = parlor_products_new (&world->sink);
  put (products, "br_1", "a", NULL);
  put (products, "br_1", "b", NULL);
  put (products, "br_2", "c", NULL);
  ParlorProduct first = {
      .brand = (char *)"br_1", .sku = (char *)"z", .title = (char *)"Z", .position = 1};
  parlor_products_put (products, &first, 2, NULL);
  put (products, "br_1", "a", NULL);
  guint n;
  g_autofree const ParlorProduct **list = parlor_products_list (products, "br_1", &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (list[0]->sku, ==, "a");
  g_assert_cmpstr (list[1]->sku, ==, "z");
  g_assert_cmpstr (list[2]->sku, ==, "b");
  g_assert_null (parlor_products_find (products, "br_1", "c"));
  g_assert_false (parlor_products_remove (products, "br_1", "c"));
  g_assert_true (parlor_products_remove (products, "br_2", "c"));
  g_assert_cmpuint (world->removes, ==, 1);
}

static void
test_judged (void)
{
  static const ParlorProduct bad[] = {
      {.sku = (char *)"", .title = (char *)"x"},
      {.sku = (char *)"a/b", .title = (char *)"x"},
      {.sku = (char *)"a", .title = (char *)""},
      {.sku = (char *)"a", .title = (char *)"x", .url = (char *)"javascript:alert(1)"},
      {.sku = (char *)"a", .title = (char *)"x", .url = (char *)"https://a b"},
      {.sku = (char *)"a", .title = (char *)"x", .url = (char *)"https://u@evil.example/"},
      {.sku = (char *)"a", .title = (char *)"x", .image = (char *)"//evil.example/x.png"},
      {.sku = (char *)"a", .title = (char *)"x", .image = (char *)"data:text/html,x"},
      {.sku = (char *)"a", .title = (char *)"\xff"},
      {.sku = (char *)"a", .title = (char *)"x", .price = (char *)"1\n2"},
  };
  g_autoptr (ParlorProducts) products = parlor_products_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      ParlorProduct one = bad[i];
      one.brand = (char *)"br_1";
      g_assert_null (parlor_products_put (products, &one, 1, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  g_assert_true (parlor_is_web_url ("http://127.0.0.1:9000/x"));
  g_assert_false (parlor_is_web_url ("http://127.0.0.1.evil.example/x"));
  g_assert_false (parlor_is_web_url ("http://shop.example/x"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/products/a-shelf-keeps-its-order-and-its-brand", test_order);
  g_test_add_func ("/live/products/what-is-no-product-is-refused", test_judged);
  return g_test_run ();
}
