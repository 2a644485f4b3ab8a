/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parlor-load: publishers and subscribers with real ICE, DTLS-SRTP and feedback against any
 * WHIP/WHEP server, and the table of what came of it.
 */
#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/time.h"
#include "load/session.h"

#define MAX_EVENTS 256
#define POLL_INTERVAL_US 10000
#define CONNECT_TIMEOUT_US (20 * PARLOR_US_PER_SEC)

typedef struct
{
  char *url, *room, *token, *json;
  int subscribers, seconds, warmup, fps, video_kbps, pid;
} Options;

typedef struct
{
  Options options;
  LoadContext *context;
  LoadSession *publisher;
  GPtrArray *subscribers;
  int epoll;
  guint64 video_sent, audio_sent;
  gint64 next_video_us, next_audio_us, next_poll_us, next_line_us;
  GRand *rand;
  gboolean quiet;
} Load;

static gint64
now_us (void)
{
  return g_get_monotonic_time ();
}

/* CPU time of all threads of a process, in seconds, as the scheduler counts it (nanoseconds, where
 * /proc/PID/stat has ticks); -1 = it is not there. A thread that ends takes its time along: threads
 * that come and go during the measurement are not what is measured. */
static double
process_cpu_s (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr (GDir) tasks = pid > 0 ? g_dir_open (path, 0, NULL) : NULL;
  double sum_ns = 0;
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, task, "schedstat", NULL);
      g_autofree char *text = NULL;
      double ns;

      if (g_file_get_contents (file, &text, NULL, NULL) && sscanf (text, "%lf", &ns) == 1)
        sum_ns += ns;
    }
  return tasks != NULL ? sum_ns / 1e9 : -1;
}

static long
process_rss_kib (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid);
  g_autofree char *text = NULL;
  long pages = 0;

  if (pid <= 0 || !g_file_get_contents (path, &text, NULL, NULL)
      || sscanf (text, "%*s %ld", &pages) != 1)
    return -1;
  return pages * (sysconf (_SC_PAGESIZE) / 1024);
}

static double
own_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void
watch (Load *self, LoadSession *session)
{
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};

  epoll_ctl (self->epoll, EPOLL_CTL_ADD, load_session_fd (session), &event);
}

static void
each_session (Load *self, void (*func) (LoadSession *, gint64), gint64 at_us)
{
  func (self->publisher, at_us);
  for (guint i = 0; i < self->subscribers->len; i++)
    func (g_ptr_array_index (self->subscribers, i), at_us);
}

/* Sizes as Chromium's VP8 makes them at a steady scene: around the mean with a spread of a fifth,
 * and key frames of five times that. */
static gsize
frame_bytes (Load *self)
{
  double mean = self->options.video_kbps * 1000.0 / 8 / self->options.fps;
  double spread = g_rand_double_range (self->rand, 0.6, 1.4);

  return (gsize)(mean * spread);
}

static void
publish (Load *self, gint64 at_us)
{
  if (!load_session_is_connected (self->publisher))
    return;
  if (at_us >= self->next_video_us)
    {
      load_session_send_video (self->publisher, frame_bytes (self), at_us);
      self->next_video_us = MAX (self->next_video_us + PARLOR_US_PER_SEC / self->options.fps,
                                 at_us - 100 * PARLOR_US_PER_MS);
    }
  if (at_us >= self->next_audio_us)
    {
      load_session_send_audio (self->publisher, at_us);
      self->next_audio_us = MAX (self->next_audio_us + 20 * PARLOR_US_PER_MS,
                                 at_us - 100 * PARLOR_US_PER_MS);
    }
}

static void
turn (Load *self)
{
  struct epoll_event events[MAX_EVENTS];
  gint64 at_us = now_us (),
         next_us = MIN (self->next_poll_us, MIN (self->next_video_us, self->next_audio_us));
  int wait_ms = (int)CLAMP ((next_us - at_us) / 1000, 0, 10);
  int n = epoll_wait (self->epoll, events, MAX_EVENTS, wait_ms);

  at_us = now_us ();
  for (int i = 0; i < n; i++)
    load_session_read (events[i].data.ptr, at_us);
  publish (self, now_us ());
  if (at_us >= self->next_poll_us)
    {
      each_session (self, load_session_poll, at_us);
      self->next_poll_us = at_us + POLL_INTERVAL_US;
    }
}

static guint
n_connected (const Load *self)
{
  guint n = 0;

  for (guint i = 0; i < self->subscribers->len; i++)
    n += load_session_is_connected (g_ptr_array_index (self->subscribers, i));
  return n;
}

static void
run_for (Load *self, gint64 span_us)
{
  gint64 end_us = now_us () + span_us;

  while (now_us () < end_us)
    turn (self);
}

/* --- the phases ------------------------------------------------------------------------------ */

static gboolean
open_sessions (Load *self, GError **error)
{
  const Options *options = &self->options;
  g_autofree char *whip = g_strdup_printf ("%s/whip/%s/load", options->url, options->room);
  g_autofree char *whep = g_strdup_printf ("%s/whep/%s/load", options->url, options->room);

  self->publisher = load_session_new (self->context, whip, options->token, TRUE, error);
  if (self->publisher == NULL)
    return FALSE;
  watch (self, self->publisher);
  run_for (self, 300 * PARLOR_US_PER_MS);
  for (int i = 0; i < options->subscribers; i++)
    {
      LoadSession *session = load_session_new (self->context, whep, options->token, FALSE, error);

      if (session == NULL)
        return FALSE;
      g_ptr_array_add (self->subscribers, session);
      watch (self, session);
      turn (self);
      if (!self->quiet && i % 20 == 19)
        fprintf (stderr, "\r%d of %d sessions", i + 1, options->subscribers);
    }
  return TRUE;
}

static gboolean
wait_connected (Load *self)
{
  gint64 end_us = now_us () + CONNECT_TIMEOUT_US;

  while (now_us () < end_us
         && (n_connected (self) < self->subscribers->len
             || !load_session_is_connected (self->publisher)))
    turn (self);
  return n_connected (self) == self->subscribers->len
         && load_session_is_connected (self->publisher);
}

typedef struct
{
  guint64 packets, bytes, lost, repeated, refused, n_delays;
  double seconds, server_cpu_s, own_cpu_s;
  double p50_ms, p95_ms, p99_ms;
  long rss_before_kib, rss_kib;
} Result;

static double
percentile_ms (const guint64 *buckets, guint64 n, double p)
{
  guint64 wanted = (guint64)ceil ((double)n * p), seen = 0;

  for (guint i = 0; i < LOAD_DELAY_BUCKETS; i++)
    {
      seen += buckets[i];
      if (seen >= wanted && n > 0)
        return (i + 1) * LOAD_DELAY_STEP_US / 1000.0;
    }
  return NAN;
}

static void
sum_up (Load *self, Result *result)
{
  g_autofree guint64 *delays = g_new0 (guint64, LOAD_DELAY_BUCKETS);

  for (guint i = 0; i < self->subscribers->len; i++)
    {
      const LoadCounts *counts = load_session_counts (g_ptr_array_index (self->subscribers, i));

      result->packets += counts->packets;
      result->bytes += counts->bytes;
      result->lost += counts->lost;
      result->repeated += counts->repeated;
      result->refused += counts->refused;
      for (guint j = 0; j < LOAD_DELAY_BUCKETS; j++)
        {
          delays[j] += counts->delays[j];
          result->n_delays += counts->delays[j];
        }
    }
  result->p50_ms = percentile_ms (delays, result->n_delays, 0.50);
  result->p95_ms = percentile_ms (delays, result->n_delays, 0.95);
  result->p99_ms = percentile_ms (delays, result->n_delays, 0.99);
}

static void
measure (Load *self, Result *result)
{
  gint64 began_us;
  double server, own;

  run_for (self, self->options.warmup * PARLOR_US_PER_SEC);
  for (guint i = 0; i < self->subscribers->len; i++)
    load_session_reset_counts (g_ptr_array_index (self->subscribers, i));
  began_us = now_us ();
  server = process_cpu_s (self->options.pid);
  own = own_cpu_s ();
  for (int s = 0; s < self->options.seconds; s++)
    {
      run_for (self, PARLOR_US_PER_SEC);
      if (!self->quiet)
        fprintf (stderr, "\r%d of %d s", s + 1, self->options.seconds);
    }
  result->seconds = (double)(now_us () - began_us) / PARLOR_US_PER_SEC;
  result->server_cpu_s = server < 0 ? -1 : process_cpu_s (self->options.pid) - server;
  result->own_cpu_s = own_cpu_s () - own;
  result->rss_kib = process_rss_kib (self->options.pid);
  sum_up (self, result);
}

static void
print_result (const Load *self, const Result *result)
{
  const Options *options = &self->options;
  double us = result->server_cpu_s < 0 || result->packets == 0
                  ? NAN
                  : result->server_cpu_s * 1e6 / (double)result->packets;

  printf ("subscribers %d  seconds %.1f  packets/s %.0f  Mbit/s %.1f\n", options->subscribers,
          result->seconds, result->packets / result->seconds,
          result->bytes * 8 / result->seconds / 1e6);
  printf ("received %" G_GUINT64_FORMAT "  lost %" G_GUINT64_FORMAT "  repeated %" G_GUINT64_FORMAT
          "  refused %" G_GUINT64_FORMAT "\n",
          result->packets, result->lost, result->repeated, result->refused);
  printf ("delay ms p50 %.2f  p95 %.2f  p99 %.2f\n", result->p50_ms, result->p95_ms,
          result->p99_ms);
  if (result->server_cpu_s >= 0)
    printf ("server CPU µs/packet %.3f  of a core %.1f %%  RSS MiB %.1f  KiB/subscriber %.1f\n", us,
            result->server_cpu_s * 100 / result->seconds, result->rss_kib / 1024.0,
            options->subscribers > 0
                ? (double)(result->rss_kib - result->rss_before_kib) / options->subscribers
                : 0);
  printf ("own CPU of a core %.1f %%\n", result->own_cpu_s * 100 / result->seconds);
}

static gboolean
write_json (const Load *self, const Result *result, GError **error)
{
  const Options *options = &self->options;
  g_autofree char *text = g_strdup_printf (
      "{\"subscribers\":%d,\"seconds\":%.2f,\"packets\":%" G_GUINT64_FORMAT
      ",\"bytes\":%" G_GUINT64_FORMAT ",\"lost\":%" G_GUINT64_FORMAT
      ",\"repeated\":%" G_GUINT64_FORMAT ",\"refused\":%" G_GUINT64_FORMAT
      ",\"delay_p50_ms\":%.3f,\"delay_p95_ms\":%.3f,\"delay_p99_ms\":%.3f,\"server_cpu_s\":%.3f,"
      "\"own_cpu_s\":%.3f,\"rss_before_kib\":%ld,\"rss_kib\":%ld}\n",
      options->subscribers, result->seconds, result->packets, result->bytes, result->lost,
      result->repeated, result->refused, result->p50_ms, result->p95_ms, result->p99_ms,
      result->server_cpu_s, result->own_cpu_s, result->rss_before_kib, result->rss_kib);

  if (strcmp (options->json, "-") == 0)
    return fputs (text, stdout) >= 0;
  return g_file_set_contents (options->json, text, -1, error);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
      {"url", 'u', 0, G_OPTION_ARG_STRING, &options->url, "server, default http://127.0.0.1:8080",
       "URL"},
      {"room", 'r', 0, G_OPTION_ARG_STRING, &options->room, "room, default load", "ROOM"},
      {"token", 't', 0, G_OPTION_ARG_STRING, &options->token, "bearer token", "JWT"},
      {"subscribers", 's', 0, G_OPTION_ARG_INT, &options->subscribers, "WHEP receivers, default 10",
       "N"},
      {"seconds", 'd', 0, G_OPTION_ARG_INT, &options->seconds, "how long to measure, default 10",
       "S"},
      {"warmup", 'w', 0, G_OPTION_ARG_INT, &options->warmup, "before measuring, default 2", "S"},
      {"fps", 'f', 0, G_OPTION_ARG_INT, &options->fps, "frames a second, default 30", "N"},
      {"video-kbps", 'b', 0, G_OPTION_ARG_INT, &options->video_kbps, "video bit rate, default 2500",
       "N"},
      {"pid", 'p', 0, G_OPTION_ARG_INT, &options->pid, "process whose CPU time is charged", "PID"},
      {"json", 'j', 0, G_OPTION_ARG_FILENAME, &options->json,
       "write the result as JSON, - = standard output", "FILE"},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext)
      context = g_option_context_new ("- publish to and watch a WHIP/WHEP server, and count");

  *options = (Options){
      .subscribers = 10, .seconds = 10, .warmup = 2, .fps = 30, .video_kbps = 2500};
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  options->url = options->url != NULL ? options->url : g_strdup ("http://127.0.0.1:8080");
  options->room = options->room != NULL ? options->room : g_strdup ("load");
  options->fps = CLAMP (options->fps, 1, 240);
  options->subscribers = CLAMP (options->subscribers, 0, 20000);
  options->seconds = CLAMP (options->seconds, 1, 86400);
  return TRUE;
}

static int
run (Load *self, GError **error)
{
  Result result = {0};

  result.rss_before_kib = process_rss_kib (self->options.pid);
  if (!open_sessions (self, error))
    return 1;
  if (!wait_connected (self))
    {
      g_set_error (error, LOAD_ERROR, 0, "only %u of %u subscribers connected within 20 s",
                   n_connected (self), self->subscribers->len);
      return 1;
    }
  measure (self, &result);
  print_result (self, &result);
  return self->options.json == NULL || write_json (self, &result, error) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  Load self = {0};
  g_autoptr (GError) error = NULL;
  struct rlimit files = {65536, 65536};
  int status;

  if (!parse_options (&self.options, &argc, &argv, &error))
    {
      fprintf (stderr, "parlor-load: %s\n", error->message);
      return 2;
    }
  setrlimit (RLIMIT_NOFILE, &files);
  self.quiet = !isatty (STDERR_FILENO);
  self.context = load_context_new ((guint64)now_us ());
  self.subscribers = g_ptr_array_new ();
  self.epoll = epoll_create1 (EPOLL_CLOEXEC);
  self.rand = g_rand_new_with_seed (1);
  status = run (&self, &error);
  if (error != NULL)
    fprintf (stderr, "parlor-load: %s\n", error->message);
  for (guint i = 0; i < self.subscribers->len; i++)
    load_session_free (g_ptr_array_index (self.subscribers, i), self.options.token);
  load_session_free (self.publisher, self.options.token);
  g_ptr_array_unref (self.subscribers);
  g_rand_free (self.rand);
  load_context_free (self.context);
  close (self.epoll);
  return status;
}
