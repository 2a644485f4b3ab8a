/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A reply's body as libmicrohttpd sends it: bytes that are shared, a file, or a reader that is
 * asked for a block at a time.
 *
 * Thread: control.
 */
#pragma once

#include "http/request.h"

#include <microhttpd.h>

G_BEGIN_DECLS

/** (transfer full) Takes file and reader out of `reply`; it is no upgrade. NULL: out of memory. */
struct MHD_Response *parlor_response_new (ParlorHttpReply *reply);

G_END_DECLS
