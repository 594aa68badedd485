/* Certificate definitions as cryptoauthlib's structures have them (compressed-certificates.md 5). */
#ifndef PROV_DEFINITION_H
#define PROV_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atcacert/atcacert_def.h"
#include "atcaprov/atcaprov_return_codes.h"

#define COMPRESSED_SIZE 72U
/* The longest serial number that a certificate may have (RFC 5280). */
#define CERTIFICATE_SN_MAX 20U

/* Date formats and serial number sources by number: names differ between generations of cryptoauthlib. */
#define FORMAT_UTC 1U
#define FORMAT_GENERALIZED 4U
#define SOURCE_STORED 0x0U
#define SOURCE_DEVICE_SN 0x8U
#define SOURCE_SIGNER_ID 0x9U
#define SOURCE_DEVICE_SN_HASH 0xBU
#define SOURCE_PUB_KEY_HASH_RAW 0xEU
#define SOURCE_DEVICE_SN_HASH_RAW 0xFU

/*
 * Whether this client can build certificates by the definition: ATCAPROV_SUCCESS, or ATCAPROV_DEFINITION_UNKNOWN for what it does not
 * do (README.md), or cannot be. `device` = the key is the chip's own; else it is stored in a slot.
 */
enum atcaprov_code definition_check(const atcacert_def_t *definition, bool device);

/* SHA-256 over the canonical layout (compressed-certificates.md 5). */
void definition_digest(const atcacert_def_t *definition, uint8_t digest[32]);

/* True when the serial number is kept in the chip instead of being generated. */
bool definition_stores_serial(const atcacert_def_t *definition);

const atcacert_cert_loc_t *definition_element(const atcacert_def_t *definition, atcacert_std_cert_element_t element);
/* A location that is nowhere. */
bool definition_is_absent(const atcacert_device_loc_t *location);
bool definition_is_hex(atcacert_transform_t transform);
/* Bytes of the template before its content: 3 or 4; 0 = it is no certificate of at most 2048 bytes. */
size_t definition_header_size(const atcacert_def_t *definition);

#endif
