/*
 * Rebuilds the certificates of REBUILD_CASES, which are compiled in, and prints one line for each: its name, and `built`, `differs`,
 * `none` (it cannot be rebuilt) or `refused` (a definition that the client does not do).
 */
#include <stdio.h>
#include <string.h>

#include "rebuild_cases.h"

static const char *judge(const struct rebuild_case *one)
{
    static uint8_t bytes[4096];
    const bool device = (one->definition->public_key_dev_loc.zone == DEVZONE_GENKEY) ||
                        (one->definition->public_key_dev_loc.is_genkey != 0U);
    struct certificate certificate;

    if (definition_check(one->definition, device) != ATCAPROV_SUCCESS) {
        return "refused";
    }
    if (definition_stores_serial(one->definition) && (one->source.stored_serial == NULL)) {
        return "no serial";
    }
    if (!certificate_open(&certificate, one->definition, &one->source)) {
        return "none";
    }
    if ((one->certificate == NULL) || (certificate.size != one->certificate_size)) {
        return "differs";
    }
    certificate_read(&certificate, 0U, bytes, certificate.size);
    return (memcmp(bytes, one->certificate, one->certificate_size) == 0) ? "built" : "differs";
}

int main(void)
{
    for (size_t i = 0U; i < REBUILD_CASE_COUNT; i++) {
        (void)printf("%s: %s\n", REBUILD_CASES[i].name, judge(&REBUILD_CASES[i]));
    }
    return 0;
}
