/* SPDX-License-Identifier: Apache-2.0 */
#include "record/supervisor.h"

#include "record/child.h"
#include "record/safe.h"
#include "record/seal.h"
#include "record/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A process that dies young is not started again at once. */
#define YOUNG_US (2 * G_USEC_PER_SEC)
#define PATIENCE_MS 1000
/* What happens in a room while no recorder is there. */
#define NOTES_MAX 2000

typedef struct
{
  char *participant;
  ParlorMedia *media; /* borrowed */
  ParlorSourceKind kind;
  ParlorEndpointId endpoint;
  int fd; /* the recorder's end of the tap, ours to shut */
} Track;

typedef struct
{
  char *id;
  json_t *open;       /* the order, for each new process */
  GHashTable *tracks; /* "pt_…/camera" → Track, owned */
  gboolean is_ending;
  gboolean is_vault;
  guint8 vault_key[PARLOR_VAULT_KEY];
} Recording;

typedef struct
{
  char *text;
  int fd; /* -1 */
  gboolean is_note;
} Order;

struct _ParlorSupervisor
{
  ParlorRecorder recorder; /* first */
  uv_loop_t *loop;
  ParlorMedia *media;
  char *program, *folder;
  char *socket; /* NULL = `program` is started */
  ParlorSealer *sealer;
  ParlorKeeper *keeper; /* borrowed, nullable */
  ParlorRecorderEventFunc event_func;
  gpointer event_data;

  GHashTable *recordings; /* id → Recording, owned */
  GQueue orders;          /* Order, owned: what the socket has not taken yet */
  int fd;                 /* -1 = no process */
  uv_process_t *process;  /* NULL = none, or it is systemd's */
  gint pid;               /* of systemd's, when it is ready; 0 = not yet */
  uv_poll_t *poll;
  uv_timer_t *timer;
  gint64 started_us;
  guint64 starts;
};

static void start_process (ParlorSupervisor *self);

static ParlorSupervisor *
self_of (ParlorRecorder *recorder)
{
  return (ParlorSupervisor *)recorder;
}

static void
emit (ParlorSupervisor *self, const ParlorRecorderEvent *event)
{
  if (self->event_func != NULL)
    self->event_func (event, self->event_data);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void
order_free (gpointer data)
{
  Order *order = data;
  if (order->fd >= 0)
    close (order->fd);
  free (order->text);
  g_free (order);
}

static void watch (ParlorSupervisor *self, gboolean for_room);

static void
send_orders (ParlorSupervisor *self)
{
  Order *order;
  while (self->fd >= 0 && (order = g_queue_peek_head (&self->orders)) != NULL)
    {
      if (parlor_wire_send (self->fd, order->text, strlen (order->text), order->fd)
          != PARLOR_WIRE_OK)
        break; /* full: when it can be written again; gone: the exit tells */
      order_free (g_queue_pop_head (&self->orders));
    }
  watch (self, !g_queue_is_empty (&self->orders));
}

/* Takes `json` and `fd`. */
static void
give_order (ParlorSupervisor *self, json_t *json, int fd, gboolean is_note)
{
  Order *order = g_new0 (Order, 1);
  *order = (Order){json_dumps (json, JSON_COMPACT), fd, is_note};
  json_decref (json);
  if (order->text == NULL || (is_note && g_queue_get_length (&self->orders) >= NOTES_MAX))
    {
      order_free (order);
      return;
    }
  g_queue_push_tail (&self->orders, order);
  if (self->fd >= 0)
    send_orders (self);
}

/* ---- tracks ---------------------------------------------------------------------------------- */

static void
track_free (gpointer data)
{
  Track *track = data;
  /* Both ends see it at once: what comes after this goes nowhere. */
  if (track->fd >= 0)
    {
      shutdown (track->fd, SHUT_RDWR);
      close (track->fd);
    }
  if (track->media->ops->tap_drop != NULL)
    track->media->ops->tap_drop (track->media, track->endpoint, track->kind);
  g_free (track->participant);
  g_free (track);
}

static char *
key_of (const char *participant, ParlorSourceKind kind)
{
  return g_strconcat (participant, "/", parlor_source_kind_name (kind), NULL);
}

/* A tap, one end of which goes to the recorder. FALSE: there is nothing to be tapped. */
static gboolean
open_tap (ParlorSupervisor *self, const Recording *recording, Track *track)
{
  const ParlorMediaOps *ops = self->media->ops;
  g_autoptr (GError) error = NULL;
  g_autofree char *codecs = ops->tap_codecs != NULL
                                ? ops->tap_codecs (self->media, track->endpoint, track->kind)
                                : NULL;
  int pair[2];
  if (codecs == NULL || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    return FALSE;
  track->fd = pair[1];
  gboolean ok = ops->tap_keep != NULL
                    ? ops->tap_keep (self->media, track->endpoint, track->kind, pair[0], &error)
                    : ops->tap_open (self->media, track->endpoint, track->kind, pair[0], &error);
  if (!ok)
    return FALSE;
  give_order (self,
              json_pack ("{s:s,s:s,s:s,s:s,s:s}", "t", "track", "recording", recording->id,
                         "participant", track->participant, "source",
                         parlor_source_kind_name (track->kind), "codecs", codecs),
              fcntl (track->fd, F_DUPFD_CLOEXEC, 3), FALSE);
  return TRUE;
}

static void
close_tap (Track *track)
{
  if (track->fd < 0)
    return;
  shutdown (track->fd, SHUT_RDWR);
  close (track->fd);
  track->fd = -1;
}

static void
recording_free (gpointer data)
{
  Recording *recording = data;
  g_hash_table_unref (recording->tracks);
  json_decref (recording->open);
  OPENSSL_cleanse (recording->vault_key, sizeof recording->vault_key);
  g_free (recording->id);
  g_free (recording);
}

/* ---- what the recorder says ------------------------------------------------------------------ */

static char *
list_people (const json_t *manifest)
{
  GString *names = g_string_new (NULL);
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "participants"), i, one)
  {
    const char *name = json_string_value (json_object_get (one, "name"));
    if (name != NULL)
      g_string_append_printf (names, "%s%s", names->len > 0 ? "\n" : "", name);
  }
  return g_string_free (names, FALSE);
}

static gint64
count_bytes (const json_t *manifest)
{
  gint64 bytes = 0;
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "files"), i, one)
      bytes += json_integer_value (json_object_get (one, "bytes"));
  return bytes;
}

static gboolean
sign (ParlorSupervisor *self, const char *id, json_t **manifest)
{
  const Recording *recording = g_hash_table_lookup (self->recordings, id);
  g_autofree char *path = g_build_filename (self->folder, id, "manifest.json", NULL);
  g_autofree char *signature_path = g_build_filename (self->folder, id, "manifest.sig", NULL);
  g_autoptr (GBytes) bytes = parlor_safe_load (
      path, recording->is_vault ? recording->vault_key : NULL, PARLOR_SAFE_MANIFEST_MAX, NULL);
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  if (text == NULL)
    return FALSE;
  *manifest = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  g_autofree char *signature = parlor_sealer_sign (self->sealer, text, length);
  return *manifest != NULL
         && g_file_set_contents_full (signature_path, signature, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                      0600, NULL);
}

static void
on_sealed (ParlorSupervisor *self, const json_t *message, const char *id)
{
  json_t *manifest = NULL;
  gboolean ok = sign (self, id, &manifest);
  g_autofree char *people = list_people (manifest);
  ParlorRecorderEvent event = {
      .type = ok ? PARLOR_RECORDER_SEALED : PARLOR_RECORDER_FAILED,
      .recording = id,
      .reason = ok ? NULL : "io_error",
      .from_ms = json_integer_value (json_object_get (message, "from_ms")),
      .to_ms = json_integer_value (json_object_get (message, "to_ms")),
      .n_files = (guint)json_array_size (json_object_get (manifest, "files")),
      .bytes = count_bytes (manifest),
      .sha256 = json_string_value (json_object_get (message, "sha256")),
      .people = people[0] != '\0' ? people : NULL,
  };
  g_autofree char *kept = g_strdup (id);
  event.recording = kept;
  g_hash_table_remove (self->recordings, kept);
  emit (self, &event);
  json_decref (manifest);
}

static void
on_message (ParlorSupervisor *self, const json_t *message)
{
  const char *type = json_string_value (json_object_get (message, "t"));
  const char *id = json_string_value (json_object_get (message, "recording"));
  const char *reason = json_string_value (json_object_get (message, "reason"));
  if (g_strcmp0 (type, "ready") == 0)
    self->pid = (gint)json_integer_value (json_object_get (message, "pid"));
  if (type == NULL || id == NULL || g_hash_table_lookup (self->recordings, id) == NULL)
    return;
  if (strcmp (type, "sealed") == 0)
    on_sealed (self, message, id);
  else if (strcmp (type, "writing") == 0 || strcmp (type, "mended") == 0)
    emit (self, &(ParlorRecorderEvent){.type = type[0] == 'w' ? PARLOR_RECORDER_WRITING
                                                              : PARLOR_RECORDER_MENDED,
                                       .recording = id});
  else if (strcmp (type, "failed") == 0)
    emit (self, &(ParlorRecorderEvent){.type = PARLOR_RECORDER_FAILED,
                                       .recording = id,
                                       .reason = reason != NULL ? reason : "io_error"});
}

static void on_hang_up (ParlorSupervisor *self);

static void
on_socket (uv_poll_t *poll, int status, int events)
{
  ParlorSupervisor *self = poll->data;
  ParlorWireResult result = PARLOR_WIRE_OK;
  while (self->fd >= 0 && result == PARLOR_WIRE_OK)
    {
      int fd;
      json_t *message = parlor_wire_receive (self->fd, &fd, &result);
      if (fd >= 0)
        close (fd);
      if (message != NULL)
        on_message (self, message);
      json_decref (message);
    }
  if (result != PARLOR_WIRE_GONE)
    send_orders (self);
  else if (self->process != NULL)
    uv_poll_stop (poll); /* the exit follows */
  else
    on_hang_up (self);
}

static void
watch (ParlorSupervisor *self, gboolean for_room)
{
  if (self->poll != NULL)
    uv_poll_start (self->poll, UV_READABLE | (for_room ? UV_WRITABLE : 0), on_socket);
}

/* ---- the process ----------------------------------------------------------------------------- */

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

static void
drop_socket (ParlorSupervisor *self)
{
  if (self->poll != NULL)
    uv_close ((uv_handle_t *)g_steal_pointer (&self->poll), free_handle);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* Of what the dead one had not taken only the notes mean anything to the next. */
static void
keep_notes (ParlorSupervisor *self)
{
  for (guint n = g_queue_get_length (&self->orders); n > 0; n--)
    {
      Order *order = g_queue_pop_head (&self->orders);
      if (order->is_note)
        g_queue_push_tail (&self->orders, order);
      else
        order_free (order);
    }
}

static void
on_timer (uv_timer_t *timer)
{
  ParlorSupervisor *self = timer->data;
  if (self->fd < 0)
    start_process (self);
}

static void
start_again (ParlorSupervisor *self)
{
  gboolean young = g_get_monotonic_time () - self->started_us < YOUNG_US;
  drop_socket (self);
  keep_notes (self);
  uv_timer_start (self->timer, on_timer, young ? PATIENCE_MS : 0, 0);
}

static void
on_exit_ (uv_process_t *process, int64_t status, int signum)
{
  ParlorSupervisor *self = process->data;
  uv_close ((uv_handle_t *)process, free_handle);
  if (self == NULL)
    return;
  self->process = NULL;
  g_warning ("parlor-recorder ended (status %d, signal %d); starting it again", (int)status,
             signum);
  start_again (self);
}

static gboolean
spawn (ParlorSupervisor *self, int child_fd)
{
  self->process = g_new0 (uv_process_t, 1);
  self->process->data = self;
  if (parlor_child_start_talking (self->loop, self->process, self->program, child_fd, on_exit_))
    return TRUE;
  self->process->data = NULL;
  uv_close ((uv_handle_t *)g_steal_pointer (&self->process), free_handle);
  return FALSE;
}

/* What runs is told to a new process from the beginning. */
static void
order_all (ParlorSupervisor *self, const char *reason)
{
  GQueue notes = self->orders;
  GHashTableIter iter, tracks;
  gpointer value, track;
  g_queue_init (&self->orders);
  g_hash_table_iter_init (&iter, self->recordings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Recording *recording = value;
      if (reason != NULL)
        json_object_set_new (recording->open, "reason", json_string (reason));
      give_order (self, json_incref (recording->open), -1, FALSE);
    }
  for (Order *order; (order = g_queue_pop_head (&notes)) != NULL;)
    g_queue_push_tail (&self->orders, order);
  g_hash_table_iter_init (&iter, self->recordings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Recording *recording = value;
      g_hash_table_iter_init (&tracks, recording->tracks);
      while (g_hash_table_iter_next (&tracks, NULL, &track))
        {
          close_tap (track);
          open_tap (self, recording, track);
        }
      if (recording->is_ending)
        give_order (self, json_pack ("{s:s,s:s}", "t", "seal", "recording", recording->id), -1,
                    FALSE);
    }
}

static void
tell_all_failed (ParlorSupervisor *self)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (self->recordings);
  for (GList *id = ids; id != NULL; id = id->next)
    emit (self, &(ParlorRecorderEvent){
                    .type = PARLOR_RECORDER_FAILED, .recording = id->data, .reason = "recorder"});
}

/* Its exit is systemd's to tell. */
static void
on_hang_up (ParlorSupervisor *self)
{
  g_warning ("parlor-recorder has hung up; calling the next one");
  if (self->pid == 0) /* it did not even begin */
    tell_all_failed (self);
  start_again (self);
}

/* What leads to a new process, ours or systemd's; -1 = there is none. */
static int
find_process (ParlorSupervisor *self)
{
  int pair[2];
  if (self->socket != NULL)
    return parlor_child_call (self->socket);
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return -1;
  gboolean ok = spawn (self, pair[1]);
  close (pair[1]);
  if (!ok)
    close (pair[0]);
  return ok ? pair[0] : -1;
}

static void
start_process (ParlorSupervisor *self)
{
  self->pid = 0;
  self->fd = find_process (self);
  if (self->fd < 0)
    {
      /* Tried again for as long as something is recorded. */
      tell_all_failed (self);
      uv_timer_start (self->timer, on_timer, PATIENCE_MS, 0);
      return;
    }
  self->started_us = g_get_monotonic_time ();
  self->poll = g_new0 (uv_poll_t, 1);
  self->poll->data = self;
  uv_poll_init (self->loop, self->poll, self->fd);
  order_all (self, self->starts > 0 ? "recorder" : NULL);
  self->starts++;
  send_orders (self);
}

/* ---- the seam -------------------------------------------------------------------------------- */

static void
set_event_func (ParlorRecorder *recorder, ParlorRecorderEventFunc func, gpointer user_data)
{
  self_of (recorder)->event_func = func;
  self_of (recorder)->event_data = user_data;
}

/* A recording keeps the way in which it began. FALSE: its key is not to be had. */
static gboolean
take_key (ParlorSupervisor *self, Recording *recording, const char *folder)
{
  g_autofree char *journal = g_build_filename (folder, "journal", NULL), *wrapped = NULL;
  ParlorKeeperResult result = parlor_keeper_get (self->keeper, folder, recording->id,
                                                 recording->vault_key);
  gboolean is_new = self->keeper != NULL && result == PARLOR_KEEPER_NONE
                    && !g_file_test (journal, G_FILE_TEST_EXISTS);
  if (is_new)
    wrapped = parlor_keeper_make (self->keeper, recording->id, recording->vault_key);
  recording->is_vault = is_new || result == PARLOR_KEEPER_FOUND;
  if (recording->is_vault)
    {
      g_autofree char *key = g_base64_encode (recording->vault_key, PARLOR_VAULT_KEY);
      json_object_set_new (recording->open, "vault_key", json_string (key));
      json_object_set_new (recording->open, "wrapped_key",
                           json_string (wrapped != NULL ? wrapped : ""));
    }
  return result != PARLOR_KEEPER_LOCKED;
}

static void
begin (ParlorRecorder *recorder, const ParlorRecorderBegin *what)
{
  ParlorSupervisor *self = self_of (recorder);
  g_autofree char *folder = g_build_filename (self->folder, what->recording, NULL);
  Recording *recording = g_new0 (Recording, 1);
  recording->id = g_strdup (what->recording);
  recording->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, track_free);
  recording->open = json_pack ("{s:s,s:s,s:s,s:I,s:I,s:s,s:{s:s,s:s,s:s,s:s,s:I}}", "t", "open",
                               "recording", what->recording, "folder", folder, "room_ms",
                               (json_int_t)what->room_ms, "mono_us", (json_int_t)what->now_us,
                               "reason", what->reason != NULL ? what->reason : "", "begin", "room",
                               what->room, "title", what->title, "brand", what->brand, "mode",
                               what->mode, "started_at", (json_int_t)what->started_ms);
  if (!take_key (self, recording, folder))
    {
      g_warning ("%s is enciphered and no master key opens it: it does not go on", what->recording);
      recording_free (recording);
      return;
    }
  g_hash_table_replace (self->recordings, recording->id, recording);
  if (self->fd >= 0)
    give_order (self, json_incref (recording->open), -1, FALSE);
  else if (!uv_is_active ((uv_handle_t *)self->timer))
    uv_timer_start (self->timer, on_timer, 0, 0);
}

static void
track_ (ParlorRecorder *recorder, const char *id, const char *participant, ParlorSourceKind kind,
        ParlorEndpointId endpoint)
{
  ParlorSupervisor *self = self_of (recorder);
  Recording *recording = g_hash_table_lookup (self->recordings, id);
  if (recording == NULL || recording->is_ending)
    return;
  Track *track = g_new0 (Track, 1);
  *track = (Track){g_strdup (participant), self->media, kind, endpoint, -1};
  g_autofree char *key = key_of (participant, kind);
  g_hash_table_remove (recording->tracks, key); /* first: what its tap keeps is another's */
  g_hash_table_insert (recording->tracks, g_steal_pointer (&key), track);
  if (self->fd >= 0)
    open_tap (self, recording, track);
}

static void
untrack (ParlorRecorder *recorder, const char *id, const char *participant, ParlorSourceKind kind)
{
  ParlorSupervisor *self = self_of (recorder);
  Recording *recording = g_hash_table_lookup (self->recordings, id);
  g_autofree char *key = key_of (participant, kind);
  if (recording == NULL || !g_hash_table_remove (recording->tracks, key) || self->fd < 0)
    return;
  give_order (self,
              json_pack ("{s:s,s:s,s:s,s:s}", "t", "untrack", "recording", id, "participant",
                         participant, "source", parlor_source_kind_name (kind)),
              -1, FALSE);
}

static const char *const note_types[PARLOR_N_NOTES] = {
    [PARLOR_NOTE_PARTICIPANT] = "participant", [PARLOR_NOTE_CONSENT] = "consent",
    [PARLOR_NOTE_SPEAKER] = "speaker",         [PARLOR_NOTE_CHAT] = "chat",
    [PARLOR_NOTE_MARKER] = "marker",           [PARLOR_NOTE_PAUSE] = "pause",
    [PARLOR_NOTE_RESUME] = "resume",
};

static void
note (ParlorRecorder *recorder, const char *id, const ParlorRecorderNote *what)
{
  const struct
  {
    const char *name, *value;
  } fields[] = {
      {"id", what->id},     {"participant", what->participant}, {"name", what->name},
      {"role", what->role}, {"identity", what->identity},       {"text", what->text},
      {"word", what->word}, {"company", what->company},
  };
  json_t *entry = json_pack ("{s:s,s:I,s:I}", "t", note_types[what->type], "room_ms",
                             (json_int_t)what->room_ms, "at_ms", (json_int_t)what->at_ms);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].value != NULL)
      json_object_set_new (entry, fields[i].name, json_string (fields[i].value));
  if (what->version != 0)
    json_object_set_new (entry, "version", json_integer (what->version));
  give_order (self_of (recorder),
              json_pack ("{s:s,s:s,s:o}", "t", "note", "recording", id, "entry", entry), -1, TRUE);
}

static void
end (ParlorRecorder *recorder, const char *id)
{
  ParlorSupervisor *self = self_of (recorder);
  Recording *recording = g_hash_table_lookup (self->recordings, id);
  if (recording == NULL || recording->is_ending)
    return;
  recording->is_ending = TRUE;
  g_hash_table_remove_all (recording->tracks);
  if (self->fd >= 0)
    give_order (self, json_pack ("{s:s,s:s}", "t", "seal", "recording", id), -1, FALSE);
}

static const ParlorRecorderOps ops = {set_event_func, begin, track_, untrack, note, end};

/* ---- its life -------------------------------------------------------------------------------- */

ParlorSupervisor *
parlor_supervisor_new (const ParlorSupervisorSpec *spec, GError **error)
{
  ParlorSealer *sealer = parlor_sealer_new (spec->key, error);
  if (sealer == NULL)
    return NULL;
  ParlorSupervisor *self = g_new0 (ParlorSupervisor, 1);
  self->recorder.ops = &ops;
  self->sealer = sealer;
  self->keeper = spec->keeper;
  self->loop = spec->loop;
  self->media = spec->media;
  self->program = g_strdup (spec->program);
  self->socket = g_strdup (spec->socket);
  self->folder = g_strdup (spec->folder);
  self->fd = -1;
  self->recordings = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, recording_free);
  g_queue_init (&self->orders);
  self->timer = g_new0 (uv_timer_t, 1);
  self->timer->data = self;
  uv_timer_init (self->loop, self->timer);
  return self;
}

void
parlor_supervisor_free (ParlorSupervisor *self)
{
  if (self == NULL)
    return;
  drop_socket (self);
  /* The end of its socket ends it; nobody listens to the exit any more. */
  if (self->process != NULL)
    {
      self->process->data = NULL;
      uv_close ((uv_handle_t *)self->process, free_handle);
    }
  uv_close ((uv_handle_t *)self->timer, free_handle);
  g_hash_table_unref (self->recordings);
  g_queue_clear_full (&self->orders, order_free);
  parlor_sealer_free (self->sealer);
  g_free (self->program);
  g_free (self->socket);
  g_free (self->folder);
  g_free (self);
}

ParlorRecorder *
parlor_supervisor_recorder (ParlorSupervisor *self)
{
  return &self->recorder;
}

gboolean
parlor_supervisor_is_idle (const ParlorSupervisor *self)
{
  return g_hash_table_size (self->recordings) == 0;
}

void
parlor_supervisor_stats (const ParlorSupervisor *self, ParlorSupervisorStats *out)
{
  GHashTableIter iter;
  gpointer value;
  *out = (ParlorSupervisorStats){.starts = self->starts,
                                 .recordings = g_hash_table_size (self->recordings),
                                 .pid = self->process != NULL ? self->process->pid
                                        : self->fd >= 0       ? self->pid
                                                              : 0};
  g_hash_table_iter_init (&iter, self->recordings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    out->tracks += g_hash_table_size (((Recording *)value)->tracks);
}

const ParlorSealer *
parlor_supervisor_sealer (const ParlorSupervisor *self)
{
  return self->sealer;
}
