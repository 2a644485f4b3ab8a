/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One tap's packets as a decoder wants them: in the order of their numbers, on one line of time
 * that also holds when the publisher changes the layer or begins anew. Of one thread.
 */
#pragma once

#include "record/rtpin.h"

G_BEGIN_DECLS

typedef struct
{
  /** In order. `time_ns` counts from some instant before the first packet; `lost`: some before it
   * will not come. The packet may be changed. */
  void (*packet) (guint8 *packet, gsize length, ParlorCodec codec, gint64 time_ns, gboolean lost,
                  gpointer user_data);
  /** At `local_us` of the monotonic clock `time_ns` of the packets was sampled. Nullable. */
  void (*report) (gint64 local_us, gint64 time_ns, gpointer user_data);
  gpointer user_data;
} ParlorStageFeedOps;

typedef struct _ParlorStageFeed ParlorStageFeed;

/** `fd`: of a tap, borrowed. */
ParlorStageFeed *parlor_stage_feed_new (int fd, const ParlorRtpFormats *formats,
                                        const ParlorStageFeedOps *ops);
void parlor_stage_feed_free (ParlorStageFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStageFeed, parlor_stage_feed_free)

/** Reads what is there, without waiting, and gives what is due. FALSE: the tap has ended. */
gboolean parlor_stage_feed_read (ParlorStageFeed *self, gint64 now_us);
/** When read () has something to do though nothing came; G_MAXINT64 = never. */
gint64 parlor_stage_feed_next_us (const ParlorStageFeed *self);
int parlor_stage_feed_fd (const ParlorStageFeed *self);
/** Asks the publisher for a key frame, no more often than twice a second. */
void parlor_stage_feed_want_key_frame (ParlorStageFeed *self, gint64 now_us);

G_END_DECLS
