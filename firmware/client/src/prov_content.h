/*
 * What every block of the chip is to hold: certificate parts, planned data, filling (provisioning-recipes.md 3 to 5). All of it can be
 * made again at any time, so nothing is kept for the check sum, a rewrite or the comparison after the lock.
 */
#ifndef PROV_CONTENT_H
#define PROV_CONTENT_H

#include "atcaprov/atcaprov.h"
#include "prov_cert.h"

/* The parts of both certificates that lie in a block, other bytes 00. False when there are none. */
bool content_certificate(const struct atcaprov_client *c, uint8_t slot, uint8_t block, uint8_t bytes[32]);
/* Whether any part of a certificate lies in the slot. */
bool content_is_certificate_slot(const struct atcaprov_client *c, uint8_t slot);

/* The two certificates as they follow from the client's state; false when they cannot be made. */
bool content_device_certificate(const struct atcaprov_client *c, struct certificate *certificate);
bool content_signer_certificate(const struct atcaprov_client *c, struct certificate *certificate);

/* KeyConfig.Private of the image. */
bool content_is_private(const struct atcaprov_client *c, uint8_t slot);
/* Readable in clear after the data lock. */
bool content_is_clear(const struct atcaprov_client *c, uint8_t slot);
/* Whether stages 6 and 7 write to the slot. */
enum atcaprov_code content_writes_slot(const struct atcaprov_client *c, uint8_t slot, bool *writes);

enum content_pass {
    /* Stage 6: the blocks of the certificates. */
    PASS_CERTIFICATES,
    /* Stage 7: all other blocks; the check sum over everything comes out of it. */
    PASS_OTHERS,
    /* Everything once more. */
    PASS_ALL,
    /* After the data lock: everything that can be read in clear is compared. */
    PASS_COMPARE,
    /* Data zone found locked: certificates are compared, and written again where that is possible. */
    PASS_MEND_CERTIFICATES,
    /* The same for planned data. */
    PASS_MEND_DATA
};

/* Goes through all blocks in ascending order, OTP last. ATCAPROV_SLOT_CONTENT_WRONG: a locked slot holds something else. */
enum atcaprov_code content_run(struct atcaprov_client *c, enum content_pass pass);

#endif
