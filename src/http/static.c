/* SPDX-License-Identifier: Apache-2.0 */
#include "http/static.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_SIZE 512

/* blob: is for media and pictures that the page makes itself; in turn: whence pictures come, the
 * page's own WebSocket, what it may show in a frame, who may show it in one. */
#define CONTENT_SECURITY_POLICY                                                                    \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:%s; "        \
  "font-src 'self'; connect-src 'self'%s; media-src 'self' blob:; worker-src 'self'; "             \
  "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-src %s; frame-ancestors %s"

#define PERMISSIONS_POLICY                                                                         \
  "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), "            \
  "speaker-selection=(self), autoplay=(self), fullscreen=(self), picture-in-picture=(self), "      \
  "clipboard-write=(self), geolocation=(), payment=(), usb=(), serial=(), midi=()"

struct _ParlorStatic
{
  int folder;
};

ParlorStatic *
parlor_static_new (const char *folder)
{
  int fd = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  ParlorStatic *files = g_new (ParlorStatic, 1);
  files->folder = fd;
  return files;
}

void
parlor_static_free (ParlorStatic *files)
{
  if (!files)
    return;
  close (files->folder);
  g_free (files);
}

/* "/assets/a%20b.js" to "assets/a b.js"; dot files and empty segments are nobody's business. */
static gboolean
decode_path (const char *path, char *out)
{
  gsize n = 0;
  const char *at = path + 1;
  while (*at)
    {
      gsize length = strcspn (at, "/");
      char segment[256];
      if (!length || !parlor_path_decode (at, length, segment, sizeof segment) || segment[0] == '.'
          || strchr (segment, '\\'))
        return FALSE;
      gsize k = strlen (segment);
      if (n + k + 2 >= PATH_SIZE)
        return FALSE;
      if (n)
        out[n++] = '/';
      memcpy (out + n, segment, k);
      n += k;
      at += length + (at[length] == '/');
    }
  out[n] = 0;
  return TRUE;
}

static int
open_file (const ParlorStatic *files, const char *path, struct stat *info)
{
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  int fd = (int)syscall (SYS_openat2, files->folder, path, &how, sizeof how);
  if (fd < 0)
    return -1;
  if (fstat (fd, info) < 0 || !S_ISREG (info->st_mode))
    {
      close (fd);
      return -1;
    }
  return fd;
}

static const char *
type_of (const char *path)
{
  static const struct
  {
    const char *end, *type;
  } types[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".mp3", "audio/mpeg"},
      {".ogg", "audio/ogg"},
      {".txt", "text/plain; charset=utf-8"},
      {".map", "application/json"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].end))
      return types[i].type;
  return "application/octet-stream";
}

/* Whether 'self' stands for ws: and wss: of the same host as well depends on the browser's age, so
 * both are said. A Host that could break out of the policy says nothing. (Transfer full.) */
static char *
own_sockets (const ParlorHttpRequest *request)
{
  const char *host = parlor_http_header (request, "Host");
  if (!host || strspn (host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-:[]") != strlen (host))
    return g_strdup ("");
  return g_strdup_printf (" ws://%s wss://%s", host, host);
}

static void
secure (const ParlorHttpRequest *request, const char *pictures, const char *frames,
        const char *ancestors, ParlorHttpReply *reply)
{
  g_autofree char *sockets = own_sockets (request);
  g_autofree char *policy = g_strdup_printf (CONTENT_SECURITY_POLICY, pictures, sockets, frames,
                                             ancestors);
  parlor_http_reply_header (reply, "Content-Security-Policy", policy);
  parlor_http_reply_header (reply, "Permissions-Policy", PERMISSIONS_POLICY);
  parlor_http_reply_header (reply, "X-Content-Type-Options", "nosniff");
  parlor_http_reply_header (reply, "Referrer-Policy", "no-referrer");
  parlor_http_reply_header (reply, "Cross-Origin-Opener-Policy", "same-origin");
}

void
parlor_static_secure (const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  secure (request, "", "'none'", "'none'", reply);
}

void
parlor_static_secure_page (const ParlorHttpRequest *request, const char *ancestors,
                           ParlorHttpReply *reply)
{
  secure (request, " https:", "'none'", ancestors ? ancestors : "'none'", reply);
}

/* Pages that show a shelf: its pictures lie where the brand's shop has them. */
static gboolean
has_products (const char *path)
{
  static const char *const pages[] = {"host.html", "live.html", "rep.html", NULL};
  return g_strv_contains (pages, path);
}

/* A meeting shows /panel/… (handle_panels.c): of whose answers each allows one origin. */
static const char *
frames_of (const char *path)
{
  return strcmp (path, "m.html") == 0 ? "'self'" : "'none'";
}

/* q=0 refuses a coding (RFC 9110 section 12.5.3); other weights do not matter with one offer. */
static gboolean
accepts_gzip (const ParlorHttpRequest *request)
{
  const char *accept = parlor_http_header (request, "Accept-Encoding");
  g_auto (GStrv) codings = g_strsplit (accept ? accept : "", ",", 16);
  for (guint i = 0; codings[i]; i++)
    {
      const char *coding = g_strstrip (codings[i]);
      if (g_ascii_strncasecmp (coding, "gzip", 4)
          || (coding[4] && coding[4] != ';' && coding[4] != ' '))
        continue;
      const char *weight = strstr (coding, "q=");
      return !weight || g_ascii_strtod (weight + 2, NULL) > 0;
    }
  return FALSE;
}

static void
set_caching (ParlorHttpReply *reply, const char *path, const char *etag)
{
  gboolean embed = g_str_has_prefix (path, "embed/");
  gboolean hashed = g_str_has_prefix (path, "assets/") || (embed && strpbrk (path, "0123456789"));
  parlor_http_reply_header (reply, "Cache-Control",
                            hashed ? "public, max-age=31536000, immutable" : "no-cache");
  parlor_http_reply_header (reply, "ETag", etag);
  if (!embed)
    return;
  /* For pages of other origins: a cache must not give one what was answered to another. */
  parlor_http_reply_header (reply, "Vary", "Origin");
  parlor_http_reply_header (reply, "Cross-Origin-Resource-Policy", "cross-origin");
}

gboolean
parlor_static_serve_file (ParlorStatic *files, const char *path, const ParlorHttpRequest *request,
                          ParlorHttpReply *reply)
{
  struct stat info, packed_info;
  g_autofree char *packed = g_strconcat (path, ".gz", NULL);
  int fd = open_file (files, path, &info);
  if (fd < 0)
    return FALSE;
  int packed_fd = open_file (files, packed, &packed_info);
  if (packed_fd >= 0)
    parlor_http_reply_header (reply, "Vary", "Accept-Encoding");
  if (packed_fd >= 0 && accepts_gzip (request))
    {
      close (fd);
      fd = packed_fd;
      info = packed_info;
      packed_fd = -1;
      parlor_http_reply_header (reply, "Content-Encoding", "gzip");
    }
  if (packed_fd >= 0)
    close (packed_fd);
  g_autofree char *etag = g_strdup_printf (
      "\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x\"",
      (guint64)info.st_ino, (guint64)info.st_size,
      (guint64)info.st_mtim.tv_sec * 1000000000u + (guint64)info.st_mtim.tv_nsec);
  const char *known = parlor_http_header (request, "If-None-Match");
  set_caching (reply, path, etag);
  secure (request, has_products (path) ? " https:" : "", frames_of (path), "'none'", reply);
  if (known && strstr (known, etag))
    {
      close (fd);
      reply->status = 304;
      return TRUE;
    }
  parlor_http_reply_header (reply, "Content-Type", type_of (path));
  reply->status = 200;
  reply->file = fd;
  reply->file_length = (guint64)info.st_size;
  return TRUE;
}

static gboolean
is_page (const char *path)
{
  const char *slash = strrchr (path, '/');
  return !strchr (slash ? slash : path, '.');
}

gboolean
parlor_static_serve (ParlorStatic *files, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  char path[PATH_SIZE];
  if (!decode_path (request->path, path))
    return FALSE;
  if (!*path)
    return parlor_static_serve_file (files, "index.html", request, reply);
  if (!is_page (path))
    return parlor_static_serve_file (files, path, request, reply);
  g_autofree char *page = g_strconcat (path, ".html", NULL);
  return parlor_static_serve_file (files, page, request, reply)
         || (!strchr (path, '/') && parlor_static_serve_file (files, "index.html", request, reply));
}
