/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the daemon orders of `parlor-composer`, over the socket of record/wire.h:
 *
 *     -> {"t":"render","folder":"/…/rec_…","out":"render-rnd_….webm","layout":"grid",
 *         "width":1280,"height":720,"exclude":["pt_…"],"from_ms":-1,"to_ms":-1,"names":true,
 *         "cuts":[[from_ms,to_ms],…],         "vault_key":"base64, of an enciphered recording"}
 *     <- {"t":"progress","done_ms":…,"all_ms":…}
 *     <- {"t":"done","sha256":…,"bytes":…,"duration_ms":…,"people":["pt_…"],
 *         "clock":[[from_ms,to_ms,file_ms],…]}    what of the room's clock lies where in the file
 *     <-
 * {"t":"failed","reason":"no_manifest|nothing_there|disk_full|io_error|composer","message":…}
 *
 * One order a process. The end of the socket means: it is not wanted any more. Any thread.
 */
#pragma once

#include "record/plan.h"

G_BEGIN_DECLS

#define PARLOR_RENDER_EXCLUDED_MAX 100

/** Behind the name of the file: while it is written; what an interrupted one left; of which plan
 * those are. Uploads leave out what ends so (record/away.h). */
#define PARLOR_COMPOSER_PART ".part"
#define PARLOR_COMPOSER_LAST ".last.part"
#define PARLOR_COMPOSER_PRINT ".plan.part"

typedef struct
{
  char *folder, *out; /* owned; `out` is a name in `folder` */
  char **excluded;    /* owned; plan.excluded */
  GArray *cuts;       /* ParlorPlanSpan, owned; plan.cuts */
  guint8 *vault_key;  /* owned; NULL = the recording lies in the clear */
  gboolean names;
  ParlorPlanSpec plan;
} ParlorRenderOrder;

/** NULL: it is none. */
ParlorRenderOrder *parlor_render_order_from_json (const json_t *json);
/** What makes a render another one, and the manifest's sum: the same text, the same plan (transfer
 * full). */
char *parlor_render_order_print (const ParlorRenderOrder *order, const char *manifest_sha256);
void parlor_render_order_free (ParlorRenderOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRenderOrder, parlor_render_order_free)

G_END_DECLS
