/* SPDX-License-Identifier: Apache-2.0 */
#include "http/again.h"

#include "http/cors.h"

struct _ParlorHttpAgain
{
  ParlorHttpRequest request; /* first; what it points to is in `strings` */
  ParlorSite *site;          /* borrowed */
  ParlorRouteHandler handler;
  ParlorHttpPending *pending; /* NULL: somebody else answers */
  GStringChunk *strings;      /* owned */
};

static ParlorHttpPending *
defer_again (ParlorHttpRequest *request)
{
  return g_steal_pointer (&((ParlorHttpAgain *)request)->pending);
}

gboolean
parlor_http_is_again (const ParlorHttpRequest *request)
{
  return request->defer == defer_again;
}

ParlorHttpAgain *
parlor_http_again_new (ParlorSite *site, ParlorHttpRequest *request, ParlorRouteHandler handler)
{
  ParlorHttpAgain *self = g_new0 (ParlorHttpAgain, 1);
  ParlorHttpRequest *copy = &self->request;
  self->site = site;
  self->handler = handler;
  self->strings = g_string_chunk_new (1024);
  *copy = *request;
  copy->method = g_string_chunk_insert (self->strings, request->method);
  copy->path = g_string_chunk_insert (self->strings, request->path);
  for (guint i = 0; i < copy->n_headers; i++)
    copy->headers[i] = (ParlorHttpHeader){
        g_string_chunk_insert (self->strings, request->headers[i].name),
        g_string_chunk_insert (self->strings, request->headers[i].value)};
  if (request->body != NULL)
    copy->body = g_string_chunk_insert_len (self->strings, request->body,
                                            (gssize)request->body_length);
  copy->defer = defer_again;
  copy->query = NULL;
  self->pending = parlor_http_defer (request);
  return self;
}

void
parlor_http_again (ParlorHttpAgain *self)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_cors_expose (&self->request, &reply);
  self->handler (self->site, &self->request, &reply);
  if (self->pending != NULL)
    parlor_http_answer (self->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_string_chunk_free (self->strings);
  g_free (self);
}
