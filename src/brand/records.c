/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/records.h"

static const ParlorField brand_fields[] = {
    PARLOR_TEXT (ParlorBrand, id),          PARLOR_TEXT (ParlorBrand, slug),
    PARLOR_TEXT (ParlorBrand, name),        PARLOR_TEXT (ParlorBrand, origins),
    PARLOR_TEXT (ParlorBrand, domains),     PARLOR_TEXT (ParlorBrand, hours),
    PARLOR_TEXT (ParlorBrand, confirm),     PARLOR_TEXT (ParlorBrand, may_start),
    PARLOR_TEXT (ParlorBrand, consent),     PARLOR_INT (ParlorBrand, retention_days),
    PARLOR_TEXT (ParlorBrand, secret),      PARLOR_TEXT (ParlorBrand, oidc_issuer),
    PARLOR_TEXT (ParlorBrand, oidc_client), PARLOR_TEXT (ParlorBrand, oidc_secret),
    PARLOR_INT (ParlorBrand, created_ms),   PARLOR_INT (ParlorBrand, closed_ms),
    PARLOR_INT (ParlorBrand, silence_h),
};

static const ParlorField user_fields[] = {
    PARLOR_TEXT (ParlorUser, id),      PARLOR_TEXT (ParlorUser, brand),
    PARLOR_TEXT (ParlorUser, login),   PARLOR_TEXT (ParlorUser, name),
    PARLOR_TEXT (ParlorUser, roles),   PARLOR_TEXT (ParlorUser, groups),
    PARLOR_TEXT (ParlorUser, rep),     PARLOR_TEXT (ParlorUser, password),
    PARLOR_TEXT (ParlorUser, subject), PARLOR_INT (ParlorUser, created_ms),
    PARLOR_INT (ParlorUser, seen_ms),  PARLOR_INT (ParlorUser, disabled_ms),
};

static const ParlorField key_fields[] = {
    PARLOR_TEXT (ParlorApiKey, id),        PARLOR_TEXT (ParlorApiKey, brand),
    PARLOR_TEXT (ParlorApiKey, name),      PARLOR_TEXT (ParlorApiKey, secret),
    PARLOR_TEXT (ParlorApiKey, scopes),    PARLOR_INT (ParlorApiKey, created_ms),
    PARLOR_INT (ParlorApiKey, used_ms),    PARLOR_INT (ParlorApiKey, expires_ms),
    PARLOR_INT (ParlorApiKey, revoked_ms),
};

static const ParlorField signin_fields[] = {
    PARLOR_TEXT (ParlorSignin, id),     PARLOR_TEXT (ParlorSignin, brand),
    PARLOR_TEXT (ParlorSignin, person), PARLOR_TEXT (ParlorSignin, hash),
    PARLOR_TEXT (ParlorSignin, roles),  PARLOR_INT (ParlorSignin, created_ms),
    PARLOR_INT (ParlorSignin, used_ms), PARLOR_INT (ParlorSignin, expires_ms),
};

#define KIND(name, fields, type)                                                                   \
  {                                                                                                \
    name, fields, G_N_ELEMENTS (fields), 1, sizeof (type), FALSE                                   \
  }

const ParlorRecordKind parlor_brand_kind = KIND ("brands", brand_fields, ParlorBrand);
const ParlorRecordKind parlor_user_kind = KIND ("users", user_fields, ParlorUser);
const ParlorRecordKind parlor_api_key_kind = KIND ("api_keys", key_fields, ParlorApiKey);
const ParlorRecordKind parlor_signin_kind = KIND ("signins", signin_fields, ParlorSignin);

const ParlorRecordKind *const *
parlor_brand_kinds (guint *n)
{
  static const ParlorRecordKind *const kinds[] = {&parlor_brand_kind, &parlor_user_kind,
                                                  &parlor_api_key_kind, &parlor_signin_kind};
  *n = G_N_ELEMENTS (kinds);
  return kinds;
}
