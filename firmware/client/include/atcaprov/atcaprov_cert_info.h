/* Which kind of signer a provisioning client asks for. */
#ifndef ATCAPROV_CERT_INFO_H
#define ATCAPROV_CERT_INFO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATCAPROV_CERT_INFO_VERSION 1

typedef struct atcaprov_cert_info_s {
    uint8_t version;
    uint8_t chain_id;
    uint8_t signer_template_id;
    uint8_t device_template_id;
    uint16_t device_private_key_slot;
    const uint8_t* signer_ca_public_key; /* X and Y, 64 bytes */
    uint8_t signer_ca_key_id[20];        /* SHA-1 over 04, X, Y */
    uint8_t device_def_sha256[32];       /* over the canonical layout */
    uint8_t signer_def_sha256[32];
    uint8_t required_signer_sn[9];       /* all zero: any signer */
    char name[49];                       /* UTF-8, at most 48 bytes */
} atcaprov_cert_info_t;

#ifdef __cplusplus
}
#endif

#endif
