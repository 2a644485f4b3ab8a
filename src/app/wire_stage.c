/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_stage.h"

#include "app/log.h"
#include "http/beat.h"
#include "live/stagework.h"
#include "record/child.h"
#include "record/sandbox.h"
#include "room/participant.h"
#include "room/scene.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS 250
#define MAX_ORDERS 16
#define MAX_FDS (2 + 2 * PARLOR_CAST_MAX)
#define OPUS_CAPS "application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=111"
#define VP8_CAPS "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96"

/* Lives until libuv has closed its handle. */
typedef struct
{
  uv_process_t process;   /* first */
  ParlorWireStage *owner; /* NULL: it has been ended */
  guint64 id;
  ParlorStageJob job;
  ParlorEndpointId scene; /* that it feeds; 0 = it makes a second encoding */
  gboolean is_out;
} Process;

/* What a process is given: the other ends are the media plane's. */
typedef struct
{
  int fds[MAX_FDS];
  guint n;
  GPtrArray *words; /* its command line, owned */
  ParlorEndpointId scene;
} Outfit;

/* What a viewer's page was told of one slot. */
typedef struct
{
  guint64 key;
  ParlorFit told;
  const char *codec;
  gint64 seen_us;
} Told;

struct _ParlorWireStage
{
  ParlorWireStageSpec spec;
  char *program;
  uv_timer_t *timer;
  ParlorStageWork *work;
  GHashTable *processes; /* Process.id (inside) → Process; libuv frees them */
  GHashTable *told;      /* Told.key (inside) → owned Told */
  GArray *misfits;       /* ParlorMisfit, of this round */
  guint64 starts, ends, refused;
};

static gint64
now_us (void)
{
  return g_get_monotonic_time ();
}

/* Beside this program, in the build tree and where it is installed. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self ? self : "/usr/bin/parlord");
  return g_build_filename (folder, "parlor-stage", NULL);
}

/* ---- processes ------------------------------------------------------------------------------ */

static void
on_closed (uv_handle_t *handle)
{
  g_free (handle->data);
}

/* Nobody is shown what it made. */
static void
leave_scene (ParlorWireStage *self, Process *process)
{
  ParlorMedia *media = self->spec.media;
  ParlorRoom *room = parlor_rooms_find (self->spec.rooms, process->job.room);
  if (!process->scene)
    return;
  if (room && parlor_room_scene (room) == process->scene)
    parlor_room_set_scene (room, 0);
  media->ops->close (media, process->scene);
  process->scene = 0;
}

static void
on_exit_of (uv_process_t *handle, int64_t status, int signal)
{
  Process *process = handle->data;
  ParlorWireStage *self = process->owner;
  process->is_out = TRUE;
  if (self)
    {
      self->ends++;
      leave_scene (self, process);
      g_hash_table_remove (self->processes, &process->id);
      parlor_stage_work_ended (self->work, process->id, now_us ());
    }
  if (!uv_is_closing ((uv_handle_t *)handle))
    uv_close ((uv_handle_t *)handle, on_closed);
}

static void
end_process (ParlorWireStage *self, guint64 id)
{
  Process *process = g_hash_table_lookup (self->processes, &id);
  if (!process)
    return;
  g_hash_table_remove (self->processes, &id);
  leave_scene (self, process);
  process->owner = NULL;
  if (!process->is_out)
    uv_process_kill (&process->process, SIGKILL);
}

static gboolean
spawn (ParlorWireStage *self, const ParlorStageOrder *order, const Outfit *outfit)
{
  uv_stdio_container_t stdio[3 + MAX_FDS] = {
      {.flags = UV_IGNORE},
      {.flags = UV_IGNORE},
      {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
  };
  for (guint i = 0; i < outfit->n; i++)
    {
      stdio[3 + i].flags = UV_INHERIT_FD;
      stdio[3 + i].data.fd = outfit->fds[i];
    }
  Process *process = g_new0 (Process, 1);
  process->owner = self;
  process->id = order->id;
  process->job = order->job;
  process->process.data = process;
  if (parlor_child_start (self->spec.loop, &process->process, (char **)outfit->words->pdata, stdio,
                          3 + outfit->n, on_exit_of))
    {
      process->scene = outfit->scene;
      g_hash_table_insert (self->processes, &process->id, process);
      self->starts++;
      return TRUE;
    }
  uv_close ((uv_handle_t *)&process->process, on_closed);
  return FALSE;
}

/* The media plane's end, -1 = there is none; the other one is the process's. */
static int
add_pair (Outfit *outfit)
{
  int pair[2];
  if (outfit->n == MAX_FDS || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    return -1;
  outfit->fds[outfit->n++] = pair[1];
  return pair[0];
}

static void
add_word (Outfit *outfit, const char *word)
{
  g_ptr_array_add (outfit->words, g_strdup (word));
}

/* ---- a second encoding ---------------------------------------------------------------------- */

static gboolean
add_tap (ParlorWireStage *self, Outfit *outfit, ParlorSourceRef source)
{
  ParlorMedia *media = self->spec.media;
  int ours = add_pair (outfit);
  return ours >= 0 && media->ops->tap_open (media, source.endpoint, source.kind, ours, NULL);
}

static gboolean
fit_out_second (ParlorWireStage *self, const ParlorStageJob *job, Outfit *outfit)
{
  ParlorMedia *media = self->spec.media;
  ParlorSourceRef source = {job->endpoint, job->source};
  g_autofree char *formats = media->ops->tap_codecs (media, source.endpoint, source.kind);
  g_autofree char *cap = g_strdup_printf ("%u", self->spec.cap_percent);
  if (!formats || !add_tap (self, outfit, source))
    return FALSE;
  add_word (outfit, "second");
  add_word (outfit, formats);
  add_word (outfit, cap);
  int ours = add_pair (outfit);
  return ours >= 0
         && media->ops->second_open (media, source.endpoint, source.kind, VP8_CAPS, ours, NULL);
}

/* ---- a scene -------------------------------------------------------------------------------- */

/* Another cast is another scene: the one before goes on until the new one is there. */
static guint64
name_of (const ParlorCastMember *cast, guint n)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);
  for (guint i = 0; i < n; i++)
    {
      const guint64 words[] = {cast[i].picture.endpoint, cast[i].picture.kind,
                               cast[i].sound.endpoint};
      for (guint k = 0; k < G_N_ELEMENTS (words); k++)
        hash = (hash ^ words[k]) * G_GUINT64_CONSTANT (1099511628211);
    }
  return hash | 1;
}

/* One that has gone in the meantime is left out; the next round has another cast. */
static void
add_input (ParlorWireStage *self, Outfit *outfit, ParlorSourceRef source)
{
  ParlorMedia *media = self->spec.media;
  const char *kind = source.kind == PARLOR_SOURCE_CAMERA   ? "camera"
                     : source.kind == PARLOR_SOURCE_SCREEN ? "screen"
                                                           : "sound";
  g_autofree char *formats = source.endpoint
                                 ? media->ops->tap_codecs (media, source.endpoint, source.kind)
                                 : NULL;
  if (!formats)
    return;
  g_autofree char *word = g_strconcat (kind, ":", formats, NULL);
  add_tap (self, outfit, source);
  add_word (outfit, word);
}

static gboolean
add_inject (ParlorWireStage *self, Outfit *outfit, ParlorSourceKind kind, const char *caps)
{
  ParlorMedia *media = self->spec.media;
  int ours = add_pair (outfit);
  return ours >= 0 && media->ops->inject_open (media, outfit->scene, kind, caps, ours, NULL);
}

static gboolean
fit_out_scene (ParlorWireStage *self, const ParlorStageJob *job, Outfit *outfit)
{
  ParlorMedia *media = self->spec.media;
  ParlorRoom *room = parlor_rooms_find (self->spec.rooms, job->room);
  ParlorCastMember cast[PARLOR_CAST_MAX];
  guint n = room ? parlor_room_cast (room, cast) : 0;
  g_autofree char *cap = g_strdup_printf ("%u", self->spec.cap_percent);
  ParlorEndpointSpec spec = {.room = job->room, .label = "stage"};
  if (!n || !(outfit->scene = media->ops->open (media, &spec, NULL)))
    return FALSE;
  add_word (outfit, "scene");
  add_word (outfit, cap);
  if (!add_inject (self, outfit, PARLOR_SOURCE_CAMERA, VP8_CAPS)
      || !add_inject (self, outfit, PARLOR_SOURCE_SCREEN_AUDIO, OPUS_CAPS))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      add_input (self, outfit, cast[i].picture);
      add_input (self, outfit, cast[i].sound);
    }
  return TRUE;
}

static gboolean
start (ParlorWireStage *self, const ParlorStageOrder *order)
{
  ParlorMedia *media = self->spec.media;
  Outfit outfit = {.words = g_ptr_array_new_with_free_func (g_free)};
  add_word (&outfit, self->program);
  gboolean ok = order->job.task == PARLOR_STAGE_SCENE ? fit_out_scene (self, &order->job, &outfit)
                                                      : fit_out_second (self, &order->job, &outfit);
  g_ptr_array_add (outfit.words, NULL);
  ok = ok && spawn (self, order, &outfit);
  if (!ok && outfit.scene)
    media->ops->close (media, outfit.scene);
  for (guint i = 0; i < outfit.n; i++)
    close (outfit.fds[i]);
  g_ptr_array_unref (outfit.words);
  return ok;
}

static void
follow (ParlorWireStage *self, const ParlorStageOrder *order)
{
  if (order->verb == PARLOR_STAGE_STOP)
    end_process (self, order->id);
  else if (!start (self, order))
    parlor_stage_work_ended (self->work, order->id, now_us ());
}

/* ---- who needs what ------------------------------------------------------------------------- */

/* FALSE: it is not for a stage process. */
static gboolean
job_of (const ParlorWireStage *self, ParlorSourceRef source, ParlorStageJob *job)
{
  const ParlorParticipant *publisher = parlor_rooms_at_endpoint (self->spec.rooms, source.endpoint);
  const char *room = publisher ? parlor_room_info (parlor_participant_room (publisher))->id : NULL;
  if (!room || !parlor_live_find (self->spec.live, room))
    return FALSE;
  *job = (ParlorStageJob){
      .task = PARLOR_STAGE_SECOND, .endpoint = source.endpoint, .source = source.kind};
  g_strlcpy (job->room, room, sizeof job->room);
  return TRUE;
}

static void
add_misfit (const ParlorMisfit *misfit, gpointer user_data)
{
  g_array_append_val ((GArray *)user_data, *misfit);
}

static ParlorFit
fit_of (const ParlorWireStage *self, const ParlorMisfit *misfit)
{
  ParlorStageJob job;
  if (!misfit->takes_vp8 || !job_of (self, misfit->source, &job))
    return PARLOR_FIT_UNAVAILABLE;
  if (misfit->is_helped)
    return PARLOR_FIT_CONVERTED;
  return parlor_stage_work_state (self->work, &job) == PARLOR_STAGE_RUNNING
             ? PARLOR_FIT_CONVERTING
             : PARLOR_FIT_UNAVAILABLE;
}

static void
tell (ParlorWireStage *self, const Told *told, ParlorFit fit)
{
  ParlorParticipant *viewer = parlor_rooms_at_endpoint (self->spec.rooms,
                                                        told->key / PARLOR_MAX_SLOTS);
  self->refused += fit == PARLOR_FIT_UNAVAILABLE;
  if (viewer)
    parlor_participant_tell_fit (viewer, (guint)(told->key % PARLOR_MAX_SLOTS), told->codec, fit);
}

static void
note (ParlorWireStage *self, const ParlorMisfit *misfit, gint64 time_us)
{
  guint64 key = misfit->receiver * PARLOR_MAX_SLOTS + misfit->slot;
  ParlorFit fit = fit_of (self, misfit);
  Told *told = g_hash_table_lookup (self->told, &key);
  if (!told)
    {
      told = g_new0 (Told, 1);
      told->key = key;
      g_hash_table_insert (self->told, &told->key, told);
    }
  gboolean changed = told->told != fit || told->codec != misfit->codec;
  told->told = fit;
  told->codec = misfit->codec;
  told->seen_us = time_us;
  if (changed)
    tell (self, told, fit);
}

static void
forget_fitting (ParlorWireStage *self, gint64 time_us)
{
  GHashTableIter iter;
  gpointer told;
  g_hash_table_iter_init (&iter, self->told);
  while (g_hash_table_iter_next (&iter, NULL, &told))
    if (((Told *)told)->seen_us != time_us)
      {
        tell (self, told, PARLOR_FIT_OK);
        g_hash_table_iter_remove (&iter);
      }
}

static void
wish (ParlorWireStage *self, gint64 time_us)
{
  ParlorStageJob job;
  for (guint i = 0; i < self->misfits->len; i++)
    {
      const ParlorMisfit *misfit = &g_array_index (self->misfits, ParlorMisfit, i);
      if (misfit->takes_vp8 && job_of (self, misfit->source, &job))
        parlor_stage_work_wish (self->work, &job,
                                misfit->jerks ? PARLOR_STAGE_NICER : PARLOR_STAGE_NEEDED, time_us);
    }
}

/* What the cast of a room wants, if anybody looks. */
static gboolean
wants_scene (ParlorWireStage *self, const ParlorRoom *room, ParlorStageJob *job)
{
  const char *id = parlor_room_info (room)->id;
  ParlorLiveRoom *live = parlor_live_find (self->spec.live, id);
  ParlorCastMember cast[PARLOR_CAST_MAX];
  if (!live || parlor_live_info (live)->state != PARLOR_LIVE_ON
      || (!parlor_room_has_stage_players (room) && !parlor_wire_hls_is_asked (self->spec.hls, id)))
    return FALSE;
  guint n = parlor_room_cast (room, cast);
  *job = (ParlorStageJob){.task = PARLOR_STAGE_SCENE, .endpoint = name_of (cast, n)};
  g_strlcpy (job->room, id, sizeof job->room);
  return n > 0;
}

/* The scene of this cast once it is there, until then the one before. */
static ParlorEndpointId
find_scene (const ParlorWireStage *self, const ParlorRoom *room, const ParlorStageJob *job)
{
  ParlorMedia *media = self->spec.media;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->processes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Process *process = value;
      ParlorSourceRef picture = {process->scene, PARLOR_SOURCE_CAMERA};
      if (process->scene && process->job.endpoint == job->endpoint
          && !g_strcmp0 (process->job.room, job->room) && media->ops->sends (media, picture))
        return process->scene;
    }
  return parlor_room_scene (room);
}

static void
look_at_scenes (ParlorWireStage *self, gint64 time_us)
{
  guint n;
  g_autofree ParlorRoom **rooms = parlor_rooms_list (self->spec.rooms, &n);
  ParlorStageJob job;
  for (guint i = 0; i < n; i++)
    if (wants_scene (self, rooms[i], &job))
      {
        parlor_stage_work_wish (self->work, &job, PARLOR_STAGE_NEEDED, time_us);
        parlor_room_set_scene (rooms[i], find_scene (self, rooms[i], &job));
      }
    else
      parlor_room_set_scene (rooms[i], 0);
}

static void
on_tick (uv_timer_t *timer)
{
  ParlorWireStage *self = timer->data;
  ParlorMedia *media = self->spec.media;
  ParlorStageOrder orders[MAX_ORDERS];
  gint64 time_us = now_us ();
  parlor_beat (timer, on_tick, TICK_MS);
  g_array_set_size (self->misfits, 0);
  media->ops->each_misfit (media, add_misfit, self->misfits);
  wish (self, time_us);
  look_at_scenes (self, time_us);
  guint n = parlor_stage_work_decide (self->work, time_us, orders, MAX_ORDERS);
  for (guint i = 0; i < n; i++)
    follow (self, &orders[i]);
  for (guint i = 0; i < self->misfits->len; i++)
    {
      const ParlorMisfit *misfit = &g_array_index (self->misfits, ParlorMisfit, i);
      if (!misfit->jerks) /* what jerks is seen all the same; its host has the words */
        note (self, misfit, time_us);
    }
  forget_fitting (self, time_us);
}

ParlorFit
parlor_wire_stage_judge (const ParlorParticipant *player, gpointer wire_stage)
{
  ParlorWireStage *self = wire_stage;
  ParlorMedia *media = self->spec.media;
  ParlorSourceRef picture = parlor_participant_picture (player);
  gboolean takes_vp8 = TRUE;
  ParlorStageJob job;
  if (!picture.endpoint || !job_of (self, picture, &job)
      || media->ops->decodes (media, parlor_participant_endpoint (player), picture, &takes_vp8))
    return PARLOR_FIT_OK;
  ParlorStageState state = parlor_stage_work_state (self->work, &job);
  /* Full: for one who would see it nicer there is no place, for one who sees nothing there may be.
   */
  gboolean can = state == PARLOR_STAGE_RUNNING
                 || (state != PARLOR_STAGE_FAILING && parlor_stage_work_has_place (self->work));
  return takes_vp8 && can ? PARLOR_FIT_CONVERTING : PARLOR_FIT_UNAVAILABLE;
}

/* ---- life ----------------------------------------------------------------------------------- */

ParlorWireStage *
parlor_wire_stage_new (const ParlorWireStageSpec *spec)
{
  ParlorWireStage *self = g_new0 (ParlorWireStage, 1);
  self->spec = *spec;
  self->program = find_program ();
  self->work = parlor_stage_work_new (spec->places);
  self->processes = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->told = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->misfits = g_array_new (FALSE, FALSE, sizeof (ParlorMisfit));
  if (!parlor_sandbox_can_drop_files ())
    parlor_log (PARLOR_LOG_INFO, "no Landlock in this kernel: the processes that decode pictures "
                                 "for live rooms can open what this user can");
  self->timer = g_new0 (uv_timer_t, 1);
  self->timer->data = self;
  uv_timer_init (spec->loop, self->timer);
  parlor_beat (self->timer, on_tick, TICK_MS);
  return self;
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

/* The loop does not run long enough to hear of their exits. */
static void
abandon (gpointer key, gpointer value, gpointer user_data)
{
  Process *process = value;
  process->owner = NULL;
  uv_process_kill (&process->process, SIGKILL);
  uv_close ((uv_handle_t *)&process->process, on_closed);
}

void
parlor_wire_stage_free (ParlorWireStage *self)
{
  if (!self)
    return;
  g_hash_table_foreach (self->processes, abandon, NULL);
  g_hash_table_unref (self->processes);
  g_hash_table_unref (self->told);
  g_array_unref (self->misfits);
  parlor_stage_work_free (self->work);
  uv_close ((uv_handle_t *)self->timer, free_handle);
  g_free (self->program);
  g_free (self);
}

void
parlor_wire_stage_metrics (const ParlorWireStage *self, ParlorMetricsPage *page)
{
  parlor_metrics_add (page, "parlor_stage_running", NULL, NULL,
                      parlor_stage_work_running (self->work));
  parlor_metrics_add (page, "parlor_stage_waiting", NULL, NULL,
                      parlor_stage_work_waiting (self->work));
  parlor_metrics_add (page, "parlor_stage_starts_total", NULL, NULL, (double)self->starts);
  parlor_metrics_add (page, "parlor_stage_ends_total", NULL, NULL, (double)self->ends);
  parlor_metrics_add (page, "parlor_stage_unavailable_total", NULL, NULL, (double)self->refused);
}
