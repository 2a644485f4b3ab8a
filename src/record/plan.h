/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a render shows and when: made of a recording's manifest (record/manifest.h) before the first
 * frame is decoded. *Lanes* are the tracks that are needed, each with its files on the room's
 * clock; *scenes* follow each other without a gap and say which lane's picture stands where.
 *
 * Who has withdrawn his consent, or is to be left out, has no lane, no tile and no name here: what
 * he allowed to be kept stays in the recording, a render is a new use of it. Somebody without a
 * camera has a tile with his name. Any bytes may stand in the manifest: what makes no sense is left
 * out.
 *
 * All times are milliseconds of the room's clock unless they are called file. Pure; any thread.
 */
#pragma once

#include "record/layout.h"

#include <jansson.h>

G_BEGIN_DECLS

#define PARLOR_PLAN_LANES_MAX 1000

typedef struct
{
  gint64 room_ms, file_ms;
} ParlorPlanPiece;

/** One file of a lane. */
typedef struct
{
  char *path;  /**< a name in the recording's folder */
  char *codec; /**< "VP8", "opus", … as the manifest says */
  gint64 from_ms, to_ms;
  GArray *clock; /**< ParlorPlanPiece, at least one */
} ParlorPlanFile;

gint64 parlor_plan_to_room (const ParlorPlanFile *file, gint64 file_ms);
gint64 parlor_plan_to_file (const ParlorPlanFile *file, gint64 room_ms);

typedef struct
{
  char *participant;
  char *name;    /**< to be drawn in; "" = none */
  char *company; /**< of a partner: drawn in as external; "" = he is of the house */
  gboolean is_audio, is_screen;
  GPtrArray *files; /**< ParlorPlanFile, by from_ms; may be empty: a name alone */
} ParlorPlanLane;

typedef struct
{
  guint lane;
  ParlorRect place;
} ParlorPlanTile;

typedef struct
{
  gint64 from_ms;
  guint n_tiles;
  ParlorPlanTile tiles[PARLOR_LAYOUT_TILES_MAX];
} ParlorPlanScene;

typedef struct
{
  gint64 from_ms, to_ms;
} ParlorPlanSpan;

#define PARLOR_PLAN_CUTS_MAX 50
/** What is kept between two cuts and is shorter than this is left out with them. */
#define PARLOR_PLAN_SPAN_MIN_MS 100

typedef struct
{
  ParlorLayout layout;
  guint width, height;         /**< of the canvas */
  const char *const *excluded; /**< nullable: ids or identities of who is left out */
  gint64 from_ms, to_ms;       /**< -1 = from the beginning, to the end */
  const ParlorPlanSpan *cuts;  /**< what lies in them is in no frame; any order; nullable */
  guint n_cuts;
} ParlorPlanSpec;

typedef struct
{
  gint64 from_ms, to_ms;
  GArray *spans;     /**< ParlorPlanSpan: what is kept, in order, at least one */
  GPtrArray *lanes;  /**< ParlorPlanLane */
  GArray *scenes;    /**< ParlorPlanScene; at least one, the first at from_ms */
  GPtrArray *people; /**< ids (char *) of who can be seen or heard in it */
} ParlorPlan;

/** NULL: nothing of the manifest lies between the two. */
ParlorPlan *parlor_plan_new (const json_t *manifest, const ParlorPlanSpec *spec);
void parlor_plan_free (ParlorPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPlan, parlor_plan_free)

/** Of what is kept. */
gint64 parlor_plan_duration_ms (const ParlorPlan *plan);

/** The scene at that instant; borrowed. */
const ParlorPlanScene *parlor_plan_scene (const ParlorPlan *plan, gint64 room_ms);

G_END_DECLS
