/* SPDX-License-Identifier: Apache-2.0 */
/* Between api.c and api_hooks.c. */
#pragma once

#include "base/error.h"
#include "hooks/api.h"

typedef struct
{
  ParlorApi parent;
  ParlorHookApiSpec spec;
} Api;

/* One call on its way to an answer; whoever answers frees it. */
typedef struct
{
  Api *api;
  ParlorApiDone done;
  gpointer user_data;
  ParlorPrincipal who;
  guint status;
  json_t *json;
  char *id; /* of the webhook; for events: where the reader stood */
  guint n, left;
  gboolean with_content;
} Reply;

Reply *reply_new (Api *api, const ParlorApiCall *call, ParlorApiDone done, gpointer user_data);
void reply_free (Reply *reply);
/* Both free the reply; `json` is taken. */
void reply_send (Reply *reply, guint status, json_t *json);
void reply_refuse (Reply *reply, ParlorErrorCode code, const char *message);
void reply_when_durable (Reply *reply, guint status, json_t *json);

gboolean take_url (Api *api, const json_t *json, char **url, GError **error);

void parlor_api_hooks (Reply *reply, const ParlorApiCall *call);
void parlor_api_hook_put (Reply *reply, const ParlorApiCall *call);
void parlor_api_hook_remove (Reply *reply, const ParlorApiCall *call);
void parlor_api_hook_test (Reply *reply, const ParlorApiCall *call);
