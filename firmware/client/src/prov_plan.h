/* Everything that can be known before the first irreversible command (config-zone.md 7.9, provisioning-recipes.md 1). */
#ifndef PROV_PLAN_H
#define PROV_PLAN_H

#include "atcaprov/atcaprov.h"

/* Certinfo, definitions and settings among themselves; needs no chip. */
enum atcaprov_code plan_check(const struct atcaprov_client *c);
/* Takes the image for the part in hand, and holds it against the part, the definitions and what the plan wants locked. */
enum atcaprov_code plan_take_image(struct atcaprov_client *c);

#endif
