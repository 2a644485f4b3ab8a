/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A room's quality as a file, JSON or CSV: rows of `parlor_quality_kind` as text. Pure; any thread.
 * docs/protocol.md, "The record of quality", says what is in it.
 */
#pragma once

#include "room/qualitylog.h"

G_BEGIN_DECLS

/** {"room", "fields": […], "stays": [{"participant", "kind", "from", "to", "period_s", "samples":
 * [[…] …]}]}; unknown is null. (transfer full), UTF-8. */
GString *parlor_quality_to_json (const char *room, const ParlorQualityRow *const *rows,
                                 guint n_rows);
/** RFC 4180, a line a sample: participant, kind, time (ISO 8601, UTC), period_s, then the fields;
 * unknown is empty. (transfer full) */
GString *parlor_quality_to_csv (const ParlorQualityRow *const *rows, guint n_rows);

G_END_DECLS
