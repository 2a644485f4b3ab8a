/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Newcomers begin in the middle of a group of pictures: what is kept of it (gop.h) runs by as fast
 * as the pacer lets it, and what comes live follows (decisions 0031, 0098). Thread: worker. Private
 * to this folder.
 */
#pragma once

#include "router/state.h"

typedef enum
{
  PARLOR_REPLAY_NOTHING, /**< nothing is kept that would do */
  PARLOR_REPLAY_LESS,    /**< a still, or a smaller picture than wished: a key frame is needed */
  PARLOR_REPLAY_ALL,     /**< what is wished goes on by itself */
} ParlorReplayShown;

/** Begins a slot that shows nothing, has a target and may be sent to. */
ParlorReplayShown parlor_replay_begin (ParlorSlot *slot, gint64 now_us);
/** Something is kept that it could begin with. */
gboolean parlor_replay_is_something_kept (const ParlorSlot *slot);
