/*
 * Structures of certificate definitions in the memory layout of the cryptoauthlib wheel named in requirements.txt, which
 * carries no headers. client.py compares the sizes with the library's own before it hands a compiled definition over.
 */
#ifndef ATCACERT_DEF_H
#define ATCACERT_DEF_H

#include <stddef.h>
#include <stdint.h>

#define ATCA_MAX_TRANSFORMS 2
#define PACKED __attribute__((packed))

typedef enum { CERTTYPE_X509, CERTTYPE_CUSTOM, CERTTYPE_X509_FULL_STORED } atcacert_cert_type_t;

typedef enum {
    SNSRC_STORED = 0,
    SNSRC_STORED_DYNAMIC = 7,
    SNSRC_DEVICE_SN = 8,
    SNSRC_SIGNER_ID = 9,
    SNSRC_PUB_KEY_HASH = 10,
    SNSRC_DEVICE_SN_HASH = 11,
    SNSRC_PUB_KEY_HASH_POS = 12,
    SNSRC_DEVICE_SN_HASH_POS = 13,
    SNSRC_PUB_KEY_HASH_RAW = 14,
    SNSRC_DEVICE_SN_HASH_RAW = 15
} atcacert_cert_sn_src_t;

typedef enum {
    DEVZONE_CONFIG = 0,
    DEVZONE_OTP = 1,
    DEVZONE_DATA = 2,
    DEVZONE_GENKEY = 3,
    DEVZONE_DEDICATED_DATA = 4,
    DEVZONE_NONE = 7
} atcacert_device_zone_t;

/* The library keeps a date format in one byte. */
typedef uint8_t atcacert_date_format_t;
enum { DATEFMT_ISO8601_SEP, DATEFMT_RFC5280_UTC, DATEFMT_POSIX_UINT32_BE, DATEFMT_POSIX_UINT32_LE, DATEFMT_RFC5280_GEN };

typedef enum {
    TF_NONE,
    TF_REVERSE,
    TF_BIN2HEX_UC,
    TF_BIN2HEX_LC,
    TF_HEX2BIN_UC,
    TF_HEX2BIN_LC,
    TF_BIN2HEX_SPACE_UC,
    TF_BIN2HEX_SPACE_LC,
    TF_HEX2BIN_SPACE_UC,
    TF_HEX2BIN_SPACE_LC
} atcacert_transform_t;

enum { STDCERT_NUM_ELEMENTS = 8 };

typedef struct PACKED {
    atcacert_device_zone_t zone;
    uint16_t slot;
    uint8_t is_genkey;
    uint16_t offset;
    uint16_t count;
} atcacert_device_loc_t;

typedef struct PACKED {
    uint16_t offset;
    uint16_t count;
} atcacert_cert_loc_t;

typedef struct PACKED {
    char id[25];
    atcacert_device_loc_t device_loc;
    atcacert_cert_loc_t cert_loc;
    atcacert_transform_t transforms[ATCA_MAX_TRANSFORMS];
} atcacert_cert_element_t;

typedef struct atcacert_def_s {
    atcacert_cert_type_t type;
    atcacert_device_loc_t comp_cert_dev_loc;
    uint16_t private_key_slot;
    uint8_t template_id;
    uint8_t chain_id;
    uint16_t std_sig_size;
    atcacert_cert_sn_src_t sn_source;
    atcacert_device_loc_t cert_sn_dev_loc;
    atcacert_date_format_t issue_date_format;
    atcacert_date_format_t expire_date_format;
    atcacert_cert_loc_t tbs_cert_loc;
    uint8_t expire_years;
    atcacert_device_loc_t public_key_dev_loc;
    atcacert_cert_loc_t std_cert_elements[STDCERT_NUM_ELEMENTS];
    const atcacert_cert_element_t* cert_elements;
    uint8_t cert_elements_count;
    const uint8_t* cert_template;
    uint16_t cert_template_size;
    const struct atcacert_def_s* ca_cert_def;
} atcacert_def_t;

/* Asked by client.py. */
extern const size_t signet_layout[4];

#endif
