/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which source is in which receive slot of one endpoint (DESIGN section 4). Two halves, both pure:
 *
 * - the *table*: fits a list of wishes, most wanted first, into the slots of one kind with as few
 * changes as possible: who is still wanted stays where he is, whoever is new takes a slot that came
 * free;
 * - the *policy*: makes that list out of what the page shows, pins, the dominant speaker and the
 * order of joining; and chooses the stage of a player that knows no slots (WHEP).
 *
 * Control thread.
 */
#pragma once

#include "room/media.h"

G_BEGIN_DECLS

/** A source wanted in a slot. */
typedef struct
{
  ParlorSourceRef source;
  guint height; /**< picture height wanted, pixels; 0 = as much as there is */
} ParlorSlotWish;

typedef struct
{
  char mid[PARLOR_MID_SIZE];
  ParlorSlotKind kind;
  ParlorSourceRef source; /**< endpoint 0 = empty */
  guint height;
  gboolean has_rtp;      /**< the source's first packet left */
  guint32 rtp_timestamp; /**< of that packet, as the receiver sees it */
  gboolean untold;       /**< the page does not know this state yet */
  gboolean has_clock;    /**< of its present source: clock_rtp was taken at clock_us … */
  gboolean clock_untold; /**< … which the page does not know yet */
  guint32 clock_rtp;
  gint64 clock_us; /**< monotonic */
} ParlorSlot;

typedef struct _ParlorSlotTable ParlorSlotTable;

/** A slot got another source (endpoint 0: none) or another wanted height: to be put to
 * media->select. */
typedef void (*ParlorSlotSelect) (guint slot, ParlorSourceRef source, guint height,
                                  gpointer user_data);

/** All slots empty and untold. `n` <= PARLOR_MAX_SLOTS. */
ParlorSlotTable *parlor_slot_table_new (const ParlorSlotInfo *slots, guint n);
void parlor_slot_table_free (ParlorSlotTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSlotTable, parlor_slot_table_free)

guint parlor_slot_table_length (const ParlorSlotTable *table);
/** NULL past the end; borrowed. */
const ParlorSlot *parlor_slot_table_get (const ParlorSlotTable *table, guint i);
/** How many slots of this kind there are. */
guint parlor_slot_table_count (const ParlorSlotTable *table, ParlorSlotKind kind);

/**
 * Puts the first wishes into the slots of `kind`, as many as there are slots. Calls `select` once
 * for each slot that changes. Wishes with endpoint 0 and second ones of the same source are
 * skipped.
 */
void parlor_slot_table_fit (ParlorSlotTable *table, ParlorSlotKind kind,
                            const ParlorSlotWish *wishes, guint n, ParlorSlotSelect select,
                            gpointer user_data);

/**
 * The media plane showed `source` in `slot`. Audio slots take what it says (the media plane fills
 * them); for the others it is ignored when the slot holds something else by now. TRUE = the page is
 * to be told.
 */
gboolean parlor_slot_table_shown (ParlorSlotTable *table, guint slot, ParlorSourceRef source,
                                  gboolean has_rtp, guint32 rtp_timestamp);

/**
 * The media plane knows when what has this RTP timestamp in `slot` was taken. Returns how many
 * slots' clocks the page is to be told, which are theirs in `told` and marked so: all as they come
 * when `always`; else those of a person's sound and picture, as soon as both are known, so that
 * they can be held together.
 */
guint parlor_slot_table_clock (ParlorSlotTable *table, guint slot, guint32 rtp_timestamp,
                               gint64 capture_us, gboolean always, guint told[2]);

/** Empties audio slots that hold this endpoint, which is gone. */
void parlor_slot_table_forget (ParlorSlotTable *table, ParlorEndpointId endpoint);

/** Indices of the slots that the page does not know, marked as told. Returns how many. */
guint parlor_slot_table_take_untold (ParlorSlotTable *table, guint indices[PARLOR_MAX_SLOTS]);
gboolean parlor_slot_table_has_untold (const ParlorSlotTable *table);
/** After an answer: all are to be told again. */
void parlor_slot_table_untell (ParlorSlotTable *table);

/** What a page shows, as the domain keeps it: endpoints for people. */
typedef struct
{
  ParlorEndpointId endpoint;
  guint height;
} ParlorSlotTile;

/** Everything the policy looks at for one receiver. Borrowed for the call. Whoever shows no camera
   is 0 in `speaker`, `pinned` and `tiles`. */
typedef struct
{
  ParlorEndpointId self;           /**< never shown to himself */
  const ParlorEndpointId *cameras; /**< that can be shown, in the order of joining */
  guint n_cameras;
  const ParlorEndpointId *screens; /**< that are shared, the newest first */
  guint n_screens;
  ParlorEndpointId speaker; /**< dominant; 0 = nobody */
  gboolean has_view;        /**< the page said what it shows */
  gboolean visible;         /**< FALSE: audio only */
  ParlorEndpointId pinned;  /**< 0 = nobody */
  ParlorEndpointId screen;  /**< chosen by the page; 0 = the newest */
  const ParlorSlotTile *tiles;
  guint n_tiles;
} ParlorSlotScene;

/** Height wanted for a camera of which the page gave no size. */
#define PARLOR_SLOT_DEFAULT_HEIGHT 360

/** Cameras, most wanted first: pinned, dominant speaker, tiles as given; without a view: the order
   of joining. At most `max`; returns how many. */
guint parlor_slots_cameras (const ParlorSlotScene *scene, ParlorSlotWish *wishes, guint max);
/** The screen to show, 0 = none: the one chosen, else the newest of somebody else. */
ParlorEndpointId parlor_slots_screen (const ParlorSlotScene *scene);

/** What the stage looks at. */
typedef struct
{
  ParlorEndpointId pinned;         /**< by a host; 0 = nobody */
  ParlorEndpointId screen;         /**< the newest; 0 = none */
  ParlorEndpointId speaker;        /**< dominant, after the hang-over; 0 = nobody yet */
  const ParlorEndpointId *cameras; /**< in the order of joining */
  guint n_cameras;
} ParlorStageScene;

/** Pinned, else the screen, else the speaker's camera, else the first camera. endpoint 0 = nothing.
 */
ParlorSourceRef parlor_slots_stage (const ParlorStageScene *scene);

/** How long another must be dominant before the stage turns to him. */
#define PARLOR_STAGE_HANGOVER_US (G_GINT64_CONSTANT (1000000))

G_END_DECLS
