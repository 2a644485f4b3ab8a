/* SPDX-License-Identifier: Apache-2.0 */
#include "room/panels.h"

#include <string.h>

static void
assert_origin (const char *url, gboolean demo, const char *wanted)
{
  g_autofree char *origin = parlor_panel_origin (url, demo);
  g_assert_cmpstr (origin, ==, wanted);
}

static void
test_origins (void)
{
  assert_origin ("https://docs.example/d/1?x=2#page=3", FALSE, "https://docs.example");
  assert_origin ("https://docs.example", FALSE, "https://docs.example");
  assert_origin ("HTTPS://Docs.EXAMPLE:443/", FALSE, "https://docs.example");
  assert_origin ("https://docs.example:8443/", FALSE, "https://docs.example:8443");
  assert_origin ("https://192.0.2.7/a%20b", FALSE, "https://192.0.2.7");
}

static void
test_loopback (void)
{
  assert_origin ("http://127.0.0.1:9000/p", TRUE, "http://127.0.0.1:9000");
  assert_origin ("http://localhost:80/p", TRUE, "http://localhost");
  assert_origin ("http://127.0.0.1:9000/p", FALSE, NULL);
  assert_origin ("http://docs.example/", TRUE, NULL);
  assert_origin ("http://127.0.0.1.docs.example/", TRUE, NULL);
}

static void
test_unfit (void)
{
  static const char *const urls[] = {"",
                                     "docs.example/a",
                                     "/a",
                                     "//docs.example/a",
                                     "https:docs.example",
                                     "https:///a",
                                     "javascript:alert(1)",
                                     "data:text/html,x",
                                     "blob:https://docs.example/1",
                                     "ftp://docs.example/",
                                     "https://user@docs.example/",
                                     "https://user:word@docs.example/",
                                     "https://docs.example; script-src *",
                                     "https://docs.example\\@other.example/",
                                     "https://docs.example/\n",
                                     "https://docs example/",
                                     "https://docs.example/\"",
                                     "https://*.example/",
                                     "https://d%6fcs.example/",
                                     "https://[::1]/",
                                     "https://docs..example/",
                                     "https://-docs.example/",
                                     "https://docs.example:0/",
                                     "https://docs.example:99999/",
                                     "https://dócs.example/"};
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    assert_origin (urls[i], TRUE, NULL);
  assert_origin (NULL, TRUE, NULL);
}

static void
test_length (void)
{
  GString *url = g_string_new ("https://docs.example/");
  while (url->len < PARLOR_PANEL_URL_MAX)
    g_string_append_c (url, 'a');
  assert_origin (url->str, FALSE, "https://docs.example");
  g_string_append_c (url, 'a');
  assert_origin (url->str, FALSE, NULL);
  g_string_free (url, TRUE);
}

static void
test_names (void)
{
  const ParlorRoomSettings settings = {.doc_url = "https://a.example"};
  ParlorPanelKind kind = PARLOR_PANEL_DOC;
  g_assert_true (parlor_panel_kind_from_name ("panel", &kind));
  g_assert_cmpint (kind, ==, PARLOR_PANEL_PANEL);
  g_assert_cmpstr (parlor_panel_kind_name (PARLOR_PANEL_DOC), ==, "doc");
  g_assert_false (parlor_panel_kind_from_name ("page", &kind));
  g_assert_false (parlor_panel_kind_from_name (NULL, &kind));
  g_assert_cmpstr (parlor_panel_url (&settings, PARLOR_PANEL_DOC), ==, "https://a.example");
  g_assert_null (parlor_panel_url (&settings, PARLOR_PANEL_PANEL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/panels/an-address-has-an-origin-as-csp-writes-it", test_origins);
  g_test_add_func ("/room/panels/http-is-for-the-demo-on-this-machine", test_loopback);
  g_test_add_func ("/room/panels/what-is-not-what-it-seems-is-refused", test_unfit);
  g_test_add_func ("/room/panels/an-address-has-a-greatest-length", test_length);
  g_test_add_func ("/room/panels/there-are-two", test_names);
  return g_test_run ();
}
