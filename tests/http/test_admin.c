/* SPDX-License-Identifier: Apache-2.0 */
#include "http/site.h"

static const char *
never_ready (gpointer user_data)
{
  return "Not yet.";
}

/* The status of GET `path` under this Host; NULL = none was sent. */
static guint
ask (const char *path, const char *host, const char *origin)
{
  ParlorMetrics *metrics = parlor_metrics_new ();
  ParlorAdminSite admin = {metrics, never_ready, NULL};
  ParlorHttpRequest request = {.method = "GET", .path = path};
  ParlorHttpReply reply;
  if (host)
    request.headers[request.n_headers++] = (ParlorHttpHeader){"Host", host};
  if (origin)
    request.headers[request.n_headers++] = (ParlorHttpHeader){"Origin", origin};
  parlor_http_reply_init (&reply);
  parlor_admin_handle (&request, &reply, &admin);
  guint status = reply.status;
  parlor_http_reply_clear (&reply);
  parlor_metrics_free (metrics);
  return status;
}

static void
test_paths (void)
{
  g_assert_cmpuint (ask ("/healthz", "127.0.0.1:9091", NULL), ==, 200);
  g_assert_cmpuint (ask ("/metrics", "127.0.0.1:9091", NULL), ==, 200);
  g_assert_cmpuint (ask ("/readyz", "127.0.0.1:9091", NULL), ==, 503);
  g_assert_cmpuint (ask ("/", "127.0.0.1:9091", NULL), ==, 404);
}

static void
test_hosts (void)
{
  static const char *const ours[] = {"127.0.0.1", "127.0.0.1:9091", "127.8.9.1:1",
                                     "localhost", "LOCALHOST:9091", "[::1]:9091"};
  static const char *const others[] = {"evil.example:9091",
                                       "127.0.0.1.evil.example",
                                       "localhost.evil.example",
                                       "192.0.2.1:9091",
                                       "[2001:db8::1]:9091",
                                       "[::1].evil.example",
                                       "",
                                       NULL};
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    g_assert_cmpuint (ask ("/metrics", ours[i], NULL), ==, 200);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (ask ("/metrics", others[i], NULL), ==, 403);
}

static void
test_origins (void)
{
  g_assert_cmpuint (ask ("/metrics", "localhost:9091", "http://localhost:9091"), ==, 200);
  g_assert_cmpuint (ask ("/metrics", "localhost:9091", "https://evil.example"), ==, 403);
  g_assert_cmpuint (ask ("/metrics", "evil.example", "http://evil.example"), ==, 403);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/admin/three-addresses", test_paths);
  g_test_add_func ("/http/admin/answers-under-loopback-names-only", test_hosts);
  g_test_add_func ("/http/admin/other-sites-pages-get-nothing", test_origins);
  return g_test_run ();
}
