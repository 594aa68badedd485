/* SHA-256 (FIPS 180-4) in pieces, HMAC over it, and the SHA-1 of a public key. */
#ifndef PROV_HASH_H
#define PROV_HASH_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
    uint32_t state[8];
    /* Bytes so far, below 2^29. */
    uint32_t length;
    uint8_t block[64];
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length);
void sha256_end(struct sha256 *sha, uint8_t digest[32]);

/* HMAC-SHA-256 with a key of 32 bytes: begin, sha256_add as often as needed, end. */
void hmac256_begin(struct sha256 *sha, const uint8_t key[32]);
void hmac256_end(struct sha256 *sha, const uint8_t key[32], uint8_t code[32]);

/* SHA-1 over 04, X, Y: the id of a public key in certificates (compressed-certificates.md 5). */
void key_id_of(const uint8_t public_key[64], uint8_t id[20]);

#endif
