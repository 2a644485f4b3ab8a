/* SPDX-License-Identifier: Apache-2.0 */
#include "http/static.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *root, *web;
  ParlorStatic *files;
} Fixture;

static void
put (const Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("parlor-static-XXXXXX", NULL);
  fixture->web = g_build_filename (fixture->root, "web", NULL);
  put (fixture, "secret.txt", "secret");
  put (fixture, "web/index.html", "home");
  put (fixture, "web/m.html", "meeting");
  put (fixture, "web/.env", "secret");
  put (fixture, "web/assets/app-1a2b.js", "script");
  put (fixture, "web/assets/app-1a2b.js.gz", "packed");
  put (fixture, "web/a b.txt", "blank");
  put (fixture, "web/folder.d/x.txt", "x");
  g_autofree char *link = g_build_filename (fixture->web, "link.txt", NULL);
  g_autofree char *folder = g_build_filename (fixture->web, "out", NULL);
  g_autofree char *inner = g_build_filename (fixture->web, "inner.txt", NULL);
  g_assert_cmpint (symlink ("../secret.txt", link), ==, 0);
  g_assert_cmpint (symlink ("..", folder), ==, 0);
  g_assert_cmpint (symlink ("m.html", inner), ==, 0);
  fixture->files = parlor_static_new (fixture->web);
  g_assert_nonnull (fixture->files);
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  if (dir)
    g_dir_close (dir);
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  parlor_static_free (fixture->files);
  remove_tree (fixture->root);
  g_free (fixture->root);
  g_free (fixture->web);
}

static const char *
header_of (const ParlorHttpReply *reply, const char *name)
{
  for (guint i = 0; i + 1 < reply->headers->len; i += 2)
    if (!strcmp (reply->headers->pdata[i], name))
      return reply->headers->pdata[i + 1];
  return NULL;
}

/* The file's text (transfer full), NULL when it is not served. `extra` is one more request header.
 */
static char *
get (const Fixture *fixture, const char *path, ParlorHttpHeader extra, ParlorHttpReply *reply)
{
  ParlorHttpRequest request = {.method = "GET", .path = path};
  char buffer[64] = "";
  if (extra.name)
    request.headers[request.n_headers++] = extra;
  parlor_http_reply_init (reply);
  if (!parlor_static_serve (fixture->files, &request, reply))
    return NULL;
  if (reply->file >= 0)
    g_assert_cmpint (read (reply->file, buffer, sizeof buffer - 1), ==, (gssize)reply->file_length);
  return g_strdup (buffer);
}

static void
assert_text (const Fixture *fixture, const char *path, const char *expected)
{
  ParlorHttpReply reply;
  g_autofree char *text = get (fixture, path, (ParlorHttpHeader){0}, &reply);
  g_assert_cmpstr (text, ==, expected);
  parlor_http_reply_clear (&reply);
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  assert_text (fixture, "/", "home");
  assert_text (fixture, "/index.html", "home");
  assert_text (fixture, "/m", "meeting");
  assert_text (fixture, "/signin", "home");
  assert_text (fixture, "/a%20b.txt", "blank");
  assert_text (fixture, "/assets/none.js", NULL);
  assert_text (fixture, "/deep/page", NULL);
}

static void
test_escapes (Fixture *fixture, gconstpointer data)
{
  static const char *const paths[] = {
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/%2e%2e%2fsecret.txt",
      "/assets/../../secret.txt",
      "/assets/%2e%2e/%2e%2e/secret.txt",
      "/..\\secret.txt",
      "/link.txt",
      "/inner.txt",
      "/out/secret.txt",
      "/.env",
      "/%2eenv",
      "/index.html%00.js",
      "/index.html%0d%0aX-Evil:1",
      "//secret.txt",
      "/folder.d",
      "/assets//app-1a2b.js",
      "/%",
      "/%4",
      "/%zz.txt",
      "/%ff%fe.txt",
      "/proc/self/environ.txt",
  };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_text (fixture, paths[i], NULL);
  g_autofree char *filling = g_strnfill (5000, 'a');
  g_autofree char *path = g_strconcat ("/", filling, ".txt", NULL);
  assert_text (fixture, path, NULL);
}

static void
test_caching (Fixture *fixture, gconstpointer data)
{
  ParlorHttpReply reply;
  g_autofree char *page = get (fixture, "/m", (ParlorHttpHeader){0}, &reply);
  g_assert_cmpstr (header_of (&reply, "Cache-Control"), ==, "no-cache");
  g_assert_cmpstr (header_of (&reply, "Content-Type"), ==, "text/html; charset=utf-8");
  g_autofree char *etag = g_strdup (header_of (&reply, "ETag"));
  parlor_http_reply_clear (&reply);
  g_autofree char *again = get (fixture, "/m", (ParlorHttpHeader){"If-None-Match", etag}, &reply);
  g_assert_cmpuint (reply.status, ==, 304);
  g_assert_cmpint (reply.file, ==, -1);
  parlor_http_reply_clear (&reply);
  g_autofree char *asset = get (fixture, "/assets/app-1a2b.js", (ParlorHttpHeader){0}, &reply);
  g_assert_cmpstr (header_of (&reply, "Cache-Control"), ==, "public, max-age=31536000, immutable");
  parlor_http_reply_clear (&reply);
}

static void
test_gzip (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *accept, *text;
  } cases[] = {{"gzip, deflate, br", "packed"}, {"br, gzip;q=0.5", "packed"},
               {"gzip;q=0", "script"},          {"br", "script"},
               {"gzipped", "script"},           {"", "script"}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ParlorHttpReply reply;
      g_autofree char *text = get (fixture, "/assets/app-1a2b.js",
                                   (ParlorHttpHeader){"Accept-Encoding", cases[i].accept}, &reply);
      g_assert_cmpstr (text, ==, cases[i].text);
      gboolean packed = !strcmp (text, "packed");
      g_assert_cmpstr (header_of (&reply, "Content-Encoding"), ==, packed ? "gzip" : NULL);
      g_assert_cmpstr (header_of (&reply, "Vary"), ==, "Accept-Encoding");
      g_assert_cmpstr (header_of (&reply, "Content-Type"), ==, "text/javascript; charset=utf-8");
      parlor_http_reply_clear (&reply);
    }
}

static void
test_security_headers (Fixture *fixture, gconstpointer data)
{
  ParlorHttpReply reply;
  g_autofree char *text = get (fixture, "/m", (ParlorHttpHeader){0}, &reply);
  const char *policy = header_of (&reply, "Content-Security-Policy");
  g_assert_nonnull (policy);
  g_assert_nonnull (strstr (policy, "default-src 'none'"));
  g_assert_nonnull (strstr (policy, "frame-ancestors 'none'"));
  g_assert_nonnull (strstr (policy, "frame-src 'self';"));
  g_assert_null (strstr (policy, "unsafe"));
  g_assert_nonnull (strstr (header_of (&reply, "Permissions-Policy"), "camera=(self)"));
  g_assert_cmpstr (header_of (&reply, "X-Content-Type-Options"), ==, "nosniff");
  parlor_http_reply_clear (&reply);
}

/* The page's own WebSocket is named, and a Host cannot write policy. */
static void
test_policy_names_own_socket (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *host, *part;
  } cases[] = {
      {"meet.example:8080", "connect-src 'self' ws://meet.example:8080 wss://meet.example:8080;"},
      {"[::1]:80", "connect-src 'self' ws://[::1]:80 wss://[::1]:80;"},
      {"x; script-src *", "connect-src 'self';"},
      {"x *", "connect-src 'self';"},
      {"*", "connect-src 'self';"}};
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ParlorHttpReply reply;
      g_autofree char *text = get (fixture, "/m", (ParlorHttpHeader){"Host", cases[i].host},
                                   &reply);
      g_assert_nonnull (strstr (header_of (&reply, "Content-Security-Policy"), cases[i].part));
      parlor_http_reply_clear (&reply);
    }
}

static void
test_headers_refuse_line_breaks (void)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  g_assert_false (parlor_http_reply_header (&reply, "Location", "/a\r\nSet-Cookie: x=1"));
  g_assert_false (parlor_http_reply_header (&reply, "X\n", "1"));
  g_assert_cmpuint (reply.headers->len, ==, 0);
  parlor_http_reply_clear (&reply);
}

#define ADD(name, func) g_test_add ("/http/static/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("paths-without-a-dot-are-pages", test_pages);
  ADD ("nothing-leaves-the-folder", test_escapes);
  ADD ("hashed-assets-are-immutable-pages-revalidated", test_caching);
  ADD ("packed-file-goes-to-who-accepts-it", test_gzip);
  ADD ("pages-carry-a-strict-policy", test_security_headers);
  ADD ("policy-names-the-pages-own-socket", test_policy_names_own_socket);
  g_test_add_func ("/http/request/headers-refuse-line-breaks", test_headers_refuse_line_breaks);
  return g_test_run ();
}
