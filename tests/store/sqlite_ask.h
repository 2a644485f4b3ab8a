/* SPDX-License-Identifier: Apache-2.0 */
/** A look into a database beside the store that has it open. */
#pragma once

#include <glib.h>

/** The first column of the first row, which is there. */
gint64 sqlite_ask (const char *path, const char *sql);
