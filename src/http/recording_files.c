/* SPDX-License-Identifier: Apache-2.0 */
#include "http/recording_files.h"

#include "base/text.h"
#include "http/problem.h"
#include "http/range.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST_MAX (64 * 1024 * 1024)
/* So many people look at something at once; a manifest of an hour has some hundred kilobytes. */
#define KEPT_MAX 16
#define KEPT_BYTES_MAX (64 * 1024 * 1024)

typedef struct
{
  json_t *json;
  ino_t ino;
  off_t size;
  struct timespec mtime;
  guint64 used;
} Kept;

struct _ParlorManifests
{
  GHashTable *by_id; /* owned recording id → Kept */
  gsize bytes;       /* of the files they were read from */
  guint64 turn;
};

static void
kept_free (gpointer data)
{
  Kept *kept = data;
  json_decref (kept->json);
  g_free (kept);
}

ParlorManifests *
parlor_manifests_new (void)
{
  ParlorManifests *self = g_new0 (ParlorManifests, 1);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kept_free);
  return self;
}

void
parlor_manifests_free (ParlorManifests *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static void
forget (ParlorManifests *self, const char *id)
{
  const Kept *kept = g_hash_table_lookup (self->by_id, id);
  if (kept == NULL)
    return;
  self->bytes -= (gsize)kept->size;
  g_hash_table_remove (self->by_id, id);
}

static void
forget_oldest (ParlorManifests *self)
{
  GHashTableIter iter;
  gpointer id, value, oldest = NULL;
  guint64 used = G_MAXUINT64;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (((Kept *)value)->used < used)
      {
        used = ((Kept *)value)->used;
        oldest = id;
      }
  if (oldest != NULL)
    forget (self, oldest);
}

static gboolean
is_same (const Kept *kept, const struct stat *info)
{
  return kept->ino == info->st_ino && kept->size == info->st_size
         && kept->mtime.tv_sec == info->st_mtim.tv_sec
         && kept->mtime.tv_nsec == info->st_mtim.tv_nsec;
}

static void
keep (ParlorManifests *self, const char *id, json_t *json, const struct stat *info)
{
  Kept *kept = g_new0 (Kept, 1);
  *kept = (Kept){json_incref (json), info->st_ino, info->st_size, info->st_mtim, ++self->turn};
  self->bytes += (gsize)info->st_size;
  g_hash_table_insert (self->by_id, g_strdup (id), kept);
  while (g_hash_table_size (self->by_id) > 1
         && (g_hash_table_size (self->by_id) > KEPT_MAX || self->bytes > KEPT_BYTES_MAX))
    forget_oldest (self);
}

void
parlor_site_note_refusal (ParlorSite *site, const char *brand, const char *actor,
                          const char *object, const char *link, const char *code)
{
  g_autofree char *detail = g_strdup_printf ("%s%s%s%s", code, *actor ? "" : " by=stranger",
                                             *link ? " share=" : "", link);
  if (site->spec.audit == NULL || brand == NULL
      || parlor_rate_limit_take (site->refusals, brand,
                                 site->spec.clock->now_us (site->spec.clock)))
    return;
  parlor_audit_add (site->spec.audit, site->spec.clock->wall_ms (site->spec.clock), brand, actor,
                    "recording.refused", object, detail);
}

const ParlorRecordingRow *
parlor_site_find_recording (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const char *id = request->params[0];
  const ParlorRecordingRow *row = site->spec.recordings != NULL
                                      ? parlor_recordings_get (site->spec.recordings, id)
                                      : NULL;
  gboolean known = parlor_site_principal (site, request, &who);
  gboolean own = row != NULL && known && strcmp (row->brand, who.brand) == 0;
  if (own && strcmp (row->state, "deleted") != 0)
    return row;
  /* Who tried stands in his own brand's log; the other's names nobody of it. */
  parlor_site_note_refusal (site, known && *who.brand ? who.brand : NULL, who.subject, id, "",
                            "no_such_recording");
  if (row != NULL && !own)
    parlor_site_note_refusal (site, row->brand, "", row->id, "", "other_brand");
  parlor_http_problem (reply, 404, "no_such_recording", "There is no recording of that id.");
  return NULL;
}

int
parlor_site_open_recorded (ParlorSite *site, const ParlorRecordingRow *row, const char *name,
                           struct stat *info)
{
  if (!parlor_text_file_name (name))
    return -1;
  g_autofree char *path = g_build_filename (site->spec.recordings_folder, row->id, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0 && fstat (fd, info) == 0 && S_ISREG (info->st_mode))
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* NULL and *fd = -1: it is there and cannot be read. */
static ParlorReader *
decipher (const ParlorSite *site, const ParlorRecordingRow *row, int *fd)
{
  return *fd >= 0 && site->spec.decipher != NULL
             ? site->spec.decipher (fd, row->id, site->spec.decipher_data)
             : NULL;
}

typedef struct
{
  ParlorReader reader; /* first */
  int fd;
} Plain;

static gssize
plain_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  return pread (((Plain *)reader)->fd, out, length, (off_t)at);
}

static void
plain_free (ParlorReader *reader)
{
  close (((Plain *)reader)->fd);
  g_free (reader);
}

ParlorReader *
parlor_site_read_recorded (ParlorSite *site, const ParlorRecordingRow *row, const char *name)
{
  struct stat info;
  int fd = parlor_site_open_recorded (site, row, name, &info);
  ParlorReader *reader = decipher (site, row, &fd);
  if (reader != NULL || fd < 0)
    return reader;
  Plain *plain = g_new0 (Plain, 1);
  *plain = (Plain){{(guint64)info.st_size, plain_read, plain_free}, fd};
  return &plain->reader;
}

/* What is given of a file that lies elsewhere to who asks for its rest: he asks again. */
#define CHUNK_BYTES (2 * 1024 * 1024)

static void
reply_open (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply,
            const ParlorRecordingRow *row, int fd, const char *type, const char *etag)
{
  struct stat info = {0};
  if (fstat (fd, &info) < 0)
    info.st_size = 0;
  ParlorReader *reader = decipher (site, row, &fd);
  if (reader != NULL)
    parlor_http_reply_reader (request, reply, reader, type, etag);
  else if (fd >= 0)
    parlor_http_reply_file (request, reply, fd, (guint64)info.st_size, type, etag);
  else
    parlor_http_problem (reply, 503, "locked",
                         "The recording is enciphered, and this server has not its key.");
}

/* ---- what lies elsewhere -------------------------------------------------------------------- */

typedef struct
{
  ParlorSite *site;
  ParlorHttpPending *pending;
  char *recording, *name, *type, *etag, *range, *known;
} Later;

static void
later_free (Later *later)
{
  g_free (later->recording);
  g_free (later->name);
  g_free (later->type);
  g_free (later->etag);
  g_free (later->range);
  g_free (later->known);
  g_free (later);
}

/* "bytes=A-B" or "bytes=A-": from A on, no more than a chunk. FALSE: it is wanted whole. */
static gboolean
read_span (const ParlorHttpRequest *request, const char *etag, gint64 *from, gint64 *length)
{
  const char *range = parlor_http_header (request, "Range");
  const char *condition = parlor_http_header (request, "If-Range");
  char *end;
  if (range == NULL || !g_str_has_prefix (range, "bytes=") || !g_ascii_isdigit (range[6])
      || strchr (range, ',') != NULL || (condition != NULL && strcmp (condition, etag) != 0))
    return FALSE;
  gint64 to;
  *from = g_ascii_strtoll (range + 6, &end, 10);
  if (*end != '-' || *from > G_MAXINT64 / 2)
    return FALSE;
  to = g_ascii_isdigit (end[1]) ? g_ascii_strtoll (end + 1, NULL, 10) : G_MAXINT64 / 2;
  *length = MIN (to - *from + 1, CHUNK_BYTES);
  return to >= *from;
}

static void
reply_brought (Later *later, int fd, ParlorHttpReply *reply)
{
  ParlorSite *site = later->site;
  const ParlorRecordingRow *row = parlor_recordings_get (site->spec.recordings, later->recording);
  struct stat info;
  g_autofree char *sum = g_strndup (later->etag + 1, strcspn (later->etag + 1, "\""));
  ParlorHttpRequest request = {.method = "GET"};
  if (later->range != NULL)
    request.headers[request.n_headers++] = (ParlorHttpHeader){"Range", later->range};
  if (later->known != NULL)
    request.headers[request.n_headers++] = (ParlorHttpHeader){"If-None-Match", later->known};
  if (fd < 0 && row != NULL)
    fd = parlor_site_open_recorded (site, row, later->name, &info);
  if (fd < 0 || row == NULL)
    {
      parlor_http_problem (reply, 404, "no_such_file", "The file is gone.");
      if (fd >= 0)
        close (fd);
      return;
    }
  reply_open (site, &request, reply, row, fd, later->type, later->etag);
  parlor_http_reply_header (reply, "Parlor-Sha256", sum);
}

static void
reply_away (ParlorHttpReply *reply)
{
  parlor_http_problem (reply, 503, "away",
                       "The file lies in the object store, which cannot be reached now.");
  parlor_http_reply_header (reply, "Retry-After", "5");
}

static void
on_brought (gboolean ok, int fd, gpointer user_data)
{
  Later *later = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (ok)
    reply_brought (later, fd, &reply);
  else
    reply_away (&reply);
  parlor_http_answer (later->pending, &reply);
  parlor_http_reply_clear (&reply);
  later_free (later);
}

/* FALSE: it lies nowhere. */
static gboolean
bring (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply,
       const ParlorRecordingRow *row, const char *name, const char *type, const char *etag)
{
  gint64 from = 0, length = -1;
  if (site->spec.bring == NULL)
    return FALSE;
  gboolean part = read_span (request, etag, &from, &length);
  Later *later = g_new0 (Later, 1);
  later->site = site;
  later->recording = g_strdup (row->id);
  later->name = g_strdup (name);
  later->type = g_strdup (type);
  later->etag = g_strdup (etag);
  later->range = part ? g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, from,
                                         from + length - 1)
                      : g_strdup (parlor_http_header (request, "Range"));
  later->known = g_strdup (parlor_http_header (request, "If-None-Match"));
  ParlorBring answer = site->spec.bring (row->id, name, from, part ? length : -1, on_brought, later,
                                         site->spec.bring_data);
  if (answer == PARLOR_BRING_COMES)
    {
      later->pending = parlor_http_defer ((ParlorHttpRequest *)request);
      return TRUE;
    }
  later_free (later);
  if (answer == PARLOR_BRING_BUSY)
    reply_away (reply);
  return answer == PARLOR_BRING_BUSY;
}

gboolean
parlor_site_reply_recorded (ParlorSite *site, const ParlorHttpRequest *request,
                            ParlorHttpReply *reply, const ParlorRecordingRow *row, const char *name,
                            const char *type, const char *etag)
{
  struct stat info;
  int fd = parlor_site_open_recorded (site, row, name, &info);
  if (fd < 0)
    return bring (site, request, reply, row, name, type, etag);
  reply_open (site, request, reply, row, fd, type, etag);
  return TRUE;
}

/* NULL: it is no JSON, or not what was written. */
static json_t *
read_json (ParlorReader *reader)
{
  gsize length = (gsize)MIN (reader->size, MANIFEST_MAX);
  g_autofree guint8 *text = g_malloc (length + 1);
  gssize n = reader->read (reader, 0, text, length);
  reader->free (reader);
  return n >= 0 && (gsize)n == length
             ? json_loadb ((const char *)text, length, JSON_REJECT_DUPLICATES, NULL)
             : NULL;
}

/* Takes `fd`. */
static json_t *
load_json (const ParlorSite *site, const ParlorRecordingRow *row, int fd)
{
  ParlorReader *reader = decipher (site, row, &fd);
  if (reader != NULL)
    return read_json (reader);
  json_t *json = fd >= 0 ? json_loadfd (fd, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (fd >= 0)
    close (fd);
  return json;
}

json_t *
parlor_site_manifest (ParlorSite *site, const ParlorRecordingRow *row)
{
  ParlorManifests *self = site->manifests;
  struct stat info;
  json_t *json = NULL;
  int fd = parlor_site_open_recorded (site, row, "manifest.json", &info);
  Kept *kept = g_hash_table_lookup (self->by_id, row->id);
  if (fd >= 0 && kept != NULL && is_same (kept, &info))
    {
      kept->used = ++self->turn;
      json = json_incref (kept->json);
    }
  else
    {
      forget (self, row->id);
      if (fd >= 0 && info.st_size <= MANIFEST_MAX)
        json = load_json (site, row, dup (fd));
      if (json != NULL)
        keep (self, row->id, json, &info);
    }
  if (fd >= 0)
    close (fd);
  return json;
}

const json_t *
parlor_manifest_file (const json_t *manifest, const char *number)
{
  gint64 n;
  gsize i;
  json_t *file;
  if (!g_ascii_string_to_signed (number, 10, 0, G_MAXINT, &n, NULL))
    return NULL;
  json_array_foreach (json_object_get (manifest, "files"), i,
                      file) if (json_integer_value (json_object_get (file, "n")) == n) return file;
  return NULL;
}

const json_t *
parlor_manifest_still (const json_t *manifest, const char *marker)
{
  gsize i;
  json_t *still;
  const json_t *found = NULL;
  json_array_foreach (
      json_object_get (manifest, "stills"), i,
      still) if (g_strcmp0 (json_string_value (json_object_get (still, "marker")), marker) == 0)
      found = still;
  return found;
}

static const char *
text_of (const json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

const char *
parlor_site_track_type (const json_t *file)
{
  const char *source = text_of (file, "source");
  if (strcmp (source, "microphone") == 0 || strcmp (source, "screen_audio") == 0)
    return "audio/webm";
  return g_str_has_suffix (text_of (file, "path"), ".mp4") ? "video/mp4" : "video/webm";
}

void
parlor_site_reply_track (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply,
                         const ParlorRecordingRow *row, const json_t *file)
{
  const char *sha = text_of (file, "sha256");
  g_autofree char *etag = g_strdup_printf ("\"%s\"", sha);
  if (parlor_site_reply_recorded (site, request, reply, row, text_of (file, "path"),
                                  parlor_site_track_type (file), etag))
    parlor_http_reply_header (reply, "Parlor-Sha256", sha);
  else
    parlor_http_problem (reply, 404, "no_such_file", "The recording has no file of that number.");
}

void
parlor_site_reply_still (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply,
                         const ParlorRecordingRow *row, const json_t *still)
{
  g_autofree char *etag = g_strdup_printf ("\"%s\"", text_of (still, "sha256"));
  if (!parlor_site_reply_recorded (site, request, reply, row, text_of (still, "path"), "image/png",
                                   etag))
    parlor_http_problem (reply, 404, "no_such_still", "There is no picture of that marker.");
}

json_t *
parlor_recording_to_json (const ParlorRecordingRow *row)
{
  json_t *people = json_array ();
  g_auto (GStrv) names = g_strsplit (row->people != NULL ? row->people : "", "\n", -1);
  for (guint i = 0; names[i] != NULL; i++)
    json_array_append_new (people, json_string (names[i]));
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:s?,s:o,s:s?,s:I,s:b,s:I}", "id",
                    row->id, "room", row->room, "title", row->title, "state", row->state, "mode",
                    row->mode, "started_at", (json_int_t)row->started_ms, "stopped_at",
                    (json_int_t)row->stopped_ms, "from_ms", (json_int_t)row->from_ms, "to_ms",
                    (json_int_t)row->to_ms, "files", (json_int_t)row->files, "bytes",
                    (json_int_t)row->bytes, "sha256", row->sha256, "people", people, "hold",
                    row->hold, "purge_at", (json_int_t)row->purge_ms, "watermark", row->watermark,
                    "markers", (json_int_t)row->markers);
}
