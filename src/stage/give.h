/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an encoder made, back to the daemon: RTP packets in RFC 4571 frames into an inject, and now
 * and then a sender report (room/media.h, second_open ()) that ties their timestamps to the clock.
 * Any thread.
 */
#pragma once

#include <gst/app/gstappsink.h>

G_BEGIN_DECLS

typedef struct _ParlorStageGive ParlorStageGive;

/** Takes the packets of `sink`, the payloader's, from now on; `fd` is borrowed. Nothing is freed
 * before the process ends. A daemon that has gone ends the process. */
ParlorStageGive *parlor_stage_give_new (int fd, GstAppSink *sink);
/** At `local_us` of the monotonic clock the picture or sound with this RTP timestamp was taken. */
void parlor_stage_give_report (ParlorStageGive *self, gint64 local_us, guint32 rtp_timestamp);
/** Bytes that came back: whoever injects is asked for a key frame. FALSE: the daemon has gone. */
gboolean parlor_stage_give_read (ParlorStageGive *self);
/** The time of the newest buffer that went out, nanoseconds; -1 = none yet. */
gint64 parlor_stage_give_time_ns (ParlorStageGive *self);

G_END_DECLS
