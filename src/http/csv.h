/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tables for a spreadsheet: CSV (RFC 4180) with a byte order mark, so that a Chinese Excel reads
 * UTF-8, and with no cell that a spreadsheet would take for a formula.
 *
 * Thread: any.
 */
#pragma once

#include "http/request.h"

G_BEGIN_DECLS

/** An empty table (transfer full). */
GString *parlor_csv_new (void);
/** Behind the cells of this line; NULL = empty. What begins with = + - @, a tab or a return gets an
    apostrophe in front, but for plain numbers. */
void parlor_csv_text (GString *csv, const char *text);
void parlor_csv_number (GString *csv, gint64 number);
/** A moment as "2026-11-22 20:00:00" of that zone; 0 = empty. */
void parlor_csv_moment (GString *csv, gint64 ms, int utc_offset_min);
void parlor_csv_end_line (GString *csv);
/** 200 with this table as a file of that name (ASCII, without quotes); takes `csv`. */
void parlor_csv_reply (ParlorHttpReply *reply, GString *csv, const char *name);

G_END_DECLS
