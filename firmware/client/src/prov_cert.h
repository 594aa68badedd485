/*
 * Certificates rebuilt from their definition and what a chip keeps (compressed-certificates.md 6), in pieces: no certificate is
 * ever in memory as a whole.
 */
#ifndef PROV_CERT_H
#define PROV_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prov_definition.h"

/* What a certificate is made of, besides its definition. */
struct certificate_source {
    const uint8_t *compressed;            /* 72 bytes */
    const uint8_t *public_key;            /* subject's X, Y */
    const uint8_t *authority_key;         /* issuer's X, Y */
    const uint8_t *config;                /* 128 bytes of the chip's configuration zone */
    const uint8_t *stored_serial;         /* for definitions that keep it in the chip, else NULL */
};

/* A certificate to be read piece by piece. The members are internal, except that `size` is its length in bytes. */
struct certificate {
    const atcacert_def_t *definition;
    struct certificate_source source;
    size_t size;
    uint8_t authority_id[20];
    uint8_t subject_id[20];
    uint8_t serial[CERTIFICATE_SN_MAX];
    uint8_t signer_id[4];
    uint8_t issued[15];
    uint8_t expires[15];
    uint8_t signature[75];
    uint8_t signature_size;
    uint8_t length_bytes[2];
};

/* Years, months, days and hours of a compressed certificate; year 9999 stands for "never expires". */
struct certificate_dates {
    uint16_t issue_year;
    uint16_t expire_year;
    uint8_t month;
    uint8_t day;
    uint8_t hour;
};

/* Dates of a compressed certificate; false when they are no dates. */
bool certificate_dates_of(const uint8_t compressed[COMPRESSED_SIZE], struct certificate_dates *dates);

/*
 * Makes a certificate ready to be read; the sources stay in use. False when the compressed certificate belongs to another
 * definition, or its dates are none or cannot be written as the definition says.
 */
bool certificate_open(struct certificate *certificate, const atcacert_def_t *definition,
                      const struct certificate_source *source);

/* `length` bytes of the certificate from `offset` on; all of it lies within `size`. */
void certificate_read(const struct certificate *certificate, size_t offset, uint8_t *bytes, size_t length);

/* SHA-256 of the whole certificate and of its to-be-signed part. */
void certificate_digests(const struct certificate *certificate, uint8_t whole[32], uint8_t tbs[32]);

#endif
