/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/keys.h"

#include <openssl/crypto.h>

const char *
parlor_srtp_profile_name (ParlorSrtpProfile profile)
{
  switch (profile)
    {
    case PARLOR_SRTP_AEAD_AES_128_GCM:
      return "AEAD_AES_128_GCM";
    case PARLOR_SRTP_AES128_CM_HMAC_SHA1_80:
      return "AES128_CM_HMAC_SHA1_80";
    default:
      return "none";
    }
}

gsize
parlor_srtp_profile_salt_bytes (ParlorSrtpProfile profile)
{
  return profile == PARLOR_SRTP_AEAD_AES_128_GCM         ? 12
         : profile == PARLOR_SRTP_AES128_CM_HMAC_SHA1_80 ? 14
                                                         : 0;
}

gsize
parlor_srtp_profile_overhead (ParlorSrtpProfile profile)
{
  return profile == PARLOR_SRTP_AEAD_AES_128_GCM         ? 16
         : profile == PARLOR_SRTP_AES128_CM_HMAC_SHA1_80 ? 10
                                                         : 0;
}

void
parlor_srtp_keys_clear (ParlorSrtpKeys *keys)
{
  if (keys)
    OPENSSL_cleanse (keys, sizeof *keys);
}
