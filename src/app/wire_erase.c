/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_erase.h"

#include "http/beat.h"
#include "record/redact.h"
#include "room/recording.h"
#include "room/room.h"

#include <string.h>

#define TICK_MS 1000
/* Rows of one question; asked again until there are none. */
#define BATCH 5000

struct _ParlorWireErase
{
  ParlorWireEraseSpec spec;
  ParlorErasures *erasures;
  uv_timer_t *tick;
  guint working;   /* jobs in a thread */
  GPtrArray *jobs; /* Job, borrowed: all that are under way */
};

/* A job: looked at in a thread, rows of the store, done in a thread. */
typedef struct
{
  ParlorWireErase *owner;    /* NULL = the server ends */
  ParlorRecordSink *records; /* borrowed, nullable */
  uv_work_t work;
  gboolean erases;
  char *erasure, *recording, *identity, *participant, *folder;
  gboolean rows_only;        /* recording is PARLOR_ERASURE_ROWS */
  char *brand;               /* owned; whose rows may be touched */
  guint n_markers, n_stills; /* that were found */
  guint8 key[PARLOR_VAULT_KEY];
  ParlorRedactSpec spec;
  ParlorRedaction *found;
  ParlorRedacted redacted;
  gboolean ok;
  char *reason;
  guint step; /* of the rows: which question */
  /* The next rows of it are of this recording or later ones; NULL = of all. */
  char *from;
  gboolean past; /* of later ones alone */
} Job;

static void
job_free (Job *job)
{
  if (job->owner != NULL)
    g_ptr_array_remove (job->owner->jobs, job);
  explicit_bzero (job->key, sizeof job->key);
  parlor_redaction_free (job->found);
  parlor_redacted_clear (&job->redacted);
  g_free (job->erasure);
  g_free (job->recording);
  g_free (job->identity);
  g_free (job->participant);
  g_free (job->folder);
  g_free (job->brand);
  g_free (job->reason);
  g_free (job->from);
  g_free (job);
}

static void
fail (Job *job, const char *reason)
{
  if (job->owner != NULL && job->erases)
    parlor_erasures_erased (job->owner->erasures, job->erasure, job->recording, NULL, reason);
  job_free (job);
}

/* ---- the folder ------------------------------------------------------------------------------ */

static void
work_redact (uv_work_t *work)
{
  Job *job = work->data;
  g_autoptr (GError) error = NULL;
  job->ok = parlor_redact (&job->spec, &job->redacted, &error);
  if (!job->ok)
    job->reason = g_strdup (error != NULL && error->code == G_FILE_ERROR_NOSPC ? "disk_full"
                                                                               : "io_error");
}

static const char *
identity_of (const Job *job)
{
  const GPtrArray *identities = job->found != NULL ? job->found->identities : NULL;
  return identities != NULL && identities->len > 0 ? identities->pdata[0] : job->identity;
}

static void
after_redact (uv_work_t *work, int status)
{
  Job *job = work->data;
  job->owner->working--;
  const ParlorErasureDone done = {.sha256 = job->redacted.sha256,
                                  .people = job->redacted.people,
                                  .words = job->redacted.words,
                                  .identity = identity_of (job),
                                  .files = job->redacted.files,
                                  .bytes = job->redacted.bytes};
  parlor_erasures_erased (job->owner->erasures, job->erasure, job->recording,
                          job->ok ? &done : NULL, job->reason);
  job_free (job);
}

static void
queue (Job *job, uv_work_cb func, uv_after_work_cb after)
{
  job->owner->working++;
  job->work.data = job;
  uv_queue_work (job->owner->spec.loop, &job->work, func, after);
}

/* ---- rows of the store ----------------------------------------------------------------------- */

static void ask_rows (Job *job);

static void
finish_rows (Job *job, gboolean durable)
{
  ParlorErasures *erasures = job->owner != NULL ? job->owner->erasures : NULL;
  if (erasures != NULL && !job->erases)
    parlor_erasures_looked (erasures, &(ParlorErasurePart){.erasure = job->erasure,
                                                           .recording = job->recording,
                                                           .is_known = durable,
                                                           .stills = job->n_stills,
                                                           .markers = job->n_markers});
  else if (erasures != NULL)
    parlor_erasures_erased (erasures, job->erasure, job->recording,
                            durable ? &(ParlorErasureDone){0} : NULL, "store");
  job_free (job);
}

/* Whether a hold was set while the rows were asked for is looked at last. */
static void
start_redacting (gboolean durable, gpointer user_data)
{
  Job *job = user_data;
  if (job->rows_only)
    {
      finish_rows (job, durable);
      return;
    }
  const ParlorRecordingRow *row = job->owner != NULL ? parlor_recordings_get (
                                      job->owner->spec.record->recordings, job->recording)
                                                     : NULL;
  if (!durable || row == NULL || row->hold != NULL)
    fail (job, durable ? "held" : "store");
  else
    queue (job, work_redact, after_redact);
}

/* What is appended only is taken away and put anew. */
static void
put_anew (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
  sink->remove (sink, kind, row);
  sink->put (sink, kind, row);
}

/* Two brands may call somebody the same. */
static gboolean
is_of_brand (const Job *job, const char *recording)
{
  const ParlorRecordingRow *row = parlor_recordings_get (job->owner->spec.record->recordings,
                                                         recording);
  return row == NULL || strcmp (row->brand, job->brand) == 0;
}

static gboolean
change_consent (Job *job, gconstpointer record)
{
  ParlorConsentRow row = *(const ParlorConsentRow *)record;
  if (!job->erases || !is_of_brand (job, row.recording))
    return FALSE;
  row.identity = row.participant;
  put_anew (job->records, &parlor_consent_kind, &row);
  return TRUE;
}

static gboolean
change_marker (Job *job, gconstpointer record)
{
  ParlorMarkerRow row = *(const ParlorMarkerRow *)record;
  job->n_markers++;
  if (!job->erases)
    return FALSE;
  row.author = row.text = (char *)"";
  row.owner = row.still = row.still_by = NULL;
  put_anew (job->records, &parlor_marker_kind, &row);
  return TRUE;
}

/* What he shared, and let be taken: the file goes with the next sweep. */
static gboolean
change_still (Job *job, gconstpointer record)
{
  ParlorMarkerRow row = *(const ParlorMarkerRow *)record;
  job->n_stills++;
  if (!job->erases)
    return FALSE;
  row.still = row.still_by = NULL;
  put_anew (job->records, &parlor_marker_kind, &row);
  return TRUE;
}

static char *
words_of (const json_t *cues)
{
  GString *words = g_string_new (NULL);
  gsize i;
  json_t *cue;
  json_array_foreach (cues, i, cue)
  {
    const char *text = json_string_value (json_object_get (cue, "text"));
    if (text != NULL)
      g_string_append_printf (words, "%s\n", text);
  }
  return g_string_free (words, FALSE);
}

static gboolean
change_transcript (Job *job, gconstpointer record)
{
  ParlorTranscriptRow row = *(const ParlorTranscriptRow *)record;
  json_t *cues = json_loads (row.cues, 0, NULL);
  if (job->found != NULL && parlor_redaction_cues (job->found, cues) > 0)
    {
      g_autofree char *words = words_of (cues);
      char *text = json_dumps (cues, JSON_COMPACT);
      row.cues = text;
      row.words = words;
      job->records->put (job->records, &parlor_transcript_kind, &row);
      parlor_recordings_load_transcript (&row, job->owner->spec.record->recordings);
      free (text);
    }
  json_decref (cues);
  return FALSE; /* one is found */
}

static const struct
{
  const ParlorRecordKind *kind;
  const char *place, *person; /* fields: of the recording, nullable; of him, nullable */
  gboolean by_participant;
  gboolean (*change) (Job *job, gconstpointer row); /* FALSE: it would be found again */
} questions[] = {
    {&parlor_transcript_kind, "recording", NULL, FALSE, change_transcript},
    {&parlor_consent_kind, "recording", "participant", TRUE, change_consent},
    {&parlor_consent_kind, "recording", "identity", TRUE, change_consent},
    {&parlor_consent_kind, NULL, "identity", FALSE, change_consent},
    {&parlor_marker_kind, NULL, "author", FALSE, change_marker},
    {&parlor_marker_kind, NULL, "still_by", FALSE, change_still},
    {&parlor_marker_kind, "recording", "author", TRUE, change_marker},
};

static void
next_question (Job *job)
{
  g_clear_pointer (&job->from, g_free);
  job->past = FALSE;
  job->step++;
}

/* What was changed is not found again. What is another brand's is, and others may stand behind it.
 */
static void
go_on (Job *job, const gconstpointer *rows, guint n, guint changed)
{
  gboolean everywhere = questions[job->step].kind == &parlor_consent_kind
                        && questions[job->step].place == NULL && job->erases;
  if (n < BATCH || (changed == 0 && !everywhere))
    next_question (job);
  else if (changed < n)
    {
      const ParlorConsentRow *last = rows[n - 1];
      job->past = changed == 0 && g_strcmp0 (job->from, last->recording) == 0;
      g_free (job->from);
      job->from = g_strdup (last->recording);
    }
}

static void
on_rows (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Job *job = user_data;
  if (error != NULL || job->owner == NULL)
    {
      if (job->rows_only)
        finish_rows (job, FALSE);
      else
        fail (job, "store");
      return;
    }
  guint changed = 0;
  job->records->begin (job->records);
  for (guint i = 0; i < n; i++)
    changed += questions[job->step].change (job, rows[i]) ? 1 : 0;
  job->records->end (job->records);
  go_on (job, rows, n, changed);
  ask_rows (job);
}

/* Who is meant by this question; NULL: it is not asked. */
static const char *
person_of (const Job *job)
{
  gboolean one = job->participant != NULL;
  if (questions[job->step].by_participant != one)
    return NULL;
  if (!one)
    return job->identity;
  if (strcmp (questions[job->step].person, "participant") == 0)
    return job->participant;
  return identity_of (job);
}

static gboolean
find_rows (Job *job)
{
  ParlorFindTerm terms[3];
  guint n = 0;
  const char *person = questions[job->step].person != NULL ? person_of (job) : NULL;
  if (questions[job->step].person != NULL && (person == NULL || person[0] == '\0'))
    return FALSE;
  if (questions[job->step].place != NULL)
    terms[n++] = (ParlorFindTerm){
        .field = questions[job->step].place, .op = PARLOR_FIND_EQUAL, .text = job->recording};
  if (person != NULL)
    terms[n++] = (ParlorFindTerm){
        .field = questions[job->step].person, .op = PARLOR_FIND_EQUAL, .text = person};
  if (questions[job->step].kind == &parlor_marker_kind)
    terms[n++] = (ParlorFindTerm){.field = "brand", .op = PARLOR_FIND_EQUAL, .text = job->brand};
  if (job->from != NULL)
    terms[n++] = (ParlorFindTerm){.field = "recording",
                                  .op = job->past ? PARLOR_FIND_GREATER : PARLOR_FIND_AT_LEAST,
                                  .text = job->from};
  ParlorFind find = {
      .kind = questions[job->step].kind, .terms = terms, .n_terms = n, .limit = BATCH};
  job->records->find (job->records, &find, on_rows, job);
  return TRUE;
}

static void
ask_rows (Job *job)
{
  while (job->records != NULL && job->step < G_N_ELEMENTS (questions))
    {
      if (find_rows (job))
        return;
      next_question (job);
    }
  if (job->records != NULL)
    job->records->flush (job->records, start_redacting, job);
  else
    start_redacting (TRUE, job);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void
work_look (uv_work_t *work)
{
  Job *job = work->data;
  if (!job->rows_only)
    job->found = parlor_redact_look (&job->spec);
}

static char *
lines_of (const GPtrArray *texts)
{
  GString *lines = g_string_new (NULL);
  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (lines, "%s%s", i > 0 ? "\n" : "", (char *)texts->pdata[i]);
  return g_string_free (lines, FALSE);
}

static void
after_look (uv_work_t *work, int status)
{
  Job *job = work->data;
  ParlorWireErase *self = job->owner;
  ParlorErasurePart part = {.erasure = job->erasure, .recording = job->recording};
  g_autofree char *ids = NULL;
  self->working--;
  if (job->found != NULL)
    {
      const GPtrArray *identities = job->found->identities;
      ids = lines_of (job->found->ids);
      part = (ParlorErasurePart){job->erasure,
                                 job->recording,
                                 TRUE,
                                 job->found->files,
                                 job->found->stills,
                                 job->found->chat,
                                 job->found->markers,
                                 job->found->bytes,
                                 ids,
                                 identities->len > 0 ? identities->pdata[0] : NULL};
    }
  if (job->rows_only)
    {
      ask_rows (job);
      return;
    }
  parlor_erasures_looked (self->erasures, &part);
  if (!job->erases)
    job_free (job);
  else if (job->found != NULL)
    ask_rows (job);
  else
    fail (job, "no_manifest");
}

static void
start_job (ParlorWireErase *self, const ParlorErasureJob *what, gboolean erases)
{
  const ParlorWireRecord *record = self->spec.record;
  Job *job = g_new0 (Job, 1);
  g_ptr_array_add (self->jobs, job);
  job->owner = self;
  job->erases = erases;
  job->records = self->spec.store != NULL ? parlor_store_records (self->spec.store) : NULL;
  job->erasure = g_strdup (what->erasure);
  job->recording = g_strdup (what->recording);
  job->brand = g_strdup (what->brand);
  job->rows_only = strcmp (what->recording, PARLOR_ERASURE_ROWS) == 0;
  job->identity = g_strdup (what->identity);
  job->participant = g_strdup (what->participant);
  job->folder = g_build_filename (record->folder, what->recording, NULL);
  ParlorKeeperResult result = parlor_keeper_get (record->keeper, job->folder, what->recording,
                                                 job->key);
  job->spec = (ParlorRedactSpec){.folder = job->folder,
                                 .vault_key = result == PARLOR_KEEPER_FOUND ? job->key : NULL,
                                 .who = {job->identity, job->participant},
                                 .erasure = job->erasure,
                                 .at_ms = what->at_ms,
                                 .sealer = parlor_supervisor_sealer (record->supervisor)};
  queue (job, work_look, after_look);
}

static void
look (const ParlorErasureJob *what, gpointer user_data)
{
  start_job (user_data, what, FALSE);
}

static void
erase (const ParlorErasureJob *what, gpointer user_data)
{
  start_job (user_data, what, TRUE);
}

static void
withdraw (const ParlorErasureRow *row, gpointer user_data)
{
  const ParlorWireErase *self = user_data;
  parlor_rooms_withdraw (self->spec.rooms, row->brand, row->identity, row->recording,
                         row->participant, (gint64)(uv_hrtime () / 1000));
}

static void
tell_removed (const ParlorErasureRow *row, gpointer user_data)
{
  const ParlorWireErase *self = user_data;
  const ParlorRecordingRow *recording = parlor_recordings_get (self->spec.record->recordings,
                                                               row->recording);
  if (recording != NULL)
    parlor_rooms_tell_removed (self->spec.rooms, recording, row->identity, row->participant);
}

static gboolean
ask (const ParlorParticipant *participant, const char *recording, gboolean *held,
     gpointer user_data, GError **error)
{
  const ParlorWireErase *self = user_data;
  const ParlorParticipantInfo *info = parlor_participant_info (participant);
  const ParlorErasureWish wish = {
      .brand = parlor_room_info (parlor_participant_room (participant))->brand,
      .recording = recording,
      .participant = info->id,
      .identity = info->identity};
  const ParlorErasureRow *row = parlor_erasures_ask (self->erasures, &wish, error);
  *held = row != NULL && strcmp (row->state, "held") == 0;
  return row != NULL;
}

/* ---- its life -------------------------------------------------------------------------------- */

static gint64
wall_ms (void)
{
  return g_get_real_time () / 1000;
}

static void
on_tick (uv_timer_t *timer)
{
  const ParlorWireErase *self = timer->data;
  parlor_beat (timer, on_tick, TICK_MS);
  parlor_erasures_tick (self->erasures);
}

ParlorWireErase *
parlor_wire_erase_new (const ParlorWireEraseSpec *spec, GError **error)
{
  ParlorWireErase *self = g_new0 (ParlorWireErase, 1);
  self->spec = *spec;
  self->jobs = g_ptr_array_new ();
  ParlorErasuresSpec erasures = {.recordings = spec->record->recordings,
                                 .random = spec->random,
                                 .renders = spec->renders,
                                 .audit = spec->audit,
                                 .happened = spec->happened,
                                 .happened_data = spec->happened_data,
                                 .wall_ms = wall_ms,
                                 .look = look,
                                 .erase = erase,
                                 .withdraw = withdraw,
                                 .removed = tell_removed,
                                 .user_data = self};
  self->erasures = parlor_erasures_new (&erasures);
  parlor_rooms_set_removal (spec->rooms, ask, self);
  self->tick = g_new0 (uv_timer_t, 1);
  self->tick->data = self;
  uv_timer_init (spec->loop, self->tick);
  parlor_beat (self->tick, on_tick, TICK_MS);
  if (spec->store == NULL
      || parlor_store_load_records (spec->store, &parlor_erasure_kind, parlor_erasures_load,
                                    self->erasures, error))
    return self;
  parlor_wire_erase_free (self);
  return NULL;
}

static void
free_timer (uv_handle_t *timer)
{
  g_free (timer);
}

void
parlor_wire_erase_free (ParlorWireErase *self)
{
  if (self == NULL)
    return;
  parlor_rooms_set_removal (self->spec.rooms, NULL, NULL);
  uv_close ((uv_handle_t *)self->tick, free_timer);
  /* What is taken apart is finished: half of it would be done again after the next start. */
  while (self->working > 0)
    uv_run (self->spec.loop, UV_RUN_ONCE);
  /* Those that wait for the store hear of its end. */
  for (guint i = 0; i < self->jobs->len; i++)
    ((Job *)self->jobs->pdata[i])->owner = NULL;
  g_ptr_array_unref (self->jobs);
  parlor_erasures_free (self->erasures);
  g_free (self);
}

ParlorErasures *
parlor_wire_erase_get (ParlorWireErase *self)
{
  return self->erasures;
}
