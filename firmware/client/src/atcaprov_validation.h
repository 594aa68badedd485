/* Stage 10. */
#ifndef ATCAPROV_VALIDATION_H
#define ATCAPROV_VALIDATION_H

#include "atcaprov/atcaprov.h"

#ifdef ATCAPROV_CERT_VALIDATION
/* Certificates, chain and challenge of the chip as it is; after a reply in the same run its certificates must be those. */
enum atcaprov_code validation_run(struct atcaprov_client *c);
#endif

#endif
