/* SPDX-License-Identifier: Apache-2.0 */
/* Brands over a sink that keeps the rows, so that a restart can be played. */
#pragma once

#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"

#define T0 G_GINT64_CONSTANT (1700000000000)

typedef struct
{
  ParlorRecordSink sink; /* first */
  GHashTable *rows[4];   /* key → owned copy, by kind */
  guint open;            /* begin () without end () */
  guint revoked;         /* how often it was told */
  GRand *random;         /* seeded */
  ParlorBrands *brands;
  const ParlorBrand *brand; /* "shop" */
} BrandWorld;

BrandWorld *brand_world_new (void);
void brand_world_free (BrandWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrandWorld, brand_world_free)

/* Everything anew from what the sink has. */
void brand_world_restart (BrandWorld *world);
const ParlorUser *brand_world_user (BrandWorld *world, const char *login, guint roles);
