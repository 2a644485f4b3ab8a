/* SPDX-License-Identifier: Apache-2.0 */
#include "load/place.h"

#include "load/janus.h"
#include "load/whip.h"

gboolean
load_place_negotiate (const LoadPlace *place, const LoadOffer *own, LoadAnswer *answer,
                      GError **error)
{
  g_autofree char *url = NULL;

  if (place->server == LOAD_JANUS)
    return own->publish
               ? load_janus_publish (place->url, place->room, place->identity, own, answer, error)
               : load_janus_watch (place->url, place->room, place->identity, own, answer, error);
  url = g_strdup_printf ("%s/%s/%s%s%s", place->url, own->publish ? "whip" : "whep", place->room,
                         place->identity ? "/" : "", place->identity ? place->identity : "");
  return load_whip_post (url, place->token, own, answer, error);
}

void
load_place_leave (const LoadPlace *place, const LoadAnswer *answer)
{
  if (answer->location == NULL)
    return;
  if (place->server == LOAD_JANUS)
    load_janus_leave (answer->location);
  else
    load_whip_delete (answer->location, place->token);
}
