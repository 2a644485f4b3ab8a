/* SPDX-License-Identifier: Apache-2.0 */
/* Who is written and who is not: the domain against a recorder that only notes what it is told. */
#include "room/moderation.h"
#include "room/recording.h"
#include "room/settings.h"

#include "world.h"

#include <string.h>

typedef struct
{
  ParlorRecorder parent;
  GString *log;
  ParlorRecorderEventFunc func;
  gpointer data;
  char id[64];
  gint64 marker_ms; /* of the last one */
} FakeRecorder;

static FakeRecorder fake;

static void
set_func (ParlorRecorder *recorder, ParlorRecorderEventFunc func, gpointer data)
{
  fake.func = func;
  fake.data = data;
}

static void
begin (ParlorRecorder *recorder, const ParlorRecorderBegin *what)
{
  g_strlcpy (fake.id, what->recording, sizeof fake.id);
  g_string_append_printf (fake.log, "begin %s %s\n", what->mode,
                          what->reason != NULL ? what->reason : "-");
}

static const char *
name_of (const char *id)
{
  static char last[3];
  g_strlcpy (last, id + strlen (id) - 2, sizeof last);
  return last;
}

static GHashTable *names; /* participant id → "lin" */

static const char *
who (const char *participant)
{
  const char *name = participant != NULL ? g_hash_table_lookup (names, participant) : "nobody";
  return name != NULL ? name : name_of (participant);
}

static void
track (ParlorRecorder *recorder, const char *id, const char *participant, ParlorSourceKind kind,
       ParlorEndpointId endpoint)
{
  g_string_append_printf (fake.log, "track %s %s\n", who (participant),
                          parlor_source_kind_name (kind));
}

static void
untrack (ParlorRecorder *recorder, const char *id, const char *participant, ParlorSourceKind kind)
{
  g_string_append_printf (fake.log, "untrack %s %s\n", who (participant),
                          parlor_source_kind_name (kind));
}

static void
note (ParlorRecorder *recorder, const char *id, const ParlorRecorderNote *what)
{
  if (what->type == PARLOR_NOTE_MARKER)
    fake.marker_ms = what->room_ms;
  if (what->type == PARLOR_NOTE_CHAT || what->type == PARLOR_NOTE_MARKER)
    g_string_append_printf (fake.log, "note %s\n", what->text);
  else if (what->type == PARLOR_NOTE_PARTICIPANT)
    g_string_append_printf (fake.log, "name %s\n", what->name);
  else if (what->type == PARLOR_NOTE_CONSENT)
    g_string_append_printf (fake.log, "consent %s %s\n", who (what->participant), what->word);
  else if (what->type == PARLOR_NOTE_SPEAKER)
    g_string_append_printf (fake.log, "speaker %s\n", who (what->participant));
  else
    g_string_append (fake.log, what->type == PARLOR_NOTE_PAUSE ? "pause\n" : "resume\n");
}

static void
end (ParlorRecorder *recorder, const char *id)
{
  g_string_append (fake.log, "end\n");
}

static const ParlorRecorderOps ops = {set_func, begin, track, untrack, note, end};

typedef struct
{
  ParlorRecordings *all;
  ParlorParticipant *host, *guest;
} Cast;

static ParlorParticipant *
meet (World *w, const char *name, ParlorRole role, const char *session)
{
  ParlorParticipant *participant = world_meet (w, name, role, session);
  g_hash_table_insert (names, g_strdup (parlor_participant_info (participant)->id), (char *)name);
  return participant;
}

static Cast
set_scene (World *w)
{
  Cast cast = {.all = parlor_recordings_new (NULL)};
  names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fake = (FakeRecorder){.parent.ops = &ops, .log = g_string_new (NULL)};
  world_record (w, &fake.parent, cast.all);
  cast.host = meet (w, "lin", PARLOR_ROLE_HOST, "s1");
  cast.guest = meet (w, "mara", PARLOR_ROLE_MEMBER, "s2");
  return cast;
}

static void
strike_scene (World *w, Cast *cast)
{
  world_record (w, NULL, NULL);
  parlor_recordings_free (cast->all);
  g_string_free (fake.log, TRUE);
  g_hash_table_unref (names);
}

static void
expect (const char *lines)
{
  g_assert_cmpstr (fake.log->str, ==, lines);
  g_string_truncate (fake.log, 0);
}

static gboolean
act (World *w, ParlorParticipant *by, ParlorRecordAction action, GError **error)
{
  return parlor_room_record (w->room, by, action, w->now_us, error);
}

static void
test_ask (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  assert_refused (act (w, cast.guest, PARLOR_RECORD_START, &error), PARLOR_ERROR_FORBIDDEN);
  assert_refused (act (w, cast.host, PARLOR_RECORD_STOP, &error), PARLOR_ERROR_CONFLICT);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  expect ("begin ask -\nconsent lin given\nname lin\ntrack lin microphone\ntrack lin camera\n");
  g_assert_cmpint (parlor_participant_consent (cast.guest), ==, PARLOR_CONSENT_UNKNOWN);
  parlor_participant_say (cast.guest, "c1", "not for the record", w->now_us, NULL);
  world_speaker (w, cast.guest);
  world_run (w, 3000);
  expect ("speaker nobody\n");
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  expect ("consent mara given\nname mara\ntrack mara microphone\ntrack mara camera\n");
  parlor_participant_say (cast.guest, "c2", "for the record", w->now_us, NULL);
  expect ("note for the record\n");
  assert_done (parlor_participant_answer_consent (cast.guest, FALSE, w->now_us, &error));
  expect ("consent mara refused\nuntrack mara microphone\nuntrack mara camera\n");
  assert_done (act (w, cast.host, PARLOR_RECORD_STOP, &error));
  expect ("untrack lin microphone\nuntrack lin camera\nend\n");
  assert_refused (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error),
                  PARLOR_ERROR_CONFLICT);
  strike_scene (w, &cast);
}

/* What the pages know of lin. */
static void
on_told (const ParlorRoomEvent *event, gpointer told)
{
  if (event->type == PARLOR_EVENT_PARTICIPANT
      && !strcmp (parlor_participant_info (event->participant)->identity, "lin"))
    *(gboolean *)told = parlor_participant_is_recorded (event->participant);
}

/* Of a consult nothing is written that only one of the two wants written, and each is told. */
static void
test_mutual (World *w, gconstpointer data)
{
  gboolean told = FALSE;
  ParlorRoomSpec spec = {.kind = "consult"};
  Cast cast = set_scene (w);
  w->room = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
  cast.host = meet (w, "lin", PARLOR_ROLE_HOST, "c1");
  cast.guest = meet (w, "mara", PARLOR_ROLE_MEMBER, "c2");
  assert_refused (act (w, cast.host, PARLOR_RECORD_START, &error), PARLOR_ERROR_FORBIDDEN);
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_BY_HOST, FALSE);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  expect ("begin ask -\nconsent lin given\n");
  g_assert_false (parlor_participant_is_recorded (cast.host));
  w->watch = on_told;
  w->watch_data = &told;
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  g_assert_true (told);
  expect ("consent mara given\nname lin\ntrack lin microphone\ntrack lin camera\n"
          "name mara\ntrack mara microphone\ntrack mara camera\n");
  ParlorParticipant *expert = meet (w, "wei", PARLOR_ROLE_MEMBER, "c3");
  expect ("untrack lin microphone\nuntrack lin camera\n"
          "untrack mara microphone\nuntrack mara camera\n");
  g_assert_false (told);
  parlor_room_remove (w->room, cast.host, parlor_participant_info (expert)->id, FALSE, w->now_us,
                      NULL);
  world_poll (w);
  g_assert_true (told);
  expect ("track lin microphone\ntrack lin camera\ntrack mara microphone\ntrack mara camera\n");
  assert_done (parlor_participant_answer_consent (cast.guest, FALSE, w->now_us, &error));
  g_assert_false (told);
  expect ("consent mara refused\nuntrack lin microphone\nuntrack lin camera\n"
          "untrack mara microphone\nuntrack mara camera\n");
  w->watch = NULL;
  strike_scene (w, &cast);
}

/* Whatever a consult's rule says: both are asked. */
static void
test_mutual_notice (World *w, gconstpointer data)
{
  ParlorRoomSpec spec = {.kind = "consult"};
  Cast cast = set_scene (w);
  w->room = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
  cast.host = meet (w, "lin", PARLOR_ROLE_HOST, "c1");
  cast.guest = meet (w, "mara", PARLOR_ROLE_MEMBER, "c2");
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_BY_HOST, TRUE);
  g_assert_false (parlor_room_recording (w->room)->notice);
  assert_done (act (w, NULL, PARLOR_RECORD_START, &error));
  expect ("begin ask -\n");
  assert_done (parlor_participant_answer_consent (cast.host, TRUE, w->now_us, &error));
  expect ("consent lin given\n");
  g_assert_false (parlor_participant_is_recorded (cast.host));
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  g_assert_true (parlor_participant_is_recorded (cast.host));
  g_string_truncate (fake.log, 0);
  strike_scene (w, &cast);
}

static void
test_notice (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_BY_HOST, TRUE);
  assert_done (act (w, NULL, PARLOR_RECORD_START, &error));
  expect ("begin notice -\nname lin\ntrack lin microphone\ntrack lin camera\nname mara\n"
          "track mara microphone\ntrack mara camera\n");
  assert_done (parlor_participant_answer_consent (cast.guest, FALSE, w->now_us, &error));
  expect ("consent mara refused\nuntrack mara microphone\nuntrack mara camera\n");
  strike_scene (w, &cast);
}

static gboolean
on_removal (const ParlorParticipant *participant, const char *recording, gboolean *held,
            gpointer user_data, GError **error)
{
  g_string_append_printf (fake.log, "remove %s%s\n",
                          who (parlor_participant_info (participant)->id),
                          strcmp (recording, fake.id) == 0 ? "" : " from the one before");
  *held = TRUE;
  return TRUE;
}

static void
expect_removal (World *w, ParlorParticipant *participant, const char *recording, const char *lines)
{
  gboolean held = FALSE;
  assert_done (parlor_participant_withdraw (participant, recording, w->now_us, &held, &error));
  g_assert_true (held);
  expect (lines);
}

static void
expect_none (World *w, ParlorParticipant *participant, const char *recording, ParlorErrorCode code)
{
  gboolean held = FALSE;
  assert_refused (parlor_participant_withdraw (participant, recording, w->now_us, &held, &error),
                  (gint)code);
  expect ("");
}

/* With his no, after it, and of what has just ended; nobody who was never in it. */
static void
test_withdraw (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  parlor_rooms_set_removal (w->rooms, on_removal, NULL);
  expect_none (w, cast.guest, NULL, PARLOR_ERROR_CONFLICT);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  g_string_truncate (fake.log, 0);
  expect_removal (w, cast.guest, NULL,
                  "consent mara refused\nuntrack mara microphone\nuntrack mara camera\n"
                  "remove mara\n");
  g_assert_cmpint (parlor_participant_consent (cast.guest), ==, PARLOR_CONSENT_REFUSED);
  expect_removal (w, cast.guest, fake.id, "remove mara\n");
  ParlorParticipant *wei = meet (w, "wei", PARLOR_ROLE_MEMBER, "s3");
  assert_done (act (w, cast.host, PARLOR_RECORD_STOP, &error));
  g_string_truncate (fake.log, 0);
  expect_none (w, wei, NULL, PARLOR_ERROR_CONFLICT);
  expect_removal (w, cast.guest, NULL, "remove mara\n");
  parlor_rooms_set_removal (w->rooms, NULL, NULL);
  expect_none (w, cast.guest, NULL, PARLOR_ERROR_UNAVAILABLE);
  strike_scene (w, &cast);
}

/* While the next one runs, which that changes nothing of; not of what ended before he came. */
static void
test_withdraw_before (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  parlor_rooms_set_removal (w->rooms, on_removal, NULL);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  g_autofree char *first = g_strdup (fake.id);
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  world_run (w, 1000);
  assert_done (act (w, cast.host, PARLOR_RECORD_STOP, &error));
  world_run (w, 1000);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  assert_done (parlor_participant_answer_consent (cast.guest, TRUE, w->now_us, &error));
  g_string_truncate (fake.log, 0);
  expect_removal (w, cast.guest, first, "remove mara from the one before\n");
  g_assert_cmpint (parlor_participant_consent (cast.guest), ==, PARLOR_CONSENT_GIVEN);
  expect_none (w, cast.guest, "rec_other", PARLOR_ERROR_CONFLICT);
  /* Mara again, who comes in only now: what ran before is not of this stay. */
  ParlorParticipant *again = meet (w, "mara", PARLOR_ROLE_MEMBER, "s3");
  g_string_truncate (fake.log, 0);
  expect_none (w, again, first, PARLOR_ERROR_CONFLICT);
  /* He is out of it: there is nothing more to ask. */
  const ParlorRecordingRow *old = parlor_recordings_get (cast.all, first);
  ParlorRecordingRow row = {0};
  parlor_record_copy (&parlor_recording_kind, &row, old);
  g_clear_pointer (&row.doors, g_free);
  parlor_recordings_put (cast.all, &row);
  parlor_record_clear (&parlor_recording_kind, &row);
  expect_none (w, cast.guest, first, PARLOR_ERROR_CONFLICT);
  parlor_rooms_set_removal (w->rooms, NULL, NULL);
  strike_scene (w, &cast);
}

/* He is told when it is done, by each page of his that is in that room. */
static void
test_told_removed (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  ParlorRecordingRow row = {.id = (char *)"rec_x", .room = (char *)parlor_room_info (w->room)->id};
  g_string_truncate (w->log, 0);
  parlor_rooms_tell_removed (w->rooms, &row, "mara", "pt_gone");
  g_assert_nonnull (strstr (w->log->str, "s2<removed from rec_x"));
  g_assert_null (strstr (w->log->str, "s1<removed"));
  row.room = (char *)"rm_other";
  g_string_truncate (w->log, 0);
  parlor_rooms_tell_removed (w->rooms, &row, "mara", "pt_gone");
  g_assert_cmpstr (w->log->str, ==, "");
  strike_scene (w, &cast);
}

static void
test_pause (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  g_string_truncate (fake.log, 0);
  assert_done (act (w, cast.host, PARLOR_RECORD_PAUSE, &error));
  expect ("pause\nuntrack lin microphone\nuntrack lin camera\n");
  assert_refused (act (w, cast.host, PARLOR_RECORD_PAUSE, &error), PARLOR_ERROR_CONFLICT);
  assert_done (act (w, cast.host, PARLOR_RECORD_RESUME, &error));
  expect ("resume\ntrack lin microphone\ntrack lin camera\n");
  strike_scene (w, &cast);
}

static void
test_sources (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  g_string_truncate (fake.log, 0);
  world_source (w, cast.host, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_poll (w);
  expect ("track lin screen\n");
  world_source (w, cast.host, PARLOR_SOURCE_SCREEN, FALSE, FALSE);
  world_poll (w);
  expect ("untrack lin screen\n");
  parlor_participant_leave (cast.host, w->now_us);
  world_poll (w);
  expect ("untrack lin microphone\nuntrack lin camera\n");
  strike_scene (w, &cast);
}

static void
test_policies (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_NEVER, FALSE);
  assert_refused (act (w, NULL, PARLOR_RECORD_START, &error), PARLOR_ERROR_FORBIDDEN);
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_ALWAYS, TRUE);
  world_poll (w);
  g_assert_true (g_str_has_prefix (fake.log->str, "begin notice -\n"));
  assert_refused (act (w, cast.host, PARLOR_RECORD_STOP, &error), PARLOR_ERROR_FORBIDDEN);
  assert_done (act (w, NULL, PARLOR_RECORD_STOP, &error));
  g_string_truncate (fake.log, 0);
  world_poll (w);
  expect ("");
  strike_scene (w, &cast);
}

static void
test_rows (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  g_autofree char *id = g_strdup (fake.id);
  g_assert_cmpstr (parlor_recordings_get (cast.all, id)->state, ==, "on");
  fake.func (&(ParlorRecorderEvent){.type = PARLOR_RECORDER_FAILED,
                                    .recording = id,
                                    .reason = "disk_full"},
             fake.data);
  g_assert_cmpstr (parlor_room_recording (w->room)->trouble, ==, "disk_full");
  fake.func (&(ParlorRecorderEvent){.type = PARLOR_RECORDER_MENDED, .recording = id}, fake.data);
  g_assert_null (parlor_room_recording (w->room)->trouble);
  assert_done (
      parlor_room_mark (w->room, cast.guest,
                        &(ParlorMarkerSpec){.kind = PARLOR_MARKER_PARAMETER, .text = "间隙 0.35"},
                        w->now_us, &error));
  assert_done (parlor_room_end (w->room, NULL, w->now_us, &error));
  g_assert_cmpstr (parlor_recordings_get (cast.all, id)->state, ==, "sealing");
  fake.func (&(ParlorRecorderEvent){.type = PARLOR_RECORDER_SEALED,
                                    .recording = id,
                                    .n_files = 2,
                                    .sha256 = "ab",
                                    .people = "lin"},
             fake.data);
  const ParlorRecordingRow *row = parlor_recordings_get (cast.all, id);
  g_assert_cmpstr (row->state, ==, "ready");
  g_assert_cmpstr (row->words, ==, "间隙 0.35");
  g_assert_cmpint (row->files, ==, 2);
  g_assert_cmpint (row->markers, ==, 1);
  strike_scene (w, &cast);
}

static void
test_markers (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  guint n = 0;
  ParlorMarkerSpec spec = {.kind = PARLOR_MARKER_ASSIGNMENT, .text = "Send it", .owner = "Mara"};
  assert_done (parlor_room_mark (w->room, cast.host, &spec, w->now_us, &error));
  const ParlorMarkerRow *marker = parlor_room_markers (w->room, &n)[0];
  gint64 room_ms = marker->room_ms;
  g_assert_cmpuint (n, ==, 1);
  g_assert_null (marker->recording);
  world_run (w, 5000);
  spec = (ParlorMarkerSpec){.id = marker->id, .kind = PARLOR_MARKER_CONCLUSION, .text = "Sent"};
  assert_done (parlor_room_mark (w->room, cast.guest, &spec, w->now_us, &error));
  marker = parlor_room_markers (w->room, &n)[0];
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (marker->version, ==, 2);
  g_assert_cmpint (marker->room_ms, ==, room_ms);
  g_assert_cmpstr (marker->text, ==, "Sent");
  spec.id = "mk_none";
  assert_refused (parlor_room_mark (w->room, cast.host, &spec, w->now_us, &error),
                  PARLOR_ERROR_NOT_FOUND);
  spec = (ParlorMarkerSpec){.text = "  "};
  assert_refused (parlor_room_mark (w->room, cast.host, &spec, w->now_us, &error),
                  PARLOR_ERROR_BAD_REQUEST);
  strike_scene (w, &cast);
}

static void
give (World *w, const char *identity, const char *marker, ParlorErrorCode refused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = parlor_room_give_still (w->room, identity, marker, "ab", w->now_us, &error);
  g_assert_cmpint (ok, ==, error == NULL);
  if (refused == 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, PARLOR_ERROR, (gint)refused);
}

/* Of nobody but who shares a screen, once, soon, and not where a recording has its own. */
static void
test_stills (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  guint n = 0;
  const ParlorMarkerSpec spec = {.kind = PARLOR_MARKER_PARAMETER, .text = "0.35"};
  const char *host = parlor_participant_info (cast.host)->identity;
  const char *guest = parlor_participant_info (cast.guest)->identity;
  assert_done (parlor_room_mark (w->room, cast.guest, &spec, w->now_us, &error));
  const ParlorMarkerRow *marker = parlor_room_markers (w->room, &n)[0];
  give (w, host, marker->id, PARLOR_ERROR_FORBIDDEN);
  world_source (w, cast.host, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  give (w, guest, marker->id, PARLOR_ERROR_FORBIDDEN);
  give (w, NULL, marker->id, PARLOR_ERROR_FORBIDDEN);
  give (w, host, "mk_none", PARLOR_ERROR_NOT_FOUND);
  g_assert_false (parlor_rooms_have_still (w->rooms, marker->id));
  give (w, host, marker->id, 0);
  g_assert_cmpstr (marker->still, ==, "ab");
  g_assert_cmpstr (marker->still_by, ==, host);
  g_assert_cmpint (marker->version, ==, 2);
  g_assert_true (parlor_rooms_have_still (w->rooms, marker->id));
  give (w, host, marker->id, PARLOR_ERROR_CONFLICT);
  parlor_rooms_withdraw (w->rooms, parlor_room_info (w->room)->brand, host, NULL, NULL, w->now_us);
  g_assert_false (parlor_rooms_have_still (w->rooms, marker->id));
  g_assert_cmpstr (marker->text, ==, "0.35");
  world_run (w, PARLOR_MARKER_STILL_LATE_MS + 1);
  give (w, host, marker->id, PARLOR_ERROR_CONFLICT);
  strike_scene (w, &cast);
}

static gint64
marked (World *w, Cast *cast, gint64 ago_ms)
{
  ParlorMarkerSpec spec = {.kind = PARLOR_MARKER_PARAMETER, .text = "0.35", .ago_ms = ago_ms};
  guint n = 0, before = 0;
  parlor_room_markers (w->room, &before);
  assert_done (parlor_room_mark (w->room, cast->host, &spec, w->now_us, &error));
  const ParlorMarkerRow *const *markers = parlor_room_markers (w->room, &n);
  g_assert_cmpuint (n, ==, before + 1);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (markers[i - 1]->room_ms, <=, markers[i]->room_ms);
  return fake.marker_ms;
}

/* Who begins to write at an instant is done some seconds later. */
static void
test_marker_instant (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  world_run (w, 5000);
  assert_done (act (w, cast.host, PARLOR_RECORD_START, &error));
  gint64 since_ms = parlor_room_recording (w->room)->since_ms;
  world_run (w, 10000);
  gint64 now_ms = marked (w, &cast, 0);
  g_assert_cmpint (now_ms, ==, since_ms + 10000);
  g_assert_cmpint (marked (w, &cast, 4000), ==, now_ms - 4000);
  g_assert_cmpint (marked (w, &cast, 7000), ==, now_ms - 7000);
  g_assert_cmpint (marked (w, &cast, 60000), ==, since_ms);
  g_assert_cmpint (marked (w, &cast, G_MAXINT64), ==, since_ms);
  g_assert_cmpint (marked (w, &cast, -1), ==, now_ms);
  strike_scene (w, &cast);
}

static void
test_restore (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  ParlorRecordingRow row = {.id = "rec_old",
                            .brand = "br_demo",
                            .room = (char *)parlor_room_info (w->room)->id,
                            .title = "",
                            .state = "on",
                            .mode = "ask",
                            .started_by = ""};
  ParlorConsentRow yes = {.recording = "rec_old",
                          .participant = (char *)parlor_participant_info (cast.guest)->id,
                          .answer = "given"};
  const ParlorConsentRow *consents[] = {&yes};
  parlor_recordings_put (cast.all, &row);
  g_assert_true (parlor_rooms_restore_recording (w->rooms, &row, consents, 1, w->now_us));
  expect ("begin ask server\n");
  parlor_participant_set_name (cast.guest, "Mara", w->now_us, NULL);
  world_poll (w);
  expect ("name Mara\ntrack mara microphone\ntrack mara camera\n");
  row.room = "rm_gone";
  g_assert_false (parlor_rooms_restore_recording (w->rooms, &row, NULL, 0, w->now_us));
  strike_scene (w, &cast);
}

/* Of who was in it none has a seat (WHIP), so a kept room took its meeting for over. */
static void
test_restore_kept (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  ParlorRecordingRow row = {.id = "rec_old",
                            .brand = "br_demo",
                            .room = (char *)parlor_room_info (w->room)->id,
                            .title = "",
                            .state = "on",
                            .mode = "ask",
                            .started_by = ""};
  ParlorMarkerRow marker = {
      .id = "mk_old", .version = 1, .room = row.room, .recording = row.id, .text = ""};
  guint n = 0;
  parlor_recordings_put (cast.all, &row);
  parlor_participant_leave (cast.host, w->now_us);
  parlor_participant_leave (cast.guest, w->now_us);
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  g_assert_true (parlor_rooms_restore_recording (w->rooms, &row, NULL, 0, w->now_us));
  expect ("begin ask server\n");
  parlor_rooms_restore_marker (w->rooms, &marker);
  marker.id = "mk_older";
  marker.recording = "rec_older";
  parlor_rooms_restore_marker (w->rooms, &marker);
  parlor_room_markers (w->room, &n);
  g_assert_cmpuint (n, ==, 1);
  world_run (w, 1800 * 1000);
  expect ("end\n");
  strike_scene (w, &cast);
}

/* The room has a row of its own, which knows of no hold: it must not be put over the kept one. */
static void
test_hold (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  gint64 far_ms = w->wall_ms + G_GINT64_CONSTANT (100) * 24 * 3600 * 1000;
  assert_done (parlor_room_record (w->room, cast.host, PARLOR_RECORD_START, w->now_us, &error));
  g_autofree char *id = g_strdup (parlor_room_recording (w->room)->id);
  assert_done (parlor_recordings_set_hold (cast.all, id, "case 7", "usr_1", w->wall_ms, &error));
  assert_done (parlor_room_record (w->room, cast.host, PARLOR_RECORD_PAUSE, w->now_us, &error));
  g_assert_cmpstr (parlor_recordings_get (cast.all, id)->hold, ==, "case 7");
  assert_done (parlor_room_mark (
      w->room, cast.host, &(ParlorMarkerSpec){.kind = PARLOR_MARKER_CONCLUSION, .text = "yes"},
      w->now_us, &error));
  assert_done (parlor_room_record (w->room, cast.host, PARLOR_RECORD_STOP, w->now_us, &error));
  fake.func (&(ParlorRecorderEvent){.type = PARLOR_RECORDER_SEALED, .recording = id}, fake.data);
  g_assert_cmpstr (parlor_recordings_get (cast.all, id)->hold, ==, "case 7");
  parlor_recordings_purge (cast.all, far_ms);
  assert_refused (parlor_recordings_delete (cast.all, id, "usr_1", far_ms, &error),
                  PARLOR_ERROR_CONFLICT);
  g_assert_cmpstr (parlor_recordings_get (cast.all, id)->state, ==, "ready");
  assert_done (parlor_recordings_set_hold (cast.all, id, NULL, "usr_1", w->wall_ms, &error));
  g_assert_null (parlor_recordings_get (cast.all, id)->hold);
  strike_scene (w, &cast);
}

/* What the pages seal nobody here could play, and what is kept nowhere cannot be found. */
static void
test_sealed (World *w, gconstpointer data)
{
  Cast cast = set_scene (w);
  const ParlorMarkerSpec marker = {.kind = PARLOR_MARKER_CONCLUSION, .text = "yes"};
  parlor_room_set_settings (w->room, &(ParlorRoomSettings){.end_to_end = TRUE});
  assert_refused (parlor_room_record (w->room, cast.host, PARLOR_RECORD_START, w->now_us, &error),
                  PARLOR_ERROR_CONFLICT);
  assert_refused (parlor_room_record (w->room, NULL, PARLOR_RECORD_START, w->now_us, &error),
                  PARLOR_ERROR_CONFLICT);
  assert_refused (parlor_room_mark (w->room, cast.host, &marker, w->now_us, &error),
                  PARLOR_ERROR_CONFLICT);
  parlor_room_set_record_policy (w->room, PARLOR_RECORD_ALWAYS, FALSE);
  world_poll (w);
  g_assert_cmpint (parlor_room_recording (w->room)->state, ==, PARLOR_RECORDING_OFF);
  strike_scene (w, &cast);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/recording/nobody-is-written-before-he-said-yes", test_ask);
  WORLD_TEST ("/room/recording/a-consult-is-written-when-all-in-it-have-said-yes", test_mutual);
  WORLD_TEST ("/room/recording/to-be-told-is-no-yes-in-a-consult", test_mutual_notice);
  WORLD_TEST ("/room/recording/where-all-are-told-a-no-still-counts", test_notice);
  WORLD_TEST ("/room/recording/who-withdraws-may-want-to-be-out-of-it", test_withdraw);
  WORLD_TEST ("/room/recording/who-withdraws-may-mean-the-one-before", test_withdraw_before);
  WORLD_TEST ("/room/recording/who-wanted-to-be-out-is-told", test_told_removed);
  WORLD_TEST ("/room/recording/a-pause-writes-nothing", test_pause);
  WORLD_TEST ("/room/recording/sources-come-and-go", test_sources);
  WORLD_TEST ("/room/recording/policies-hold", test_policies);
  WORLD_TEST ("/room/recording/an-end-to-end-encrypted-room-is-neither-recorded-nor-marked",
              test_sealed);
  WORLD_TEST ("/room/recording/a-hold-set-while-it-runs-stays", test_hold);
  WORLD_TEST ("/room/recording/its-row-tells-what-became-of-it", test_rows);
  WORLD_TEST ("/room/recording/a-marker-keeps-its-instant-and-its-versions", test_markers);
  WORLD_TEST ("/room/recording/without-a-recording-who-shares-gives-the-picture", test_stills);
  WORLD_TEST ("/room/recording/a-marker-is-of-the-instant-it-was-begun-at", test_marker_instant);
  WORLD_TEST ("/room/recording/after-a-crash-it-goes-on-with-the-answers-given", test_restore);
  WORLD_TEST ("/room/recording/in-a-kept-room-it-goes-on-and-ends-with-its-meeting",
              test_restore_kept);
  return g_test_run ();
}
