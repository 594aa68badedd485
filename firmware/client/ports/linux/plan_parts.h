/* What a folder with a plan defines: the generated sources of certinfo and definitions, and the configuration images. */
#ifndef PLAN_PARTS_H
#define PLAN_PARTS_H

#include "atcaprov/atcaprov.h"

struct plan_parts {
    /* 128 bytes each, or NULL. */
    const uint8_t *image_508a;
    const uint8_t *image_608;
    const atcaprov_cert_info_t *cert_info;
    const atcacert_def_t *device_definition;
    const atcacert_def_t *signer_definition;
};

extern const struct plan_parts PLAN_PARTS;

#endif
