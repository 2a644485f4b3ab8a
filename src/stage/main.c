/* SPDX-License-Identifier: Apache-2.0 */
/* parlor-stage: started by parlord for a live room.
 *
 *     parlor-stage second FORMATS PERCENT      3 = a picture's tap, 4 = a second encoding's inject
 *     parlor-stage scene PERCENT INPUT…        3, 4 = injects of a picture and a sound, 5… = taps
 *
 * FORMATS is what a tap may bring (room/media.h, tap_codecs ()), PERCENT the most of one core that
 * it is to use: it makes smaller and fewer pictures when that is not enough. INPUT is one of
 * "camera:FORMATS", "screen:FORMATS", "sound:FORMATS". It ends with its injects; a second encoding
 * also with its tap, or when the picture's codec becomes another.
 */
#include "record/sandbox.h"
#include "stage/parts.h"
#include "stage/stage.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define FIRST_FD 3

static const char *
preload (void)
{
  const char *const *names = parlor_stage_elements ();
  for (guint i = 0; names[i] != NULL; i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);
      if (element == NULL)
        return names[i];
      gst_object_unref (gst_object_ref_sink (element));
    }
  return NULL;
}

static int
enter (void)
{
  g_autoptr (GError) error = NULL;
  signal (SIGPIPE, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C is parlord's: the end of the descriptors ends us */
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  if (!gst_init_check (NULL, NULL, &error))
    return parlor_stage_fail (error->message);
  const char *missing = preload ();
  if (missing != NULL)
    {
      g_autofree char *why = g_strdup_printf ("the GStreamer element %s is missing", missing);
      return parlor_stage_fail (why);
    }
  if (nice (5) < 0)
    errno = 0; /* then it is as nice as it may be */
  if (!parlor_sandbox_enter (MEMORY_BYTES, &error))
    return parlor_stage_fail (error->message);
  if (!parlor_sandbox_drop_files ())
    g_debug ("files can still be opened"); /* parlord says why, once */
  return EXIT_SUCCESS;
}

static int
run_second (char **words)
{
  static ParlorStageSecondSpec spec = {.in = FIRST_FD, .out = FIRST_FD + 1};
  parlor_rtp_formats_read (&spec.formats, words[0]);
  spec.cap_percent = (guint)g_ascii_strtoull (words[1], NULL, 10);
  return enter () == EXIT_SUCCESS ? parlor_stage_run_second (&spec) : EXIT_FAILURE;
}

static gboolean
read_input (const char *word, ParlorStageInput *input)
{
  static const char *const kinds[] = {[PARLOR_STAGE_CAMERA] = "camera:",
                                      [PARLOR_STAGE_SCREEN_PICTURE] = "screen:",
                                      [PARLOR_STAGE_SOUND] = "sound:"};
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (word, kinds[i]))
      {
        input->kind = (ParlorStageInputKind)i;
        parlor_rtp_formats_read (&input->formats, word + strlen (kinds[i]));
        return TRUE;
      }
  return FALSE;
}

static int
run_scene (char **words)
{
  static ParlorStageSceneSpec spec;
  spec.cap_percent = (guint)g_ascii_strtoull (words[0], NULL, 10);
  for (guint i = 1; words[i] != NULL && spec.n_inputs < PARLOR_STAGE_INPUTS_MAX; i++)
    if (!read_input (words[i], &spec.inputs[spec.n_inputs++]))
      return parlor_stage_fail ("no such input");
  return enter () == EXIT_SUCCESS ? parlor_stage_run_scene (&spec) : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "second") == 0)
    _exit (run_second (argv + 2));
  if (argc > 3 && strcmp (argv[1], "scene") == 0)
    _exit (run_scene (argv + 2));
  return parlor_stage_fail ("parlord starts this program; there is nothing in it for people");
}
