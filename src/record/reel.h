/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A recorded file, open to be decoded: its frames by index, without a copy. Of one thread; in the
 * processes that decode alone.
 */
#pragma once

#include "record/chain.h"
#include "record/plan.h"

G_BEGIN_DECLS

typedef struct _ParlorReel ParlorReel;

/** Where a recording lies; borrowed for as long as anything of it is open. */
typedef struct
{
  const char *folder;
  const guint8
      *vault_key; /**< nullable, see record/safe.h; what is enciphered is read into memory */
  GError **error; /**< nullable: the first file that could not be read (G_FILE_ERROR) */
} ParlorReelSource;

/** NULL: it cannot be read, which is said to the source, or it is no file of ours. */
ParlorReel *parlor_reel_open (const ParlorReelSource *source, const ParlorPlanFile *file);
void parlor_reel_free (ParlorReel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorReel, parlor_reel_free)

guint parlor_reel_n_frames (const ParlorReel *self);
gint64 parlor_reel_time_ms (const ParlorReel *self, guint i);
/** The last frame at or before `file_ms`; -1 = there is none. */
gint parlor_reel_find (const ParlorReel *self, gint64 file_ms);
/** The key frame from which frame `i` can be decoded; 0 when there is none. */
guint parlor_reel_key (const ParlorReel *self, guint i);
/** No other frame rests on it: it can be left out. Known of VP8 alone, whose upper temporal layer
 * (every other frame of what a browser sends) is such. */
gboolean parlor_reel_is_spare (const ParlorReel *self, guint i);
/** (transfer full), with its file time. */
GstBuffer *parlor_reel_frame (const ParlorReel *self, guint i);

/** A started decoder of the file's codec; NULL: there is none here. */
ParlorChain *parlor_reel_decoder (const ParlorPlanFile *file, ParlorChainFunc func,
                                  gpointer user_data);
/** What this thread has used of a core: to say where a render's time goes. */
gint64 parlor_reel_cpu_us (void);

/** Before the sandbox closes: loads what decodes. FALSE: not even VP8 and Opus. */
gboolean parlor_reel_preload (void);

G_END_DECLS
