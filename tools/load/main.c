/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parlor-load: publishers and subscribers with real ICE, DTLS-SRTP and feedback against a media
 * server, and the table of what came of it.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "load/expect.h"
#include "load/measure.h"

static gboolean
run (LoadCrowd *crowd, const LoadOptions *options, GError **error)
{
  LoadResult result = {.rss_before_kib = load_process_rss_kib (options->pid)};

  if (!load_crowd_open (crowd, error) || !load_crowd_wait_connected (crowd, error)
      || !load_measure (crowd, options, &result, error))
    return FALSE;
  load_result_print (options, &result);
  if (options->json != NULL && !load_result_write_json (crowd, options, &result, error))
    return FALSE;
  return options->expect == NULL || load_expect (crowd, options, &result, error);
}

int
main (int argc, char **argv)
{
  const struct rlimit files = {65536, 65536};
  g_autoptr (GError) error = NULL;
  LoadOptions options;
  LoadCrowd *crowd;

  if (!load_options_parse (&options, &argc, &argv, &error))
    {
      fprintf (stderr, "parlor-load: %s\n", error->message);
      return 2;
    }
  setrlimit (RLIMIT_NOFILE, &files);
  crowd = load_crowd_new (&options);
  run (crowd, &options, &error);
  if (error != NULL)
    fprintf (stderr, "parlor-load: %s\n", error->message);
  load_crowd_free (crowd);
  load_options_clear (&options);
  return error != NULL;
}
