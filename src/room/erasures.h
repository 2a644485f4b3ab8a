/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A person is taken out of recordings. First it is looked at what is his, and shown; then, when
 * somebody says so, it goes, recording by recording:
 *
 *     looking → planned → running ⇄ held → done          looking, planned: forgotten after an hour
 *
 * Whom: everybody of an identity in all recordings of his brand, or who a participant of one
 * recording was, in that one. The latter he may ask himself when he withdraws, without a plan.
 * What runs is not written of him any more from the start on, and is done when it is sealed. Under
 * a legal hold nothing is started (CONFLICT says the hold's reason), but what he asks himself is
 * kept and waits; one that is set later holds up its recording alone. A server that ends in the
 * middle goes on after its start.
 *
 * Renders that show him are removed, or made again without him. The row keeps whom it was about for
 * as long as that is needed; of one that is done ids and numbers are left. Control thread.
 */
#pragma once

#include "room/renders.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;           /**< "era_…" */
  char *brand;        /**< "br_…" */
  char *requested_by; /**< an id, for the audit: "pt_…" = himself */
  char *state;        /**< "looking", "planned", "running", "held", "done" */
  char *identity; /**< of one participant: once it was found, or as he asked; NULL: not yet or none,
                     or done */
  char *recording;   /**< NULL = all of the brand */
  char *participant; /**< of `recording`; NULL = all of the identity */
  char *todo;        /**< ids of recordings that are still to be done, a line each; NULL = none */
  char *reason;      /**< why it does not go on: of a hold, of an error; NULL */
  gboolean again;    /**< renders are made again, else removed */
  gint64 created_ms, finished_ms; /**< wall clock; 0 = not yet */
  /** What is to go, then what went. */
  gint64 recordings, files, stills, chat, markers, renders, bytes;
} ParlorErasureRow;
extern const ParlorRecordKind parlor_erasure_kind;

/** One recording of a plan, and what one job found or did. Texts borrowed. */
typedef struct
{
  const char *erasure, *recording;
  gboolean is_known; /**< FALSE: its manifest is not there (it runs, or is damaged) */
  guint files, stills, chat, markers;
  gint64 bytes;
  const char *ids;      /**< of the participants that he was, a line each; NULL = none */
  const char *identity; /**< that he was found to have; NULL = none; not kept here */
} ParlorErasurePart;

/** In place of a recording's id: rows that name somebody who is in no recording (a note in a
 * meeting that was not recorded, a picture that he let be taken of his screen). */
#define PARLOR_ERASURE_ROWS "-"

/** What is to be looked at, or done. Texts borrowed; a job that is still under way when the object
 * goes answers nobody. */
typedef struct
{
  const char *erasure, *brand, *recording, *identity, *participant;
  gint64 at_ms;
} ParlorErasureJob;

/** The recording as it is afterwards. */
typedef struct
{
  const char *sha256, *people, *words; /**< people and words nullable */
  const char *identity;                /**< his; NULL = he had none */
  gint64 files, bytes;
} ParlorErasureDone;

/** Everything borrowed and nullable but the first two and wall_ms. */
typedef struct
{
  ParlorRecordings *recordings;
  ParlorRandom random;
  ParlorRenders *renders;
  ParlorAudit *audit;
  ParlorEventFunc happened;
  gpointer happened_data;
  gint64 (*wall_ms) (void);
  /** Answers with looked (), not before it returns. */
  void (*look) (const ParlorErasureJob *job, gpointer user_data);
  /** Looks, answers with looked (), removes all that is his in the folder and the rows of that
   * recording, answers with erased (). Of PARLOR_ERASURE_ROWS it is rows alone. */
  void (*erase) (const ParlorErasureJob *job, gpointer user_data);
  /** He is not recorded any more in what runs. */
  void (*withdraw) (const ParlorErasureRow *row, gpointer user_data);
  /** He is out of it, as he asked himself; the row still says who he is. */
  void (*removed) (const ParlorErasureRow *row, gpointer user_data);
  gpointer user_data;
} ParlorErasuresSpec;

typedef struct _ParlorErasures ParlorErasures;

ParlorErasures *parlor_erasures_new (const ParlorErasuresSpec *spec);
/** NULL is ignored. */
void parlor_erasures_free (ParlorErasures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorErasures, parlor_erasures_free)
/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_erasures_load (gconstpointer row, gpointer self);

#define PARLOR_ERASURES_PLANNED_MAX 20
#define PARLOR_ERASURE_PLAN_MS (3600 * G_GINT64_CONSTANT (1000))

typedef struct
{
  const char *brand;
  const char *identity;                /**< or the next two; all three when he asks himself */
  const char *recording, *participant; /**< one participant of one recording */
  gboolean again;
} ParlorErasureWish;

/** Borrowed until the next change. Of an identity that is in no recording rows alone are looked at;
 * what was found says whether there was any. NULL: BAD_REQUEST (neither, or both), NOT_FOUND (no
 * such recording), TOO_MANY. */
const ParlorErasureRow *parlor_erasures_plan (ParlorErasures *self, const ParlorErasureWish *wish,
                                              const char *actor, GError **error);
/** Recordings that he came into since it was planned are added to it. FALSE: NOT_FOUND; CONFLICT:
 * it is not planned, or something is held: the message says why. */
gboolean parlor_erasures_start (ParlorErasures *self, const char *brand, const char *id,
                                const char *actor, GError **error);
/** He asks it himself, of this participant in this recording and of everybody in it who is of his
 * identity: begun at once, of what runs done when it is sealed, and under a hold kept as "held".
 * What he asks twice is one. Borrowed until the next change. NULL: NOT_FOUND. */
const ParlorErasureRow *parlor_erasures_ask (ParlorErasures *self, const ParlorErasureWish *wish,
                                             GError **error);
/** Whether it was begun so. */
gboolean parlor_erasure_is_own (const ParlorErasureRow *row);
/** One that was not started. FALSE: NOT_FOUND, CONFLICT. */
gboolean parlor_erasures_forget (ParlorErasures *self, const char *brand, const char *id,
                                 GError **error);
/** NULL = this brand has none of that id. */
const ParlorErasureRow *parlor_erasures_get (const ParlorErasures *self, const char *brand,
                                             const char *id);
/** The newest first, at most 100; transfer container. */
GPtrArray *parlor_erasures_of (const ParlorErasures *self, const char *brand);
/** What was found, one for each recording in their order (ParlorErasurePart); owned by the plan.
 * Empty after a restart. */
const GPtrArray *parlor_erasures_parts (const ParlorErasures *self, const char *id);

/** Answers of look () and erase (). */
void parlor_erasures_looked (ParlorErasures *self, const ParlorErasurePart *part);
/** `done` NULL: it failed, `reason` says why, and is tried again. */
void parlor_erasures_erased (ParlorErasures *self, const char *id, const char *recording,
                             const ParlorErasureDone *done, const char *reason);
/** About once a second: what waited goes on. */
void parlor_erasures_tick (ParlorErasures *self);

G_END_DECLS
