/* SPDX-License-Identifier: Apache-2.0 */
#include "record/gallery.h"

#include "record/digest.h"
#include "record/manifest.h"
#include "record/reel.h"
#include "record/still.h"

#include <glib/gstdio.h>
#include <string.h>

/* What is not ready yet is looked for again, ever more rarely. */
#define AGAIN_US (3 * G_USEC_PER_SEC)
#define AGAIN_MAX_US (60 * G_USEC_PER_SEC)
/* A shared screen that stands still sends a frame a second at least. */
#define STANDS_MS 15000

struct _ParlorGallery
{
  char *folder;
  ParlorLedger *ledger;    /* borrowed */
  const guint8 *vault_key; /* borrowed */
  gint64 room_ms, mono_us;

  GThread *thread; /* NULL until it is woken */
  GMutex lock;     /* of what follows */
  GCond cond;
  gint64 due_us; /* when it looks next; G_MAXINT64 = not by itself */
  guint after_n;
  gboolean ends;

  /*< its thread, then the one that finishes >*/
  guint n;             /* of the last picture's name */
  GHashTable *refused; /* markers whose picture cannot be made while it goes on; owned */
};

/* One that is to be made. */
typedef struct
{
  char *marker, *path, *codec, *png; /* owned */
  guint n;
  ParlorStill still;
} Want;

static void
want_free (gpointer data)
{
  Want *want = data;
  g_free (want->marker);
  g_free (want->path);
  g_free (want->codec);
  g_free (want->png);
  g_free (want);
}

/* ---- what is wanted ------------------------------------------------------------------------- */

typedef struct
{
  ParlorGallery *gallery;
  const ParlorReplayLive *live; /* NULL: nothing is written any more */
  gint64 now_ms;
  GPtrArray *wants; /* Want */
} Looking;

/* One of an earlier try keeps its name. */
static char *
name_png (ParlorGallery *self)
{
  for (;;)
    {
      g_autofree char *name = g_strdup_printf ("still-%04u.png", ++self->n);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&name);
    }
}

static void
drop_stale (ParlorGallery *self, const ParlorReplayStill *what)
{
  g_autofree char *path = g_build_filename (self->folder, what->stale, NULL);
  parlor_ledger_add (self->ledger, json_pack ("{s:s,s:s,s:b}", "t", "still", "marker", what->marker,
                                              "removed", TRUE));
  g_unlink (path);
}

static void
note_want (const ParlorReplayStill *what, gpointer user_data)
{
  Looking *looking = user_data;
  ParlorGallery *self = looking->gallery;
  if (what->stale != NULL)
    drop_stale (self, what);
  if (what->n == 0
      || (looking->live != NULL && g_hash_table_contains (self->refused, what->marker)))
    return;
  Want *want = g_new0 (Want, 1);
  *want = (Want){
      .marker = g_strdup (what->marker),
      .path = g_strdup (what->path),
      .codec = g_strdup (what->codec),
      .png = name_png (self),
      .n = what->n,
      .still = {.file_ms = what->file_ms,
                .wants_next = what->is_open && looking->now_ms - what->room_ms < STANDS_MS}};
  g_ptr_array_add (looking->wants, want);
}

/* ---- making --------------------------------------------------------------------------------- */

static void
tell_made (ParlorGallery *self, const Want *want)
{
  char sha[PARLOR_SHA256_TEXT];
  g_autofree char *path = g_build_filename (self->folder, want->png, NULL);
  if (parlor_sha256_safe (path, self->vault_key, sha, NULL, NULL))
    parlor_ledger_add (self->ledger,
                       json_pack ("{s:s,s:s,s:s,s:s,s:i,s:I}", "t", "still", "marker", want->marker,
                                  "path", want->png, "sha256", sha, "n", (int)want->n, "file_ms",
                                  (json_int_t)want->still.file_ms));
}

/* All of one file. */
static void
make_of_file (ParlorGallery *self, Want *const *wants, guint n)
{
  g_autofree ParlorStill **stills = g_new0 (ParlorStill *, n);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    {
      stills[i] = &wants[i]->still;
      stills[i]->png = g_build_filename (self->folder, wants[i]->png, NULL);
      g_ptr_array_add (paths, (char *)stills[i]->png);
    }
  parlor_still_make (self->folder, wants[0]->path, wants[0]->codec, self->vault_key, stills, n);
}

static gint
by_file (gconstpointer a, gconstpointer b)
{
  const Want *left = *(Want *const *)a, *right = *(Want *const *)b;
  return (left->n > right->n) - (left->n < right->n);
}

/* Returns how many are to be looked at again. */
static guint
make_all (ParlorGallery *self, GPtrArray *wants)
{
  guint later = 0;
  g_ptr_array_sort (wants, by_file);
  for (guint from = 0, to; from < wants->len; from = to)
    {
      Want *const *of_file = (Want *const *)wants->pdata + from;
      for (to = from; to < wants->len && ((Want *)wants->pdata[to])->n == of_file[0]->n;)
        to++;
      make_of_file (self, of_file, to - from);
    }
  for (guint i = 0; i < wants->len; i++)
    {
      const Want *want = wants->pdata[i];
      if (want->still.result == PARLOR_STILL_MADE)
        tell_made (self, want);
      else if (want->still.result == PARLOR_STILL_LATER)
        later++;
      else
        g_hash_table_add (self->refused, g_strdup (want->marker));
    }
  return later;
}

/* Returns how many wait. */
static guint
look (ParlorGallery *self, const ParlorReplayLive *live, gint64 now_ms)
{
  g_autoptr (ParlorReplay) replay = parlor_replay_load (self->folder, self->vault_key);
  g_autoptr (GPtrArray) wants = g_ptr_array_new_with_free_func (want_free);
  Looking looking = {self, live, now_ms, wants};
  if (replay == NULL)
    return 1;
  return parlor_replay_stills (replay, live, note_want, &looking) + make_all (self, wants);
}

/* ---- its thread ----------------------------------------------------------------------------- */

/* Under the lock. FALSE: it is to end. */
static gboolean
wait_until (ParlorGallery *self, const gint64 *until_us)
{
  while (!self->ends && g_get_monotonic_time () < *until_us)
    if (*until_us == G_MAXINT64)
      g_cond_wait (&self->cond, &self->lock);
    else
      g_cond_wait_until (&self->cond, &self->lock, *until_us);
  return !self->ends;
}

/* Under the lock, which it gives up meanwhile. Returns how many wait. */
static guint
look_unlocked (ParlorGallery *self)
{
  gint64 now_ms = self->room_ms + (g_get_monotonic_time () - self->mono_us) / 1000;
  const ParlorReplayLive live = {self->after_n, now_ms - PARLOR_GALLERY_SETTLE_MS};
  self->due_us = G_MAXINT64;
  g_mutex_unlock (&self->lock);
  guint waiting = look (self, &live, now_ms);
  g_mutex_lock (&self->lock);
  return waiting;
}

static gpointer
gallery_thread (gpointer user_data)
{
  ParlorGallery *self = user_data;
  gint64 again_us = AGAIN_US;
  g_mutex_lock (&self->lock);
  while (wait_until (self, &self->due_us))
    {
      gint64 cpu_us = parlor_reel_cpu_us ();
      guint waiting = look_unlocked (self);
      const gint64 rest_us = g_get_monotonic_time () + parlor_reel_cpu_us () - cpu_us;
      wait_until (self, &rest_us);
      /* Woken meanwhile: there is something new. */
      again_us = self->due_us != G_MAXINT64 ? AGAIN_US : MIN (2 * again_us, AGAIN_MAX_US);
      if (waiting > 0)
        self->due_us = MIN (self->due_us, g_get_monotonic_time () + again_us);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
end_thread (ParlorGallery *self)
{
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
parlor_gallery_wake (ParlorGallery *self, guint after_n)
{
  gint64 due_us = g_get_monotonic_time () + PARLOR_GALLERY_SETTLE_MS * G_GINT64_CONSTANT (1100);
  g_mutex_lock (&self->lock);
  self->after_n = after_n;
  self->due_us = MIN (self->due_us, due_us);
  g_cond_signal (&self->cond);
  if (self->thread == NULL && !self->ends)
    self->thread = g_thread_new ("stills", gallery_thread, self);
  g_mutex_unlock (&self->lock);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Pictures that the journal does not name: of a process that died between the two. */
static void
sweep (const ParlorGallery *self)
{
  g_autoptr (ParlorReplay) replay = parlor_replay_load (self->folder, self->vault_key);
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;
  while (replay != NULL && folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "still-") && !parlor_replay_has_still_file (replay, name))
      {
        g_autofree char *path = g_build_filename (self->folder, name, NULL);
        g_unlink (path);
      }
}

void
parlor_gallery_finish (ParlorGallery *self)
{
  end_thread (self);
  look (self, NULL, 0);
  if (parlor_ledger_flush (self->ledger))
    sweep (self);
}

ParlorGallery *
parlor_gallery_new (const ParlorGallerySpec *spec)
{
  ParlorGallery *self = g_new0 (ParlorGallery, 1);
  self->folder = g_strdup (spec->folder);
  self->ledger = spec->ledger;
  self->vault_key = spec->vault_key;
  self->room_ms = spec->room_ms;
  self->mono_us = spec->mono_us;
  self->due_us = G_MAXINT64;
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

void
parlor_gallery_free (ParlorGallery *self)
{
  if (self == NULL)
    return;
  end_thread (self);
  g_hash_table_unref (self->refused);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self);
}
