/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_name (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "Lin Mei", 6, FALSE);
  ParlorCustomer *customer = world_bind (world, "vis_a")->customer;
  static const char *const refused[] = {"Lin Mei", "LIN  MEI", "Lіn Mei", "Aurora 客服"};
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_false (
          parlor_service_edit_customer (customer, refused[i], NULL, NULL, world->now, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
      g_clear_error (&error);
    }
  g_assert_true (parlor_service_edit_customer (customer, "Jan", NULL, NULL, world->now, NULL));
  world_rep (world, "Jan", 6, FALSE); /* from now on that is a rep's */
  g_assert_false (parlor_service_edit_customer (customer, "Jan", NULL, NULL, world->now, NULL));
}

static void
test_merge (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *one = world_bind (world, "vis_phone"), *two = world_bind (world, "vis_desk");
  world_say (world, two, "from the desk");
  ParlorCustomer *first = one->customer, *second = two->customer;
  g_assert_true (parlor_service_name_customer (first, "c-1", world->now, NULL) == first);
  g_assert_true (parlor_service_name_customer (second, "c-1", world->now, NULL) == first);
  g_assert_true (parlor_service_customer_of (world->brand, "vis_desk") == first);
  g_assert_true (two->customer == first);
  g_assert_true (two->conversation->customer == first);
  g_assert_cmpint (two->state, ==, PARLOR_BINDING_ENDED); /* one live one of a group */
  g_assert_true (parlor_customer_binding (first, world->group) == one);
  g_assert_cmpuint (world_rows (world, &parlor_customer_kind), ==, 1);
  g_assert_cmpuint (world->brand->n_anonymous, ==, 0);
  world_restart (world);
  ParlorCustomer *kept = parlor_service_customer_of (world->brand, "vis_desk");
  g_assert_true (kept && kept == parlor_service_customer_of (world->brand, "vis_phone"));
  g_assert_cmpstr (kept->ref, ==, "c-1");
}

/* The same sign-in on two devices is one person; another one on the same device is another. */
static void
test_identify (void)
{
  g_autoptr (World) world = world_new ();
  ParlorServiceBrand *brand = world->brand;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_phone");
  ParlorCustomer *mei = binding->customer;
  world_say (world, binding, "before I signed in");
  g_assert_false (parlor_service_identify (brand, "vis_phone", "", NULL, world->now, NULL));
  g_assert_true (parlor_service_identify (brand, "vis_phone", "c-1", "Mei", world->now, NULL));
  g_assert_cmpstr (mei->ref, ==, "c-1");
  g_assert_cmpstr (mei->display, ==, "Mei");
  g_assert_true (parlor_service_identify (brand, "vis_desk", "c-1", "Other", world->now, NULL));
  g_assert_true (parlor_service_customer_of (brand, "vis_desk") == mei);
  g_assert_cmpstr (mei->display, ==, "Mei");
  /* What an anonymous person said on his device goes with him. */
  ParlorBinding *third = world_bind (world, "vis_tablet");
  g_assert_true (parlor_service_identify (brand, "vis_tablet", "c-1", NULL, world->now, NULL));
  g_assert_true (third->customer == mei);
  /* Somebody else signs in on the phone, and nothing of Mei's is his. */
  g_assert_true (parlor_service_identify (brand, "vis_phone", "c-2", "Jan", world->now, NULL));
  ParlorCustomer *jan = parlor_service_customer_of (brand, "vis_phone");
  g_assert_true (jan != mei && !jan->bindings);
  g_assert_true (parlor_service_customer_of (brand, "vis_desk") == mei);
  world_restart (world);
  brand = world->brand;
  mei = parlor_service_customer_of (brand, "vis_desk");
  jan = parlor_service_customer_of (brand, "vis_phone");
  g_assert_cmpstr (mei->ref, ==, "c-1");
  g_assert_cmpstr (jan->ref, ==, "c-2");
  g_assert_true (parlor_service_customer_of (brand, "vis_tablet") == mei);
}

static void
test_sign_out (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorCustomer *anonymous = world_bind (world, "vis_a")->customer;
  parlor_service_sign_out (world->brand, "vis_a");
  parlor_service_sign_out (world->brand, "vis_nobody");
  g_assert_true (parlor_service_customer_of (world->brand, "vis_a") == anonymous);
  g_assert_true (parlor_service_identify (world->brand, "vis_a", "c-1", NULL, world->now, NULL));
  g_assert_true (parlor_service_identify (world->brand, "vis_b", "c-1", NULL, world->now, NULL));
  parlor_service_sign_out (world->brand, "vis_a");
  parlor_service_sign_out (world->brand, "vis_b");
  g_assert_null (parlor_service_customer_of (world->brand, "vis_a"));
  world_restart (world);
  g_assert_null (parlor_service_customer_of (world->brand, "vis_a"));
  g_assert_null (parlor_service_customer_of (world->brand, "vis_b"));
  /* Signed in again he has everything. */
  g_assert_true (parlor_service_identify (world->brand, "vis_b", "c-1", NULL, world->now, NULL));
  g_assert_nonnull (parlor_service_customer_of (world->brand, "vis_b")->bindings);
}

static gboolean
tap_again (World *world, const char *visitor)
{
  ParlorTapSpec tap = {
      .brand = "br_test", .visitor = visitor, .tap = "tap_00000001", .room_ms = -1};
  return parlor_service_tap (world->service, &tap, world->now, NULL);
}

/* The card that he was shown lies on the page still. */
static void
test_signed_out_taps (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  g_assert_true (parlor_service_identify (world->brand, "vis_a", "c-1", NULL, world->now, NULL));
  g_assert_true (tap_again (world, "vis_a"));
  g_assert_true (
      parlor_service_bind (world->service, "br_test", "vis_a", "tap_00000001", world->now, NULL));
  guint bound = world_told (world, "bound");
  g_assert_cmpuint (bound, >=, 1);
  parlor_service_sign_out (world->brand, "vis_a");
  g_assert_false (
      parlor_service_bind (world->service, "br_test", "vis_a", "tap_00000001", world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
  g_assert_true (tap_again (world, "vis_a")); /* anew, as anybody's */
  g_assert_cmpuint (world_told (world, "bound"), ==, bound);
  /* Nor does signing out grant more of them. */
  for (guint i = 0; i < 2; i++)
    {
      parlor_service_identify (world->brand, "vis_a", "c-1", NULL, world->now, NULL);
      parlor_service_sign_out (world->brand, "vis_a");
      g_assert_true (tap_again (world, "vis_a") == (i == 0));
    }
}

static void
test_keep (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  char token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_phone");
  g_assert_true (parlor_service_keep (binding->customer, token, &until_ms, world->now, NULL));
  ParlorServiceBrand *other = parlor_service_add_brand (world->service, "br_other", "O",
                                                        PARLOR_CONFIRM_FIRST);
  g_assert_false (parlor_service_redeem (other, token, "vis_desk", TRUE, world->now, NULL));
  g_assert_true (parlor_service_redeem (world->brand, token, "vis_desk", TRUE, world->now, NULL));
  g_assert_true (parlor_service_customer_of (world->brand, "vis_desk") == binding->customer);
  g_assert_false (
      parlor_service_redeem (world->brand, token, "vis_thief", TRUE, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
  g_assert_true (parlor_service_keep (binding->customer, token, &until_ms, world->now, NULL));
  world_pass (world, 601);
  g_assert_false (parlor_service_redeem (world->brand, token, "vis_late", TRUE, world->now, NULL));
  g_assert_false (parlor_service_redeem (world->brand, "", "vis_late", TRUE, world->now, NULL));
}

static void
test_keep_asks (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  char token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *thief = world_bind (world, "vis_thief"), *own = world_bind (world, "vis_victim");
  ParlorCustomer *victim = own->customer;
  world_say (world, own, "for my adviser alone");
  g_assert_true (parlor_service_keep (thief->customer, token, &until_ms, world->now, NULL));
  g_assert_false (
      parlor_service_redeem (world->brand, token, "vis_victim", FALSE, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_false (parlor_service_redeem (world->brand, token, "vis_new", FALSE, world->now, NULL));
  g_assert_null (parlor_service_customer_of (world->brand, "vis_new"));
  g_assert_true (parlor_service_customer_of (world->brand, "vis_victim") == victim);
  g_assert_true (own->customer == victim && own->conversation->customer == victim);
  g_assert_true (/* the token holds until somebody agrees */
                 parlor_service_redeem (world->brand, token, "vis_new", TRUE, world->now, NULL));
}

/* Whom the brand's sign-in named on a device leaves it to whom a link is of, also after a restart.
 */
static void
test_keep_of_another (void)
{
  g_autoptr (World) world = world_new ();
  char token[PARLOR_TOKEN_SIZE], own_token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  world_rep (world, "lin", 6, FALSE);
  static const char *const devices[] = {"vis_first", "vis_later"};
  ParlorCustomer *jan = world_bind (world, "vis_jan")->customer;
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    g_assert_true (
        parlor_service_identify (world->brand, devices[i], "c-mei", NULL, world->now, NULL));
  ParlorCustomer *mei = parlor_service_customer_of (world->brand, "vis_first");
  world_bind (world, "vis_first");
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_assert_true (parlor_service_keep (mei, own_token, &until_ms, world->now, NULL));
      g_assert_true (parlor_service_keep (jan, token, &until_ms, world->now, NULL));
      g_assert_true (
          parlor_service_redeem (world->brand, token, devices[i], TRUE, world->now, NULL));
      g_assert_false (
          parlor_service_redeem (world->brand, own_token, "vis_x", TRUE, world->now, NULL));
      g_assert_true (parlor_service_customer_of (world->brand, devices[i]) == jan);
    }
  g_assert_null (mei->visitor);
  g_assert_cmpuint (mei->devices->len, ==, 0);
  g_assert_nonnull (mei->bindings);
  g_assert_cmpuint (world_rows (world, &parlor_device_kind), ==, 2);
  world_restart (world);
  jan = parlor_service_customer_of (world->brand, "vis_jan");
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    g_assert_true (parlor_service_customer_of (world->brand, devices[i]) == jan);
  /* Nor by a sign-in: the link of who leaves is worth nothing. */
  g_assert_true (parlor_service_identify (world->brand, "vis_m", "c-mei", NULL, world->now, NULL));
  mei = parlor_service_customer_of (world->brand, "vis_m");
  g_assert_null (mei->visitor);
  g_assert_true (parlor_service_keep (mei, token, &until_ms, world->now, NULL));
  g_assert_true (parlor_service_identify (world->brand, "vis_m", "c-bo", NULL, world->now, NULL));
  g_assert_false (parlor_service_redeem (world->brand, token, "vis_x", TRUE, world->now, NULL));
}

static gboolean
identify_nth (World *world, guint n, GError **error)
{
  g_autofree char *visitor = g_strdup_printf ("vis_%u", n);
  return parlor_service_identify (world->brand, visitor, "c-1", NULL, world->now, error);
}

static gboolean
is_nobodys (World *world, guint n)
{
  g_autofree char *visitor = g_strdup_printf ("vis_%u", n);
  return !parlor_service_customer_of (world->brand, visitor);
}

/* Each is a row in memory and on the disk, and whoever has one token makes them up. */
static void
test_devices (void)
{
  g_autoptr (World) world = world_new ();
  for (guint i = 0; i < 200; i++)
    {
      g_assert_true (identify_nth (world, i, NULL));
      g_assert_true (identify_nth (world, MIN (i, 1), NULL)); /* who comes back stays */
    }
  g_assert_cmpuint (world_rows (world, &parlor_device_kind), ==, 31); /* and his first */
  const guint his[] = {0, 1, 199, 170}, nobodys[] = {2, 100, 169};
  for (guint i = 0; i < G_N_ELEMENTS (his); i++)
    g_assert_false (is_nobodys (world, his[i]));
  for (guint i = 0; i < G_N_ELEMENTS (nobodys); i++)
    g_assert_true (is_nobodys (world, nobodys[i]));
  world_restart (world);
  g_assert_false (is_nobodys (world, 199));
  g_assert_true (is_nobodys (world, 100));
}

static void
test_devices_here (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  char token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  for (guint i = 0; i < 32; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      g_assert_true (identify_nth (world, i, NULL));
      parlor_service_visitor_connected (world->service, visitor);
    }
  ParlorCustomer *customer = parlor_service_customer_of (world->brand, "vis_0");
  g_assert_true (parlor_service_keep (customer, token, &until_ms, world->now, NULL));
  g_assert_false (identify_nth (world, 32, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_false (parlor_service_redeem (world->brand, token, "vis_x", TRUE, world->now, NULL));
  g_assert_true (is_nobodys (world, 32));
  parlor_service_visitor_disconnected (world->service, "vis_7");
  g_assert_true (parlor_service_redeem (world->brand, token, "vis_x", TRUE, world->now, NULL));
  g_assert_true (is_nobodys (world, 7));
  g_assert_false (is_nobodys (world, 6));
}

static void
test_erase (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorCustomer *customer = binding->customer;
  ParlorConversation *conversation = binding->conversation;
  g_autofree char *id = g_strdup (customer->id);
  world_say (world, binding, "my number is 12345");
  parlor_service_note (conversation, "has a broken pot");
  parlor_service_edit_customer (customer, "Jan", "{\"tier\":\"gold\"}", "vip", world->now, NULL);
  parlor_service_name_customer (customer, "c-1", world->now, NULL);
  parlor_service_put_upload (conversation, "image/png", 2, 2, 9, world->now, NULL);
  ParlorErased erased;
  parlor_service_erase (customer, &erased, world->now);
  g_assert_cmpuint (erased.visitors->len, ==, 1);
  g_assert_cmpuint (erased.conversations->len, ==, 1);
  g_assert_cmpuint (erased.pictures->len, ==, 1);
  parlor_erased_clear (&erased);
  g_assert_null (parlor_service_customer_of (world->brand, "vis_a"));
  parlor_service_erased (world->service, id);
  g_assert_cmpuint (world_rows (world, &parlor_upload_kind), ==, 0);
  g_assert_cmpuint (rep->n_offers, ==, 0);
  g_assert_cmpuint (world->group->queue.length, ==, 0);
  world_pass (world, 3 * 24 * 3600 / 100); /* no timer finds anything */
  world_restart (world);
  customer = parlor_service_customer (world->service, "br_test", id);
  g_assert_nonnull (customer);
  g_assert_null (customer->display);
  g_assert_null (customer->attrs);
  g_assert_null (customer->tags);
  g_assert_null (customer->ref);
  g_assert_null (customer->bindings->conversation->note);
  g_assert_null (customer->bindings->conversation->last_text);
  ParlorBinding *anew = world_bind (world, "vis_a"); /* a stranger like any other */
  g_assert_true (anew->customer != customer);
}

static void
test_erase_again (void)
{
  g_autoptr (World) world = world_new ();
  char token[PARLOR_TOKEN_SIZE];
  gint64 until_ms = 0;
  world_rep (world, "lin", 6, FALSE);
  ParlorCustomer *customer = world_bind (world, "vis_a")->customer;
  g_autofree char *id = g_strdup (customer->id);
  g_assert_true (parlor_service_keep (customer, token, &until_ms, world->now, NULL));
  g_assert_true (parlor_service_redeem (world->brand, token, "vis_b", TRUE, world->now, NULL));
  ParlorErased erased;
  parlor_service_erase (customer, &erased, world->now);
  parlor_erased_clear (&erased); /* and the store failed, and was started again */
  world_restart (world);
  customer = parlor_service_customer (world->service, "br_test", id);
  parlor_service_erase (customer, &erased, world->now);
  g_assert_cmpuint (erased.visitors->len, ==, 2);
  g_assert_cmpuint (erased.conversations->len, ==, 1);
  parlor_erased_clear (&erased);
  ParlorCustomer *anew = world_bind (world, "vis_b")->customer; /* meanwhile */
  parlor_service_erased (world->service, id);
  g_assert_cmpuint (world_rows (world, &parlor_device_kind), ==, 0);
  g_assert_null (customer->visitor);
  g_assert_true (parlor_service_customer_of (world->brand, "vis_b") == anew);
}

/* As a keep link on another's signed-in device once left them. */
static void
test_doubled (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  g_autofree char *mei = g_strdup (world_bind (world, "vis_a")->customer->id);
  g_autofree char *bo = g_strdup (world_bind (world, "vis_b")->customer->id);
  ParlorDeviceRow row = {.brand = "br_test", .visitor = "vis_a", .customer = bo};
  world->sink.put (&world->sink, &parlor_device_kind, &row);
  for (guint i = 0; i < 2; i++)
    {
      world_restart (world);
      ParlorCustomer *hers = parlor_service_customer (world->service, "br_test", mei);
      ParlorCustomer *his = parlor_service_customer (world->service, "br_test", bo);
      g_assert_true (parlor_service_customer_of (world->brand, "vis_a") == his);
      g_assert_null (hers->visitor);
      parlor_service_visitor_connected (world->service, "vis_a");
      g_assert_true (parlor_customer_is_here (his));
      g_assert_false (parlor_customer_is_here (hers));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/identity/the-brands-sign-in-is-one-person-everywhere", test_identify);
  g_test_add_func ("/service/identity/who-signs-out-leaves-the-device", test_sign_out);
  g_test_add_func ("/service/identity/no-tap-of-his-answers-who-signed-out", test_signed_out_taps);
  g_test_add_func ("/service/identity/nobody-is-called-like-the-house", test_name);
  g_test_add_func ("/service/identity/two-of-one-ref-are-one", test_merge);
  g_test_add_func ("/service/identity/a-person-is-kept-once-within-ten-minutes", test_keep);
  g_test_add_func ("/service/identity/nobody-is-connected-who-was-not-asked", test_keep_asks);
  g_test_add_func ("/service/identity/a-device-is-one-customers-alone", test_keep_of_another);
  g_test_add_func ("/service/identity/one-more-device-takes-the-place-of-the-oldest", test_devices);
  g_test_add_func ("/service/identity/who-is-here-on-all-devices-has-no-more", test_devices_here);
  g_test_add_func ("/service/identity/who-is-erased-is-nobody", test_erase);
  g_test_add_func ("/service/identity/who-is-half-erased-is-found-again", test_erase_again);
  g_test_add_func ("/service/identity/rows-that-were-doubled-once-are-one-persons", test_doubled);
  return g_test_run ();
}
