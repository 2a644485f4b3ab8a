/* SPDX-License-Identifier: Apache-2.0 */
#include "record/away.h"

#include "record/keeper.h"
#include "record/redact.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_US (2 * G_USEC_PER_SEC)
#define PATIENCE_MIN_US (1 * G_USEC_PER_SEC)
#define PATIENCE_MAX_US (60 * G_USEC_PER_SEC)
/* What is refused by itself (one object is locked, one file never proved) must not hold up the
 * rest.
 */
#define REFUSED_MAX_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* So many of one kind in a look, and none taken between them: nothing is taken. */
#define REFUSALS_MAX 8
#define GONE_FOLDER ".gone"
#define CONNECT_SECONDS 10L
/* Slower than this for so long is none. */
#define SLOW_BYTES 1L
#define SLOW_SECONDS 60L
#define CHUNK_BYTES 65536

struct _ParlorAway
{
  char *folder, *url, *provider, *credentials;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gboolean is_ending;    /* under the lock, with the next one */
  ParlorAwayStats stats; /* waiting: of the look under way */
  CURL *curl;            /* the thread's, with what follows */
  guint64 due;
  gboolean failed; /* nothing is taken */
  gint64 patience_us;
  GHashTable *refused; /* "recording/name" → Refused, both owned */
  gboolean is_over;    /* no more is asked in this look: it only counts */
  guint refusals;
};

typedef struct
{
  gint64 next_us, wait_us;
} Refused;

/* ---- what is on the disk and there ---------------------------------------------------------- */

typedef struct
{
  gint64 size, mtime_ns;
  char sha256[65];
} Stamp;

/* name → Stamp, owned. */
static GHashTable *
read_list (const char *path)
{
  GHashTable *list = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return list;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\t", -1);
      if (g_strv_length (words) != 4)
        continue;
      Stamp *stamp = g_new0 (Stamp, 1);
      stamp->size = g_ascii_strtoll (words[1], NULL, 10);
      stamp->mtime_ns = g_ascii_strtoll (words[2], NULL, 10);
      g_strlcpy (stamp->sha256, words[3], sizeof stamp->sha256);
      g_hash_table_replace (list, g_strdup (words[0]), stamp);
    }
  return list;
}

static gboolean
write_list (const char *path, GHashTable *list)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init (&iter, list);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Stamp *stamp = value;
      g_string_append_printf (text, "%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\n",
                              (char *)name, stamp->size, stamp->mtime_ns, stamp->sha256);
    }
  return g_file_set_contents_full (path, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, NULL);
}

static gboolean
stamp_of (const char *path, Stamp *out)
{
  struct stat info;
  if (lstat (path, &info) < 0 || !S_ISREG (info.st_mode))
    return FALSE;
  *out = (Stamp){.size = info.st_size,
                 .mtime_ns = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000)
                             + info.st_mtim.tv_nsec};
  return TRUE;
}

/* ---- sums ----------------------------------------------------------------------------------- */

typedef struct
{
  guint8 sha256[32], md5[16];
  char sha256_text[65], md5_text[33];
} Sums;

static void
put_hex (const guint8 *bytes, guint n, char *out)
{
  for (guint i = 0; i < n; i++)
    g_snprintf (out + 2 * i, 3, "%02x", bytes[i]);
}

static gboolean
sum_file (int fd, Sums *out)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  EVP_MD_CTX *sha = EVP_MD_CTX_new (), *md5 = EVP_MD_CTX_new ();
  off_t at = 0;
  ssize_t n;
  EVP_DigestInit_ex (sha, EVP_sha256 (), NULL);
  EVP_DigestInit_ex (md5, EVP_md5 (), NULL);
  while ((n = pread (fd, chunk, CHUNK_BYTES, at)) > 0)
    {
      EVP_DigestUpdate (sha, chunk, (size_t)n);
      EVP_DigestUpdate (md5, chunk, (size_t)n);
      at += n;
    }
  EVP_DigestFinal_ex (sha, out->sha256, NULL);
  EVP_DigestFinal_ex (md5, out->md5, NULL);
  EVP_MD_CTX_free (sha);
  EVP_MD_CTX_free (md5);
  put_hex (out->sha256, sizeof out->sha256, out->sha256_text);
  put_hex (out->md5, sizeof out->md5, out->md5_text);
  return n == 0;
}

/* ---- requests ------------------------------------------------------------------------------- */

typedef struct
{
  int fd;
  char etag[80], checksum[80]; /* of the answer */
} Transfer;

static size_t
read_body (char *out, size_t size, size_t n, void *user_data)
{
  ssize_t got = read (((Transfer *)user_data)->fd, out, size * n);
  return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static size_t
drop_body (char *bytes, size_t size, size_t n, void *user_data)
{
  return size * n;
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
  take_value (line, "ETag:", transfer->etag, sizeof transfer->etag);
  take_value (line, "x-amz-checksum-sha256:", transfer->checksum, sizeof transfer->checksum);
  return size * n;
}

static gboolean
ends (ParlorAway *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_ending = self->is_ending;
  g_mutex_unlock (&self->lock);
  return is_ending;
}

static int
on_progress (void *user_data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
  return ends (user_data);
}

static char *
url_of (const ParlorAway *self, const char *recording, const char *name)
{
  return g_strconcat (self->url, "/", recording, "/", name, NULL);
}

static void
prepare (ParlorAway *self, const char *url, Transfer *transfer, struct curl_slist *headers)
{
  CURL *curl = self->curl;
  curl_easy_reset (curl);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (curl, CURLOPT_AWS_SIGV4, self->provider);
  curl_easy_setopt (curl, CURLOPT_USERPWD, self->credentials);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, drop_body);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, self);
}

typedef enum
{
  TAKEN,
  REFUSED, /* this one; another may be taken */
  DOWN
} Answer;

static Answer
judge (long status, gboolean is_good)
{
  if (is_good)
    return TAKEN;
  return status == 0 || status == 408 || status == 429 || status >= 500 ? DOWN : REFUSED;
}

/* The status; 0 = there was no whole answer. */
static long
perform (ParlorAway *self)
{
  long status = 0;
  CURLcode code = curl_easy_perform (self->curl);
  if (code != CURLE_OK)
    return 0;
  curl_easy_getinfo (self->curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/* It has what we have: by the sum that it says itself. */
static gboolean
is_proved (const Transfer *transfer, const Sums *sums)
{
  g_autofree char *sha = g_base64_encode (sums->sha256, sizeof sums->sha256);
  if (transfer->checksum[0] != '\0')
    return strcmp (transfer->checksum, sha) == 0;
  return strcmp (transfer->etag, sums->md5_text) == 0;
}

static Answer
put_file (ParlorAway *self, const char *url, int fd, gint64 size, const Sums *sums)
{
  Transfer transfer = {.fd = fd};
  g_autofree char *sha = g_base64_encode (sums->sha256, sizeof sums->sha256);
  g_autofree char *content = g_strconcat ("x-amz-content-sha256: ", sums->sha256_text, NULL);
  g_autofree char *checksum = g_strconcat ("x-amz-checksum-sha256: ", sha, NULL);
  struct curl_slist *headers = curl_slist_append (NULL, content);
  headers = curl_slist_append (headers, checksum);
  headers = curl_slist_append (headers, "Expect:");
  prepare (self, url, &transfer, headers);
  curl_easy_setopt (self->curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (self->curl, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt (self->curl, CURLOPT_READDATA, &transfer);
  curl_easy_setopt (self->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
  long status = perform (self);
  curl_slist_free_all (headers);
  return judge (status, status == 200 && is_proved (&transfer, sums));
}

static Answer
delete_object (ParlorAway *self, const char *url)
{
  Transfer transfer = {.fd = -1};
  struct curl_slist *headers = curl_slist_append (NULL, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
  prepare (self, url, &transfer, headers);
  curl_easy_setopt (self->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
  long status = perform (self);
  curl_slist_free_all (headers);
  return judge (status, status == 200 || status == 204 || status == 404);
}

/* ---- a look --------------------------------------------------------------------------------- */

static void
add_one (ParlorAway *self, guint64 *what)
{
  g_mutex_lock (&self->lock);
  (*what)++;
  g_mutex_unlock (&self->lock);
}

/* The look ends, the next one is later. */
static void
be_patient (ParlorAway *self)
{
  if (!self->failed && !ends (self))
    g_warning ("the object store takes nothing; it is tried again");
  self->failed = self->is_over = TRUE;
  self->patience_us = MIN (self->patience_us * 2, PATIENCE_MAX_US);
}

static void
take_refusal (ParlorAway *self, const char *key)
{
  Refused *refused = g_hash_table_lookup (self->refused, key);
  if (refused == NULL)
    {
      refused = g_new0 (Refused, 1);
      refused->wait_us = PATIENCE_MIN_US;
      g_hash_table_insert (self->refused, g_strdup (key), refused);
      g_warning ("the object store refuses %s; it is tried again", key);
    }
  refused->wait_us = MIN (refused->wait_us * 2, REFUSED_MAX_US);
  refused->next_us = g_get_monotonic_time () + refused->wait_us;
  self->refusals++;
}

static void
count (ParlorAway *self, const char *key, Answer answer, guint64 *what)
{
  add_one (self, answer == TAKEN ? what : &self->stats.failures);
  if (answer == DOWN)
    be_patient (self);
  else if (answer == REFUSED)
    take_refusal (self, key);
  else
    {
      if (self->failed)
        g_message ("the object store takes files again");
      self->failed = FALSE;
      self->patience_us = PATIENCE_MIN_US;
      self->refusals = 0;
      g_hash_table_remove (self->refused, key);
    }
}

/* This one may be asked for now. */
static gboolean
is_its_turn (const ParlorAway *self, const char *key)
{
  const Refused *refused = g_hash_table_lookup (self->refused, key);
  return !self->is_over && self->refusals < REFUSALS_MAX
         && (refused == NULL || g_get_monotonic_time () >= refused->next_us);
}

static gboolean
is_old (gpointer key, gpointer value, gpointer now_us)
{
  return ((const Refused *)value)->next_us + REFUSED_MAX_US < *(const gint64 *)now_us;
}

/* Keys of the alphabet that needs no escaping; ours are. */
static gboolean
is_plain (const char *name)
{
  return name[0] != '.' && strcmp (name, PARLOR_AWAY_NAME) != 0
         && strcmp (name, PARLOR_ERASED_NAME) != 0
         && strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
                == strlen (name)
         && !g_str_has_suffix (name, ".new") && !g_str_has_suffix (name, ".part");
}

static gboolean
is_sealed (const char *folder)
{
  g_autofree char *seal = g_build_filename (folder, "manifest.sig", NULL);
  return g_file_test (seal, G_FILE_TEST_EXISTS);
}

/* What is written down is what is told of the object from now on: all later looks go by it. */
static gboolean
note (const ParlorAway *self, GHashTable *list, const char *folder, const char *name,
      const Stamp *stamp)
{
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_hash_table_replace (list, g_strdup (name), g_memdup2 (stamp, sizeof *stamp));
  gboolean ok = write_list (state, list);
  if (!ok && !self->failed && is_sealed (folder))
    g_warning ("%s cannot be written: nothing is copied to the object store", state);
  return ok;
}

/* No file has this size: who finds it in the list sends the file, or deletes what may be there. */
static const Stamp intent = {.size = -1, .sha256 = "-"};

static void
send_file (ParlorAway *self, const char *folder, const char *recording, const char *name,
           GHashTable *list)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *url = url_of (self, recording, name);
  Stamp now, *there = g_hash_table_lookup (list, name);
  Sums sums;
  if (!stamp_of (path, &now)
      || (there != NULL && there->size == now.size && there->mtime_ns == now.mtime_ns))
    return;
  self->due++;
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  int fd = is_its_turn (self, key) ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return;
  /* On a full disk nothing is sent of which nobody would know that it is there. */
  Answer answer = DOWN;
  if (note (self, list, folder, name, &intent))
    answer = sum_file (fd, &sums) ? put_file (self, url, fd, now.size, &sums) : REFUSED;
  close (fd);
  if (answer == TAKEN)
    {
      g_strlcpy (now.sha256, sums.sha256_text, sizeof now.sha256);
      answer = note (self, list, folder, name, &now) ? TAKEN : DOWN;
    }
  if (answer != TAKEN && !is_sealed (folder))
    {
      delete_object (self, url); /* the recording was erased meanwhile */
      return;
    }
  if (answer != TAKEN) /* what stands on the disk is the intent, at most */
    g_hash_table_replace (list, g_strdup (name), g_memdup2 (&intent, sizeof intent));
  count (self, key, answer, &self->stats.uploaded);
  self->due -= answer == TAKEN;
}

/* TRUE: it is gone. */
static gboolean
delete_one (ParlorAway *self, const char *recording, const char *name)
{
  g_autofree char *url = url_of (self, recording, name);
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  if (!is_its_turn (self, key))
    return FALSE;
  Answer answer = delete_object (self, url);
  count (self, key, answer, &self->stats.deleted);
  return answer == TAKEN;
}

/* Names that were removed with a person, a line each; (transfer full). */
static char **
erased_names (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, PARLOR_ERASED_NAME, NULL), *text = NULL;
  return g_strsplit (g_file_get_contents (path, &text, NULL, NULL) ? text : "", "\n", -1);
}

/* A render, and what was a person's, is removed while its recording stays. That any other is
 * missing is a loss, and its copy is what is left. */
static void
delete_removed (ParlorAway *self, const char *folder, const char *recording, GHashTable *list)
{
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_auto (GStrv) erased = erased_names (folder);
  GHashTableIter iter;
  gpointer name;
  guint gone = 0;
  g_hash_table_iter_init (&iter, list);
  while (!ends (self) && g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;
      gboolean may_go = g_str_has_prefix (name, PARLOR_AWAY_RENDER)
                        || g_strv_contains ((const char *const *)erased, name);
      if (!may_go || lstat (path, &info) == 0 || errno != ENOENT)
        continue;
      gboolean ok = delete_one (self, recording, name);
      self->due += !ok;
      gone += ok;
      if (ok)
        g_hash_table_iter_remove (&iter);
    }
  if (gone > 0 && !write_list (state, list) && is_sealed (folder))
    be_patient (self);
}

static void
look_at_recording (ParlorAway *self, const char *recording)
{
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_autoptr (GDir) dir = is_sealed (folder) ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  if (dir == NULL)
    return;
  g_autoptr (GHashTable) list = read_list (state);
  while (!ends (self) && (name = g_dir_read_name (dir)) != NULL)
    if (is_plain (name))
      send_file (self, folder, recording, name, list);
  delete_removed (self, folder, recording, list);
}

static void
look_at_gone (ParlorAway *self, const char *folder, const char *recording)
{
  g_autofree char *path = g_build_filename (folder, recording, NULL);
  g_autoptr (GHashTable) list = read_list (path);
  guint n = g_hash_table_size (list);
  GHashTableIter iter;
  gpointer name;
  if (g_hash_table_contains (list, PARLOR_KEY_NAME)
      && delete_one (self, recording, PARLOR_KEY_NAME)) /* without it the rest is noise */
    g_hash_table_remove (list, PARLOR_KEY_NAME);
  g_hash_table_iter_init (&iter, list);
  while (!ends (self) && g_hash_table_iter_next (&iter, &name, NULL))
    if (delete_one (self, recording, name))
      g_hash_table_iter_remove (&iter);
  guint left = g_hash_table_size (list);
  self->due += left;
  if (left == 0)
    g_unlink (path);
  else if (left < n)
    write_list (path, list); /* where it fails they are deleted once more */
}

static void
look (ParlorAway *self)
{
  g_autofree char *gone = g_build_filename (self->folder, GONE_FOLDER, NULL);
  g_autoptr (GDir) dead = g_dir_open (gone, 0, NULL), dir = g_dir_open (self->folder, 0, NULL);
  const char *name;
  gint64 now_us = g_get_monotonic_time ();
  g_hash_table_foreach_remove (self->refused, is_old, &now_us);
  self->due = self->refusals = 0;
  self->is_over = FALSE;
  while (dead != NULL && !ends (self) && (name = g_dir_read_name (dead)) != NULL)
    look_at_gone (self, gone, name);
  /* A store that deletes nothing may take files. */
  self->refusals = 0;
  while (dir != NULL && !ends (self) && (name = g_dir_read_name (dir)) != NULL)
    if (is_plain (name))
      look_at_recording (self, name);
  if (self->refusals >= REFUSALS_MAX)
    be_patient (self);
  g_mutex_lock (&self->lock);
  self->stats.waiting = self->due;
  g_mutex_unlock (&self->lock);
}

static gpointer
away_thread (gpointer user_data)
{
  ParlorAway *self = user_data;
  while (!ends (self))
    {
      look (self);
      gint64 until_us = g_get_monotonic_time () + (self->failed ? self->patience_us : LOOK_US);
      g_mutex_lock (&self->lock);
      while (!self->is_ending && g_cond_wait_until (&self->cond, &self->lock, until_us))
        continue;
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

/* ---- its life ------------------------------------------------------------------------------- */

ParlorAway *
parlor_away_new (const ParlorAwaySpec *spec, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_str_has_prefix (spec->url, "https://") && !g_str_has_prefix (spec->url, "http://"))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no URL of a bucket", spec->url);
      return NULL;
    }
  if (!g_file_get_contents (spec->credentials != NULL ? spec->credentials : "", &text, NULL, error))
    return NULL;
  ParlorAway *self = g_new0 (ParlorAway, 1);
  text[strcspn (text, "\r\n")] = '\0';
  self->credentials = g_steal_pointer (&text);
  self->folder = g_strdup (spec->folder);
  self->url = g_strdup (spec->url);
  while (g_str_has_suffix (self->url, "/"))
    self->url[strlen (self->url) - 1] = '\0';
  self->provider = g_strconcat ("aws:amz:", spec->region != NULL ? spec->region : "us-east-1",
                                ":s3", NULL);
  self->patience_us = PATIENCE_MIN_US;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->curl = curl_easy_init ();
  self->thread = g_thread_new ("away", away_thread, self);
  return self;
}

void
parlor_away_free (ParlorAway *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  curl_easy_cleanup (self->curl);
  g_hash_table_unref (self->refused);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self->url);
  g_free (self->provider);
  explicit_bzero (self->credentials, strlen (self->credentials));
  g_free (self->credentials);
  g_free (self);
}

void
parlor_away_forget (const char *folder, const char *recording)
{
  g_autofree char *gone = g_build_filename (folder, GONE_FOLDER, NULL);
  g_autofree char *from = g_build_filename (folder, recording, PARLOR_AWAY_NAME, NULL);
  g_autofree char *to = g_build_filename (gone, recording, NULL);
  if (!g_file_test (from, G_FILE_TEST_EXISTS))
    return;
  g_mkdir_with_parents (gone, 0700);
  if (g_rename (from, to) < 0)
    g_warning ("what the object store has of %s stays there: %s", recording, g_strerror (errno));
}

void
parlor_away_stats (ParlorAway *self, ParlorAwayStats *out)
{
  g_mutex_lock (&self->lock);
  *out = self->stats;
  g_mutex_unlock (&self->lock);
}
