/* SPDX-License-Identifier: Apache-2.0 */
/* make-reels FOLDER SECONDS PEOPLE: a sealed recording of known counters and tones, with its
 * manifest; and make-reels --check FILE SECONDS: a render of it, of the layout "speaker", says
 * where its first person's counters and tones stand. */
#include "reels.h"

#include <gst/gst.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 640
#define HEIGHT 360

static json_t *
file_line (guint n, const char *path, const char *participant, const char *source,
           const char *codec, guint seconds)
{
  return json_pack ("{s:i,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:[[i,i]]}", "n", (int)n, "path", path,
                    "participant", participant, "source", source, "codec", codec, "from_ms", 1000,
                    "to_ms", (int)(1000 + seconds * 1000), "duration_ms", (int)(seconds * 1000),
                    "clock", 1000, 0);
}

static int
make (const char *folder, guint seconds, guint n_people)
{
  g_autofree char *camera = g_build_filename (folder, "0001-camera.webm", NULL);
  g_autofree char *tone = g_build_filename (folder, "0002-microphone.webm", NULL);
  g_autofree char *manifest = g_build_filename (folder, "manifest.json", NULL);
  json_t *people = json_array (), *files = json_array ();
  reel_write_camera (camera, WIDTH, HEIGHT, 0, seconds * REEL_FPS);
  reel_write_tone (tone, seconds);
  for (guint i = 0; i < n_people; i++)
    {
      char id[16], name[16];
      g_snprintf (id, sizeof id, "pt_%u", i);
      g_snprintf (name, sizeof name, "Person %u", i + 1);
      json_array_append_new (people, json_pack ("{s:s,s:s,s:s,s:s}", "id", id, "identity", id,
                                                "name", name, "role", "member"));
      json_array_append_new (
          files, file_line (2 * i + 1, "0001-camera.webm", id, "camera", "VP8", seconds));
      json_array_append_new (
          files, file_line (2 * i + 2, "0002-microphone.webm", id, "microphone", "opus", seconds));
    }
  json_t *json = json_pack (
      "{s:i,s:i,s:i,s:o,s:o,s:[[i,s]],s:[],s:[],s:[],s:[],s:[],s:[],s:[],s:[]}", "version", 1,
      "from_ms", 1000, "to_ms", (int)(1000 + seconds * 1000), "participants", people, "files",
      files, "speakers", 1000, "pt_0", "gaps", "interruptions", "troubles", "pauses", "markers",
      "stills", "chat", "consents");
  int result = json_dump_file (json, manifest, JSON_INDENT (1));
  json_decref (json);
  return result;
}

typedef struct
{
  guint frames, counted;
  gint64 worst_ms;
} Seen;

static void
see (const guint8 *grey, guint width, guint height, gint64 time_ms, gpointer user_data)
{
  Seen *seen = user_data;
  gint counter = reel_read_counter (grey, width, 0, 0, width, height);
  seen->frames++;
  if (counter < 0)
    return;
  seen->counted++;
  seen->worst_ms = MAX (seen->worst_ms, ABS (time_ms - counter * 1000 / REEL_FPS));
}

static int
check (const char *path, guint seconds)
{
  Seen seen = {0};
  gint64 worst_tone_ms = 0, from = 0;
  guint tones = 0;
  g_autoptr (GArray) sound = reel_listen (path);
  if (!reel_play (path, see, &seen) || sound == NULL)
    return EXIT_FAILURE;
  for (; tones < seconds; tones++)
    {
      gint64 at = reel_find_tone (sound, from);
      if (at < 0)
        break;
      worst_tone_ms = MAX (worst_tone_ms, ABS (at / 48 - (gint64)tones * 1000));
      from = at + (REEL_TONE_MS + 100) * 48;
    }
  printf ("{\"frames\": %u, \"counted\": %u, \"worst_ms\": %" G_GINT64_FORMAT
          ", \"tones\": %u, \"worst_tone_ms\": %" G_GINT64_FORMAT "}\n",
          seen.frames, seen.counted, seen.worst_ms, tones, worst_tone_ms);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc == 4 && strcmp (argv[1], "--check") == 0)
    return check (argv[2], (guint)atoi (argv[3]));
  if (argc == 4)
    return make (argv[1], (guint)atoi (argv[2]), (guint)atoi (argv[3]));
  return EXIT_FAILURE;
}
