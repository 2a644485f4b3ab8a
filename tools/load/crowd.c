/* SPDX-License-Identifier: Apache-2.0 */
#include "load/crowd.h"

#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/time.h"

#define MAX_EVENTS 256
/* Each session is looked after so often, in turns of so many: receivers are not in step. */
#define POLL_INTERVAL_US 10000
#define POLL_AT_LEAST 16
/* As often where a path that takes time is made here. */
#define DELAY_INTERVAL_US 1000
#define CONNECT_TIMEOUT_US (20 * PARLOR_US_PER_SEC)
#define CONNECT_EACH_US (10 * PARLOR_US_PER_MS)
#define LATE_US (100 * PARLOR_US_PER_MS)

typedef struct
{
  LoadSession *session;
  gint64 next_video_us, next_audio_us; /* G_MAXINT64 = never */
  const LoadIvf *film, *voice;         /* nullable: made up */
  const char *room, *identity;         /* of the crowd's names */
  LoadBack back;
} Publisher;

struct _LoadCrowd
{
  const LoadOptions *options;
  LoadContext *context;
  GStringChunk *names; /* rooms and identities */
  GArray *publishers;  /* Publisher */
  GPtrArray *subscribers;
  int epoll;
  gint64 next_poll_us, due_us; /* when somebody publishes next */
  guint polled;                /* sessions of this round */
  GRand *rand;
  LoadBacks backs;
};

static gint64
now_us (void)
{
  return g_get_monotonic_time ();
}

LoadCrowd *
load_crowd_new (const LoadOptions *options)
{
  LoadCrowd *self = g_new0 (LoadCrowd, 1);

  self->options = options;
  self->context = load_context_new ((guint64)now_us (), options->srtp);
  self->names = g_string_chunk_new (1024);
  self->publishers = g_array_new (FALSE, FALSE, sizeof (Publisher));
  self->subscribers = g_ptr_array_new_with_free_func ((GDestroyNotify)load_session_free);
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->rand = g_rand_new_with_seed (1);
  self->backs.waits_ms = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
load_crowd_free (LoadCrowd *self)
{
  g_ptr_array_unref (self->subscribers);
  for (guint i = 0; i < self->publishers->len; i++)
    load_session_free (g_array_index (self->publishers, Publisher, i).session);
  g_array_unref (self->publishers);
  g_array_unref (self->backs.waits_ms);
  g_string_chunk_free (self->names);
  g_rand_free (self->rand);
  load_context_free (self->context);
  close (self->epoll);
  g_free (self);
}

/* --- driving --------------------------------------------------------------------------------- */

/* Sizes as Chromium's VP8 makes them at a steady scene: around the mean with a spread of two
 * fifths. */
static gsize
frame_bytes (LoadCrowd *self)
{
  double mean = self->options->video_kbps * 1000.0 / 8 / self->options->fps;

  return (gsize)(mean * g_rand_double_range (self->rand, 0.6, 1.4));
}

static void
publish (LoadCrowd *self, Publisher *one, gint64 at_us)
{
  LoadSender *sender = load_session_sender (one->session);

  if (!load_session_is_connected (one->session))
    return;
  if (at_us >= one->next_video_us)
    {
      if (one->film != NULL)
        load_sender_play (sender, one->film, at_us);
      else
        load_sender_video (sender, frame_bytes (self), at_us);
      one->next_video_us = MAX (one->next_video_us + PARLOR_US_PER_SEC / self->options->fps,
                                at_us - LATE_US);
    }
  if (at_us >= one->next_audio_us)
    {
      load_sender_audio (sender, one->voice, at_us);
      one->next_audio_us = MAX (one->next_audio_us + 20 * PARLOR_US_PER_MS, at_us - LATE_US);
    }
}

static void
publish_due (LoadCrowd *self)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < self->publishers->len; i++)
    {
      Publisher *one = &g_array_index (self->publishers, Publisher, i);

      publish (self, one, now_us ());
      if (load_session_is_connected (one->session))
        next_us = MIN (next_us, MIN (one->next_video_us, one->next_audio_us));
    }
  self->due_us = next_us;
}

static LoadSession *
session_at (const LoadCrowd *self, guint index)
{
  if (index < self->publishers->len)
    return g_array_index (self->publishers, Publisher, index).session;
  return g_ptr_array_index (self->subscribers, index - self->publishers->len);
}

static gboolean
has_slow_paths (const LoadCrowd *self)
{
  return self->options->rtt_ms > 0 || self->options->bad > 0 || self->options->bad_publishers;
}

static void
poll_some (LoadCrowd *self, gint64 at_us)
{
  guint all = self->publishers->len + self->subscribers->len, steps = 1;

  if (!has_slow_paths (self))
    steps = CLAMP (all / POLL_AT_LEAST, 1, POLL_INTERVAL_US / PARLOR_US_PER_MS);
  if (self->polled >= all)
    self->polled = 0;
  for (guint end = MIN (self->polled + (all + steps - 1) / steps, all); self->polled < end;
       self->polled++)
    load_session_poll (session_at (self, self->polled), at_us);
  self->next_poll_us = at_us
                       + (has_slow_paths (self) ? DELAY_INTERVAL_US : POLL_INTERVAL_US / steps);
}

static int
wait_for_any (LoadCrowd *self, struct epoll_event *events)
{
  gint64 wait_us = MIN (self->next_poll_us, self->due_us) - now_us ();
  struct timespec timeout = {.tv_nsec = CLAMP (wait_us, 0, POLL_INTERVAL_US) * PARLOR_NS_PER_US};

  return epoll_pwait2 (self->epoll, events, MAX_EVENTS, &timeout, NULL);
}

static LoadSession *open_one (LoadCrowd *self, guint number, const char *room, const char *identity,
                              LoadSessionKind kind, const char *resume, GError **error);

/* What the old one was subscribed to and sent is gone with its server. */
static void
come_back (LoadCrowd *self, guint number)
{
  Publisher *one = &g_array_index (self->publishers, Publisher, number);
  guint others = (guint)self->options->people - 1;
  LoadSession *session;

  if (!load_back_look (&one->back, one->session, MIN (others, (guint)self->options->tiles),
                       g_rand_double (self->rand), now_us (), &self->backs))
    return;
  session = open_one (self, number, one->room, one->identity, LOAD_PERSON,
                      load_session_resume (one->session), NULL);
  load_back_tried (&one->back, session != NULL, g_rand_double (self->rand), now_us ());
  if (session == NULL)
    return;
  load_session_free (one->session);
  one->session = session;
}

/* Publishers are not kept waiting by what there is to read: they would send together then, which is
 * no server's delay and makes one. */
static void
turn (LoadCrowd *self)
{
  struct epoll_event events[MAX_EVENTS];
  gint64 at_us;
  int n;

  publish_due (self);
  n = wait_for_any (self, events);
  for (int i = 0; i < n; i++)
    {
      at_us = now_us ();
      if (at_us >= self->due_us)
        publish_due (self);
      load_session_read (events[i].data.ptr, at_us);
    }
  at_us = now_us ();
  if (at_us >= self->next_poll_us)
    poll_some (self, at_us);
  for (guint i = 0; self->options->come_back && i < self->publishers->len; i++)
    come_back (self, i);
}

void
load_crowd_run_for (LoadCrowd *self, gint64 span_us)
{
  gint64 end_us = now_us () + span_us;

  while (now_us () < end_us)
    turn (self);
}

/* --- opening --------------------------------------------------------------------------------- */

/* Those who come first: with churn they would be others soon. */
static gboolean
is_bad (const LoadCrowd *self, LoadSessionKind kind)
{
  if (kind != LOAD_WATCH)
    return self->options->bad_publishers;
  return self->subscribers->len < (guint)self->options->bad;
}

static LoadSession *
open_one (LoadCrowd *self, guint number, const char *room, const char *identity,
          LoadSessionKind kind, const char *resume, GError **error)
{
  gboolean bad = is_bad (self, kind);
  const LoadPlace place = {.server = self->options->server,
                           .url = self->options->url,
                           .room = room,
                           .identity = identity,
                           .token = self->options->token,
                           .media = self->options->media,
                           .tiles = (guint)self->options->tiles,
                           .delay_us = (bad ? self->options->bad_rtt_ms : self->options->rtt_ms)
                                       * PARLOR_US_PER_MS / 2,
                           .lost_per_mille = bad ? (guint)self->options->bad_loss_per_mille : 0,
                           .number = number,
                           .resume = resume,
                           .layers = (guint)self->options->layers,
                           .late_us = self->options->late_ms * PARLOR_US_PER_MS,
                           .marks_behind = self->options->films->len > 0,
                           .sounds_behind = self->options->voices->len > 0,
                           .unmarked = self->options->watch,
                           .speaker_large = self->options->talkers > 0};
  LoadSession *session = load_session_new (self->context, &place, kind, now_us (), error);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};

  if (session != NULL)
    epoll_ctl (self->epoll, EPOLL_CTL_ADD, load_session_fd (session), &event);
  return session;
}

/* Publishers do not send in step: people do not either. */
static gboolean
add_publisher (LoadCrowd *self, const char *room, const char *identity, GError **error)
{
  gboolean audio_only = self->options->shape == LOAD_AUDIO;
  LoadSessionKind kind = audio_only ? LOAD_PUBLISH_AUDIO : LOAD_PUBLISH;
  Publisher one = {.room = room,
                   .identity = identity,
                   .film = load_options_film (self->options, self->publishers->len),
                   .voice = load_options_voice (self->options, self->publishers->len)};

  if (self->options->server == LOAD_RT)
    kind = LOAD_PERSON;
  one.session = open_one (self, self->publishers->len, room, identity, kind, NULL, error);
  if (one.session == NULL)
    return FALSE;
  one.next_audio_us = now_us () + g_rand_int_range (self->rand, 0, 20000);
  one.next_video_us = audio_only ? G_MAXINT64 : now_us () + g_rand_int_range (self->rand, 0, 33000);
  g_array_append_val (self->publishers, one);
  turn (self);
  return TRUE;
}

static gboolean
add_subscriber (LoadCrowd *self, const char *room, const char *identity, GError **error)
{
  LoadSession *session = open_one (self, self->publishers->len, room, identity, LOAD_WATCH, NULL,
                                   error);

  if (session == NULL)
    return FALSE;
  g_ptr_array_add (self->subscribers, session);
  if (isatty (STDERR_FILENO) && self->subscribers->len % 20 == 0)
    fprintf (stderr, "\r%u sessions", self->subscribers->len);
  turn (self);
  return TRUE;
}

static const char *
name_room (LoadCrowd *self, int index)
{
  g_autofree char *name = index == 0 ? g_strdup (self->options->room)
                                     : g_strdup_printf ("%s-%d", self->options->room, index);
  return g_string_chunk_insert_const (self->names, name);
}

static const char *
name_person (LoadCrowd *self, int room, int index)
{
  g_autofree char *name = g_strdup_printf ("load%d-%d", room, index);

  return g_string_chunk_insert_const (self->names, name);
}

static int
n_publishers (const LoadOptions *options)
{
  if (options->watch)
    return 0;
  return options->shape == LOAD_WEBINAR ? 1 : options->people;
}

static gboolean
open_meeting (LoadCrowd *self, int room, GError **error)
{
  for (int watcher = 0; watcher < self->options->people; watcher++)
    for (int shown = 0; shown < self->options->people; shown++)
      if (watcher != shown
          && !add_subscriber (self, name_room (self, room), name_person (self, room, shown), error))
        return FALSE;
  return TRUE;
}

/* Whom a subscriber of this room watches, NULL = the stage; that of an audio room has the loudest.
 */
static const char *
watched (LoadCrowd *self, int room)
{
  gboolean stage = self->options->shape == LOAD_AUDIO && self->options->server == LOAD_WHIP;

  return stage || self->options->watch ? NULL : name_person (self, room, 0);
}

static gboolean
open_audience (LoadCrowd *self, int room, int n, GError **error)
{
  for (int i = 0; i < n; i++)
    if (!add_subscriber (self, name_room (self, room), watched (self, room), error))
      return FALSE;
  return TRUE;
}

static guint
n_unconnected (const LoadCrowd *self)
{
  guint n = 0;

  for (guint i = 0; i < self->subscribers->len; i++)
    n += !load_session_is_connected (g_ptr_array_index (self->subscribers, i));
  for (guint i = 0; i < self->publishers->len; i++)
    n += !load_session_is_connected (g_array_index (self->publishers, Publisher, i).session);
  return n;
}

gboolean
load_crowd_wait_connected (LoadCrowd *self, GError **error)
{
  gint64 end_us = now_us () + CONNECT_TIMEOUT_US + self->subscribers->len * CONNECT_EACH_US;

  while (n_unconnected (self) > 0 && now_us () < end_us)
    turn (self);
  if (n_unconnected (self) == 0)
    return TRUE;
  g_set_error (error, LOAD_ERROR, 0, "%u of %u sessions did not connect in time",
               n_unconnected (self), self->subscribers->len + self->publishers->len);
  return FALSE;
}

gboolean
load_crowd_open (LoadCrowd *self, GError **error)
{
  const LoadOptions *options = self->options;

  for (int room = 0; room < options->rooms; room++)
    for (int i = 0; i < n_publishers (options); i++)
      if (!add_publisher (self, name_room (self, room), name_person (self, room, i), error))
        return FALSE;
  /* A server may know a stream only once its publisher's path stands. */
  if (!load_crowd_wait_connected (self, error))
    return FALSE;
  load_crowd_run_for (self, 300 * PARLOR_US_PER_MS);
  for (int room = 0; room < options->rooms && options->server != LOAD_RT; room++)
    if (options->shape == LOAD_MEETING ? !open_meeting (self, room, error)
                                       : !open_audience (self, room, options->subscribers, error))
      return FALSE;
  return TRUE;
}

gboolean
load_crowd_add_subscribers (LoadCrowd *self, int n, GError **error)
{
  return open_audience (self, 0, n, error);
}

gboolean
load_crowd_replace (LoadCrowd *self, int n, GError **error)
{
  for (int i = 0; i < n && self->subscribers->len > 0; i++)
    g_ptr_array_remove_index (self->subscribers, 0);
  return open_audience (self, 0, n, error);
}

guint
load_crowd_n_keys (const LoadCrowd *self)
{
  guint n = 0;

  for (guint i = 0; i < self->publishers->len; i++)
    n += load_session_sender (g_array_index (self->publishers, Publisher, i).session)->n_keys;
  return n;
}

guint64
load_crowd_n_sent (const LoadCrowd *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->publishers->len; i++)
    n += load_session_sender (g_array_index (self->publishers, Publisher, i).session)->sent;
  return n;
}

guint64
load_crowd_n_sent_again (const LoadCrowd *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->publishers->len; i++)
    n += load_session_sender (g_array_index (self->publishers, Publisher, i).session)->repeated;
  return n;
}

/* The first is the loudest, by 8 dB each; the others' rooms are not silent either. */
void
load_crowd_let_talk (LoadCrowd *self, guint first)
{
  for (guint i = 0; i < self->publishers->len && self->options->talkers > 0; i++)
    {
      LoadSender *sender = load_session_sender (
          g_array_index (self->publishers, Publisher, i).session);
      guint place = i % (guint)self->options->people - first;
      gboolean talks = place < (guint)self->options->talkers;

      sender->level = talks ? (guint8)(0x80
                                       | MIN (LOAD_LEVEL_LOUD + place * 8, LOAD_LEVEL_VOICE_LEAST))
                            : LOAD_LEVEL_NOISE;
    }
}

json_t *
load_crowd_backs (LoadCrowd *self)
{
  guint away = 0;

  for (guint i = 0; i < self->publishers->len; i++)
    away += g_array_index (self->publishers, Publisher, i).back.lost_us != 0;
  return load_backs_json (&self->backs, away);
}

guint
load_crowd_n_receivers (const LoadCrowd *self)
{
  return self->options->server == LOAD_RT ? self->publishers->len : self->subscribers->len;
}

LoadSession *
load_crowd_receiver (const LoadCrowd *self, guint index)
{
  return self->options->server == LOAD_RT
             ? g_array_index (self->publishers, Publisher, index).session
             : g_ptr_array_index (self->subscribers, index);
}
