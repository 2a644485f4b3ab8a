/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A request that cannot be answered yet and is handled a second time when it can: what its handler
 * looks up and judges is looked up and judged then.
 *
 * Thread: control.
 */
#pragma once

#include "http/routes.h"

G_BEGIN_DECLS

typedef struct _ParlorHttpAgain ParlorHttpAgain;

/** Defers the request, whose handler returns with an untouched reply. Query parameters are not
 * kept. */
ParlorHttpAgain *parlor_http_again_new (ParlorSite *site, ParlorHttpRequest *request,
                                        ParlorRouteHandler handler);
/** Calls the handler, answers with its reply (unless it defers once more) and frees `again`. */
void parlor_http_again (ParlorHttpAgain *again);
/** It is handled for the second time. */
gboolean parlor_http_is_again (const ParlorHttpRequest *request);

G_END_DECLS
