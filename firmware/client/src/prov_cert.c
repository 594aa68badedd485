#include "prov_cert.h"

#include "prov_bytes.h"
#include "prov_chip.h"
#include "prov_hash.h"

#define TEMPLATE_MAX 2048U
#define CHUNK 32U

/* Date formats and serial number sources by number: names differ between generations of cryptoauthlib. */
#define FORMAT_UTC 1U
#define FORMAT_GENERALIZED 4U
#define SOURCE_STORED 0x0U
#define SOURCE_DEVICE_SN 0x8U
#define SOURCE_SIGNER_ID 0x9U
#define SOURCE_PUB_KEY_HASH 0xAU
#define SOURCE_DEVICE_SN_HASH 0xBU
#define SOURCE_PUB_KEY_HASH_RAW 0xEU
#define SOURCE_DEVICE_SN_HASH_RAW 0xFU

#define NEVER 9999U
#define LAST_UTC_YEAR 2049U

/* --- definitions ------------------------------------------------------------------------------------------------------ */

static bool is_genkey(const atcacert_device_loc_t *location)
{
    return (location->zone == DEVZONE_GENKEY) || ((location->zone == DEVZONE_DATA) && (location->is_genkey != 0U));
}

static bool is_absent(const atcacert_device_loc_t *location)
{
    return (location->zone == DEVZONE_NONE) || (location->count == 0U);
}

/* A place in a slot that holds data in clear; key slots (0..7) are too short for all of it. */
static bool fits_slot(const atcacert_device_loc_t *location, uint16_t count)
{
    return (location->zone == DEVZONE_DATA) && (location->is_genkey == 0U) && (location->slot >= 8U) &&
           (location->slot < SLOT_COUNT) && (location->count == count) &&
           (((uint32_t)location->offset + count) <= slot_size((uint8_t)location->slot));
}

static const atcacert_cert_loc_t *standard(const atcacert_def_t *definition, atcacert_std_cert_element_t element)
{
    return &definition->std_cert_elements[element];
}

/* An element is absent, or has this size and lies between the outer header and the signature. */
static bool element_fits(const atcacert_def_t *definition, const atcacert_cert_loc_t *location, uint32_t count)
{
    const uint32_t end = standard(definition, STDCERT_SIGNATURE)->offset;

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
    const atcacert_cert_loc_t *location = standard(definition, element);

    return (location->count == 0U) || element_fits(definition, location, date_size(definition, element));
}

bool definition_stores_serial(const atcacert_def_t *definition)
{
    return (uint32_t)definition->sn_source == SOURCE_STORED;
}

static bool serial_fits(const atcacert_def_t *definition)
{
    const atcacert_cert_loc_t *location = standard(definition, STDCERT_CERT_SN);
    const uint32_t source = (uint32_t)definition->sn_source;
    const uint32_t count = location->count;

    if ((count > CERTIFICATE_SN_MAX) || !element_fits(definition, location, count)) {
        return false;
    }
    if (source == SOURCE_STORED) {
        return (count > 0U) && fits_slot(&definition->cert_sn_dev_loc, (uint16_t)count);
    }
    if (!is_absent(&definition->cert_sn_dev_loc) || (source < SOURCE_DEVICE_SN)) {
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

static bool is_hex_transform(atcacert_transform_t transform)
{
    return (transform == TF_BIN2HEX_UC) || (transform == TF_BIN2HEX_LC);
}

/* Custom elements: those that are nowhere in the chip, and parts of its configuration zone, as they are or as hex. */
static bool custom_fits(const atcacert_def_t *definition, const atcacert_cert_element_t *element)
{
    const atcacert_device_loc_t *from = &element->device_loc;
    const uint32_t factor = is_hex_transform(element->transforms[0]) ? 2U : 1U;

    if (is_absent(from)) {
        return true;
    }
    return (from->zone == DEVZONE_CONFIG) && (((uint32_t)from->offset + from->count) <= 128U) &&
           ((element->transforms[0] == TF_NONE) || (factor == 2U)) &&
           ((element->transforms[0] == TF_NONE) || (element->transforms[1] == TF_NONE)) &&
           element_fits(definition, &element->cert_loc, factor * from->count) && (element->cert_loc.count > 0U);
}

/* The template is one DER sequence with a length of one or two bytes behind 81 or 82. */
static size_t outer_header(const atcacert_def_t *definition)
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

enum atcaprov_code definition_check(const atcacert_def_t *definition, bool device)
{
    const uint32_t signature = standard(definition, STDCERT_SIGNATURE)->offset;
    const atcacert_cert_loc_t *tbs = &definition->tbs_cert_loc;
    const atcacert_device_loc_t *key = &definition->public_key_dev_loc;
    bool good = (definition->type == CERTTYPE_X509) && (outer_header(definition) != 0U) &&
                (signature < definition->cert_template_size) && (tbs->offset >= 3U) && (tbs->count > 0U) &&
                (((uint32_t)tbs->offset + tbs->count) <= signature);

    good = good && (standard(definition, STDCERT_PUBLIC_KEY)->count == 64U);
    good = good && element_fits(definition, standard(definition, STDCERT_PUBLIC_KEY), 64U);
    good = good && element_fits(definition, standard(definition, STDCERT_SIGNER_ID), 4U);
    good = good && element_fits(definition, standard(definition, STDCERT_AUTH_KEY_ID), 20U);
    good = good && element_fits(definition, standard(definition, STDCERT_SUBJ_KEY_ID), 20U);
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

/* --- what a certificate is filled with -------------------------------------------------------------------------------- */

static uint32_t format_version(const uint8_t *compressed)
{
    return (uint32_t)compressed[70] & 0x0FU;
}

bool certificate_dates_of(const uint8_t compressed[COMPRESSED_SIZE], struct certificate_dates *dates)
{
    static const uint8_t DAYS[12] = {31U, 28U, 31U, 30U, 31U, 30U, 31U, 31U, 30U, 31U, 30U, 31U};
    const uint32_t b64 = compressed[64];
    const uint32_t b65 = compressed[65];
    const uint32_t b66 = compressed[66];
    const uint32_t more = (format_version(compressed) == 0U) ? 0U : compressed[71];
    const uint32_t year = 2000U + (((more & 0xC0U) >> 1U) | (b64 >> 3U));
    const uint32_t month = ((b64 & 7U) << 1U) | (b65 >> 7U);
    const uint32_t day = (b65 >> 2U) & 0x1FU;
    const uint32_t hour = ((b65 & 3U) << 3U) | (b66 >> 5U);
    const uint32_t years = ((more & 0x30U) << 1U) | (b66 & 0x1FU);
    uint32_t last;

    if ((format_version(compressed) > 1U) || (month < 1U) || (month > 12U) || (hour > 23U)) {
        return false;
    }
    /* The years 2000..2127 have a leap year every fourth, save 2100. */
    last = ((month == 2U) && ((year % 4U) == 0U) && (year != 2100U)) ? 29U : DAYS[month - 1U];
    if ((day < 1U) || (day > last)) {
        return false;
    }
    dates->issue_year = (uint16_t)year;
    dates->expire_year = (uint16_t)((years == 0U) ? NEVER : (year + years));
    dates->month = (uint8_t)month;
    dates->day = (uint8_t)day;
    dates->hour = (uint8_t)hour;
    return true;
}

static uint8_t *put_two(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(0x30U + ((value / 10U) % 10U));
    to[1] = (uint8_t)(0x30U + (value % 10U));
    return &to[2];
}

/* A date as the certificate has it; minutes and seconds are 0. False when the format cannot say the year. */
static bool put_date(uint8_t *to, uint32_t format, uint32_t year, const struct certificate_dates *dates)
{
    uint8_t *at = to;
    const bool never = year == NEVER;

    if (format == FORMAT_UTC) {
        if (never) {
            /* The latest moment that this format can say. */
            at = put_two(at, LAST_UTC_YEAR % 100U);
        } else if (year <= LAST_UTC_YEAR) {
            at = put_two(at, year % 100U);
        } else {
            return false;
        }
    } else {
        at = put_two(at, year / 100U);
        at = put_two(at, year % 100U);
    }
    at = put_two(at, never ? 12U : dates->month);
    at = put_two(at, never ? 31U : dates->day);
    at = put_two(at, never ? 23U : dates->hour);
    at = put_two(at, never ? 59U : 0U);
    at = put_two(at, never ? 59U : 0U);
    *at = 0x5AU;
    return true;
}

static void put_hex(uint8_t *to, uint32_t byte, bool upper)
{
    const uint32_t digits[2] = {byte >> 4U, byte & 0x0FU};

    for (size_t i = 0U; i < 2U; i++) {
        const uint32_t letter = upper ? 0x41U : 0x61U;

        to[i] = (uint8_t)((digits[i] < 10U) ? (0x30U + digits[i]) : (letter + digits[i] - 10U));
    }
}

static void put_serial(struct certificate *certificate)
{
    const atcacert_def_t *definition = certificate->definition;
    const struct certificate_source *source = &certificate->source;
    const uint32_t kind = (uint32_t)definition->sn_source;
    const size_t count = standard(definition, STDCERT_CERT_SN)->count;
    uint8_t device_sn[9];
    uint8_t digest[32];
    struct sha256 sha;

    bytes_copy(device_sn, source->config, 4U);
    bytes_copy(&device_sn[4], &source->config[8], 5U);
    if (kind == SOURCE_STORED) {
        bytes_copy(certificate->serial, source->stored_serial, count);
        return;
    }
    if ((kind == SOURCE_DEVICE_SN) || (kind == SOURCE_SIGNER_ID)) {
        certificate->serial[0] = 0x40U;
        if (kind == SOURCE_DEVICE_SN) {
            bytes_copy(&certificate->serial[1], device_sn, sizeof device_sn);
        } else {
            bytes_copy(&certificate->serial[1], &source->compressed[67], 2U);
        }
        return;
    }
    sha256_begin(&sha);
    /* A, C and E hash the key, B, D and F the chip's serial number. */
    if ((kind % 2U) == 0U) {
        sha256_add(&sha, source->public_key, 64U);
    } else {
        sha256_add(&sha, device_sn, sizeof device_sn);
    }
    sha256_add(&sha, &source->compressed[64], 3U);
    if (format_version(source->compressed) >= 1U) {
        hash_u8(&sha, (uint32_t)source->compressed[71] & 0xF0U);
    }
    sha256_end(&sha, digest);
    if (kind < SOURCE_PUB_KEY_HASH_RAW) {
        const uint32_t positive = (uint32_t)digest[0] & 0x7FU;

        digest[0] = (uint8_t)(positive | ((kind <= SOURCE_DEVICE_SN_HASH) ? 0x40U : 0x00U));
    }
    bytes_copy(certificate->serial, digest, (count < sizeof digest) ? count : sizeof digest);
}

/* One INTEGER, minimal and positive; gives the number of bytes. */
static size_t put_integer(uint8_t *to, const uint8_t value[32])
{
    size_t start = 0U;
    size_t pad;

    while ((start < 31U) && (value[start] == 0U)) {
        start++;
    }
    pad = (value[start] >= 0x80U) ? 1U : 0U;
    to[0] = 0x02U;
    to[1] = (uint8_t)(pad + 32U - start);
    to[2] = 0x00U;
    bytes_copy(&to[2U + pad], &value[start], 32U - start);
    return 2U + pad + (32U - start);
}

/* 03 len 00 30 len 02 lenR R 02 lenS S (compressed-certificates.md 6). */
static void put_signature(struct certificate *certificate)
{
    uint8_t *to = certificate->signature;
    size_t length = put_integer(&to[5], certificate->source.compressed);

    length += put_integer(&to[5U + length], &certificate->source.compressed[32]);
    to[0] = 0x03U;
    to[1] = (uint8_t)(length + 3U);
    to[2] = 0x00U;
    to[3] = 0x30U;
    to[4] = (uint8_t)length;
    certificate->signature_size = (uint8_t)(5U + length);
}

/* The outer length; false when it needs another number of bytes than the template's. */
static bool put_length(struct certificate *certificate)
{
    const size_t header = outer_header(certificate->definition);
    const size_t content = certificate->size - header;

    if (header == 3U) {
        certificate->length_bytes[0] = (uint8_t)content;
        return (content >= 0x80U) && (content <= 0xFFU);
    }
    put_u16_be(certificate->length_bytes, (uint16_t)content);
    return content >= 0x100U;
}

bool certificate_open(struct certificate *certificate, const atcacert_def_t *definition,
                      const struct certificate_source *source)
{
    const uint8_t *compressed = source->compressed;
    struct certificate_dates dates;

    if ((compressed[69] != (uint8_t)(((uint32_t)definition->template_id << 4U) | definition->chain_id)) ||
        (((uint32_t)compressed[70] >> 4U) != (uint32_t)definition->sn_source) ||
        !certificate_dates_of(compressed, &dates)) {
        return false;
    }
    certificate->definition = definition;
    certificate->source = *source;
    key_id_of(source->authority_key, certificate->authority_id);
    key_id_of(source->public_key, certificate->subject_id);
    put_hex(&certificate->signer_id[0], compressed[67], true);
    put_hex(&certificate->signer_id[2], compressed[68], true);
    put_serial(certificate);
    put_signature(certificate);
    certificate->size = (size_t)standard(definition, STDCERT_SIGNATURE)->offset + certificate->signature_size;
    return put_date(certificate->issued, (uint32_t)definition->issue_date_format, dates.issue_year, &dates) &&
           put_date(certificate->expires, (uint32_t)definition->expire_date_format, dates.expire_year, &dates) &&
           put_length(certificate);
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

/* A piece of the certificate that is asked for. */
struct view {
    uint8_t *bytes;
    size_t offset;
    size_t length;
};

/* Lays `count` bytes of an element at `offset` over the part of it that the view shows. */
static void overlay(const struct view *view, size_t offset, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0U; i < count; i++) {
        const size_t at = offset + i;

        if ((at >= view->offset) && (at < (view->offset + view->length))) {
            view->bytes[at - view->offset] = bytes[i];
        }
    }
}

static void overlay_standard(const struct view *view, const struct certificate *certificate,
                             atcacert_std_cert_element_t element, const uint8_t *bytes)
{
    const atcacert_cert_loc_t *location = standard(certificate->definition, element);

    overlay(view, location->offset, bytes, location->count);
}

static void overlay_custom(const struct view *view, const struct certificate *certificate)
{
    for (uint32_t i = 0U; i < certificate->definition->cert_elements_count; i++) {
        const atcacert_cert_element_t *element = &certificate->definition->cert_elements[i];
        const atcacert_transform_t transform = element->transforms[0];

        if (!is_absent(&element->device_loc)) {
            for (size_t at = 0U; at < element->device_loc.count; at++) {
                const uint8_t *byte = &certificate->source.config[element->device_loc.offset + at];
                uint8_t digits[2];

                if (is_hex_transform(transform)) {
                    put_hex(digits, *byte, transform == TF_BIN2HEX_UC);
                    overlay(view, (size_t)element->cert_loc.offset + (2U * at), digits, 2U);
                } else {
                    overlay(view, (size_t)element->cert_loc.offset + at, byte, 1U);
                }
            }
        }
    }
}

void certificate_read(const struct certificate *certificate, size_t offset, uint8_t *bytes, size_t length)
{
    const atcacert_def_t *definition = certificate->definition;
    const struct view view = {bytes, offset, length};
    const size_t header = outer_header(definition);

    for (size_t i = 0U; i < length; i++) {
        const size_t at = offset + i;

        /* The template may be shorter than the certificate; what lies there is the signature's. */
        bytes[i] = (at < definition->cert_template_size) ? definition->cert_template[at] : 0U;
    }
    overlay(&view, 2U, certificate->length_bytes, header - 2U);
    overlay_standard(&view, certificate, STDCERT_AUTH_KEY_ID, certificate->authority_id);
    overlay_standard(&view, certificate, STDCERT_PUBLIC_KEY, certificate->source.public_key);
    overlay_standard(&view, certificate, STDCERT_SUBJ_KEY_ID, certificate->subject_id);
    overlay(&view, standard(definition, STDCERT_SIGNATURE)->offset, certificate->signature, certificate->signature_size);
    overlay_standard(&view, certificate, STDCERT_ISSUE_DATE, certificate->issued);
    overlay_standard(&view, certificate, STDCERT_EXPIRE_DATE, certificate->expires);
    overlay_standard(&view, certificate, STDCERT_SIGNER_ID, certificate->signer_id);
    overlay_custom(&view, certificate);
    overlay_standard(&view, certificate, STDCERT_CERT_SN, certificate->serial);
}

/* SHA-256 of a part. */
static void digest_of(const struct certificate *certificate, size_t offset, size_t length, uint8_t digest[32])
{
    struct sha256 sha;
    uint8_t chunk[CHUNK];

    sha256_begin(&sha);
    for (size_t done = 0U; done < length; done += CHUNK) {
        const size_t part = ((length - done) < CHUNK) ? (length - done) : CHUNK;

        certificate_read(certificate, offset + done, chunk, part);
        sha256_add(&sha, chunk, part);
    }
    sha256_end(&sha, digest);
}

void certificate_digests(const struct certificate *certificate, uint8_t whole[32], uint8_t tbs[32])
{
    const atcacert_cert_loc_t *part = &certificate->definition->tbs_cert_loc;

    digest_of(certificate, 0U, certificate->size, whole);
    digest_of(certificate, part->offset, part->count, tbs);
}
