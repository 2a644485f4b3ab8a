/* SPDX-License-Identifier: Apache-2.0 */
#include "record/s3.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_SECONDS 10L
/* Slower than this for so long is none: an eighth of a line of 64 kbit/s, which transfers share. */
#define SLOW_BYTES 1024L
#define SLOW_SECONDS 60
/* For putting parts together: a store may say nothing but spaces for minutes. */
#define TOGETHER_SECONDS 600L
#define CHUNK_BYTES 65536
/* Of an answer that is looked at, and of any. */
#define ANSWER_MAX 16384
#define BODY_MAX (1 << 20)

struct _ParlorS3
{
  ParlorS3Spec spec;
  char *url, *provider, *credentials;
  CURL *curl;
};

/* ---- sums ----------------------------------------------------------------------------------- */

static void
put_hex (const guint8 *bytes, guint n, char *out)
{
  for (guint i = 0; i < n; i++)
    g_snprintf (out + 2 * i, 3, "%02x", bytes[i]);
}

gboolean
parlor_s3_sum (int fd, gint64 from, gint64 length, ParlorS3Sums *out)
{
  guint8 *chunk = g_malloc (CHUNK_BYTES);
  EVP_MD_CTX *sha = EVP_MD_CTX_new (), *md5 = EVP_MD_CTX_new ();
  gint64 at = 0;
  ssize_t n = 1;
  EVP_DigestInit_ex (sha, EVP_sha256 (), NULL);
  EVP_DigestInit_ex (md5, EVP_md5 (), NULL);
  while (at < length
         && (n = pread (fd, chunk, (gsize)MIN (CHUNK_BYTES, length - at), from + at)) > 0)
    {
      EVP_DigestUpdate (sha, chunk, (size_t)n);
      EVP_DigestUpdate (md5, chunk, (size_t)n);
      at += n;
    }
  EVP_DigestFinal_ex (sha, out->sha256, NULL);
  EVP_DigestFinal_ex (md5, out->md5, NULL);
  EVP_MD_CTX_free (sha);
  EVP_MD_CTX_free (md5);
  g_free (chunk);
  put_hex (out->sha256, sizeof out->sha256, out->sha256_text);
  put_hex (out->md5, sizeof out->md5, out->md5_text);
  return at == length;
}

/* ---- a request ------------------------------------------------------------------------------ */

typedef struct
{
  int fd;
  gint64 at, left; /* to be sent, or at most to come */
  EVP_MD_CTX *sha; /* of what came */
  int why;         /* errno of a failed write */
  GString *body;   /* nullable: of the answer */
  gsize ignored;   /* bytes of the answer */
  gint64 length;   /* as the answer says; -1 */
  char etag[80], checksum[80];
} Transfer;

static size_t
read_body (char *out, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  ssize_t got = pread (transfer->fd, out, (gsize)MIN ((gint64)(size * n), transfer->left),
                       transfer->at);
  if (got < 0)
    return CURL_READFUNC_ABORT;
  transfer->at += got;
  transfer->left -= got;
  return (size_t)got;
}

static size_t
take_body (char *bytes, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  if (transfer->body != NULL && transfer->body->len + size * n <= ANSWER_MAX)
    g_string_append_len (transfer->body, bytes, (gssize)(size * n));
  transfer->ignored += size * n;
  return transfer->ignored <= BODY_MAX ? size * n : 0;
}

/* An answer that is an error has a body too, which is not the object's: its sum tells. */
static size_t
write_body (char *bytes, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  gsize done = 0;
  if ((gint64)(size * n) > transfer->left)
    return 0;
  while (done < size * n)
    {
      ssize_t m = pwrite (transfer->fd, bytes + done, size * n - done, transfer->at);
      if (m <= 0)
        {
          transfer->why = m < 0 ? errno : EIO;
          return 0;
        }
      done += (gsize)m;
      transfer->at += m;
    }
  transfer->left -= (gint64)done;
  if (transfer->sha != NULL)
    EVP_DigestUpdate (transfer->sha, bytes, done);
  return done;
}

static void
take_value (const char *line, const char *name, char *out, gsize room)
{
  if (g_ascii_strncasecmp (line, name, strlen (name)) != 0)
    return;
  g_autofree char *value = g_strdup (line + strlen (name));
  g_strstrip (value);
  g_strdelimit (value, "\"", ' ');
  g_strlcpy (out, g_strstrip (value), room);
}

static size_t
take_header (char *bytes, size_t size, size_t n, void *user_data)
{
  Transfer *transfer = user_data;
  g_autofree char *line = g_strndup (bytes, MIN (size * n, 4096));
  char length[32] = "";
  take_value (line, "ETag:", transfer->etag, sizeof transfer->etag);
  take_value (line, "x-amz-checksum-sha256:", transfer->checksum, sizeof transfer->checksum);
  take_value (line, "Content-Length:", length, sizeof length);
  if (length[0] != '\0')
    transfer->length = g_ascii_strtoll (length, NULL, 10);
  return size * n;
}

static int
on_progress (void *user_data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
  const ParlorS3 *self = user_data;
  return self->spec.ends != NULL && self->spec.ends (self->spec.user_data);
}

/* `query`: sorted and escaped, as it is signed; nullable. */
static void
prepare (ParlorS3 *self, const char *key, const char *query, Transfer *transfer)
{
  CURL *curl = self->curl;
  g_autofree char *url = g_strconcat (self->url, "/", key, query != NULL ? "?" : "",
                                      query != NULL ? query : "", NULL);
  transfer->length = -1;
  curl_easy_reset (curl);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (curl, CURLOPT_AWS_SIGV4, self->provider);
  curl_easy_setopt (curl, CURLOPT_USERPWD, self->credentials);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME,
                    (long)(self->spec.slow_s > 0 ? self->spec.slow_s : SLOW_SECONDS));
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, self);
}

/* The status; 0 = there was no whole answer. Frees `headers`. */
static long
perform (ParlorS3 *self, struct curl_slist *headers)
{
  long status = 0;
  curl_easy_setopt (self->curl, CURLOPT_HTTPHEADER, headers);
  if (curl_easy_perform (self->curl) == CURLE_OK)
    curl_easy_getinfo (self->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all (headers);
  return status;
}

static ParlorS3Answer
judge (long status, gboolean is_good)
{
  if (is_good)
    return PARLOR_S3_TAKEN;
  if (status == 404)
    return PARLOR_S3_MISSING;
  return status == 0 || status == 408 || status == 429 || status >= 500 ? PARLOR_S3_DOWN
                                                                        : PARLOR_S3_REFUSED;
}

static struct curl_slist *
unsigned_body (void)
{
  return curl_slist_append (NULL, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
}

/* It has what we have: by the sum that it says itself. */
static gboolean
is_proved (const Transfer *transfer, const ParlorS3Sums *sums)
{
  g_autofree char *sha = g_base64_encode (sums->sha256, sizeof sums->sha256);
  if (transfer->checksum[0] != '\0')
    return strcmp (transfer->checksum, sha) == 0;
  return strcmp (transfer->etag, sums->md5_text) == 0;
}

static ParlorS3Answer
put (ParlorS3 *self, const char *key, const char *query, int fd, gint64 from, gint64 length,
     const ParlorS3Sums *sums)
{
  Transfer transfer = {.fd = fd, .at = from, .left = length};
  g_autofree char *sha = g_base64_encode (sums->sha256, sizeof sums->sha256);
  g_autofree char *content = g_strconcat ("x-amz-content-sha256: ", sums->sha256_text, NULL);
  g_autofree char *checksum = g_strconcat ("x-amz-checksum-sha256: ", sha, NULL);
  struct curl_slist *headers = curl_slist_append (NULL, content);
  headers = curl_slist_append (headers, checksum);
  headers = curl_slist_append (headers, "Expect:");
  prepare (self, key, query, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (self->curl, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt (self->curl, CURLOPT_READDATA, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)length);
  long status = perform (self, headers);
  return judge (status, status == 200 && is_proved (&transfer, sums));
}

ParlorS3Answer
parlor_s3_put (ParlorS3 *self, const char *key, int fd, gint64 size, const ParlorS3Sums *sums)
{
  return put (self, key, NULL, fd, 0, size, sums);
}

static ParlorS3Answer
remove_ (ParlorS3 *self, const char *key, const char *query)
{
  Transfer transfer = {.fd = -1};
  prepare (self, key, query, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
  long status = perform (self, unsigned_body ());
  return judge (status, status == 200 || status == 204 || status == 404);
}

ParlorS3Answer
parlor_s3_delete (ParlorS3 *self, const char *key)
{
  return remove_ (self, key, NULL);
}

static gboolean
has_sum (EVP_MD_CTX *sha, const char *expected)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  char text[65];
  EVP_DigestFinal_ex (sha, digest, NULL);
  put_hex (digest, 32, text);
  return strcmp (text, expected) == 0;
}

/* As perform (), but the body of an answer that is an error is not written. */
static long
perform_get (ParlorS3 *self)
{
  struct curl_slist *headers = unsigned_body ();
  long status = 0;
  curl_easy_setopt (self->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (self->curl, CURLOPT_WRITEFUNCTION, write_body);
  curl_easy_setopt (self->curl, CURLOPT_FAILONERROR, 1L);
  CURLcode code = curl_easy_perform (self->curl);
  if (code == CURLE_OK || code == CURLE_HTTP_RETURNED_ERROR)
    curl_easy_getinfo (self->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all (headers);
  return status;
}

ParlorS3Answer
parlor_s3_get (ParlorS3 *self, const char *key, int fd, gint64 size, const char *sha256)
{
  Transfer transfer = {.fd = fd, .left = size, .sha = EVP_MD_CTX_new ()};
  EVP_DigestInit_ex (transfer.sha, EVP_sha256 (), NULL);
  prepare (self, key, NULL, &transfer);
  long status = perform_get (self);
  gboolean good = has_sum (transfer.sha, sha256) && transfer.left == 0;
  EVP_MD_CTX_free (transfer.sha);
  errno = transfer.why;
  return transfer.why != 0 ? PARLOR_S3_DISK : judge (status, status == 200 && good);
}

ParlorS3Answer
parlor_s3_get_part (ParlorS3 *self, const char *key, int fd, gint64 from, gint64 length)
{
  Transfer transfer = {.fd = fd, .at = from, .left = length};
  g_autofree char *range = g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, from,
                                            from + length - 1);
  prepare (self, key, NULL, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_RANGE, range);
  long status = perform_get (self);
  errno = transfer.why;
  return transfer.why != 0 ? PARLOR_S3_DISK : judge (status, status == 206 && transfer.left == 0);
}

ParlorS3Answer
parlor_s3_has (ParlorS3 *self, const char *key, gint64 size)
{
  Transfer transfer = {.fd = -1};
  prepare (self, key, NULL, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_NOBODY, 1L);
  long status = perform (self, unsigned_body ());
  return judge (status, status == 200 && transfer.length == size);
}

/* ---- in parts ------------------------------------------------------------------------------- */

char *
parlor_s3_element (const char *xml, gsize length, const char *name, gsize max)
{
  g_autofree char *open = g_strconcat ("<", name, ">", NULL);
  g_autofree char *shut = g_strconcat ("</", name, ">", NULL);
  const char *from = g_strstr_len (xml, (gssize)length, open);
  if (from == NULL)
    return NULL;
  from += strlen (open);
  const char *to = g_strstr_len (from, xml + length - from, shut);
  return to != NULL && (gsize)(to - from) <= max && to > from
                 && memchr (from, '\n', (gsize)(to - from)) == NULL
                 && memchr (from, '\t', (gsize)(to - from)) == NULL
             ? g_strndup (from, (gsize)(to - from))
             : NULL;
}

static ParlorS3Answer
post (ParlorS3 *self, const char *key, const char *query, const char *body, GString *answer)
{
  Transfer transfer = {.fd = -1, .body = answer};
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, body, -1);
  g_autofree char *content = g_strconcat ("x-amz-content-sha256: ", sum, NULL);
  struct curl_slist *headers = curl_slist_append (NULL, content);
  headers = curl_slist_append (headers, "Content-Type: application/xml");
  headers = curl_slist_append (headers, "Expect:");
  prepare (self, key, query, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_POST, 1L);
  curl_easy_setopt (self->curl, CURLOPT_POSTFIELDSIZE, (long)strlen (body));
  curl_easy_setopt (self->curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (self->curl, CURLOPT_LOW_SPEED_LIMIT, 0L);
  curl_easy_setopt (self->curl, CURLOPT_TIMEOUT, TOGETHER_SECONDS);
  long status = perform (self, headers);
  return judge (status, status == 200);
}

ParlorS3Answer
parlor_s3_begin (ParlorS3 *self, const char *key, char **upload)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  /* As it is signed: a name without a value has a sign behind it. */
  ParlorS3Answer result = post (self, key, "uploads=", "", answer);
  *upload = result == PARLOR_S3_TAKEN
                ? parlor_s3_element (answer->str, answer->len, "UploadId", PARLOR_S3_UPLOAD_MAX)
                : NULL;
  return result == PARLOR_S3_TAKEN && *upload == NULL ? PARLOR_S3_DOWN : result;
}

/* What a store named may have any letters. */
static char *
upload_query (ParlorS3 *self, const char *upload, guint n)
{
  char *name = curl_easy_escape (self->curl, upload, 0);
  char *query = n > 0 ? g_strdup_printf ("partNumber=%u&uploadId=%s", n, name)
                      : g_strconcat ("uploadId=", name, NULL);
  curl_free (name);
  return query;
}

ParlorS3Answer
parlor_s3_part (ParlorS3 *self, const char *key, const char *upload, guint n, int fd, gint64 from,
                gint64 length, const ParlorS3Sums *sums)
{
  g_autofree char *query = upload_query (self, upload, n);
  return put (self, key, query, fd, from, length, sums);
}

/* MD5 of the parts' MD5s, and how many they are. */
static char *
etag_of_parts (const char *const *md5, guint n)
{
  GChecksum *all = g_checksum_new (G_CHECKSUM_MD5);
  for (guint i = 0; i < n; i++)
    for (guint at = 0; at < 32; at += 2)
      {
        guint8 byte = (guint8)(g_ascii_xdigit_value (md5[i][at]) << 4
                               | g_ascii_xdigit_value (md5[i][at + 1]));
        g_checksum_update (all, &byte, 1);
      }
  char *etag = g_strdup_printf ("%s-%u", g_checksum_get_string (all), n);
  g_checksum_free (all);
  return etag;
}

ParlorS3Answer
parlor_s3_complete (ParlorS3 *self, const char *key, const char *upload, const char *const *md5,
                    guint n, gint64 size)
{
  g_autoptr (GString) body = g_string_new ("<CompleteMultipartUpload>");
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autofree char *query = upload_query (self, upload, 0), *expected = etag_of_parts (md5, n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (body, "<Part><PartNumber>%u</PartNumber><ETag>\"%s\"</ETag></Part>",
                            i + 1, md5[i]);
  g_string_append (body, "</CompleteMultipartUpload>");
  ParlorS3Answer result = post (self, key, query, body->str, answer);
  g_autofree char *etag = parlor_s3_element (answer->str, answer->len, "ETag", 128);
  if (result != PARLOR_S3_TAKEN)
    return result;
  if (etag == NULL) /* a 200 that ends as an error, as they may, or is none of theirs */
    return PARLOR_S3_DOWN;
  return strstr (etag, expected) != NULL ? PARLOR_S3_TAKEN : parlor_s3_has (self, key, size);
}

ParlorS3Answer
parlor_s3_abort (ParlorS3 *self, const char *key, const char *upload)
{
  g_autofree char *query = upload_query (self, upload, 0);
  return remove_ (self, key, query);
}

/* ---- its life ------------------------------------------------------------------------------- */

ParlorS3 *
parlor_s3_new (const ParlorS3Spec *spec, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_str_has_prefix (spec->url, "https://") && !g_str_has_prefix (spec->url, "http://"))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no URL of a bucket", spec->url);
      return NULL;
    }
  if (!g_file_get_contents (spec->credentials != NULL ? spec->credentials : "", &text, NULL, error))
    return NULL;
  ParlorS3 *self = g_new0 (ParlorS3, 1);
  self->spec = *spec;
  text[strcspn (text, "\r\n")] = '\0';
  self->credentials = g_steal_pointer (&text);
  self->url = g_strdup (spec->url);
  while (g_str_has_suffix (self->url, "/"))
    self->url[strlen (self->url) - 1] = '\0';
  self->provider = g_strconcat ("aws:amz:", spec->region != NULL ? spec->region : "us-east-1",
                                ":s3", NULL);
  self->curl = curl_easy_init ();
  return self;
}

ParlorS3 *
parlor_s3_dup (const ParlorS3 *self)
{
  ParlorS3 *copy = g_new0 (ParlorS3, 1);
  copy->spec = self->spec;
  copy->url = g_strdup (self->url);
  copy->provider = g_strdup (self->provider);
  copy->credentials = g_strdup (self->credentials);
  copy->curl = curl_easy_init ();
  return copy;
}

void
parlor_s3_free (ParlorS3 *self)
{
  if (self == NULL)
    return;
  curl_easy_cleanup (self->curl);
  g_free (self->url);
  g_free (self->provider);
  explicit_bzero (self->credentials, strlen (self->credentials));
  g_free (self->credentials);
  g_free (self);
}
