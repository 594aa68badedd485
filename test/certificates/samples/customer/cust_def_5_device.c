#include "atcacert/atcacert_def.h"

#ifdef ATCACERT_INTEGRATION_ONLY
#error "never"
#endif

#if ATCACERT_INTEGRATION_EN
static struct atcac_x509_ctx* parsed;
#endif

static struct unknown_context* spare;
struct unknown_context* const * cust_spare_place = (void*)&spare;
void cust_init(struct unknown_context* context, uint8_t flags);

const atcacert_def_t g_cust_def_5_device = {
    .type = CERTTYPE_X509_FULL_STORED,
    .comp_cert_dev_loc = {
        .zone = DEVZONE_DATA,
        .slot = 0x8601,
        .is_genkey = 0,
        .offset = 0,
        .count = 329
    },
    .ca_cert_def = NULL,
#if ATCACERT_INTEGRATION_EN
    .parsed = &parsed
#endif
};
