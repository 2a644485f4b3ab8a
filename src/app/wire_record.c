/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_record.h"

#include "app/log.h"
#include "app/pictures.h"
#include "app/wire_bring.h"

#include "record/removal.h"
#include "record/safe.h"
#include "room/recording.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Beside this program, in the build tree and where it is installed. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : "/usr/bin/parlord");
  return g_build_filename (folder, "parlor-recorder", NULL);
}

/* What an older master wrapped is wrapped by the first one before anything is read. */
static gboolean
open_keeper (ParlorWireRecord *self, const ParlorConfig *config, GError **error)
{
  guint locked;
  if (config->recording_key_file == NULL && config->recording_key_command == NULL)
    return TRUE;
  self->keeper = parlor_keeper_new (config->recording_key_file, config->recording_key_command,
                                    error);
  if (self->keeper == NULL)
    return FALSE;
  guint n = parlor_keeper_rewrap (self->keeper, self->folder, &locked);
  if (n > 0)
    g_message ("%u recordings have the new master key", n);
  if (locked > 0)
    g_warning ("%u recordings are enciphered by a master key that is not here", locked);
  return TRUE;
}

static gboolean
open_away (ParlorWireRecord *self, const ParlorConfig *config, GError **error)
{
  ParlorAwaySpec spec = {.folder = self->folder,
                         .url = config->s3_url,
                         .region = config->s3_region,
                         .credentials = config->s3_credentials,
                         .part_bytes = config->s3_part_kib * 1024};
  if (config->s3_url != NULL)
    self->away = parlor_away_new (&spec, error);
  return config->s3_url == NULL || self->away != NULL;
}

ParlorReader *
parlor_wire_record_decipher (int *fd, const char *recording, gpointer user_data)
{
  const ParlorWireRecord *self = user_data;
  guint8 key[PARLOR_VAULT_KEY];
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  ParlorKeeperResult result = parlor_keeper_get (self->keeper, folder, recording, key);
  if (result == PARLOR_KEEPER_NONE)
    return NULL;
  ParlorSafeFile *file = NULL;
  if (result == PARLOR_KEEPER_FOUND)
    file = parlor_safe_open_fd (*fd, key, NULL);
  else
    close (*fd);
  *fd = -1;
  explicit_bzero (key, sizeof key);
  return file != NULL ? parlor_safe_reader (file) : NULL;
}

gboolean
parlor_wire_record_init (ParlorWireRecord *self, uv_loop_t *loop, const ParlorConfig *config,
                         ParlorMedia *media, ParlorStore *store, ParlorAudit *audit, GError **error)
{
  g_autofree char *program = find_program ();
  g_autofree char *key = g_build_filename (config->data_dir, "recordings.key", NULL);
  self->folder = g_build_filename (config->data_dir, "recordings", NULL);
  self->data_dir = g_strdup (config->data_dir);
  self->recordings = parlor_recordings_new (store != NULL ? parlor_store_records (store) : NULL);
  self->shares = parlor_shares_new (store != NULL ? parlor_store_records (store) : NULL,
                                    self->random);
  if (store != NULL
      && (!parlor_store_load_records (store, &parlor_recording_kind, parlor_recordings_load,
                                      self->recordings, error)
          || !parlor_store_load_records (store, &parlor_transcript_kind,
                                         parlor_recordings_load_transcript, self->recordings, error)
          || !parlor_store_load_records (store, &parlor_room_rule_kind, parlor_recordings_load_rule,
                                         self->recordings, error)
          || !parlor_store_load_records (store, &parlor_share_kind, parlor_shares_load,
                                         self->shares, error)))
    return FALSE;
  self->clips = parlor_clips_new (loop);
  self->audit = audit;
  self->keep_local_days = config->s3_keep_local_days;
  if (!open_keeper (self, config, error) || !open_away (self, config, error))
    return FALSE;
  if (self->away != NULL)
    self->bring = parlor_wire_bring_new (loop, self);
  ParlorSupervisorSpec spec = {.loop = loop,
                               .media = media,
                               .program = program,
                               .socket = config->recorder_socket,
                               .folder = self->folder,
                               .key = key,
                               .keeper = self->keeper};
  self->supervisor = parlor_supervisor_new (&spec, error);
  return self->supervisor != NULL;
}

/* ---- keeping and deleting ------------------------------------------------------------------- */

#define PURGE_MS 60000
#define RELEASE_MS 5000
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static gint64
retention_days (const char *brand, gpointer user_data)
{
  const ParlorWireRecord *self = user_data;
  const ParlorBrand *row = self->brands != NULL ? parlor_brands_get (self->brands, brand) : NULL;
  return row != NULL ? row->retention_days : 0;
}

/* Unlinking gigabytes takes a while. */
static gpointer
remove_folder (gpointer path)
{
  g_autofree char *top = g_path_get_dirname (path), *recording = g_path_get_basename (path);
  parlor_removal (top, recording);
  g_free (path);
  return NULL;
}

static gpointer
remove_rest (gpointer folder)
{
  parlor_removal_rest (folder);
  g_free (folder);
  return NULL;
}

/* Takes the path; the parts may have gone by now. What is not durable is erased at the next start,
   if it is deleted then. */
static void
erase_when_kept (gboolean durable, gpointer path)
{
  if (durable)
    g_thread_unref (g_thread_new ("erase", remove_folder, path));
  else
    g_free (path);
}

/* Files that are gone under a row that is there again after a crash would be the worse half. */
static void
erase (const char *id, gpointer user_data)
{
  const ParlorWireRecord *self = user_data;
  ParlorRecordSink *sink = parlor_recordings_sink (self->recordings);
  char *path = g_build_filename (self->folder, id, NULL);
  parlor_shares_forget (self->shares, id);
  if (sink != NULL)
    sink->flush (sink, erase_when_kept, path);
  else
    erase_when_kept (TRUE, path);
}

/* The server may have ended between the row and the last file. */
static void
erase_the_rest (const ParlorWireRecord *self)
{
  g_autoptr (GPtrArray) rows = parlor_recordings_in_state (self->recordings, "deleted");
  g_thread_unref (g_thread_new ("erase", remove_rest, g_strdup (self->folder)));
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorRecordingRow *row = rows->pdata[i];
      g_autofree char *path = g_build_filename (self->folder, row->id, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        erase_when_kept (TRUE, g_steal_pointer (&path));
    }
}

/* ---- pictures of markers without a recording ------------------------------------------------ */

gboolean
parlor_wire_record_keep_still (const char *marker, const GByteArray *bytes, gpointer user_data)
{
  const ParlorWireRecord *self = user_data;
  g_autoptr (GError) error = NULL;
  if (parlor_pictures_has_room (self->data_dir, bytes->len)
      && parlor_pictures_write (self->data_dir, marker, bytes, &error))
    return TRUE;
  parlor_log (PARLOR_LOG_WARNING, "a marker's picture was not kept: %s",
              error != NULL ? error->message : "the disk is too full");
  return FALSE;
}

int
parlor_wire_record_open_still (const char *marker, guint64 *size, gpointer user_data)
{
  return parlor_pictures_open (((const ParlorWireRecord *)user_data)->data_dir, marker, size);
}

static gboolean
is_still_known (const char *marker, gpointer rooms)
{
  return parlor_rooms_have_still (rooms, marker);
}

/* ---- what is due ---------------------------------------------------------------------------- */

static void
on_purge (uv_timer_t *timer)
{
  const ParlorWireRecord *self = timer->data;
  parlor_recordings_purge (self->recordings, g_get_real_time () / 1000);
  parlor_shares_poll (self->shares, g_get_real_time () / 1000);
  if (self->rooms != NULL)
    parlor_pictures_sweep (self->data_dir, "mk_", is_still_known, self->rooms);
}

/* Rows in memory alone are looked at; what is asked for again costs nothing. */
static void
on_release (uv_timer_t *timer)
{
  const ParlorWireRecord *self = timer->data;
  gint64 now_ms = g_get_real_time () / 1000;
  g_autoptr (GPtrArray) rows = parlor_recordings_in_state (self->recordings, "ready");
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorRecordingRow *row = rows->pdata[i];
      const ParlorRoomRuleRow *rule = parlor_recordings_rule (self->recordings, row->room);
      gint64 days = rule != NULL && rule->local_days >= 0 ? rule->local_days
                                                          : self->keep_local_days;
      if (days >= 0 && row->stopped_ms + days * DAY_MS <= now_ms)
        parlor_away_release (self->away, row->id);
    }
}

static void
start_releasing (ParlorWireRecord *self, uv_loop_t *loop)
{
  self->release = g_new0 (uv_timer_t, 1);
  self->release->data = self;
  uv_timer_init (loop, self->release);
  uv_timer_start (self->release, on_release, RELEASE_MS, RELEASE_MS);
}

void
parlor_wire_record_keep (ParlorWireRecord *self, uv_loop_t *loop, const ParlorBrands *brands,
                         ParlorEventFunc happened, gpointer happened_data)
{
  ParlorRecordingsHands hands = {.erase = erase,
                                 .retention_days = retention_days,
                                 .audit = self->audit,
                                 .happened = happened,
                                 .happened_data = happened_data,
                                 .user_data = self};
  self->brands = brands;
  parlor_recordings_set_hands (self->recordings, &hands);
  self->purge = g_new0 (uv_timer_t, 1);
  self->purge->data = self;
  uv_timer_init (loop, self->purge);
  uv_timer_start (self->purge, on_purge, PURGE_MS, PURGE_MS);
  if (self->away != NULL)
    start_releasing (self, loop);
  erase_the_rest (self);
}

static void
free_timer (uv_handle_t *timer)
{
  g_free (timer);
}

/* ---- after a crash -------------------------------------------------------------------------- */

typedef struct
{
  ParlorRooms *rooms;
  const ParlorRecordingRow *row;
  GPtrArray *consents; /* owned ParlorConsentRow */
} Restore;

static void
consent_free (gpointer data)
{
  parlor_record_clear (&parlor_consent_kind, data);
  g_free (data);
}

static void
take_consent (gconstpointer record, gpointer user_data)
{
  Restore *restore = user_data;
  if (strcmp (((const ParlorConsentRow *)record)->recording, restore->row->id) != 0)
    return;
  ParlorConsentRow *copy = g_new0 (ParlorConsentRow, 1);
  parlor_record_copy (&parlor_consent_kind, copy, record);
  g_ptr_array_add (restore->consents, copy);
}

/* Its room has gone: what is there is finished and sealed. */
static void
seal (ParlorSupervisor *supervisor, const ParlorRecordingRow *row, gint64 now_us)
{
  ParlorRecorder *recorder = parlor_supervisor_recorder (supervisor);
  ParlorRecorderBegin begin = {.recording = row->id,
                               .room = row->room,
                               .title = row->title,
                               .brand = row->brand,
                               .mode = row->mode,
                               .room_ms = row->from_ms,
                               .now_us = now_us,
                               .started_ms = row->started_ms,
                               .reason = "server"};
  recorder->ops->begin (recorder, &begin);
  recorder->ops->end (recorder, row->id);
}

static void
restore_one (ParlorWireRecord *self, ParlorRooms *rooms, ParlorStore *store,
             const ParlorRecordingRow *row, gint64 now_us)
{
  g_autoptr (GPtrArray) consents = g_ptr_array_new_with_free_func (consent_free);
  Restore restore = {rooms, row, consents};
  parlor_store_load_records (store, &parlor_consent_kind, take_consent, &restore, NULL);
  if (!parlor_rooms_restore_recording (rooms, row, (const ParlorConsentRow *const *)consents->pdata,
                                       consents->len, now_us))
    seal (self->supervisor, row, now_us);
}

static void
take_rule (gconstpointer record, gpointer user_data)
{
  parlor_rooms_restore_rule (user_data, record);
}

static void
take_marker (gconstpointer record, gpointer user_data)
{
  parlor_rooms_restore_marker (user_data, record);
}

void
parlor_wire_record_restore (ParlorWireRecord *self, ParlorRooms *rooms, ParlorStore *store,
                            gint64 now_us)
{
  static const char *const states[] = {"on", "paused", "sealing"};
  self->rooms = rooms;
  if (store == NULL)
    return;
  parlor_store_load_records (store, &parlor_room_rule_kind, take_rule, rooms, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (GPtrArray) rows = parlor_recordings_in_state (self->recordings, states[i]);
      for (guint j = 0; j < rows->len; j++)
        if (strcmp (states[i], "sealing") == 0)
          seal (self->supervisor, rows->pdata[j], now_us);
        else
          restore_one (self, rooms, store, rows->pdata[j], now_us);
    }
  parlor_store_load_records (store, &parlor_marker_kind, take_marker, rooms, NULL);
}

static void
add_away_metrics (const ParlorWireRecord *self, ParlorMetricsPage *page)
{
  ParlorAwayStats stats;
  if (self->away == NULL)
    return;
  parlor_away_stats (self->away, &stats);
  parlor_metrics_add (page, "parlor_away_uploaded_total", NULL, NULL, (double)stats.uploaded);
  parlor_metrics_add (page, "parlor_away_released_total", NULL, NULL, (double)stats.released);
  parlor_metrics_add (page, "parlor_away_parts_total", NULL, NULL, (double)stats.parts);
  parlor_metrics_add (page, "parlor_away_deleted_total", NULL, NULL, (double)stats.deleted);
  parlor_metrics_add (page, "parlor_away_failures_total", NULL, NULL, (double)stats.failures);
  parlor_metrics_add (page, "parlor_away_waiting", NULL, NULL, (double)stats.waiting);
}

void
parlor_wire_record_metrics (const ParlorWireRecord *self, ParlorMetricsPage *page)
{
  ParlorSupervisorStats stats;
  parlor_supervisor_stats (self->supervisor, &stats);
  parlor_metrics_add (page, "parlor_recorder_starts_total", NULL, NULL, (double)stats.starts);
  parlor_metrics_add (page, "parlor_recordings_running", NULL, NULL, stats.recordings);
  parlor_metrics_add (page, "parlor_recorded_tracks", NULL, NULL, stats.tracks);
  parlor_metrics_add (page, "parlor_recorder_pid", NULL, NULL, stats.pid);
  add_away_metrics (self, page);
}

void
parlor_wire_record_quit (ParlorWireRecord *self)
{
  self->rooms = NULL;
  if (self->clips != NULL)
    parlor_clips_quit (self->clips);
}

void
parlor_wire_record_clear (ParlorWireRecord *self)
{
  if (self->purge != NULL)
    uv_close ((uv_handle_t *)self->purge, free_timer);
  if (self->release != NULL)
    uv_close ((uv_handle_t *)self->release, free_timer);
  parlor_supervisor_free (self->supervisor);
  parlor_shares_free (self->shares);
  parlor_clips_free (self->clips);
  parlor_away_free (self->away);
  parlor_keeper_free (self->keeper);
  parlor_recordings_free (self->recordings);
  g_free (self->folder);
  g_free (self->data_dir);
}
