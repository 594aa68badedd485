/* Chains of certificates with real signatures, for one chip. Generated: test/firmware-client/fixtures.ts. */
#ifndef CHAINS_H
#define CHAINS_H

#include <stddef.h>
#include <stdint.h>

struct issued {
    const uint8_t *certificate;
    size_t certificate_size;
    const uint8_t *compressed; /* 72 bytes */
    const uint8_t *serial;
    size_t serial_size;
    const uint8_t *digest; /* of the to-be-signed part, 32 bytes */
};

struct chain {
    const uint8_t *chip_serial; /* 9 bytes */
    const uint8_t *root_key;    /* keys: X, Y */
    const uint8_t *signer_key;
    const uint8_t *device_key;
    struct issued signer;
    struct issued device;
};

/* The plan of example/. */
extern const struct chain CHAIN_EXAMPLE;
/* Serial numbers that are kept in the chip; stored_definitions.c, stored_cert_info.c. */
extern const struct chain CHAIN_STORED;

#endif
