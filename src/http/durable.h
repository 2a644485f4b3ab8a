/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The answer that waits for the disk: "201" is said of what survives a crash, else 503.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"

G_BEGIN_DECLS

/** Answers when what was done survives a crash; takes `json` (nullable: no body). */
void parlor_site_answer_when_durable (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply, guint status, json_t *json);

G_END_DECLS
