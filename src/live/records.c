/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of live rooms, as src/store/sql/0020_live.sql has them. */
#include "live/events.h"

static const ParlorField live_fields[] = {
    PARLOR_TEXT (ParlorLiveInfo, room),      PARLOR_TEXT (ParlorLiveInfo, brand),
    PARLOR_TEXT (ParlorLiveInfo, title),     PARLOR_TEXT (ParlorLiveInfo, summary),
    PARLOR_TEXT (ParlorLiveInfo, image),     PARLOR_TEXT (ParlorLiveInfo, host),
    PARLOR_INT (ParlorLiveInfo, state),      PARLOR_INT (ParlorLiveInfo, scheduled_ms),
    PARLOR_INT (ParlorLiveInfo, live_ms),    PARLOR_INT (ParlorLiveInfo, ended_ms),
    PARLOR_INT (ParlorLiveInfo, made_ms),    PARLOR_INT (ParlorLiveInfo, epoch),
    PARLOR_INT (ParlorLiveInfo, slow_s),     PARLOR_INT (ParlorLiveInfo, likes),
    PARLOR_INT (ParlorLiveInfo, peak),       PARLOR_TEXT (ParlorLiveInfo, blocked),
    PARLOR_TEXT (ParlorLiveInfo, rep_group),
};

const ParlorRecordKind parlor_live_kind = {
    .table = "live_rooms",
    .fields = live_fields,
    .n_fields = G_N_ELEMENTS (live_fields),
    .n_key = 1,
    .size = sizeof (ParlorLiveInfo),
};

static const ParlorField pin_fields[] = {
    PARLOR_TEXT (ParlorPin, id),   PARLOR_TEXT (ParlorPin, room),   PARLOR_TEXT (ParlorPin, sku),
    PARLOR_TEXT (ParlorPin, note), PARLOR_INT (ParlorPin, from_ms), PARLOR_INT (ParlorPin, to_ms),
    PARLOR_INT (ParlorPin, at_ms), PARLOR_TEXT (ParlorPin, title),  PARLOR_TEXT (ParlorPin, price),
};

const ParlorRecordKind parlor_pin_kind = {
    .table = "pins",
    .fields = pin_fields,
    .n_fields = G_N_ELEMENTS (pin_fields),
    .n_key = 1,
    .size = sizeof (ParlorPin),
};

static const ParlorField comment_fields[] = {
    PARLOR_TEXT (ParlorComment, id),        PARLOR_TEXT (ParlorComment, room),
    PARLOR_TEXT (ParlorComment, client_id), PARLOR_TEXT (ParlorComment, person),
    PARLOR_TEXT (ParlorComment, visitor),   PARLOR_TEXT (ParlorComment, name),
    PARLOR_TEXT (ParlorComment, text),      PARLOR_INT (ParlorComment, room_ms),
    PARLOR_INT (ParlorComment, at_ms),      PARLOR_INT (ParlorComment, flags),
};

const ParlorRecordKind parlor_comment_kind = {
    .table = "comments",
    .fields = comment_fields,
    .n_fields = G_N_ELEMENTS (comment_fields),
    .n_key = 1,
    .size = sizeof (ParlorComment),
};

static const ParlorField poll_fields[] = {
    PARLOR_TEXT (ParlorPoll, id),       PARLOR_TEXT (ParlorPoll, room),
    PARLOR_TEXT (ParlorPoll, question), PARLOR_TEXT (ParlorPoll, options),
    PARLOR_TEXT (ParlorPoll, votes),    PARLOR_INT (ParlorPoll, from_ms),
    PARLOR_INT (ParlorPoll, to_ms),
};

const ParlorRecordKind parlor_poll_kind = {
    .table = "polls",
    .fields = poll_fields,
    .n_fields = G_N_ELEMENTS (poll_fields),
    .n_key = 1,
    .size = sizeof (ParlorPoll),
};
