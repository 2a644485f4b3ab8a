/* SPDX-License-Identifier: Apache-2.0 */
#include "record/session.h"

#include "record/digest.h"
#include "record/gallery.h"
#include "record/keeper.h"
#include "record/ledger.h"
#include "record/manifest.h"
#include "record/safe.h"
#include "record/track.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

/* For a track to write what lies in its socket, once nothing more can come. */
#define LEAVE_US (1 * G_USEC_PER_SEC)

#define SEAL_AGAIN_TICKS 5

struct _ParlorRecordSession
{
  char *id;
  char *folder;
  ParlorLedger *ledger;
  guint8 *vault_key; /* nullable: of all its files, see record/safe.h */
  json_t *order;     /* the "open" */
  gboolean wants_seal;
  GMutex lock; /* of n_troubles */
  guint n_troubles;
  ParlorSessionTell tell;
  gpointer user_data;
  gint64 room_ms, mono_us;
  gint is_ready;    /* atomic: last_file is known */
  gint last_file;   /* atomic */
  guint first_file; /* files up to this one are of an earlier process */
  ParlorGallery *gallery;
  GHashTable *tracks; /* "pt_…/camera" → Slot, owned */
  GPtrArray *ending;  /* Slot, owned: join when done */
  GThread *recovery;  /* nullable */
  GThread *sealing;   /* nullable */
  gint is_sealed;     /* atomic */
  gint is_unsealed;   /* atomic: the thread ended without */
  guint n_ticks;      /* since then */
  char *trouble;      /* of the journal; NULL = none */
};

/* A track and what names it in messages. */
typedef struct
{
  ParlorRecordSession *session;
  char *key;
  ParlorRecordTrack *track;
  char *trouble; /* why it is not written since failed_ms; NULL = it is. Of its thread */
  gint64 failed_ms;
} Slot;

static const char *
text (const json_t *json, const char *name)
{
  const char *value = json_string_value (json_object_get (json, name));
  return value != NULL ? value : "";
}

static gint64
room_ms_now (const ParlorRecordSession *self)
{
  return self->room_ms + (g_get_monotonic_time () - self->mono_us) / 1000;
}

static void
say (ParlorRecordSession *self, const char *type, json_t *message)
{
  json_object_set_new (message, "t", json_string (type));
  json_object_set_new (message, "recording", json_string (self->id));
  self->tell (message, self->user_data);
}

/* Takes `entry`: written now, or when that is possible again. */
static void
append (ParlorRecordSession *self, json_t *entry)
{
  parlor_ledger_add (self->ledger, entry);
}

/* The room hears of the first trouble and of the end of the last one. Takes `message`. */
static void
count_trouble (ParlorRecordSession *self, gboolean more, json_t *message)
{
  g_mutex_lock (&self->lock);
  gboolean tells = more ? self->n_troubles++ == 0 : --self->n_troubles == 0;
  g_mutex_unlock (&self->lock);
  if (tells)
    say (self, more ? "failed" : "mended", message);
  else
    json_decref (message);
}

static void
set_journal_trouble (ParlorRecordSession *self, const char *reason)
{
  gboolean had = self->trouble != NULL;
  g_free (self->trouble);
  self->trouble = g_strdup (reason);
  if (had != (reason != NULL))
    count_trouble (self, !had,
                   reason != NULL ? json_pack ("{s:s}", "reason", reason) : json_object ());
}

/* ---- what tracks say ------------------------------------------------------------------------ */

static guint
next_file (gpointer user_data)
{
  ParlorRecordSession *self = ((Slot *)user_data)->session;
  /* What the last process wrote is not known before. */
  return g_atomic_int_get (&self->is_ready) ? (guint)g_atomic_int_add (&self->last_file, 1) + 1 : 0;
}

static void
take_entry (json_t *entry, gpointer user_data)
{
  append (((Slot *)user_data)->session, entry);
}

static gboolean
begin_file (json_t *entry, gpointer user_data)
{
  Slot *slot = user_data;
  json_t *message = json_pack ("{s:s,s:O,s:O}", "track", slot->key, "n",
                               json_object_get (entry, "n"), "room_ms",
                               json_object_get (entry, "room_ms"));
  if (!parlor_ledger_put (slot->session->ledger, entry))
    {
      int why = errno;
      json_decref (message);
      errno = why;
      return FALSE;
    }
  say (slot->session, "writing", message);
  return TRUE;
}

static void
write_trouble (Slot *slot)
{
  append (slot->session, json_pack ("{s:s,s:s,s:s,s:I,s:I}", "t", "trouble", "track", slot->key,
                                    "reason", slot->trouble, "from_ms", (json_int_t)slot->failed_ms,
                                    "room_ms", (json_int_t)room_ms_now (slot->session)));
}

static void
take_trouble (const char *reason, gpointer user_data)
{
  Slot *slot = user_data;
  gboolean had = slot->trouble != NULL;
  json_t *message = json_pack ("{s:s}", "track", slot->key);
  if (reason != NULL)
    json_object_set_new (message, "reason", json_string (reason));
  if (!had)
    slot->failed_ms = room_ms_now (slot->session);
  else if (reason == NULL)
    write_trouble (slot);
  g_free (slot->trouble);
  slot->trouble = g_strdup (reason);
  if (had != (reason != NULL))
    count_trouble (slot->session, !had, message);
  else
    json_decref (message);
}

static void
slot_free (gpointer data)
{
  Slot *slot = data;
  parlor_record_track_free (slot->track);
  if (slot->trouble != NULL)
    take_trouble (NULL, slot);
  g_free (slot->key);
  g_free (slot);
}

/* ---- opening -------------------------------------------------------------------------------- */

typedef struct
{
  ParlorRecordSession *session;
  ParlorReplay *replay;
} Recovery;

static void
finish_files (ParlorRecordSession *self, const ParlorReplay *replay)
{
  g_autoptr (GArray) list = parlor_replay_unfinished (replay);
  for (guint i = 0; i < list->len; i++)
    {
      guint n = g_array_index (list, guint, i);
      append (self, parlor_record_finish_file (self->folder, n, parlor_replay_path (replay, n),
                                               "interrupted", self->vault_key));
    }
  parlor_ledger_sync (self->ledger);
}

static gpointer
recover (gpointer user_data)
{
  Recovery *recovery = user_data;
  ParlorRecordSession *self = recovery->session;
  finish_files (self, recovery->replay);
  parlor_gallery_wake (self->gallery, self->first_file);
  parlor_replay_free (recovery->replay);
  g_free (recovery);
  return NULL;
}

static void
go_on (ParlorRecordSession *self, const json_t *order, ParlorReplay *replay)
{
  gint64 last_ms = parlor_replay_last_ms (replay);
  self->first_file = parlor_replay_last_file (replay);
  g_atomic_int_set (&self->last_file, (gint)self->first_file);
  g_atomic_int_set (&self->is_ready, TRUE);
  if (!parlor_replay_has_begin (replay))
    {
      json_t *begin = json_deep_copy (json_object_get (order, "begin"));
      if (begin == NULL)
        begin = json_object ();
      json_object_set_new (begin, "t", json_string ("begin"));
      json_object_set_new (begin, "recording", json_string (self->id));
      json_object_set_new (begin, "room_ms", json_integer (self->room_ms));
      append (self, begin);
    }
  if (last_ms < 0)
    {
      parlor_replay_free (replay);
      return;
    }
  append (self, json_pack ("{s:s,s:I,s:I,s:s}", "t", "again", "from_ms", (json_int_t)last_ms,
                           "room_ms", (json_int_t)MAX (room_ms_now (self), last_ms), "reason",
                           text (order, "reason")));
  Recovery *recovery = g_new0 (Recovery, 1);
  *recovery = (Recovery){self, replay};
  self->recovery = g_thread_new ("recover", recover, recovery);
}

static const char *
trouble_name (const GError *error)
{
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? "disk_full"
         : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ROFS)
                 || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES)
                 || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PERM)
             ? "read_only"
             : "io_error";
}

static void
read_vault_key (ParlorRecordSession *self)
{
  gsize length = 0;
  guint8 *key = g_base64_decode (text (self->order, "vault_key"), &length);
  if (length == PARLOR_VAULT_KEY)
    self->vault_key = key;
  else
    g_free (key);
  json_object_del (self->order, "vault_key");
}

/* Before the first byte that needs it, and on the disk: without it all is lost. */
static gboolean
write_key_file (ParlorRecordSession *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, PARLOR_KEY_NAME, NULL);
  const char *wrapped = text (self->order, "wrapped_key");
  return wrapped[0] == '\0' || g_file_test (path, G_FILE_TEST_EXISTS)
         || g_file_set_contents_full (path, wrapped, -1,
                                      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                      PARLOR_SAFE_MODE, error);
}

/* At once, or at one of the ticks that follow: the disk may be full or away. */
static void
try_open (ParlorRecordSession *self)
{
  g_autoptr (ParlorReplay) replay = parlor_replay_new ();
  g_autoptr (GError) error = NULL;
  int why = g_mkdir_with_parents (self->folder, PARLOR_SAFE_FOLDER_MODE) < 0 ? errno : 0;
  if (why != 0)
    g_set_error (&error, G_FILE_ERROR, g_file_error_from_errno (why), "%s", self->folder);
  if (why == 0 && write_key_file (self, &error)
      && parlor_ledger_open (self->ledger, parlor_replay_entry, replay, &error))
    go_on (self, self->order, g_steal_pointer (&replay));
  set_journal_trouble (self, error != NULL ? trouble_name (error) : NULL);
}

ParlorRecordSession *
parlor_record_session_open (const json_t *order, ParlorSessionTell tell, gpointer user_data)
{
  g_autofree char *path = g_build_filename (text (order, "folder"), "journal", NULL);
  ParlorRecordSession *self = g_new0 (ParlorRecordSession, 1);
  self->order = json_deep_copy (order);
  self->id = g_strdup (text (order, "recording"));
  self->folder = g_strdup (text (order, "folder"));
  read_vault_key (self);
  self->ledger = parlor_ledger_new (path, self->vault_key);
  self->tell = tell;
  self->user_data = user_data;
  self->room_ms = json_integer_value (json_object_get (order, "room_ms"));
  self->mono_us = json_integer_value (json_object_get (order, "mono_us"));
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, slot_free);
  self->ending = g_ptr_array_new_with_free_func (slot_free);
  g_mutex_init (&self->lock);
  const ParlorGallerySpec gallery = {self->folder, self->ledger, self->vault_key, self->room_ms,
                                     self->mono_us};
  self->gallery = parlor_gallery_new (&gallery);
  try_open (self);
  parlor_ledger_sync (self->ledger);
  return self;
}

void
parlor_record_session_free (ParlorRecordSession *self)
{
  if (self == NULL)
    return;
  if (self->recovery != NULL)
    g_thread_join (self->recovery);
  if (self->sealing != NULL)
    g_thread_join (self->sealing);
  g_hash_table_unref (self->tracks);
  g_ptr_array_unref (self->ending);
  parlor_gallery_free (self->gallery);
  parlor_ledger_free (self->ledger);
  json_decref (self->order);
  if (self->vault_key != NULL)
    OPENSSL_cleanse (self->vault_key, PARLOR_VAULT_KEY);
  g_free (self->vault_key);
  g_mutex_clear (&self->lock);
  g_free (self->trouble);
  g_free (self->id);
  g_free (self->folder);
  g_free (self);
}

/* Its thread drains the socket first. */
static void
leave_track (gpointer slot)
{
  gint64 until_us = g_get_monotonic_time () + LEAVE_US;
  parlor_record_track_leave (((Slot *)slot)->track);
  while (!parlor_record_track_is_done (((Slot *)slot)->track) && g_get_monotonic_time () < until_us)
    g_usleep (1000);
}

void
parlor_record_session_leave (ParlorRecordSession *self)
{
  GHashTableIter iter;
  gpointer slot;
  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    leave_track (slot);
  parlor_ledger_sync (self->ledger);
}

/* ---- orders --------------------------------------------------------------------------------- */

static void
end_track (ParlorRecordSession *self, const char *key)
{
  gpointer slot;
  if (!g_hash_table_steal_extended (self->tracks, key, NULL, &slot))
    return;
  parlor_record_track_end (((Slot *)slot)->track);
  g_ptr_array_add (self->ending, slot);
}

void
parlor_record_session_track (ParlorRecordSession *self, const json_t *order, int fd)
{
  Slot *slot = g_new0 (Slot, 1);
  slot->session = self;
  slot->key = g_strconcat (text (order, "participant"), "/", text (order, "source"), NULL);
  end_track (self, slot->key);
  ParlorRecordTrackSpec spec = {
      .host = {next_file, take_entry, begin_file, take_trouble, slot},
      .folder = self->folder,
      .participant = text (order, "participant"),
      .source = text (order, "source"),
      .codecs = text (order, "codecs"),
      .fd = fd,
      .vault_key = self->vault_key,
      .room_ms = self->room_ms,
      .mono_us = self->mono_us,
  };
  slot->track = parlor_record_track_new (&spec);
  g_hash_table_insert (self->tracks, slot->key, slot);
}

void
parlor_record_session_untrack (ParlorRecordSession *self, const json_t *order)
{
  g_autofree char *key = g_strconcat (text (order, "participant"), "/", text (order, "source"),
                                      NULL);
  end_track (self, key);
}

void
parlor_record_session_note (ParlorRecordSession *self, const json_t *order)
{
  json_t *entry = json_object_get (order, "entry");
  if (!json_is_object (entry))
    return;
  append (self, json_incref (entry));
  parlor_ledger_sync (self->ledger);
  if (strcmp (text (entry, "t"), "marker") == 0 && g_atomic_int_get (&self->is_ready)
      && !self->wants_seal)
    parlor_gallery_wake (self->gallery, self->first_file);
}

static void
sweep (ParlorRecordSession *self)
{
  for (guint i = self->ending->len; i-- > 0;)
    if (parlor_record_track_is_done (((Slot *)self->ending->pdata[i])->track))
      g_ptr_array_remove_index (self->ending, i);
}

static const char *
name_of_errno (int why)
{
  return why == ENOSPC || why == EDQUOT ? "disk_full" : why == EROFS ? "read_only" : "io_error";
}

/* The journal is the recording: that it cannot be written is told as if a track could not. */
static void
write_journal (ParlorRecordSession *self)
{
  append (self, json_pack ("{s:s,s:I}", "t", "alive", "room_ms", (json_int_t)room_ms_now (self)));
  gboolean ok = parlor_ledger_flush (self->ledger) && parlor_ledger_sync (self->ledger);
  set_journal_trouble (self, ok ? NULL : name_of_errno (errno));
}

static void start_sealing (ParlorRecordSession *self);

/* What could not be sealed is tried again, for as long as it takes. */
static void
tick_sealing (ParlorRecordSession *self)
{
  if (self->sealing != NULL && g_atomic_int_get (&self->is_unsealed)
      && ++self->n_ticks >= SEAL_AGAIN_TICKS)
    {
      g_clear_pointer (&self->sealing, g_thread_join);
      g_atomic_int_set (&self->is_unsealed, FALSE);
      self->n_ticks = 0;
    }
  if (self->wants_seal && self->sealing == NULL && parlor_ledger_flush (self->ledger)
      && parlor_ledger_is_open (self->ledger))
    start_sealing (self);
}

void
parlor_record_session_tick (ParlorRecordSession *self)
{
  GHashTableIter iter;
  gpointer slot;
  if (!parlor_ledger_is_open (self->ledger))
    try_open (self);
  tick_sealing (self);
  if (self->sealing != NULL || !parlor_ledger_is_open (self->ledger))
    return;
  sweep (self);
  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    parlor_record_track_sync (((Slot *)slot)->track);
  write_journal (self);
}

/* ---- sealing -------------------------------------------------------------------------------- */

/* Written beside its place and put there whole. */
static gboolean
write_manifest (const ParlorRecordSession *self, const char *bytes, gsize length)
{
  g_autofree char *path = g_build_filename (self->folder, "manifest.json", NULL);
  return parlor_safe_store (path, self->vault_key, bytes, length, NULL);
}

/* What a full disk kept from being finished is finished first. NULL: the disk takes
 * nothing, or there is no memory. */
static json_t *
make_manifest (ParlorRecordSession *self)
{
  g_autoptr (ParlorReplay) first = parlor_replay_load (self->folder, self->vault_key);
  if (first != NULL)
    finish_files (self, first);
  parlor_gallery_finish (self->gallery);
  if (!parlor_ledger_flush (self->ledger))
    return NULL;
  g_autoptr (ParlorReplay) replay = parlor_replay_load (self->folder, self->vault_key);
  /* What cannot be read now is no empty recording: it is sealed when it can. */
  return replay != NULL ? parlor_replay_manifest (replay) : NULL;
}

static gpointer
seal (gpointer user_data)
{
  ParlorRecordSession *self = user_data;
  char sha[PARLOR_SHA256_TEXT] = "";
  g_clear_pointer (&self->recovery, g_thread_join);
  g_ptr_array_set_size (self->ending, 0); /* joins them */
  json_t *manifest = make_manifest (self);
  char *bytes = manifest != NULL ? json_dumps (manifest, JSON_INDENT (1)) : NULL;
  gboolean ok = bytes != NULL && write_manifest (self, bytes, strlen (bytes));
  if (ok)
    parlor_sha256_text (bytes, strlen (bytes), sha);
  say (self, ok ? "sealed" : "unsealed",
       json_pack ("{s:s,s:I,s:I,s:i}", "sha256", sha, "from_ms",
                  (json_int_t)json_integer_value (json_object_get (manifest, "from_ms")), "to_ms",
                  (json_int_t)json_integer_value (json_object_get (manifest, "to_ms")), "files",
                  (int)json_array_size (json_object_get (manifest, "files"))));
  free (bytes);
  json_decref (manifest);
  g_atomic_int_set (ok ? &self->is_sealed : &self->is_unsealed, TRUE);
  return NULL;
}

static void
start_sealing (ParlorRecordSession *self)
{
  self->sealing = g_thread_new ("seal", seal, self);
}

void
parlor_record_session_seal (ParlorRecordSession *self)
{
  GHashTableIter iter;
  gpointer slot;
  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    {
      parlor_record_track_end (((Slot *)slot)->track);
      g_ptr_array_add (self->ending, slot);
    }
  g_hash_table_steal_all (self->tracks);
  self->wants_seal = TRUE;
  tick_sealing (self);
}

gboolean
parlor_record_session_is_sealed (ParlorRecordSession *self)
{
  return g_atomic_int_get (&self->is_sealed);
}
