/* SPDX-License-Identifier: Apache-2.0 */
#include "record/hlsorigin.h"

#include "live/playlist.h"
#include "record/child.h"
#include "record/hlswire.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS 250
/* Under the 5 s after which the HTTP server answers by itself. */
#define WAIT_US (4 * G_USEC_PER_SEC)
#define RESTART_US G_USEC_PER_SEC
#define QUIET_US (PARLOR_HLS_QUIET_MS * G_GINT64_CONSTANT (1000))
/* Requests that wait in one room; a player has one. */
#define WAITING_MAX 20000
#define PLAYLIST "live.m3u8"
#define TYPE_PLAYLIST "application/vnd.apple.mpegurl"

typedef struct
{
  char *file;
  ParlorPlaylistPoint point;
  ParlorHlsAnswerFunc func;
  gpointer user_data;
  gint64 until_us;
} Waiter;

typedef struct
{
  ParlorHlsOrigin *origin; /* borrowed */
  char *id, *brand;
  ParlorPlaylist *playlist;
  GPtrArray *waiters;       /* owns Waiter */
  struct _Process *process; /* NULL = none */
  ParlorHlsSources sources; /* of the process */
  gint64 asked_us, started_us;
  gint64 ended_us; /* the stream is over; 0 = it goes on */
  /* requests: in a window of QUIET_US that began then, and in the one before */
  gint64 window_us;
  guint in_window, before;
} Room;

/* Lives until libuv has closed its handles. */
typedef struct _Process
{
  uv_process_t process; /* first */
  uv_pipe_t pipe;
  Room *room; /* NULL: it has been ended */
  ParlorHlsReader *reader;
  guint open;      /* handles that are not closed yet */
  gboolean is_out; /* there is nothing to be killed: it never ran, or was waited for */
  guint8 buffer[65536];
} Process;

struct _ParlorHlsOrigin
{
  ParlorHls hls; /* first */
  ParlorHlsSpec spec;
  char *program;
  GHashTable *rooms; /* id → Room, owned */
  uv_timer_t *timer;
  guint64 starts, parts, lies;
  gboolean ending;
};

static gint64
now_us (void)
{
  return g_get_monotonic_time ();
}

/* ---- answers -------------------------------------------------------------------------------- */

static const char *
type_of (const char *file)
{
  return !strcmp (file, PLAYLIST) ? TYPE_PLAYLIST : "video/mp4";
}

static ParlorPlaylistVerdict
look (const Room *room, const char *file, ParlorPlaylistPoint point, GBytes **data)
{
  *data = NULL;
  if (strcmp (file, PLAYLIST))
    return parlor_playlist_file (room->playlist, file, data);
  ParlorPlaylistVerdict verdict = point.msn >= 0 ? parlor_playlist_judge (room->playlist, point)
                                  : parlor_playlist_is_ready (room->playlist)
                                      ? PARLOR_PLAYLIST_HERE
                                      : PARLOR_PLAYLIST_LATER;
  if (verdict == PARLOR_PLAYLIST_HERE)
    *data = parlor_playlist_text (room->playlist);
  return verdict;
}

/* FALSE: later. */
static gboolean
judge (const Room *room, const char *file, ParlorPlaylistPoint point, ParlorHlsAnswer *answer)
{
  static const guint statuses[] = {
      [PARLOR_PLAYLIST_HERE] = 200, [PARLOR_PLAYLIST_NEVER] = 400, [PARLOR_PLAYLIST_GONE] = 404};
  ParlorPlaylistVerdict verdict = look (room, file, point, &answer->data);
  if (verdict == PARLOR_PLAYLIST_LATER)
    return FALSE;
  answer->status = statuses[verdict];
  answer->type = answer->data ? type_of (file) : NULL;
  return TRUE;
}

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;
  g_free (waiter->file);
  g_free (waiter);
}

/* Who can be answered is; with `late` everybody. */
static void
answer_waiters (Room *room, gboolean late)
{
  gint64 time_us = now_us ();
  for (guint i = 0; i < room->waiters->len;)
    {
      Waiter *waiter = room->waiters->pdata[i];
      ParlorHlsAnswer answer = {.status = 503};
      gboolean over = late || time_us >= waiter->until_us;
      if (!judge (room, waiter->file, waiter->point, &answer) && !over)
        {
          i++;
          continue;
        }
      ParlorHlsAnswerFunc func = waiter->func;
      gpointer user_data = waiter->user_data;
      g_ptr_array_remove_index_fast (room->waiters, i);
      func (&answer, user_data);
    }
}

/* ---- the process ---------------------------------------------------------------------------- */

static void
on_closed (uv_handle_t *handle)
{
  Process *self = handle->data;
  if (--self->open)
    return;
  parlor_hls_reader_free (self->reader);
  g_free (self);
}

/* The process is nobody's any more. */
static void
end_process (Process *self)
{
  if (self->room)
    self->room->process = NULL;
  self->room = NULL;
  if (uv_is_closing ((uv_handle_t *)&self->pipe))
    return;
  if (!self->is_out)
    uv_process_kill (&self->process, SIGKILL);
  uv_close ((uv_handle_t *)&self->pipe, on_closed);
}

/* The same when the loop does not run long enough to hear of its exit. */
static void
abandon_process (Process *self)
{
  end_process (self);
  if (!uv_is_closing ((uv_handle_t *)&self->process))
    uv_close ((uv_handle_t *)&self->process, on_closed);
}

static void
on_process_exit (uv_process_t *process, int64_t status, int signal)
{
  Process *self = process->data;
  self->is_out = TRUE;
  end_process (self);
  uv_close ((uv_handle_t *)process, on_closed);
}

static void
on_message (const ParlorHlsHead *head, GBytes *data, gpointer user_data)
{
  Process *self = user_data;
  Room *room = self->room;
  if (!room)
    return;
  const ParlorHlsSpec *spec = &room->origin->spec;
  if (head->type == PARLOR_HLS_INIT)
    parlor_playlist_begin (room->playlist, data);
  else
    {
      room->origin->parts++;
      parlor_playlist_add (room->playlist, data, head->duration_us, head->independent,
                           spec->date_ms (room->id, head->at_us, spec->user_data));
      answer_waiters (room, FALSE);
    }
}

static void
on_alloc (uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
  Process *self = handle->data;
  *buffer = uv_buf_init ((char *)self->buffer, sizeof self->buffer);
}

static void
on_read (uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
  Process *self = stream->data;
  gboolean ok = n >= 0 && parlor_hls_reader_push (self->reader, self->buffer, (gsize)n);
  if (n > 0 && !ok && self->room)
    self->room->origin->lies++;
  if (!ok)
    end_process (self);
}

/* The reading end of a tap, -1 = there is none. */
static int
open_tap (ParlorHlsOrigin *origin, ParlorSourceRef source)
{
  g_autoptr (GError) error = NULL;
  ParlorMedia *media = origin->spec.media;
  int pair[2];
  if (!source.endpoint || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    return -1;
  if (media->ops->tap_open (media, source.endpoint, source.kind, pair[0], &error))
    return pair[1];
  close (pair[1]);
  return -1;
}

/* What both taps may bring, one list; NULL = there is no picture to be tapped. */
static char *
formats_of (ParlorHlsOrigin *origin, const ParlorHlsSources *sources)
{
  ParlorMedia *media = origin->spec.media;
  g_autofree char *video = media->ops->tap_codecs (media, sources->video.endpoint,
                                                   sources->video.kind);
  g_autofree char *audio = sources->audio.endpoint ? media->ops->tap_codecs (
                               media, sources->audio.endpoint, sources->audio.kind)
                                                   : NULL;
  return video ? g_strjoin (",", video, audio, NULL) : NULL;
}

static gboolean
spawn (Process *self, ParlorHlsOrigin *origin, char *formats, int video, int audio)
{
  char *words[] = {origin->program, formats, NULL};
  uv_stdio_container_t stdio[] = {
      {.flags = UV_IGNORE},
      {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&self->pipe},
      {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
      {.flags = UV_INHERIT_FD, .data.fd = video},
      {.flags = audio >= 0 ? UV_INHERIT_FD : UV_IGNORE, .data.fd = audio},
  };
  return parlor_child_start (origin->spec.loop, &self->process, words, stdio, G_N_ELEMENTS (stdio),
                             on_process_exit);
}

static void
start_process (Room *room, const ParlorHlsSources *sources)
{
  ParlorHlsOrigin *origin = room->origin;
  g_autofree char *formats = formats_of (origin, sources);
  int video = formats ? open_tap (origin, sources->video) : -1;
  int audio = video >= 0 ? open_tap (origin, sources->audio) : -1;
  room->started_us = now_us ();
  if (video < 0)
    return;
  Process *self = g_new0 (Process, 1);
  self->open = 2;
  self->process.data = self->pipe.data = self;
  self->room = room;
  self->reader = parlor_hls_reader_new (on_message, self);
  uv_pipe_init (origin->spec.loop, &self->pipe, 0);
  room->process = self;
  room->sources = *sources;
  origin->starts++;
  if (spawn (self, origin, formats, video, audio))
    uv_read_start ((uv_stream_t *)&self->pipe, on_alloc, on_read);
  else
    {
      self->is_out = TRUE;
      abandon_process (self);
    }
  close (video);
  if (audio >= 0)
    close (audio);
}

static gboolean
is_same (ParlorSourceRef a, ParlorSourceRef b)
{
  return a.endpoint == b.endpoint && (!a.endpoint || a.kind == b.kind);
}

/* FALSE: the room is not on air. */
static gboolean
mind (Room *room)
{
  const ParlorHlsSpec *spec = &room->origin->spec;
  ParlorHlsSources sources = {{0, PARLOR_SOURCE_NONE}, {0, PARLOR_SOURCE_NONE}};
  if (!spec->sources (room->id, &sources, spec->user_data))
    return FALSE;
  gboolean same = is_same (sources.video, room->sources.video)
                  && is_same (sources.audio, room->sources.audio);
  if (room->process && !same)
    end_process (room->process);
  if (!room->process && sources.video.endpoint && now_us () - room->started_us >= RESTART_US)
    start_process (room, &sources);
  return TRUE;
}

/* ---- rooms ---------------------------------------------------------------------------------- */

static void
room_free (gpointer data)
{
  Room *room = data;
  if (room->process && room->origin->ending)
    abandon_process (room->process);
  else if (room->process)
    end_process (room->process);
  answer_waiters (room, TRUE);
  g_ptr_array_unref (room->waiters);
  parlor_playlist_free (room->playlist);
  g_free (room->id);
  g_free (room->brand);
  g_free (room);
}

/* Nothing more comes. Players learn it from the playlist, play what is there and ask no more. */
static void
end_stream (Room *room)
{
  room->ended_us = now_us ();
  parlor_playlist_end (room->playlist);
  if (room->process)
    end_process (room->process);
}

/* Whether nobody needs the room any more. */
static gboolean
is_over (Room *room)
{
  if (!room->ended_us && !mind (room))
    end_stream (room);
  answer_waiters (room, FALSE);
  gint64 idle_us = PARLOR_HLS_IDLE_MS * G_GINT64_CONSTANT (1000);
  gboolean idle = !room->waiters->len && now_us () - room->asked_us > idle_us;
  return idle
         || (room->ended_us
             && (!parlor_playlist_is_ready (room->playlist)
                 || now_us () - room->ended_us > PARLOR_HLS_END_MS * G_GINT64_CONSTANT (1000)));
}

static void
on_tick (uv_timer_t *timer)
{
  ParlorHlsOrigin *self = timer->data;
  /* An answer lets the next request in, which may open another room. */
  g_autoptr (GList) rooms = g_hash_table_get_values (self->rooms);
  for (GList *at = rooms; at; at = at->next)
    if (is_over (at->data))
      {
        g_hash_table_steal (self->rooms, ((Room *)at->data)->id);
        room_free (at->data);
      }
  if (!g_hash_table_size (self->rooms))
    uv_timer_stop (timer);
}

static void
turn_window (Room *room, gint64 time_us)
{
  gint64 age_us = time_us - room->window_us;
  if (age_us < QUIET_US)
    return;
  room->before = age_us < 2 * QUIET_US ? room->in_window : 0;
  room->in_window = 0;
  room->window_us = time_us;
}

static void
note_request (Room *room)
{
  room->asked_us = now_us ();
  turn_window (room, room->asked_us);
  room->in_window++;
}

static guint
rooms_of (const ParlorHlsOrigin *self, const char *brand)
{
  GHashTableIter iter;
  gpointer room;
  guint n = 0;
  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    n += !strcmp (((const Room *)room)->brand, brand);
  return n;
}

/* Whether `room` gives its place up before `other` does. */
static gboolean
is_less_asked (Room *room, Room *other, gint64 time_us)
{
  turn_window (room, time_us);
  turn_window (other, time_us);
  return room->before + room->in_window < other->before + other->in_window;
}

/* The room that gives its place to one of `brand`; NULL = none does. */
static Room *
find_victim (ParlorHlsOrigin *self, const char *brand)
{
  GHashTableIter iter;
  gpointer value;
  Room *quiet = NULL, *victim = NULL;
  gint64 time_us = now_us ();
  guint most = rooms_of (self, brand) + 1; /* two more than it has, or nobody's is taken */
  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Room *room = value;
      guint n = rooms_of (self, room->brand);
      if (!room->waiters->len && time_us - room->asked_us >= QUIET_US
          && (!quiet || room->asked_us < quiet->asked_us))
        quiet = room;
      if (n < most || (n == most && (!victim || !is_less_asked (room, victim, time_us))))
        continue;
      victim = room;
      most = n;
    }
  return quiet ? quiet : victim;
}

/* Whether there is a place, now. */
static gboolean
make_place (ParlorHlsOrigin *self, const char *brand)
{
  if (g_hash_table_size (self->rooms) < PARLOR_HLS_ROOMS)
    return TRUE;
  Room *victim = find_victim (self, brand);
  if (!victim)
    return FALSE;
  g_hash_table_steal (self->rooms, victim->id);
  room_free (victim);
  return TRUE;
}

/* NULL: `answer` says why not. */
static Room *
find_or_open (ParlorHlsOrigin *self, const ParlorHlsRequest *request, ParlorHlsAnswer *answer)
{
  ParlorHlsSources sources;
  const char *id = request->room;
  Room *room = g_hash_table_lookup (self->rooms, id);
  answer->status = 404;
  if (room || !self->spec.sources (id, &sources, self->spec.user_data))
    return room;
  answer->status = 503;
  if (!make_place (self, request->brand))
    return NULL;
  room = g_new0 (Room, 1);
  *room = (Room){.origin = self,
                 .id = g_strdup (id),
                 .brand = g_strdup (request->brand),
                 .playlist = parlor_playlist_new (),
                 .waiters = g_ptr_array_new_with_free_func (waiter_free),
                 .started_us = -RESTART_US};
  g_hash_table_insert (self->rooms, room->id, room);
  uv_timer_start (self->timer, on_tick, TICK_MS, TICK_MS);
  mind (room);
  return room;
}

static gboolean
fetch (ParlorHls *hls, const ParlorHlsRequest *request, ParlorHlsAnswer *answer)
{
  ParlorHlsOrigin *self = (ParlorHlsOrigin *)hls;
  ParlorPlaylistPoint point;
  *answer = (ParlorHlsAnswer){.status = 400};
  if (!parlor_playlist_parse (request->msn, request->part, &point))
    return TRUE;
  /* Only the playlist starts anything. */
  Room *room = strcmp (request->file, PLAYLIST) ? g_hash_table_lookup (self->rooms, request->room)
                                                : find_or_open (self, request, answer);
  if (!room && strcmp (request->file, PLAYLIST))
    answer->status = 404;
  if (!room)
    return TRUE;
  note_request (room);
  if (judge (room, request->file, point, answer))
    return TRUE;
  answer->status = 503;
  return room->waiters->len >= WAITING_MAX;
}

static void
wait_for (ParlorHls *hls, const ParlorHlsRequest *request, ParlorHlsAnswerFunc func,
          gpointer user_data)
{
  ParlorHlsOrigin *self = (ParlorHlsOrigin *)hls;
  Room *room = g_hash_table_lookup (self->rooms, request->room);
  Waiter *waiter = g_new0 (Waiter, 1);
  *waiter = (Waiter){.file = g_strdup (request->file),
                     .func = func,
                     .user_data = user_data,
                     .until_us = now_us () + WAIT_US};
  parlor_playlist_parse (request->msn, request->part, &waiter->point);
  g_ptr_array_add (room->waiters, waiter);
}

/* ---- interface ------------------------------------------------------------------------------ */

ParlorHlsOrigin *
parlor_hls_origin_new (const ParlorHlsSpec *spec)
{
  ParlorHlsOrigin *self = g_new0 (ParlorHlsOrigin, 1);
  self->hls = (ParlorHls){fetch, wait_for};
  self->spec = *spec;
  self->program = g_strdup (spec->program);
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  self->timer = g_new0 (uv_timer_t, 1);
  self->timer->data = self;
  uv_timer_init (spec->loop, self->timer);
  return self;
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_hls_origin_free (ParlorHlsOrigin *self)
{
  if (!self)
    return;
  self->ending = TRUE;
  g_hash_table_unref (self->rooms);
  uv_close ((uv_handle_t *)self->timer, free_handle);
  g_free (self->program);
  g_free (self);
}

gboolean
parlor_hls_origin_has (const ParlorHlsOrigin *self, const char *room)
{
  return g_hash_table_contains (self->rooms, room);
}

ParlorHls *
parlor_hls_origin_get (ParlorHlsOrigin *self)
{
  return self ? &self->hls : NULL;
}

ParlorHlsStats
parlor_hls_origin_stats (const ParlorHlsOrigin *self)
{
  ParlorHlsStats stats = {.starts = self->starts, .parts = self->parts, .lies = self->lies};
  GHashTableIter iter;
  gpointer room;
  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    {
      stats.rooms++;
      stats.waiting += ((const Room *)room)->waiters->len;
    }
  return stats;
}
