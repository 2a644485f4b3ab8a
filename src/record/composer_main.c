/* SPDX-License-Identifier: Apache-2.0 */
/* parlor-composer: started by parlord for one render, to whom descriptor 3 leads. Takes one order
 * (record/order.h), writes one file, ends. It reads what strangers sent: sandboxed as the recorder.
 */
#include "record/compose.h"
#include "record/digest.h"
#include "record/mixdown.h"
#include "record/order.h"
#include "record/reel.h"
#include "record/safe.h"
#include "record/sandbox.h"
#include "record/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Twenty-five decoders of 1,920 × 1,080 and an encoder take a third of it. */
#define MEMORY_BYTES (G_GUINT64_CONSTANT (3) << 29)
/* Whoever talks at this moment comes first. */
#define NICE 10
#define TELL_US (500 * 1000)

typedef struct
{
  gint64 told_us;
  const ParlorRenderOrder *order;
} Composer;

static void
tell (json_t *message)
{
  char *text = json_dumps (message, JSON_COMPACT);
  struct pollfd fd = {PARLOR_RECORDER_FD, POLLOUT, 0};
  while (text != NULL
         && parlor_wire_send (PARLOR_RECORDER_FD, text, strlen (text), -1) == PARLOR_WIRE_LATER)
    poll (&fd, 1, 100);
  free (text);
  json_decref (message);
}

/* Nothing comes after the order but the end: cancelled, or the daemon has gone. */
static gboolean
goes_on (gint64 done_ms, gint64 all_ms, gpointer user_data)
{
  Composer *self = user_data;
  ParlorWireResult result;
  int fd;
  json_decref (parlor_wire_receive (PARLOR_RECORDER_FD, &fd, &result));
  if (fd >= 0)
    close (fd);
  if (result == PARLOR_WIRE_GONE)
    return FALSE;
  if (g_get_monotonic_time () - self->told_us < TELL_US)
    return TRUE;
  self->told_us = g_get_monotonic_time ();
  tell (json_pack ("{s:s,s:I,s:I}", "t", "progress", "done_ms", (json_int_t)done_ms, "all_ms",
                   (json_int_t)all_ms));
  return TRUE;
}

static void
tell_failed (const char *reason, const char *message)
{
  tell (json_pack ("{s:s,s:s,s:s}", "t", "failed", "reason", reason, "message", message));
}

static const char *
reason_of (const GError *error)
{
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)   ? "disk_full"
         : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? "file_missing"
         : error->domain == G_FILE_ERROR                             ? "io_error"
                                                                     : "composer";
}

/* Whole on the disk before it has its name. */
static gboolean
put_in_place (const ParlorRenderOrder *order, const char *part)
{
  g_autofree char *path = g_build_filename (order->folder, order->out, NULL);
  int fd = open (part, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0 && rename (part, path) == 0;
  if (fd >= 0)
    close (fd);
  return ok;
}

static json_t *
people_of (const ParlorPlan *plan)
{
  json_t *list = json_array ();
  for (guint i = 0; i < plan->people->len; i++)
    json_array_append_new (list, json_string (plan->people->pdata[i]));
  return list;
}

/* What of the room's clock lies where in the file. */
static json_t *
clock_of (const ParlorPlan *plan, guint fps)
{
  json_t *list = json_array ();
  guint64 ticks = 0;
  for (guint i = 0; i < plan->spans->len; i++)
    {
      const ParlorPlanSpan *span = &g_array_index (plan->spans, ParlorPlanSpan, i);
      guint64 n = parlor_compose_ticks (span, fps);
      gint64 to_ms = span->from_ms + (gint64)(n * 1000 / fps);
      if (n > 0)
        json_array_append_new (list,
                               json_pack ("[I,I,I]", (json_int_t)span->from_ms, (json_int_t)to_ms,
                                          (json_int_t)(ticks * 1000 / fps)));
      ticks += n;
    }
  return list;
}

static void
tell_done (const ParlorRenderOrder *order, const ParlorPlan *plan, gint64 duration_ms,
           const char *part)
{
  guint fps = parlor_compose_fps (order->plan.layout == PARLOR_LAYOUT_AUDIO_ONLY);
  char sha[PARLOR_SHA256_TEXT];
  gint64 bytes = 0;
  if (!parlor_sha256_safe (part, order->vault_key, sha, &bytes, NULL)
      || !put_in_place (order, part))
    {
      tell_failed ("io_error", "the file cannot be put in its place");
      return;
    }
  tell (json_pack ("{s:s,s:s,s:I,s:I,s:o,s:o}", "t", "done", "sha256", sha, "bytes",
                   (json_int_t)bytes, "duration_ms", (json_int_t)duration_ms, "people",
                   people_of (plan), "clock", clock_of (plan, fps)));
}

/* ---- what is left of one that was interrupted ------------------------------------------------ */

static char *
path_of (const ParlorRenderOrder *order, const char *suffix)
{
  return g_strconcat (order->folder, "/", order->out, suffix, NULL);
}

static void
remove_all (const ParlorRenderOrder *order)
{
  static const char *const suffixes[] = {PARLOR_COMPOSER_PART, PARLOR_COMPOSER_LAST,
                                         PARLOR_COMPOSER_PRINT};
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = path_of (order, suffixes[i]);
      unlink (path);
    }
}

static guint64
ticks_in (const ParlorRenderOrder *order, const char *path)
{
  g_autoptr (ParlorRemnant) remnant = parlor_remnant_open (
      path, order->vault_key, order->plan.width, order->plan.height, PARLOR_MIXDOWN_FPS);
  return remnant != NULL ? parlor_remnant_ticks (remnant) : 0;
}

static gboolean
is_of_this (const ParlorRenderOrder *order, const char *print, const char *path)
{
  g_autoptr (GBytes)
      old = parlor_safe_load (path, order->vault_key, PARLOR_SAFE_MANIFEST_MAX, NULL);
  return old != NULL && g_bytes_get_size (old) == strlen (print)
         && memcmp (g_bytes_get_data (old, NULL), print, strlen (print)) == 0;
}

/* The further one of the two that an interrupted render may leave; another plan's are nothing. */
static ParlorRemnant *
take_remnant (const ParlorRenderOrder *order, const char *print)
{
  g_autofree char *part = path_of (order, PARLOR_COMPOSER_PART);
  g_autofree char *last = path_of (order, PARLOR_COMPOSER_LAST);
  g_autofree char *mark = path_of (order, PARLOR_COMPOSER_PRINT);
  if (order->plan.layout == PARLOR_LAYOUT_AUDIO_ONLY || !is_of_this (order, print, mark))
    {
      remove_all (order);
      if (order->plan.layout != PARLOR_LAYOUT_AUDIO_ONLY)
        parlor_safe_store (mark, order->vault_key, print, strlen (print), NULL);
      return NULL;
    }
  if (ticks_in (order, part) > ticks_in (order, last))
    rename (part, last);
  unlink (part);
  ParlorRemnant *remnant = parlor_remnant_open (last, order->vault_key, order->plan.width,
                                                order->plan.height, PARLOR_MIXDOWN_FPS);
  if (remnant != NULL)
    fprintf (stderr, "parlor-composer: %s goes on at %u s\n", order->out,
             (guint)(parlor_remnant_ticks (remnant) / PARLOR_MIXDOWN_FPS));
  return remnant;
}

/* One that is not wanted any more leaves what it has: the daemon may have gone, and comes again. */
static void
compose (const ParlorRenderOrder *order, const ParlorPlan *plan, const char *print)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = path_of (order, PARLOR_COMPOSER_PART);
  g_autoptr (ParlorRemnant) remnant = take_remnant (order, print);
  Composer self = {0, order};
  ParlorComposeStats stats;
  ParlorComposeSpec spec = {.source = {order->folder, order->vault_key},
                            .out = part,
                            .width = order->plan.width,
                            .height = order->plan.height,
                            .audio_only = order->plan.layout == PARLOR_LAYOUT_AUDIO_ONLY,
                            .names = order->names,
                            .remnant = remnant,
                            .goes_on = goes_on,
                            .user_data = &self};
  gboolean ok = parlor_compose (plan, &spec, &stats, &error);
  if (ok)
    tell_done (order, plan, stats.duration_ms, part);
  else if (error != NULL)
    tell_failed (reason_of (error), error->message);
  if (ok || error != NULL)
    remove_all (order);
}

static json_t *
load_manifest (const char *path, const guint8 *vault_key, char sha[PARLOR_SHA256_TEXT])
{
  g_autoptr (GBytes) text = parlor_safe_load (path, vault_key, PARLOR_SAFE_MANIFEST_MAX, NULL);
  gsize length = 0;
  const char *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;
  parlor_sha256_text (bytes, length, sha);
  return bytes != NULL ? json_loadb (bytes, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static void
obey (const json_t *json)
{
  g_autoptr (ParlorRenderOrder) order = parlor_render_order_from_json (json);
  g_autofree char *path = order != NULL ? g_build_filename (order->folder, "manifest.json", NULL)
                                        : NULL;
  char sha[PARLOR_SHA256_TEXT];
  json_t *manifest = path != NULL ? load_manifest (path, order->vault_key, sha) : NULL;
  g_autoptr (ParlorPlan) plan = manifest != NULL ? parlor_plan_new (manifest, &order->plan) : NULL;
  if (order != NULL && plan == NULL)
    remove_all (order); /* of an earlier turn: it will not be gone on with */
  if (manifest == NULL)
    tell_failed ("no_manifest", "the recording has no manifest");
  else if (plan == NULL)
    tell_failed ("nothing_there", "nothing was recorded between the two instants");
  else
    {
      g_autofree char *print = parlor_render_order_print (order, sha);
      compose (order, plan, print);
    }
  json_decref (manifest);
}

static json_t *
wait_for_order (void)
{
  ParlorWireResult result = PARLOR_WIRE_LATER;
  json_t *json = NULL;
  while (json == NULL && result != PARLOR_WIRE_GONE)
    {
      struct pollfd fd = {PARLOR_RECORDER_FD, POLLIN, 0};
      int order_fd;
      poll (&fd, 1, -1);
      json = parlor_wire_receive (PARLOR_RECORDER_FD, &order_fd, &result);
      if (order_fd >= 0)
        close (order_fd);
    }
  return json;
}

static int
fail (const char *why)
{
  fprintf (stderr, "parlor-composer: %s\n", why);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *missing;
  struct stat info;
  if (fstat (PARLOR_RECORDER_FD, &info) < 0 || !S_ISSOCK (info.st_mode))
    return fail ("parlord starts this program; there is nothing in it for people");
  signal (SIGPIPE, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C is parlord's: the end of its socket ends us */
  setpriority (PRIO_PROCESS, 0, NICE);
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  if (!gst_init_check (NULL, NULL, &error))
    return fail (error->message);
  if (!parlor_mixdown_preload (&missing) || !parlor_reel_preload ())
    return fail ("a GStreamer element is missing: gstreamer1.0-plugins-base and -good have them");
  if (!parlor_tile_preload ())
    fprintf (stderr, "parlor-composer: textoverlay is missing: no names are drawn\n");
  if (!parlor_sandbox_enter (MEMORY_BYTES, &error))
    return fail (error->message);
  json_t *json = wait_for_order ();
  if (json != NULL)
    obey (json);
  json_decref (json);
  /* A pipeline that was left in the middle is not worth being taken apart. */
  _exit (EXIT_SUCCESS);
}
