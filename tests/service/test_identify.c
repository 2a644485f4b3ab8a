/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#define IDENTIFY (1u << PARLOR_HOOK_IDENTIFY)

static gboolean
show (World *world, const char *visitor, const char *token)
{
  return parlor_service_ask_identity (world->brand, visitor, token, "rm_a", NULL);
}

static ParlorCustomer *
at (World *world, const char *visitor)
{
  return parlor_service_customer_of (world->brand, visitor);
}

static void
answer (World *world, const char *ref, const char *display, const char *attrs)
{
  ParlorDatum data[3] = {PARLOR_DATUM_TEXT ("customer_ref", ref)};
  guint n = 1;
  if (display)
    data[n++] = PARLOR_DATUM_TEXT ("display", display);
  if (attrs)
    data[n++] = PARLOR_DATUM_JSON ("attrs", attrs);
  world_hook (world, PARLOR_HOOK_IDENTIFY,
              &(ParlorHookAnswer){.outcome = PARLOR_HOOK_ANSWERED, .data = data, .n_data = n});
}

static void
fail (World *world, ParlorHookOutcome outcome)
{
  world_hook (world, PARLOR_HOOK_IDENTIFY, &(ParlorHookAnswer){.outcome = outcome});
}

static void
test_token (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a"); /* he asks something before he signs in */
  fail (world, PARLOR_HOOK_NONE);
  g_assert_true (show (world, "vis_a", "session-7"));
  g_assert_null (at (world, "vis_a")->ref);
  answer (world, "c-1", "Mei", "{\"tier\":\"gold\"}");
  g_assert_cmpstr (at (world, "vis_a")->ref, ==, "c-1");
  g_assert_cmpstr (at (world, "vis_a")->display, ==, "Mei");
  g_assert_cmpstr (at (world, "vis_a")->attrs, ==, "{\"tier\":\"gold\"}");
  g_assert_cmpuint (world_told (world, "identified"), ==, 1);
  /* The same on his desk: one person, one conversation; an update of what is known of him. */
  g_assert_true (show (world, "vis_desk", "session-8"));
  answer (world, "c-1", "Other", "{\"tier\":\"new\"}");
  g_assert_true (at (world, "vis_desk") == binding->customer);
  g_assert_cmpstr (binding->customer->display, ==, "Mei");
  g_assert_cmpstr (binding->customer->attrs, ==, "{\"tier\":\"new\"}");
  g_assert_cmpuint (world_told (world, "identified"), ==, 2);
}

static void
test_nobody (void)
{
  g_autoptr (World) none = world_new ();
  g_assert_false (show (none, "vis_a", "session-7"));
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  g_autofree char *long_token = g_strnfill (4097, 'x');
  g_assert_false (show (world, "vis_a", ""));
  g_assert_false (show (world, "vis_a", long_token));
  const ParlorHookOutcome outcomes[] = {PARLOR_HOOK_NONE, PARLOR_HOOK_FAILED, PARLOR_HOOK_BREAKER};
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_assert_true (show (world, "vis_a", "session-7"));
      fail (world, outcomes[i]);
      g_assert_null (at (world, "vis_a"));
    }
  g_assert_true (show (world, "vis_a", "session-7"));
  fail (world, PARLOR_HOOK_LATE);
  g_assert_null (at (world, "vis_a"));
  world_restart (world); /* what was asked is not heard any more */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_cmpuint (world_told (world, "identified"), ==, 0);
}

/* Nobody sees what was another's while it is asked who he is, nor when nobody says so. */
static void
test_another (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  world_rep (world, "lin", 6, FALSE);
  g_assert_true (show (world, "vis_a", "mei"));
  answer (world, "c-1", NULL, NULL);
  ParlorCustomer *mei = at (world, "vis_a");
  g_assert_true (show (world, "vis_a", "mei")); /* her line came back: known, nothing is asked */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_true (at (world, "vis_a") == mei);
  g_assert_true (show (world, "vis_a", "jan"));
  g_assert_null (at (world, "vis_a"));
  fail (world, PARLOR_HOOK_FAILED);
  g_assert_null (at (world, "vis_a"));
  g_assert_true (show (world, "vis_a", "mei"));
  answer (world, "c-1", NULL, NULL);
  g_assert_true (at (world, "vis_a") == mei);
  g_assert_true (show (world, "vis_a", "jan"));
  answer (world, "c-2", NULL, NULL);
  g_assert_cmpstr (at (world, "vis_a")->ref, ==, "c-2");
  g_assert_cmpuint (world_told (world, "identified"), ==, 3);
}

/* A newer word makes an older question moot. */
static void
test_newer (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  g_assert_true (show (world, "vis_a", "old"));
  g_assert_true (show (world, "vis_a", "new"));
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 1);
  parlor_service_sign_out (world->brand, "vis_a");
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_true (show (world, "vis_a", "old"));
  g_assert_true (parlor_service_identify (world->brand, "vis_a", "c-9", NULL, world->now, NULL));
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_cmpstr (at (world, "vis_a")->ref, ==, "c-9");
}

/* Whoever has the device's key alone proves nothing: his rep learns about him, he himself nothing.
 */
static void
test_device (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  world_rep (world, "lin", 6, FALSE);
  g_assert_true (show (world, "vis_desk", "mei"));
  answer (world, "c-1", "Mei", NULL);
  world_bind (world, "vis_desk");
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0); /* known by a token */
  ParlorBinding *binding = world_bind (world, "vis_b");
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 1);
  answer (world, "c-1", "Mei's phone", "{\"tier\":\"gold\"}");
  g_assert_true (at (world, "vis_b") == binding->customer);
  g_assert_null (binding->customer->ref);
  g_assert_cmpstr (binding->customer->display, ==, "Mei's phone");
  g_assert_cmpstr (binding->customer->attrs, ==, "{\"tier\":\"gold\"}");
  g_assert_true (at (world, "vis_desk") != binding->customer);
}

/* Who makes tokens up does not make the brand's system work. */
static void
test_flood (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  static const char *const tokens[] = {"a", "b", "c", "d", "e"};
  world_rep (world, "lin", 6, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_assert_true (show (world, "vis_a", tokens[i]));
      g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 1);
    }
  g_assert_true (show (world, "vis_a", "e")); /* one tab more */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 1);
  answer (world, "c-1", "Mei", NULL);
  g_assert_cmpstr (at (world, "vis_a")->ref, ==, "c-1");
  g_assert_true (show (world, "vis_a", "e"));
  g_assert_cmpstr (at (world, "vis_a")->ref, ==, "c-1");
  g_assert_true (show (world, "vis_a", "f")); /* not asked about: she has left all the same */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_null (at (world, "vis_a"));
  g_assert_true (show (world, "vis_b", "f")); /* another's are not counted with his */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 1);
  fail (world, PARLOR_HOOK_NONE);
  world_pass (world, 10);
  g_assert_true (show (world, "vis_a", "e"));
  g_assert_true (show (world, "vis_a", "f"));
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0); /* it was the newer word */
}

static void
test_flood_of_devices (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      g_assert_true (
          parlor_service_ask_identity (world->brand, visitor, "junk", NULL, "192.0.2.1"));
    }
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 60);
  g_assert_true (parlor_service_ask_identity (world->brand, "vis_x", "mei", NULL, "192.0.2.2"));
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 61);
}

/* An answer that was on its way does not bring him back. */
static void
test_erased (void)
{
  g_autoptr (World) world = world_new_with_hooks (IDENTIFY);
  ParlorErased erased;
  world_rep (world, "lin", 6, FALSE);
  ParlorCustomer *customer = world_bind (world, "vis_a")->customer;
  fail (world, PARLOR_HOOK_NONE);
  g_assert_true (show (world, "vis_a", "mei"));
  parlor_service_erase (customer, &erased, world->now);
  parlor_erased_clear (&erased);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_IDENTIFY), ==, 0);
  g_assert_null (at (world, "vis_a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/identify/" name, func)
  ADD ("a-token-of-the-brands-own-says-who-he-is", test_token);
  ADD ("who-is-not-known-is-anonymous", test_nobody);
  ADD ("nobody-sees-what-was-anothers-meanwhile", test_another);
  ADD ("a-newer-word-makes-it-moot", test_newer);
  ADD ("a-device-alone-proves-nothing", test_device);
  ADD ("made-up-tokens-are-not-asked-about", test_flood);
  ADD ("nor-those-of-made-up-devices", test_flood_of_devices);
  ADD ("who-was-erased-does-not-come-back", test_erased);
  return g_test_run ();
}
