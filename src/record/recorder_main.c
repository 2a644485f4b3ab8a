/* SPDX-License-Identifier: Apache-2.0 */
/* parlor-recorder: supervised by parlord, to whom descriptor 3 leads. Takes orders (record/wire.h),
 * writes recordings. It is the only process in which anything is depayloaded. parlord starts it
 * itself, or systemd does as a user of its own: then `--for USER` says whose orders it takes. */
#include "record/sandbox.h"
#include "record/segment.h"
#include "record/session.h"
#include "record/still.h"
#include "record/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 1000
/* Twenty-five people with two tracks each take a tenth of it. AddressSanitizer maps terabytes. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_BYTES 0
#else
#define MEMORY_BYTES (G_GUINT64_CONSTANT (1) << 30)
#endif

typedef struct
{
  GHashTable *sessions; /* id → ParlorRecordSession, owned */
} Recorder;

/* Small messages; a daemon that does not read for so long is in worse trouble than this. */
static void
tell (json_t *message, gpointer user_data)
{
  char *text = json_dumps (message, JSON_COMPACT);
  struct pollfd fd = {PARLOR_RECORDER_FD, POLLOUT, 0};
  while (text != NULL
         && parlor_wire_send (PARLOR_RECORDER_FD, text, strlen (text), -1) == PARLOR_WIRE_LATER)
    poll (&fd, 1, 100);
  free (text);
  json_decref (message);
}

static ParlorRecordSession *
find (Recorder *self, const json_t *order)
{
  const char *id = json_string_value (json_object_get (order, "recording"));
  return id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;
}

static void
on_open (Recorder *self, const json_t *order)
{
  const char *id = json_string_value (json_object_get (order, "recording"));
  if (id != NULL && find (self, order) == NULL)
    g_hash_table_insert (self->sessions, g_strdup (id),
                         parlor_record_session_open (order, tell, self));
}

static void
obey (Recorder *self, const json_t *order, int fd)
{
  const char *type = json_string_value (json_object_get (order, "t"));
  ParlorRecordSession *session = find (self, order);
  if (g_strcmp0 (type, "open") == 0)
    on_open (self, order);
  else if (session != NULL && g_strcmp0 (type, "track") == 0 && fd >= 0)
    {
      parlor_record_session_track (session, order, fd);
      return;
    }
  else if (session != NULL && g_strcmp0 (type, "untrack") == 0)
    parlor_record_session_untrack (session, order);
  else if (session != NULL && g_strcmp0 (type, "note") == 0)
    parlor_record_session_note (session, order);
  else if (session != NULL && g_strcmp0 (type, "seal") == 0)
    parlor_record_session_seal (session);
  if (fd >= 0)
    close (fd);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  return parlor_record_session_is_sealed (value);
}

static void
tick (gpointer key, gpointer value, gpointer user_data)
{
  parlor_record_session_tick (value);
}

static void
leave (gpointer key, gpointer value, gpointer user_data)
{
  parlor_record_session_leave (value);
}

/* Returns when the daemon has gone. */
static void
run (Recorder *self)
{
  ParlorWireResult result = PARLOR_WIRE_LATER;
  gint64 next_us = 0;
  while (result != PARLOR_WIRE_GONE)
    {
      struct pollfd fd = {PARLOR_RECORDER_FD, POLLIN, 0};
      int order_fd;
      poll (&fd, 1, TICK_MS / 4);
      json_t *order = parlor_wire_receive (PARLOR_RECORDER_FD, &order_fd, &result);
      if (order != NULL)
        obey (self, order, order_fd);
      json_decref (order);
      g_hash_table_foreach_remove (self->sessions, is_over, NULL);
      if (g_get_monotonic_time () < next_us)
        continue;
      g_hash_table_foreach (self->sessions, tick, NULL);
      next_us = g_get_monotonic_time () + TICK_MS * 1000;
    }
}

/* A name or a number; -1 = there is no such user. */
static gint64
find_user (const char *word)
{
  const struct passwd *entry = getpwnam (word);
  guint64 number;
  if (entry != NULL)
    return entry->pw_uid;
  return g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32 - 1, &number, NULL) ? (gint64)number
                                                                                  : -1;
}

/* Before the sandbox: in a user namespace of its own everybody else is nobody. */
static gboolean
is_ours (int argc, char **argv)
{
  gint64 whose = (gint64)geteuid ();
  if (argc > 1)
    whose = argc == 3 && strcmp (argv[1], "--for") == 0 ? find_user (argv[2]) : -1;
  return whose >= 0 && parlor_wire_peer (PARLOR_RECORDER_FD) == whose;
}

static int
fail (const char *why)
{
  fprintf (stderr, "parlor-recorder: %s\n", why);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *missing;
  Recorder recorder = {0};
  if (fcntl (PARLOR_RECORDER_FD, F_GETFD) < 0)
    return fail ("parlord starts this program; there is nothing in it for people");
  if (!is_ours (argc, argv))
    return fail ("descriptor 3 does not lead to a process of the user whose orders it takes");
  signal (SIGPIPE, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C is parlord's: the end of its socket ends us */
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  if (!gst_init_check (NULL, NULL, &error))
    return fail (error->message);
  if (!parlor_segment_preload (&missing))
    {
      g_autofree char *why = g_strdup_printf ("the GStreamer element %s is missing", missing);
      return fail (why);
    }
  if (!parlor_still_preload ())
    fprintf (stderr, "parlor-recorder: a decoder or pngenc is missing: markers keep no picture\n");
  if (!parlor_sandbox_enter (MEMORY_BYTES, &error))
    return fail (error->message);
  recorder.sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)parlor_record_session_free);
  tell (json_pack ("{s:s,s:i}", "t", "ready", "pid", (int)getpid ()), NULL);
  run (&recorder);
  g_hash_table_foreach (recorder.sessions, leave, NULL);
  _exit (EXIT_SUCCESS); /* what hashes or seals is cut off: the next process does it again */
}
