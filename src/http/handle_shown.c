/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown in conversations: a brand's materials and people's pictures. */
#include "base/picture.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/range.h"
#include "http/reps_call.h"

#include <string.h>

/* ---- materials ------------------------------------------------------------------------------- */

static json_t *
material_json (const ParlorMaterial *material)
{
  return json_pack ("{s:s,s:s,s:s,s:I,s:b,s:I}", "id", material->id, "title", material->title,
                    "url", material->url, "version", (json_int_t)material->version, "withdrawn",
                    material->withdrawn, "changed_at", (json_int_t)material->changed_ms);
}

void
parlor_handle_material_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->materials->len; i++)
    json_array_append_new (list, material_json (call.brand->materials->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "materials", list));
}

/* {id?, title, url, withdrawn?}: another url is a new version. */
void
parlor_handle_material_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  const json_t *withdrawn = json_object_get (call.body, "withdrawn");
  ParlorMaterialSpec spec = {
      .id = reps_text (call.body, "id"),
      .title = reps_text (call.body, "title"),
      .url = reps_text (call.body, "url"),
      .withdrawn = json_is_boolean (withdrawn) ? json_is_true (withdrawn) : -1,
  };
  const ParlorMaterial *known = parlor_service_material (call.site->service, spec.id);
  if (spec.id && (!known || known->brand != call.brand))
    {
      reps_not_found (reply, "material");
      return;
    }
  const ParlorMaterial *material = parlor_service_put_material (call.brand, &spec, reps_now (site),
                                                                &error);
  if (material)
    reps_answer_durably (&call, request, reply, 200, material_json (material));
  else
    parlor_http_problem_from_error (reply, error);
}

static void
say_page (ParlorHttpReply *reply, guint status, const char *en, const char *zh, const char *title,
          const char *url)
{
  g_autofree char *name = g_markup_escape_text (title, -1);
  g_autofree char *link = url ? g_markup_escape_text (url, -1) : NULL;
  GString *page = g_string_new (NULL);
  g_string_append_printf (
      page,
      "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>%s</title><h1>%s</h1><p>%s</p><p lang=\"en\">%s</p>",
      name, name, zh, en);
  if (link)
    g_string_append_printf (page, "<p><a rel=\"noreferrer\" href=\"%s\">%s</a></p>", link, name);
  g_autofree char *text = g_string_free (page, FALSE);
  parlor_http_reply_text (reply, status, "text/html; charset=utf-8", text);
  parlor_http_reply_header (reply, "Content-Security-Policy",
                            "default-src 'none'; sandbox "
                            "allow-popups allow-top-navigation-"
                            "by-user-activation");
  parlor_http_reply_header (reply, "X-Content-Type-Options", "nosniff");
}

/* The link that stands in a message: to that version where it is the newest, else it says so. */
void
parlor_handle_material_open (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorServiceSite *service = site->spec.service;
  const ParlorMaterial *material = service ? parlor_service_material (service->service,
                                                                      request->params[0])
                                           : NULL;
  gint64 version = g_ascii_strtoll (request->params[1], NULL, 10);
  if (!material || version < 1 || version > material->version)
    reps_not_found (reply, "material");
  else if (material->withdrawn)
    say_page (reply, 410, "This was withdrawn.", "该资料已撤回。", material->title, NULL);
  else if (version < material->version)
    say_page (reply, 200, "This has been updated. The newest version:", "已更新。最新版本：",
              material->title, material->url);
  else
    {
      reply->status = 303;
      parlor_http_reply_header (reply, "Location", material->url);
      parlor_http_reply_header (reply, "Referrer-Policy", "no-referrer");
    }
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* A page's device key (X-Parlor-Device) or its cookie says which visitor it is; who has neither is
 * judged as whoever signed in. */
static void
who_sends (ParlorSite *site, const ParlorHttpRequest *request,
           const ParlorConversation *conversation, ParlorPrincipal *who)
{
  const char *brand = conversation->customer->brand->id;
  ParlorPrincipal visitor = {.caller = PARLOR_CALLER_VISITOR};
  const char *cookie = parlor_site_visitor_of (site, request, brand);
  const char *device = parlor_http_header (request, "X-Parlor-Device");
  parlor_site_principal (site, request, who);
  if (cookie)
    g_strlcpy (visitor.subject, cookie, sizeof visitor.subject);
  else if (!parlor_service_visitor_of_device (device, visitor.subject))
    return;
  if (who->caller == PARLOR_CALLER_STRANGER || device)
    {
      g_strlcpy (visitor.brand, brand, sizeof visitor.brand);
      *who = visitor;
    }
}

/* The conversation that the address names, where the caller may write in it. */
static ParlorConversation *
find_place (ParlorSite *site, const ParlorHttpRequest *request, GError **error)
{
  const ParlorServiceSite *service = site->spec.service;
  const char *id = parlor_http_query (request, "conversation");
  const char *brand = parlor_http_query (request, "brand");
  ParlorConversation *conversation = service ? parlor_service_conversation (
                                         service->service, brand ? brand : PARLOR_DEMO_BRAND, id)
                                             : NULL;
  ParlorPrincipal who;
  if (!conversation)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                           "There is no such conversation.");
      return NULL;
    }
  who_sends (site, request, conversation, &who);
  return parlor_service_may (conversation, &who, PARLOR_MAY_WRITE, NULL, reps_now (site), error)
             ? conversation
             : NULL;
}

gboolean
parlor_picture_take (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  gint64 wait_us = parlor_rate_limit_take (site->uploads, request->peer, parlor_site_now_us (site));
  if (wait_us)
    parlor_http_too_many (reply, wait_us,
                          "Too many pictures came from this address. Wait a little.");
  return !wait_us;
}

gboolean
parlor_upload_admit (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  if (find_place (site, request, &error))
    return parlor_picture_take (site, request, reply);
  parlor_http_problem_from_error (reply, error);
  return FALSE;
}

/* The picture itself is the body; ?conversation=cnv_…&brand=br_…. */
void
parlor_handle_upload (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  const ParlorServiceSite *service = site->spec.service;
  ParlorPictureInfo info;
  ParlorConversation *place = find_place (site, request, &error);
  if (!place)
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  if (!request->admitted && !parlor_picture_take (site, request, reply))
    return;
  const guint8 *data = (const guint8 *)request->body;
  g_autoptr (GByteArray) clean = data ? parlor_picture_clean (data, request->body_length, &info)
                                      : NULL;
  if (!clean)
    {
      parlor_http_problem (reply, 415, "unsupported_media",
                           "The body must be a JPEG, PNG or WebP of at most 10 MB.");
      return;
    }
  const ParlorUpload *upload = parlor_service_put_upload (place, info.type, info.width, info.height,
                                                          clean->len, reps_now (site), &error);
  if (!upload)
    parlor_http_problem_from_error (reply, error);
  else if (!service->keep_picture (upload->id, clean, service->user_data))
    {
      parlor_service_drop_upload (service->service, upload->id);
      parlor_http_problem (reply, 503, "unavailable", "The disk does not take it now.");
    }
  else
    parlor_http_reply_json (reply, 201,
                            json_pack ("{s:s,s:s,s:i,s:i,s:I}", "id", upload->id, "type",
                                       upload->type, "width", (int)upload->width, "height",
                                       (int)upload->height, "bytes", (json_int_t)upload->bytes));
}

/* Who knows the id may see it: it stands in that conversation alone. Nothing in it runs. */
void
parlor_handle_upload_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorServiceSite *service = site->spec.service;
  const ParlorUpload *upload = service
                                   ? parlor_service_upload (service->service, request->params[0])
                                   : NULL;
  guint64 size = 0;
  int fd = upload ? service->open_picture (upload->id, &size, service->user_data) : -1;
  if (fd < 0)
    {
      reps_not_found (reply, "picture");
      return;
    }
  g_autofree char *etag = g_strdup_printf ("\"%s\"", upload->id);
  parlor_http_reply_file (request, reply, fd, size, upload->type, etag);
  parlor_http_reply_header (reply, "Content-Security-Policy", "default-src 'none'; sandbox");
  parlor_http_reply_header (reply, "Content-Disposition", "inline; filename=\"picture\"");
  parlor_http_reply_header (reply, "Cross-Origin-Resource-Policy", "same-origin");
  parlor_http_reply_header (reply, "Referrer-Policy", "no-referrer");
}
