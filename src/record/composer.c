/* SPDX-License-Identifier: Apache-2.0 */
#include "record/composer.h"

#include "record/child.h"
#include "record/order.h"
#include "record/wire.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  ParlorComposers *owner; /* NULL: nobody listens any more */
  char *id, *folder;
  uv_process_t process;
  uv_poll_t poll;
  int fd;           /* -1 = closed */
  guint n_handles;  /* open */
  gboolean is_over; /* it said how it ended, or is not wanted */
  gboolean is_cancelled;
} Job;

struct _ParlorComposers
{
  ParlorComposer composer; /* first */
  uv_loop_t *loop;
  char *program, *folder;
  const ParlorKeeper *keeper;
  ParlorComposerEventFunc func;
  gpointer user_data;
  GPtrArray *jobs; /* Job, borrowed: they free themselves when their handles are closed */
  guint64 starts;
};

static ParlorComposers *
self_of (ParlorComposer *composer)
{
  return (ParlorComposers *)composer;
}

char *
parlor_render_file_name (const char *id)
{
  return g_strconcat ("render-", id, ".webm", NULL);
}

static void
remove_file (const char *folder, const char *id, const char *suffix)
{
  g_autofree char *name = parlor_render_file_name (id), *whole = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (folder, whole, NULL);
  g_unlink (path);
}

static void
remove_files (const char *folder, const char *id)
{
  static const char *const suffixes[] = {"", PARLOR_COMPOSER_PART, PARLOR_COMPOSER_LAST,
                                         PARLOR_COMPOSER_PRINT};
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    remove_file (folder, id, suffixes[i]);
}

static void
emit (ParlorComposers *self, const ParlorComposerEvent *event)
{
  if (self->func != NULL)
    self->func (event, self->user_data);
}

/* ---- a job ---------------------------------------------------------------------------------- */

static void
on_closed (uv_handle_t *handle)
{
  Job *job = handle->data;
  if (--job->n_handles > 0)
    return;
  g_free (job->id);
  g_free (job->folder);
  g_free (job);
}

static void
close_socket (Job *job)
{
  if (job->fd < 0)
    return;
  uv_close ((uv_handle_t *)&job->poll, on_closed);
  close (job->fd);
  job->fd = -1;
}

/* It is not one of ours any more; its handles close when they do. */
static void
let_go (Job *job)
{
  if (job->owner != NULL)
    g_ptr_array_remove (job->owner->jobs, job);
  job->owner = NULL;
}

static char *
join (const json_t *list)
{
  GString *text = g_string_new (NULL);
  gsize i;
  json_t *one;
  json_array_foreach (list, i, one) if (json_is_string (one))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", json_string_value (one));
  return g_string_free (text, FALSE);
}

/* Rows of three numbers, a line each; what is none is left out. */
static char *
join_clock (const json_t *list)
{
  GString *text = g_string_new (NULL);
  gsize i;
  json_t *one;
  json_array_foreach (list, i, one)
  {
    const json_t *from = json_array_get (one, 0), *to = json_array_get (one, 1);
    const json_t *file = json_array_get (one, 2);
    if (json_is_integer (from) && json_is_integer (to) && json_is_integer (file))
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                              text->len > 0 ? "\n" : "", (gint64)json_integer_value (from),
                              (gint64)json_integer_value (to), (gint64)json_integer_value (file));
  }
  return g_string_free (text, FALSE);
}

static gint64
number (const json_t *message, const char *name)
{
  return json_integer_value (json_object_get (message, name));
}

/* A word of ours, whatever the process says. */
static const char *
reason_of (const json_t *message)
{
  static const char *const reasons[] = {"no_manifest", "nothing_there", "file_missing", "disk_full",
                                        "io_error"};
  const char *said = json_string_value (json_object_get (message, "reason"));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (said, reasons[i]) == 0)
      return reasons[i];
  return "composer";
}

static void
on_message (Job *job, const json_t *message)
{
  const char *type = json_string_value (json_object_get (message, "t"));
  g_autofree char *people = join (json_object_get (message, "people"));
  g_autofree char *clock = join_clock (json_object_get (message, "clock"));
  ParlorComposerEvent event = {.type = PARLOR_COMPOSER_PROGRESS,
                               .id = job->id,
                               .done_ms = number (message, "done_ms"),
                               .all_ms = number (message, "all_ms")};
  if (g_strcmp0 (type, "done") == 0)
    {
      event.type = PARLOR_COMPOSER_DONE;
      event.bytes = number (message, "bytes");
      event.duration_ms = number (message, "duration_ms");
      event.sha256 = json_string_value (json_object_get (message, "sha256"));
      event.people = people;
      event.clock = clock;
    }
  else if (g_strcmp0 (type, "failed") == 0)
    {
      event.type = PARLOR_COMPOSER_FAILED;
      event.reason = reason_of (message);
      g_warning ("render %s failed: %s", job->id,
                 json_string_value (json_object_get (message, "message")));
    }
  else if (g_strcmp0 (type, "progress") != 0)
    return;
  job->is_over = job->is_over || event.type != PARLOR_COMPOSER_PROGRESS;
  emit (job->owner, &event);
}

static void
read_all (Job *job)
{
  ParlorWireResult result = PARLOR_WIRE_OK;
  while (job->fd >= 0 && job->owner != NULL && !job->is_over && result == PARLOR_WIRE_OK)
    {
      int fd;
      json_t *message = parlor_wire_receive (job->fd, &fd, &result);
      if (fd >= 0)
        close (fd);
      if (message != NULL)
        on_message (job, message);
      json_decref (message);
    }
}

static void
on_socket (uv_poll_t *poll, int status, int events)
{
  Job *job = poll->data;
  read_all (job);
  /* What it said stands; the exit follows. */
  if (job->is_over || status < 0)
    uv_poll_stop (poll);
}

static void
on_exit_ (uv_process_t *process, int64_t status, int signum)
{
  Job *job = process->data;
  read_all (job);
  close_socket (job);
  ParlorComposers *owner = job->owner;
  let_go (job);
  if (owner != NULL && !job->is_over)
    {
      g_warning ("parlor-composer ended in the middle of %s (status %d, signal %d)", job->id,
                 (int)status, signum);
      remove_file (job->folder, job->id, ""); /* what it has come to is gone on with */
      emit (owner, &(ParlorComposerEvent){.type = PARLOR_COMPOSER_DIED, .id = job->id});
    }
  else if (job->is_cancelled)
    remove_files (job->folder, job->id); /* it may have put its file in place when it was killed */
  uv_close ((uv_handle_t *)process, on_closed);
}

/* ---- starting ------------------------------------------------------------------------------- */

static json_t *
cuts_of (const ParlorComposerJob *what)
{
  json_t *cuts = json_array ();
  g_auto (GStrv) lines = g_strsplit (what->cuts != NULL ? what->cuts : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *rest = NULL;
      gint64 from_ms = g_ascii_strtoll (lines[i], &rest, 10);
      gint64 to_ms = g_ascii_strtoll (rest, NULL, 10);
      if (to_ms > from_ms)
        json_array_append_new (cuts, json_pack ("[I,I]", (json_int_t)from_ms, (json_int_t)to_ms));
    }
  return cuts;
}

static json_t *
make_order (const Job *job, const ParlorComposerJob *what)
{
  g_autofree char *name = parlor_render_file_name (job->id);
  json_t *exclude = json_array ();
  g_auto (GStrv) list = g_strsplit (what->exclude != NULL ? what->exclude : "", "\n", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (list[i][0] != '\0')
      json_array_append_new (exclude, json_string (list[i]));
  return json_pack ("{s:s,s:s,s:s,s:s,s:i,s:i,s:I,s:I,s:b,s:o,s:o}", "t", "render", "folder",
                    job->folder, "out", name, "layout", what->layout, "width", (int)what->width,
                    "height", (int)what->height, "from_ms", (json_int_t)what->from_ms, "to_ms",
                    (json_int_t)what->to_ms, "names", what->names, "exclude", exclude, "cuts",
                    cuts_of (what));
}

/* A recording whose key is not here is noise to the process, which says so. */
static void
add_key (const Job *job, const char *recording, json_t *json)
{
  guint8 key[PARLOR_VAULT_KEY];
  if (parlor_keeper_get (job->owner->keeper, job->folder, recording, key) != PARLOR_KEEPER_FOUND)
    return;
  char *text = g_base64_encode (key, sizeof key);
  json_object_set_new (json, "vault_key", json_string (text));
  explicit_bzero (text, strlen (text));
  explicit_bzero (key, sizeof key);
  g_free (text);
}

static void
order (Job *job, const ParlorComposerJob *what)
{
  json_t *json = make_order (job, what);
  add_key (job, what->recording, json);
  char *text = json_dumps (json, JSON_COMPACT);
  /* The first bytes in an empty socket; where they do not fit, the process waits for its end. */
  if (text == NULL || parlor_wire_send (job->fd, text, strlen (text), -1) != PARLOR_WIRE_OK)
    uv_process_kill (&job->process, SIGKILL);
  free (text);
  json_decref (json);
}

static Job *
job_new (ParlorComposers *self, const ParlorComposerJob *what)
{
  Job *job = g_new0 (Job, 1);
  job->id = g_strdup (what->id);
  job->folder = g_build_filename (self->folder, what->recording, NULL);
  job->fd = -1;
  job->n_handles = 1;
  job->process.data = job->poll.data = job;
  return job;
}

static gboolean
start (ParlorComposer *composer, const ParlorComposerJob *what)
{
  ParlorComposers *self = self_of (composer);
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return FALSE;
  Job *job = job_new (self, what);
  gboolean ok = parlor_child_start_talking (self->loop, &job->process, self->program, pair[1],
                                            on_exit_);
  close (pair[1]);
  if (!ok)
    {
      close (pair[0]);
      uv_close ((uv_handle_t *)&job->process, on_closed);
      return FALSE;
    }
  job->owner = self;
  job->fd = pair[0];
  job->n_handles = 2;
  uv_poll_init (self->loop, &job->poll, job->fd);
  uv_poll_start (&job->poll, UV_READABLE, on_socket);
  g_ptr_array_add (self->jobs, job);
  self->starts++;
  order (job, what);
  return TRUE;
}

/* ---- ending --------------------------------------------------------------------------------- */

static void
give_up (Job *job)
{
  let_go (job);
  close_socket (job);
  if (uv_is_active ((uv_handle_t *)&job->process))
    uv_process_kill (&job->process, SIGKILL);
}

static Job *
find (const ParlorComposers *self, const char *id)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (strcmp (((Job *)self->jobs->pdata[i])->id, id) == 0)
      return self->jobs->pdata[i];
  return NULL;
}

static void
cancel (ParlorComposer *composer, const char *id)
{
  ParlorComposers *self = self_of (composer);
  Job *job = find (self, id);
  if (job == NULL)
    return;
  job->is_cancelled = TRUE;
  give_up (job);
  remove_files (job->folder, job->id);
}

static void
remove_ (ParlorComposer *composer, const char *recording, const char *id)
{
  g_autofree char *folder = g_build_filename (self_of (composer)->folder, recording, NULL);
  remove_files (folder, id);
}

static void
set_event_func (ParlorComposer *composer, ParlorComposerEventFunc func, gpointer user_data)
{
  self_of (composer)->func = func;
  self_of (composer)->user_data = user_data;
}

static const ParlorComposerOps ops = {set_event_func, start, cancel, remove_};

ParlorComposers *
parlor_composers_new (const ParlorComposerSpec *spec)
{
  ParlorComposers *self = g_new0 (ParlorComposers, 1);
  self->composer.ops = &ops;
  self->loop = spec->loop;
  self->keeper = spec->keeper;
  self->program = g_strdup (spec->program);
  self->folder = g_strdup (spec->folder);
  self->jobs = g_ptr_array_new ();
  return self;
}

void
parlor_composers_free (ParlorComposers *self)
{
  if (self == NULL)
    return;
  while (self->jobs->len > 0)
    {
      Job *job = self->jobs->pdata[0];
      give_up (job);
      /* The loop does not wait for the exit. */
      if (!uv_is_closing ((uv_handle_t *)&job->process))
        uv_close ((uv_handle_t *)&job->process, on_closed);
    }
  g_ptr_array_unref (self->jobs);
  g_free (self->program);
  g_free (self->folder);
  g_free (self);
}

ParlorComposer *
parlor_composers_get (ParlorComposers *self)
{
  return &self->composer;
}

guint64
parlor_composers_starts (const ParlorComposers *self)
{
  return self->starts;
}

guint
parlor_composers_running (const ParlorComposers *self)
{
  return self->jobs->len;
}

gint
parlor_composers_pid (const ParlorComposers *self)
{
  return self->jobs->len > 0 ? ((Job *)self->jobs->pdata[0])->process.pid : 0;
}
