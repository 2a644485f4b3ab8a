/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ice_servers.h"

static char *
credential_for (const char *secret, const char *username)
{
  guint8 digest[20];
  gsize size = sizeof digest;
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *)secret, strlen (secret));
  g_hmac_update (hmac, (const guchar *)username, -1);
  g_hmac_get_digest (hmac, digest, &size);
  return g_base64_encode (digest, size);
}

static json_t *
server_with_credentials (const ParlorConfig *config, const char *url, const char *identity,
                         gint64 wall_ms)
{
  g_autofree char *username = g_strdup_printf ("%" G_GINT64_FORMAT ":%s",
                                               wall_ms / 1000 + config->turn_ttl_sec, identity);
  g_autofree char *credential = credential_for (config->turn_secret, username);
  return json_pack ("{s:[s],s:s,s:s}", "urls", url, "username", username, "credential", credential);
}

json_t *
parlor_ice_servers (const ParlorConfig *config, const char *identity, gint64 wall_ms)
{
  json_t *list = json_array ();
  for (guint i = 0; config->turn_urls && config->turn_urls[i]; i++)
    {
      const char *url = config->turn_urls[i];
      gboolean needs_secret = !g_str_has_prefix (url, "stun:");
      if (!needs_secret)
        json_array_append_new (list, json_pack ("{s:[s]}", "urls", url));
      else if (identity && config->turn_secret)
        json_array_append_new (list, server_with_credentials (config, url, identity, wall_ms));
    }
  return list;
}
