/* Certificates and what they are rebuilt from. */
#ifndef REBUILD_CASES_H
#define REBUILD_CASES_H

#include "prov_cert.h"

struct rebuild_case {
    const char *name;
    const atcacert_def_t *definition;
    struct certificate_source source;
    /* DER; NULL = it cannot be rebuilt. */
    const uint8_t *certificate;
    size_t certificate_size;
};

extern const struct rebuild_case REBUILD_CASES[];
extern const size_t REBUILD_CASE_COUNT;

#endif
