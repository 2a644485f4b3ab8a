/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, by what a request brings. */
#include "world.h"

#include <string.h>

static ParlorPrincipal
ask (World *world, const char *authorization, gboolean loopback)
{
  ParlorPrincipal who;
  ParlorHttpRequest request = {.method = "GET", .path = "/", .loopback = loopback};
  if (authorization)
    request.headers[request.n_headers++] = (ParlorHttpHeader){"Authorization", authorization};
  gboolean somebody = parlor_site_principal (world->site, &request, &who);
  g_assert_true (somebody == (who.caller != PARLOR_CALLER_STRANGER));
  g_assert_true (somebody || (!*who.brand && !who.roles && !*who.subject));
  return who;
}

static char *
basic (const char *key, const char *secret)
{
  g_autofree char *text = g_strdup_printf ("%s:%s", key, secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Basic %s", encoded);
}

static void
test_demo (void)
{
  g_autoptr (World) world = world_new (NULL);
  ParlorPrincipal here = ask (world, NULL, TRUE), away = ask (world, NULL, FALSE);
  ParlorPrincipal wrong = ask (world, "Bearer a.b.c", TRUE);
  g_assert_cmpint (here.caller, ==, PARLOR_CALLER_USER);
  g_assert_cmpstr (here.brand, ==, PARLOR_DEMO_BRAND);
  g_assert_true (parlor_principal_is_any (&here, PARLOR_BRAND_OWNER));
  g_assert_cmpint (away.caller, ==, PARLOR_CALLER_STRANGER);
  /* Whoever brings something bad is not taken for somebody who brings nothing. */
  g_assert_cmpint (wrong.caller, ==, PARLOR_CALLER_STRANGER);
}

static void
test_key (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *good = basic (WORLD_KEY, WORLD_SECRET);
  g_autofree char *bad = basic (WORLD_KEY, "0123456789abcdef0123456789abcdeX");
  ParlorPrincipal who = ask (world, good, FALSE);
  g_assert_cmpint (who.caller, ==, PARLOR_CALLER_KEY);
  g_assert_cmpstr (who.brand, ==, PARLOR_DEMO_BRAND);
  g_assert_cmpstr (who.subject, ==, WORLD_KEY);
  g_assert_cmpint (ask (world, bad, TRUE).caller, ==, PARLOR_CALLER_STRANGER);
  g_assert_cmpint (ask (world, NULL, TRUE).caller, ==, PARLOR_CALLER_STRANGER);
}

static void
test_token (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *token = world_token (world, "hall", "lin", PARLOR_ROLE_HOST);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  ParlorPrincipal who = ask (world, bearer, FALSE);
  g_assert_cmpint (who.caller, ==, PARLOR_CALLER_TOKEN);
  g_assert_cmpstr (who.brand, ==, PARLOR_DEMO_BRAND);
  g_assert_cmpstr (who.by, ==, PARLOR_DEMO_BRAND); /* the server signed it */
  g_assert_cmpuint (who.roles, ==, 0);             /* a meeting's host is nothing in the brand */
  g_assert_cmpint (who.expires_ms, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/principal/the-demos-loopback-is-its-owner", test_demo);
  g_test_add_func ("/http/principal/a-key-is-its-brands", test_key);
  g_test_add_func ("/http/principal/a-token-has-no-role-in-the-brand", test_token);
  return g_test_run ();
}
