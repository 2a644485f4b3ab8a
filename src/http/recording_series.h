/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which occurrence of its room's schedule a recording is of: reckoned from the schedule as it is
 * now, kept nowhere.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"

#include <jansson.h>

G_BEGIN_DECLS

/** To each object of `list`, the recording of the same place in `rows` (ParlorRecordingRow):
 * `occurrence` {series, start, end}, null where its room has no schedule or it ran at none of its
 * times. A room's times are reckoned once. */
void parlor_site_add_occurrences (ParlorSite *site, const GPtrArray *rows, json_t *list);

G_END_DECLS
