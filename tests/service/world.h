/* SPDX-License-Identifier: Apache-2.0 */
/** A brand with a group, some reps and a store in memory; everything that is told is written down.
 */
#pragma once

#include "base/error.h"
#include "service/load.h"

typedef struct
{
  ParlorService *service;
  ParlorServiceBrand *brand;
  ParlorGroup *group;
  ParlorMoment now;
  ParlorRecordSink sink;
  GHashTable *tables; /* table name → GHashTable of key → row */
  guint depth;        /* of begin () */
  guint puts_outside;
  guint calls_ended;
  guint random;
  GPtrArray *told;                   /* lines */
  GPtrArray *events;                 /* types */
  GString *event_texts;              /* every text in any event, one after the other */
  const char *supervisor, *overseen; /**< a user who was given groups, and one of them */
  ParlorAudit *audit;                /* nullable, borrowed; for the next restart */
  ParlorHooks hooks;
  guint has;        /* bits of ParlorHookKind: who would answer; 0 = there are no hooks */
  GQueue questions; /* of Question, world.c */
  guint64 last_question;
  char conversation[PARLOR_ID_SIZE], binding[PARLOR_ID_SIZE], offer[PARLOR_ID_SIZE];
} World;

World *world_new (void);
/** The same with a brand that has set up these hooks. */
World *world_new_with_hooks (guint has);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/** A rep of the group, at work unless `away`. */
ParlorRep *world_rep (World *world, const char *ref, guint max_chats, gboolean away);
void world_pass (World *world, gint64 seconds);
/** Tap and yes; the binding. */
ParlorBinding *world_bind (World *world, const char *visitor);
const ParlorMessage *world_say (World *world, ParlorBinding *binding, const char *text);
const ParlorMessage *world_answer (World *world, ParlorConversation *conversation, ParlorRep *rep,
                                   const char *text);
/** How many questions of this hook are open. */
guint world_asked (World *world, ParlorHookKind hook);
/** Answers the oldest of them; LATE leaves those open whose late answers are heard. */
void world_hook (World *world, ParlorHookKind hook, const ParlorHookAnswer *answer);
/** How many lines begin so. */
guint world_told (const World *world, const char *line);
guint world_happened (const World *world, const char *type);
/** Whether a row of any table, or an event, has this text in it. */
gboolean world_knows (World *world, const char *text);
guint world_rows (const World *world, const ParlorRecordKind *kind);
/** Everything in memory goes; what was put is read again. */
void world_restart (World *world);
