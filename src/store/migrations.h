/* SPDX-License-Identifier: Apache-2.0 */
/** The files of sql/ in order, as text, NULL at the end. The i-th (from 0) makes version i + 1. */
#pragma once

extern const char *const parlor_store_migrations[];
