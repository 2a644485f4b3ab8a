/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A world for tests of the domain: virtual time, countable randomness, the fake media plane, and a
 * log of events in words, one line an event ("s1<" to one session, "*<" to all, "hosts<" to hosts).
 * Sessions are string literals.
 */
#pragma once

#include "fake_media.h"
#include "room/moderation.h"
#include "room/participant.h"
#include "room/room.h"
#include "room/rooms.h"

typedef struct
{
  ParlorClock clock; /* must be first: the clock's functions get it */
  gint64 now_us;
  gint64 wall_ms;
  guint32 random;
  FakeMedia media;
  ParlorRooms *rooms;
  ParlorRoom *room;
  ParlorRecorder *recorder; /* NULL = none; borrowed, as the next */
  ParlorRecordings *recordings;
  ParlorStore *store;                                               /* NULL = none; borrowed */
  void (*watch) (const ParlorRoomEvent *event, gpointer user_data); /* NULL = nobody looks on */
  gpointer watch_data;
  guint cap;
  GString *log;
  char token[64];     /* the last resume token that was given */
  GHashTable *tokens; /* session → its last resume token */
} World;

/** `cap` is how many participants a room takes, GUINT_TO_POINTER (); NULL = 20. */
void world_set_up (World *w, gconstpointer cap);
void world_tear_down (World *w, gconstpointer data);
/** A registry of its own over w->store, as after a restart. */
void world_restart (World *w);

/** From now on this recorder is asked; both NULL = none. */
void world_record (World *w, ParlorRecorder *recorder, ParlorRecordings *recordings);

/** Moves time on, polling at each deadline. */
void world_run (World *w, gint64 ms);
void world_poll (World *w);

/** The events since the last call must be exactly these lines. */
void world_expect (World *w, const char *lines);
/** What the media plane was told since the last call must be exactly these lines. */
void world_expect_media (World *w, const char *lines);
void world_forget (World *w);

#define GRANT_ALL (PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE)

/** Joins with everything granted; fails the test when denied. Forgets no log. */
ParlorParticipant *world_join (World *w, const char *identity, ParlorRole role,
                               const char *session);
ParlorParticipant *world_resume (World *w, const char *identity, const char *token,
                                 const char *session);
/** PARLOR_N_DENIALS = it was not denied. */
ParlorDenial world_denial (World *w, const char *identity, ParlorRole role, const char *session);

/** Negotiates 4 senders and the given numbers of slots (audio, video, 1 screen, 1 screen_audio). */
void world_offer (World *w, ParlorParticipant *p, guint n_audio, guint n_video);
void world_source (World *w, ParlorParticipant *p, ParlorSourceKind kind, gboolean on,
                   gboolean muted);
/** join, offer with 2 video slots, camera and microphone on, connected; logs forgotten. */
ParlorParticipant *world_meet (World *w, const char *identity, ParlorRole role,
                               const char *session);
void world_media (World *w, ParlorMediaEventType type, ParlorParticipant *p);
void world_speaker (World *w, ParlorParticipant *p);

/** Fails unless the call failed with this code. */
#define assert_refused(call, expected_code)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *error = NULL;                                                                          \
    g_assert_false (!!(call));                                                                     \
    g_assert_error (error, PARLOR_ERROR, expected_code);                                           \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

#define assert_done(call)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *error = NULL;                                                                          \
    g_assert_true (!!(call));                                                                      \
    g_assert_no_error (error);                                                                     \
  }                                                                                                \
  G_STMT_END

#define WORLD_TEST(path, test) g_test_add (path, World, NULL, world_set_up, test, world_tear_down)
