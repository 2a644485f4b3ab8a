/* SPDX-License-Identifier: Apache-2.0 */
#include "load/measure.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/time.h"

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

long
load_process_rss_kib (int pid)
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

/* --- summing up ------------------------------------------------------------------------------ */

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

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
share_of (GArray *sorted, guint percent)
{
  return sorted->len > 0 ? g_array_index (sorted, double, (sorted->len - 1) * percent / 100) : NAN;
}

static void
add_wait (GArray *list, gint64 from_us, gint64 to_us)
{
  double ms = (double)(to_us - from_us) / PARLOR_US_PER_MS;

  if (to_us > 0)
    g_array_append_val (list, ms);
}

/* Those who came while it was measured. */
static void
sum_up_joins (const LoadCrowd *crowd, gint64 began_us, LoadResult *result)
{
  g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) pictures = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    {
      const LoadMoments moments = load_session_moments (load_crowd_receiver (crowd, i));
      double ms = (double)(moments.first_rtp_us - moments.made_us) / PARLOR_US_PER_MS;
      double picture_ms = (double)(moments.first_picture_us - moments.check_us) / PARLOR_US_PER_MS;

      if (moments.made_us < began_us)
        continue;
      result->joined++;
      if (moments.first_rtp_us > 0)
        g_array_append_val (waits, ms);
      if (moments.first_picture_us > 0)
        g_array_append_val (pictures, picture_ms);
    }
  result->joined_blind = result->joined - pictures->len;
  g_array_sort (waits, compare_doubles);
  g_array_sort (pictures, compare_doubles);
  result->join_p50_ms = share_of (waits, 50);
  result->join_p95_ms = share_of (waits, 95);
  result->picture_p50_ms = share_of (pictures, 50);
  result->picture_p95_ms = share_of (pictures, 95);
}

typedef struct
{
  guint64 n, buckets[LOAD_DELAY_BUCKETS];
} Delays;

static void
add_delays (Delays *sum, const LoadCounts *counts)
{
  for (guint j = 0; j < LOAD_DELAY_BUCKETS; j++)
    {
      sum->buckets[j] += counts->delays[j];
      sum->n += counts->delays[j];
    }
}

static void
sum_up (const LoadCrowd *crowd, gint64 began_us, LoadResult *result)
{
  Delays all = {0}, standing = {0};
  g_autoptr (GArray) firsts = g_array_new (FALSE, FALSE, sizeof (double));

  result->sessions = load_crowd_n_receivers (crowd);
  for (guint i = 0; i < result->sessions; i++)
    {
      LoadSession *session = load_crowd_receiver (crowd, i);
      const LoadMoments moments = load_session_moments (session);
      const LoadCounts *counts = load_receiver_counts (load_session_receiver (session));

      add_wait (firsts, moments.made_us, moments.first_rtp_us);
      add_delays (&all, counts);
      if (moments.made_us < began_us)
        add_delays (&standing, counts);
      result->late += counts->late;
      result->asked += counts->asked;
      result->packets += counts->packets;
      result->bytes += counts->bytes;
      result->lost += counts->lost;
      result->repeated += counts->repeated;
      result->refused += counts->refused;
    }
  g_array_sort (firsts, compare_doubles);
  result->first_p50_ms = share_of (firsts, 50);
  result->first_p95_ms = share_of (firsts, 95);
  result->delay_p50_ms = percentile_ms (all.buckets, all.n, 0.50);
  result->delay_p95_ms = percentile_ms (all.buckets, all.n, 0.95);
  result->delay_p99_ms = percentile_ms (all.buckets, all.n, 0.99);
  result->standing_p50_ms = percentile_ms (standing.buckets, standing.n, 0.50);
  result->standing_p95_ms = percentile_ms (standing.buckets, standing.n, 0.95);
  result->standing_p99_ms = percentile_ms (standing.buckets, standing.n, 0.99);
}

/* Of people in meetings: what came down to each, and how large and smooth the pictures were. */
static void
sum_up_pictures (const LoadCrowd *crowd, LoadResult *result)
{
  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    {
      const LoadReceiver *receiver = load_session_receiver (load_crowd_receiver (crowd, i));
      double kbps = (double)receiver->counts.datagram_bytes * 8 / 1000 / result->seconds;

      result->down_max_kbps = MAX (result->down_max_kbps, kbps);
      result->sounds_max = MAX (result->sounds_max, load_receiver_n_sounds (receiver));
      for (guint k = 0; k < receiver->n_streams; k++)
        {
          const LoadReceived *stream = &receiver->streams[k];
          double fps = (double)stream->frames / result->seconds;

          if (!stream->video || stream->packets == 0)
            continue;
          result->pictures++;
          result->fps_min = result->pictures == 1 ? fps : MIN (result->fps_min, fps);
          result->lines_max = MAX (result->lines_max, stream->height);
          result->lines_min = result->pictures == 1 ? stream->height
                                                    : MIN (result->lines_min, stream->height);
        }
    }
}

/* --- good and bad lines ---------------------------------------------------------------------- */

static double
fps_of (const LoadReceiver *receiver, double seconds)
{
  for (guint k = 0; k < receiver->n_streams; k++)
    if (receiver->streams[k].video)
      return (double)receiver->streams[k].frames / seconds;
  return 0;
}

static void
sum_up_line (const LoadCrowd *crowd, gboolean bad, gint64 began_us, double seconds, LoadLine *line)
{
  guint64 delays[LOAD_DELAY_BUCKETS] = {0};
  g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) pictures = g_array_new (FALSE, FALSE, sizeof (double));
  guint64 n_delays = 0;

  line->fps_min = INFINITY;
  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    {
      LoadSession *session = load_crowd_receiver (crowd, i);
      LoadReceiver *receiver = load_session_receiver (session);
      const LoadCounts *counts = load_receiver_counts (receiver);
      const LoadMoments moments = load_session_moments (session);

      if (load_session_is_bad (session) != bad)
        continue;
      line->sessions++;
      line->packets += counts->packets;
      line->lost += counts->lost;
      for (guint k = 0; k < receiver->n_streams; k++)
        if (receiver->streams[k].video)
          line->lost_video += load_received_lost (&receiver->streams[k]);
      for (guint j = 0; j < LOAD_DELAY_BUCKETS; j++)
        {
          delays[j] += counts->delays[j];
          n_delays += counts->delays[j];
        }
      line->fps_min = MIN (line->fps_min, fps_of (receiver, seconds));
      if (moments.made_us < began_us)
        continue;
      add_wait (waits, moments.made_us, moments.first_rtp_us);
      add_wait (pictures, moments.check_us, moments.first_picture_us);
      line->blind += moments.first_picture_us == 0;
    }
  g_array_sort (waits, compare_doubles);
  g_array_sort (pictures, compare_doubles);
  line->delay_p50_ms = percentile_ms (delays, n_delays, 0.50);
  line->delay_p95_ms = percentile_ms (delays, n_delays, 0.95);
  line->delay_p99_ms = percentile_ms (delays, n_delays, 0.99);
  line->join_p50_ms = share_of (waits, 50);
  line->join_p95_ms = share_of (waits, 95);
  line->picture_p50_ms = share_of (pictures, 50);
  line->picture_p95_ms = share_of (pictures, 95);
}

/* What the last line of progress knew. */
typedef struct
{
  guint64 packets;
  double cpu_s;
} Seen;

/* On a terminal each line takes the place of the one before. */
static void
tell_progress (const LoadCrowd *crowd, const LoadOptions *options, int second, Seen *seen)
{
  guint n = load_crowd_n_receivers (crowd);
  guint64 packets = 0, lost = 0, late = 0;
  double cpu_s = process_cpu_s (options->pid);

  for (guint i = 0; i < n; i++)
    {
      const LoadCounts *counts = load_receiver_counts (
          load_session_receiver (load_crowd_receiver (crowd, i)));

      packets += counts->packets;
      lost += counts->lost;
      late += counts->late;
    }
  fprintf (stderr,
           "%s%d of %d s  sessions %u  packets/s %" G_GUINT64_FORMAT "  lost %" G_GUINT64_FORMAT
           "  late %" G_GUINT64_FORMAT,
           isatty (STDERR_FILENO) ? "\r" : "", second, options->seconds, n,
           packets - MIN (packets, seen->packets), lost, late);
  if (cpu_s >= 0)
    fprintf (stderr, "  server %.0f %% of a core", (cpu_s - seen->cpu_s) * 100);
  fputs (isatty (STDERR_FILENO) && second < options->seconds ? "  " : "\n", stderr);
  *seen = (Seen){packets, cpu_s};
}

/* The storm of one second, evenly. */
static gboolean
run_storm (LoadCrowd *crowd, const LoadOptions *options, int second, GError **error)
{
  gint64 began_us = g_get_monotonic_time ();
  int n = options->storm * (second + 1) / options->storm_over
          - options->storm * second / options->storm_over;

  for (int i = 0; i < n; i++)
    {
      gint64 due_us = began_us + i * PARLOR_US_PER_SEC / n;

      load_crowd_run_for (crowd, due_us - g_get_monotonic_time ());
      if (!load_crowd_add_subscribers (crowd, 1, error))
        return FALSE;
    }
  load_crowd_run_for (crowd, began_us + PARLOR_US_PER_SEC - g_get_monotonic_time ());
  return TRUE;
}

static gboolean
run_measured (LoadCrowd *crowd, const LoadOptions *options, GError **error)
{
  Seen seen = {.cpu_s = process_cpu_s (options->pid)};

  for (int s = 0; s < options->seconds; s++)
    {
      if ((s == 0 && options->storm_over == 0
           && !load_crowd_add_subscribers (crowd, options->storm, error))
          || !load_crowd_replace (crowd, options->churn, error))
        return FALSE;
      if (s >= options->storm_over)
        load_crowd_run_for (crowd, PARLOR_US_PER_SEC);
      else if (!run_storm (crowd, options, s, error))
        return FALSE;
      if (options->progress || isatty (STDERR_FILENO))
        tell_progress (crowd, options, s + 1, &seen);
    }
  return TRUE;
}

gboolean
load_measure (LoadCrowd *crowd, const LoadOptions *options, LoadResult *result, GError **error)
{
  gint64 began_us;
  double server, own;
  guint64 sent;
  guint n_keys;

  /* Others talk first: what is measured is after a change. */
  load_crowd_let_talk (crowd, (guint)options->talkers);
  load_crowd_run_for (crowd, options->warmup * PARLOR_US_PER_SEC / 2);
  load_crowd_let_talk (crowd, 0);
  load_crowd_run_for (crowd, options->warmup * PARLOR_US_PER_SEC / 2);
  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    load_receiver_reset (load_session_receiver (load_crowd_receiver (crowd, i)));
  began_us = g_get_monotonic_time ();
  n_keys = load_crowd_n_keys (crowd);
  sent = load_crowd_n_sent (crowd);
  server = process_cpu_s (options->pid);
  own = own_cpu_s ();
  if (!run_measured (crowd, options, error))
    return FALSE;
  result->seconds = (double)(g_get_monotonic_time () - began_us) / PARLOR_US_PER_SEC;
  result->keys_per_s = (load_crowd_n_keys (crowd) - n_keys) / result->seconds;
  result->server_cpu_s = server < 0 ? -1 : process_cpu_s (options->pid) - server;
  result->own_cpu_s = own_cpu_s () - own;
  result->rss_kib = load_process_rss_kib (options->pid);
  result->sent = load_crowd_n_sent (crowd) - sent;
  result->sent_again = load_crowd_n_sent_again (crowd);
  sum_up (crowd, began_us, result);
  sum_up_pictures (crowd, result);
  sum_up_joins (crowd, began_us, result);
  for (guint bad = 0; options->bad > 0 && bad < 2; bad++)
    sum_up_line (crowd, bad != 0, began_us, result->seconds, &result->lines[bad]);
  return TRUE;
}

/* --- telling --------------------------------------------------------------------------------- */

void
load_result_print (const LoadOptions *options, const LoadResult *result)
{
  printf ("%s on %s: rooms %d  sessions %u  seconds %.1f  packets/s %.0f  Mbit/s %.1f\n",
          options->shape_name, options->server_name, options->rooms, result->sessions,
          result->seconds, (double)result->packets / result->seconds,
          (double)result->bytes * 8 / result->seconds / 1e6);
  printf ("sent by publishers %" G_GUINT64_FORMAT "  received %" G_GUINT64_FORMAT
          "  lost %" G_GUINT64_FORMAT "  late (over %d ms) %" G_GUINT64_FORMAT
          "  asked for again %" G_GUINT64_FORMAT "  repeated %" G_GUINT64_FORMAT
          "  refused %" G_GUINT64_FORMAT "\n",
          result->sent, result->packets, result->lost, options->late_ms, result->late,
          result->asked, result->repeated, result->refused);
  printf ("delay ms p50 %.2f  p95 %.2f  p99 %.2f\n", result->delay_p50_ms, result->delay_p95_ms,
          result->delay_p99_ms);
  if (result->joined > 0)
    printf ("of those who were there before: delay ms p50 %.2f  p95 %.2f  p99 %.2f\n",
            result->standing_p50_ms, result->standing_p95_ms, result->standing_p99_ms);
  printf ("first packet ms p50 %.0f  p95 %.0f\n", result->first_p50_ms, result->first_p95_ms);
  if (result->pictures > 0)
    printf ("pictures %u  slowest %.1f frames/s  lines %u to %u  most down %.0f kbit/s\n",
            result->pictures, result->fps_min, result->lines_min, result->lines_max,
            result->down_max_kbps);
  if (!isnan (result->join_p50_ms))
    printf ("join to first packet ms p50 %.0f  p95 %.0f\n", result->join_p50_ms,
            result->join_p95_ms);
  if (!isnan (result->picture_p50_ms))
    printf (
        "check to first key frame ms p50 %.0f  p95 %.0f  of %u, %u without; key frames/s %.2f\n",
        result->picture_p50_ms, result->picture_p95_ms, result->joined, result->joined_blind,
        result->keys_per_s);
  if (result->server_cpu_s >= 0)
    printf ("server CPU µs/packet %.3f  of a core %.1f %%  RSS MiB %.1f  KiB/session %.1f\n",
            result->packets ? result->server_cpu_s * 1e6 / (double)result->packets : NAN,
            result->server_cpu_s * 100 / result->seconds, (double)result->rss_kib / 1024.0,
            result->sessions ? (double)(result->rss_kib - result->rss_before_kib) / result->sessions
                             : NAN);
  for (guint bad = 0; options->bad > 0 && bad < 2; bad++)
    printf ("%s lines: %u sessions  lost %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
            "  delay ms p50 %.0f  p95 %.0f  p99 %.0f  picture ms p50 %.0f  p95 %.0f  %u without\n",
            bad ? "bad" : "good", result->lines[bad].sessions, result->lines[bad].lost,
            result->lines[bad].packets + result->lines[bad].lost, result->lines[bad].delay_p50_ms,
            result->lines[bad].delay_p95_ms, result->lines[bad].delay_p99_ms,
            result->lines[bad].picture_p50_ms, result->lines[bad].picture_p95_ms,
            result->lines[bad].blind);
  printf ("own CPU of a core %.1f %%\n", result->own_cpu_s * 100 / result->seconds);
}

static json_t *
number (double value)
{
  return isnan (value) ? json_null () : json_real (value);
}

static json_t *
line_to_json (const LoadLine *line)
{
  return json_pack ("{s:i, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "sessions",
                    (int)line->sessions, "packets", (json_int_t)line->packets, "lost",
                    (json_int_t)line->lost, "lost_video", (json_int_t)line->lost_video,
                    "delay_p50_ms", number (line->delay_p50_ms), "delay_p95_ms",
                    number (line->delay_p95_ms), "delay_p99_ms", number (line->delay_p99_ms),
                    "join_p50_ms", number (line->join_p50_ms), "join_p95_ms",
                    number (line->join_p95_ms), "picture_p50_ms", number (line->picture_p50_ms),
                    "picture_p95_ms", number (line->picture_p95_ms), "blind", (int)line->blind,
                    "fps_min", number (isinf (line->fps_min) ? NAN : line->fps_min));
}

static json_t *
result_to_json (const LoadOptions *options, const LoadResult *result)
{
  return json_pack (
      "{s:s, s:s, s:i, s:i, s:i, s:i, s:f, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:f, "
      "s:f, s:I, s:I, s:i, s:f, s:i, s:i, s:f, s:o, s:o, s:i, s:i, s:f}",
      "shape", options->shape_name, "server", options->server_name, "rooms", options->rooms,
      "people", options->people, "subscribers", options->subscribers, "sessions",
      (int)result->sessions, "seconds", result->seconds, "packets", (json_int_t)result->packets,
      "bytes", (json_int_t)result->bytes, "lost", (json_int_t)result->lost, "repeated",
      (json_int_t)result->repeated, "refused", (json_int_t)result->refused, "delay_p50_ms",
      number (result->delay_p50_ms), "delay_p95_ms", number (result->delay_p95_ms), "delay_p99_ms",
      number (result->delay_p99_ms), "join_p50_ms", number (result->join_p50_ms), "join_p95_ms",
      number (result->join_p95_ms), "server_cpu_s", result->server_cpu_s, "own_cpu_s",
      result->own_cpu_s, "rss_before_kib", (json_int_t)result->rss_before_kib, "rss_kib",
      (json_int_t)result->rss_kib, "pictures", (int)result->pictures, "fps_min", result->fps_min,
      "lines_min", (int)result->lines_min, "lines_max", (int)result->lines_max, "down_max_kbps",
      result->down_max_kbps, "picture_p50_ms", number (result->picture_p50_ms), "picture_p95_ms",
      number (result->picture_p95_ms), "joined", (int)result->joined, "joined_blind",
      (int)result->joined_blind, "keys_per_s", result->keys_per_s);
}

gboolean
load_result_write_json (LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
                        GError **error)
{
  json_t *json = result_to_json (options, result);
  json_object_update_new (
      json, json_pack ("{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:i}", "sent",
                       (json_int_t)result->sent, "late", (json_int_t)result->late, "asked",
                       (json_int_t)result->asked, "sent_again", (json_int_t)result->sent_again,
                       "standing_p50_ms", number (result->standing_p50_ms), "standing_p95_ms",
                       number (result->standing_p95_ms), "standing_p99_ms",
                       number (result->standing_p99_ms), "first_p50_ms",
                       number (result->first_p50_ms), "first_p95_ms", number (result->first_p95_ms),
                       "sounds_max", (int)result->sounds_max));
  if (options->come_back)
    json_object_set_new (json, "back", load_crowd_backs (crowd));
  if (options->bad > 0)
    json_object_set_new (
        json, "lines",
        json_pack ("[o, o]", line_to_json (&result->lines[0]), line_to_json (&result->lines[1])));
  char *text = json_dumps (json, JSON_COMPACT | JSON_REAL_PRECISION (9));
  gboolean ok = strcmp (options->json, "-") == 0
                    ? printf ("%s\n", text) > 0
                    : g_file_set_contents (options->json, text, -1, error);

  json_decref (json);
  free (text);
  return ok;
}
