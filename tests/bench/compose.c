/* SPDX-License-Identifier: Apache-2.0 */
/* How many seconds of a recording one core renders in a second, and where they go: bench-compose
 * [LAYOUT], all by default. */
#include "record/compose.h"
#include "record/mixdown.h"
#include "reels.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>

#define PEOPLE 9
#define SECONDS 8

static json_t *
line (guint i, gboolean camera)
{
  char who[16];
  g_snprintf (who, sizeof who, "pt_%u", i);
  return json_pack ("{s:s,s:s,s:s,s:s,s:i,s:i,s:[[i,i]]}", "path",
                    camera ? "camera.webm" : "mic.webm", "participant", who, "source",
                    camera ? "camera" : "microphone", "codec", camera ? "VP8" : "opus", "from_ms",
                    0, "to_ms", SECONDS * 1000, "clock", 0, 0);
}

static json_t *
make_manifest (void)
{
  json_t *people = json_array (), *files = json_array (), *speakers = json_array ();
  for (guint i = 0; i < PEOPLE; i++)
    {
      char who[16], name[16];
      g_snprintf (who, sizeof who, "pt_%u", i);
      g_snprintf (name, sizeof name, "Person %u", i + 1);
      json_array_append_new (people,
                             json_pack ("{s:s,s:s,s:s}", "id", who, "identity", who, "name", name));
      json_array_append_new (files, line (i, TRUE));
      json_array_append_new (files, line (i, FALSE));
      json_array_append_new (speakers, json_pack ("[i,s]", i * 2000, who));
    }
  return json_pack ("{s:i,s:i,s:o,s:o,s:o,s:[]}", "from_ms", 0, "to_ms", SECONDS * 1000,
                    "participants", people, "files", files, "speakers", speakers, "consents");
}

static double
cpu_s (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
bench (const char *folder, const json_t *manifest, const char *from, ParlorLayout layout)
{
  g_autofree char *out = g_build_filename (folder, "out.webm", NULL);
  ParlorPlanSpec spec = {layout, 1280, 720, NULL, -1, -1};
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  g_autoptr (GError) error = NULL;
  ParlorComposeStats stats;
  ParlorComposeSpec how = {.source = {folder, NULL},
                           .out = out,
                           .width = 1280,
                           .height = 720,
                           .audio_only = layout == PARLOR_LAYOUT_AUDIO_ONLY,
                           .names = TRUE};
  double cpu = cpu_s ();
  gint64 began_us = g_get_monotonic_time ();
  if (!parlor_compose (plan, &how, &stats, &error))
    {
      printf ("  %s\n", error->message);
      return;
    }
  double wall = (double)(g_get_monotonic_time () - began_us) / 1e6;
  cpu = cpu_s () - cpu;
  double decode = (double)stats.tiles.decode_us / 1e6, scale = (double)stats.tiles.scale_us / 1e6,
         voices = (double)stats.voices_us / 1e6;
  printf ("  %-10s %-20s %6.2f x  %6.2f x   %5.0f %5.0f %5.0f %5.0f   %5" G_GUINT64_FORMAT "\n",
          from, parlor_layout_name (layout), SECONDS / wall, SECONDS / cpu, 100 * decode / cpu,
          100 * scale / cpu, 100 * voices / cpu, 100 * (cpu - decode - scale - voices) / cpu,
          stats.tiles.decoded);
  g_unlink (out);
}

/* One core, whichever it runs on. */
static void
stay_here (void)
{
  cpu_set_t set;
  CPU_ZERO (&set);
  CPU_SET (sched_getcpu (), &set);
  sched_setaffinity (0, sizeof set, &set);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    guint height;
    gboolean layered;
    const char *name;
  } kinds[] = {{360, FALSE, "360p"}, {720, FALSE, "720p"}, {720, TRUE, "720p, L1T3"}};
  gst_init (&argc, &argv);
  g_autofree char *folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  g_autofree char *camera = g_build_filename (folder, "camera.webm", NULL);
  g_autofree char *tone = g_build_filename (folder, "mic.webm", NULL);
  json_t *manifest = make_manifest ();
  const char *missing;
  stay_here ();
  setvbuf (stdout, NULL, _IOLBF, 0);
  parlor_tile_preload ();
  if (!parlor_mixdown_preload (&missing))
    return 1;
  reel_write_tone (tone, SECONDS);
  printf ("Rendering %u people, %u s, to 1280x720 at %u a second, on one core\n\n", PEOPLE, SECONDS,
          PARLOR_MIXDOWN_FPS);
  printf (
      "  from       layout                 speed     by CPU  decode scale sound encode  frames\n"
      "                                                           %%     %%     %%      %%\n");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      guint height = kinds[i].height, width = height * 16 / 9;
      if (kinds[i].layered)
        reel_write_layered (camera, width, height, SECONDS * REEL_FPS);
      else
        reel_write_moving (camera, width, height, SECONDS * REEL_FPS);
      for (guint layout = 0; layout < PARLOR_N_LAYOUTS; layout++)
        if (argc < 2 || g_strcmp0 (argv[1], parlor_layout_name (layout)) == 0)
          bench (folder, manifest, kinds[i].name, layout);
    }
  g_unlink (camera);
  g_unlink (tone);
  g_rmdir (folder);
  json_decref (manifest);
  return 0;
}
