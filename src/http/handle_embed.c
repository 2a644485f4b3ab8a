/* SPDX-License-Identifier: Apache-2.0 */
/* A brand's own site: the sessions of its visitors, the way to a product, and the page for a frame.
 * No cookie counts there: a key lies in that site's storage and is good at that Origin alone. */
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"

#include <string.h>

#define SESSION_DAYS 30

/* Of {"room":"rm_…"} or {"brand":"br_… or its slug"}; NULL = no such. */
static const char *
brand_of (ParlorSite *site, const json_t *json)
{
  const char *room = json_string_value (json_object_get (json, "room"));
  const char *name = json_string_value (json_object_get (json, "brand"));
  const ParlorLiveRoom *live = room && site->spec.live ? parlor_live_find (site->spec.live, room)
                                                       : NULL;
  if (live)
    return parlor_live_info (live)->brand;
  const ParlorBrand *brand = name ? parlor_brands_find (site->spec.brands, name) : NULL;
  return brand ? brand->id : NULL;
}

void
parlor_site_open_session (ParlorSite *site, const ParlorHttpRequest *request, const json_t *json,
                          ParlorHttpReply *reply)
{
  char fresh[PARLOR_TOKEN_SIZE];
  const char *key = json_string_value (json_object_get (json, "token"));
  const char *origin = parlor_site_foreign (site, request);
  const char *brand = brand_of (site, json);
  if (!brand || !site->spec.visitors)
    parlor_http_problem (reply, 404, "not_found", "There is no such room or brand.");
  else if (!origin)
    parlor_http_problem (
        reply, 400, "bad_request",
        "Such a session is for a page of a brand's own site: an Origin is needed.");
  else if (parlor_site_welcomes (site, request, brand, reply))
    {
      const ParlorVisitor *visitor = parlor_site_meet_at (site, request, brand, origin, key, fresh);
      parlor_http_reply_json (reply, *fresh ? 201 : 200,
                              json_pack ("{s:s,s:s,s:s,s:I}", "token", *fresh ? fresh : key,
                                         "visitor", visitor->id, "brand", brand, "expires_in",
                                         (json_int_t)(SESSION_DAYS * 24 * 3600)));
    }
}

/* The same click as GET …/go/{sku}, told to a script: it fires `product-open` with this address. */
void
parlor_handle_go_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autofree char *url = parlor_site_mint_handoff (site, request, reply);
  if (url)
    parlor_http_reply_json (reply, 201, json_pack ("{s:s}", "url", url));
}

/* Who may frame the page: the brand's origins, as its row has them. One with a character that could
 * break out of the policy is nobody's. (Transfer full.) */
static char *
ancestors_of (const ParlorBrand *brand)
{
  g_autoptr (GString) list = g_string_new ("'self'");
  g_auto (GStrv) origins = g_strsplit_set (brand ? brand->origins : "", " ,\n", -1);
  for (guint i = 0; origins[i]; i++)
    if (strspn (origins[i], G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-.:/[]") == strlen (origins[i])
        && *origins[i])
      g_string_append_printf (list, " %s", origins[i]);
  return g_strdup (list->str);
}

/* For a site that takes no foreign script: the page by itself. */
void
parlor_handle_frame_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorLiveRoom *live = parlor_live_find (site->spec.live, request->params[0]);
  g_autofree char *path = site->spec.web_dir
                              ? g_build_filename (site->spec.web_dir, "live.html", NULL)
                              : NULL;
  g_autofree char *page = NULL;
  if (!live || !path || !g_file_get_contents (path, &page, NULL, NULL))
    {
      parlor_http_problem (reply, 404, "no_such_room", "There is no stream at this address.");
      return;
    }
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, parlor_live_info (live)->brand);
  g_autofree char *ancestors = ancestors_of (brand);
  parlor_http_reply_text (reply, 200, "text/html; charset=utf-8", page);
  parlor_http_reply_header (reply, "Cache-Control", "no-cache");
  parlor_static_secure_page (request, ancestors, reply);
}
