#include "prov_definition.h"

#include "prov_bytes.h"
#include "prov_chip.h"
#include "prov_hash.h"

#define TEMPLATE_MAX 2048U

const atcacert_cert_loc_t *definition_element(const atcacert_def_t *definition, atcacert_std_cert_element_t element)
{
    return &definition->std_cert_elements[element];
}

bool definition_is_absent(const atcacert_device_loc_t *location)
{
    return (location->zone == DEVZONE_NONE) || (location->count == 0U);
}

bool definition_is_hex(atcacert_transform_t transform)
{
    return (transform == TF_BIN2HEX_UC) || (transform == TF_BIN2HEX_LC);
}

/* The template is one DER sequence with a length of one or two bytes behind 81 or 82. */
size_t definition_header_size(const atcacert_def_t *definition)
{
    const uint8_t *bytes = definition->cert_template;
    const uint32_t size = definition->cert_template_size;

    if ((bytes == NULL) || (size < 128U) || (size > TEMPLATE_MAX) || (bytes[0] != 0x30U)) {
        return 0U;
    }
    if ((bytes[1] == 0x82U) && ((4U + (uint32_t)u16_be(&bytes[2])) == size)) {
        return 4U;
    }
    return ((bytes[1] == 0x81U) && ((3U + (uint32_t)bytes[2]) == size)) ? 3U : 0U;
}

static bool is_genkey(const atcacert_device_loc_t *location)
{
    return (location->zone == DEVZONE_GENKEY) || ((location->zone == DEVZONE_DATA) && (location->is_genkey != 0U));
}

/* A place in a slot that holds data in clear; key slots (0..7) are too short for all of it. */
static bool fits_slot(const atcacert_device_loc_t *location, uint16_t count)
{
    return (location->zone == DEVZONE_DATA) && (location->is_genkey == 0U) && (location->slot >= 8U) &&
           (location->slot < SLOT_COUNT) && (location->count == count) &&
           (((uint32_t)location->offset + count) <= slot_size((uint8_t)location->slot));
}

/* An element is absent, or has this size and lies between the outer header and the signature. */
static bool element_fits(const atcacert_def_t *definition, const atcacert_cert_loc_t *location, uint32_t count)
{
    const uint32_t end = definition_element(definition, STDCERT_SIGNATURE)->offset;

    return (location->count == 0U) ||
           ((location->count == count) && (location->offset >= 4U) && (((uint32_t)location->offset + count) <= end));
}

static uint32_t date_size(const atcacert_def_t *definition, atcacert_std_cert_element_t element)
{
    const uint32_t format = (uint32_t)((element == STDCERT_ISSUE_DATE) ? definition->issue_date_format
                                                                       : definition->expire_date_format);

    if (format == FORMAT_UTC) {
        return 13U;
    }
    return (format == FORMAT_GENERALIZED) ? 15U : 0U;
}

/* A date element that is there must be of a format that is built. */
static bool date_fits(const atcacert_def_t *definition, atcacert_std_cert_element_t element)
{
    const atcacert_cert_loc_t *location = definition_element(definition, element);

    return (location->count == 0U) || element_fits(definition, location, date_size(definition, element));
}

bool definition_stores_serial(const atcacert_def_t *definition)
{
    return (uint32_t)definition->sn_source == SOURCE_STORED;
}

static bool serial_fits(const atcacert_def_t *definition)
{
    const atcacert_cert_loc_t *location = definition_element(definition, STDCERT_CERT_SN);
    const uint32_t source = (uint32_t)definition->sn_source;
    const uint32_t count = location->count;

    if ((count > CERTIFICATE_SN_MAX) || !element_fits(definition, location, count)) {
        return false;
    }
    if (source == SOURCE_STORED) {
        return (count > 0U) && fits_slot(&definition->cert_sn_dev_loc, (uint16_t)count);
    }
    if (!definition_is_absent(&definition->cert_sn_dev_loc) || (source < SOURCE_DEVICE_SN)) {
        return false;
    }
    if (source == SOURCE_DEVICE_SN) {
        return (count == 0U) || (count == 10U);
    }
    if (source == SOURCE_SIGNER_ID) {
        return (count == 0U) || (count == 3U);
    }
    return source <= SOURCE_DEVICE_SN_HASH_RAW;
}

/* Custom elements: those that are nowhere in the chip, and parts of its configuration zone, as they are or as hex. */
static bool custom_fits(const atcacert_def_t *definition, const atcacert_cert_element_t *element)
{
    const atcacert_device_loc_t *from = &element->device_loc;
    const uint32_t factor = definition_is_hex(element->transforms[0]) ? 2U : 1U;

    if (definition_is_absent(from)) {
        return true;
    }
    return (from->zone == DEVZONE_CONFIG) && (((uint32_t)from->offset + from->count) <= 128U) &&
           ((element->transforms[0] == TF_NONE) || (factor == 2U)) &&
           ((element->transforms[0] == TF_NONE) || (element->transforms[1] == TF_NONE)) &&
           element_fits(definition, &element->cert_loc, factor * from->count) && (element->cert_loc.count > 0U);
}

enum atcaprov_code definition_check(const atcacert_def_t *definition, bool device)
{
    const uint32_t signature = definition_element(definition, STDCERT_SIGNATURE)->offset;
    const atcacert_cert_loc_t *tbs = &definition->tbs_cert_loc;
    const atcacert_device_loc_t *key = &definition->public_key_dev_loc;
    bool good = (definition->type == CERTTYPE_X509) && (definition_header_size(definition) != 0U) &&
                (signature < definition->cert_template_size) && (tbs->offset >= 3U) && (tbs->count > 0U) &&
                (((uint32_t)tbs->offset + tbs->count) <= signature);

    good = good && (definition_element(definition, STDCERT_PUBLIC_KEY)->count == 64U);
    good = good && element_fits(definition, definition_element(definition, STDCERT_PUBLIC_KEY), 64U);
    good = good && element_fits(definition, definition_element(definition, STDCERT_SIGNER_ID), 4U);
    good = good && element_fits(definition, definition_element(definition, STDCERT_AUTH_KEY_ID), 20U);
    good = good && element_fits(definition, definition_element(definition, STDCERT_SUBJ_KEY_ID), 20U);
    good = good && date_fits(definition, STDCERT_ISSUE_DATE) && date_fits(definition, STDCERT_EXPIRE_DATE);
    good = good && serial_fits(definition) && fits_slot(&definition->comp_cert_dev_loc, COMPRESSED_SIZE);
    if (device) {
        good = good && is_genkey(key) && (key->slot == definition->private_key_slot) && (key->slot < SLOT_COUNT);
    } else {
        good = good && (fits_slot(key, 72U) || fits_slot(key, 64U));
    }
    for (uint32_t i = 0U; good && (i < definition->cert_elements_count); i++) {
        good = custom_fits(definition, &definition->cert_elements[i]);
    }
    return good ? ATCAPROV_SUCCESS : ATCAPROV_DEFINITION_UNKNOWN;
}

static void hash_u8(struct sha256 *sha, uint32_t value)
{
    const uint8_t byte = (uint8_t)value;

    sha256_add(sha, &byte, 1U);
}

static void hash_u16(struct sha256 *sha, uint32_t value)
{
    hash_u8(sha, value >> 8U);
    hash_u8(sha, value & 0xFFU);
}

static void hash_place(struct sha256 *sha, const atcacert_device_loc_t *location)
{
    hash_u8(sha, (uint32_t)location->zone);
    hash_u16(sha, location->slot);
    hash_u8(sha, (location->is_genkey != 0U) ? 1U : 0U);
    hash_u16(sha, location->offset);
    hash_u16(sha, location->count);
}

static void hash_element(struct sha256 *sha, const atcacert_cert_loc_t *location)
{
    hash_u16(sha, location->offset);
    hash_u16(sha, location->count);
}

void definition_digest(const atcacert_def_t *definition, uint8_t digest[32])
{
    static const uint8_t MAGIC[4] = {0x41U, 0x44U, 0x46U, 0x31U};
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, MAGIC, sizeof MAGIC);
    hash_u8(&sha, (uint32_t)definition->type);
    hash_u8(&sha, definition->template_id);
    hash_u8(&sha, definition->chain_id);
    hash_u16(&sha, definition->private_key_slot);
    hash_u8(&sha, (uint32_t)definition->sn_source);
    hash_place(&sha, &definition->cert_sn_dev_loc);
    hash_u8(&sha, (uint32_t)definition->issue_date_format);
    hash_u8(&sha, (uint32_t)definition->expire_date_format);
    hash_element(&sha, &definition->tbs_cert_loc);
    hash_u8(&sha, definition->expire_years);
    hash_place(&sha, &definition->public_key_dev_loc);
    hash_place(&sha, &definition->comp_cert_dev_loc);
    hash_u8(&sha, (uint32_t)STDCERT_NUM_ELEMENTS);
    for (uint32_t i = 0U; i < (uint32_t)STDCERT_NUM_ELEMENTS; i++) {
        hash_element(&sha, &definition->std_cert_elements[i]);
    }
    hash_u8(&sha, definition->cert_elements_count);
    for (uint32_t i = 0U; i < definition->cert_elements_count; i++) {
        const atcacert_cert_element_t *element = &definition->cert_elements[i];
        uint32_t length = 0U;

        while ((length < 24U) && (element->id[length] != '\0')) {
            length++;
        }
        hash_u8(&sha, length);
        for (uint32_t at = 0U; at < length; at++) {
            hash_u8(&sha, (uint32_t)(uint8_t)element->id[at]);
        }
        hash_place(&sha, &element->device_loc);
        hash_element(&sha, &element->cert_loc);
        hash_u8(&sha, ATCA_MAX_TRANSFORMS);
        for (uint32_t at = 0U; at < (uint32_t)ATCA_MAX_TRANSFORMS; at++) {
            hash_u8(&sha, (uint32_t)element->transforms[at]);
        }
    }
    hash_u16(&sha, definition->cert_template_size);
    sha256_add(&sha, definition->cert_template, definition->cert_template_size);
    sha256_end(&sha, digest);
}
