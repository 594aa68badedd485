#include "prov_cert.h"

#include "prov_bytes.h"
#include "prov_hash.h"

#define CHUNK 32U

#define NEVER 9999U
#define LAST_UTC_YEAR 2049U

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
    const size_t count = definition_element(definition, STDCERT_CERT_SN)->count;
    uint8_t device_sn[9];
    uint8_t digest[32];
    uint8_t more;
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
        more = (uint8_t)(source->compressed[71] & 0xF0U);
        sha256_add(&sha, &more, 1U);
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
static void put_signature(struct certificate *certificate, const uint8_t signature[64])
{
    uint8_t *to = certificate->signature;
    size_t length = put_integer(&to[5], signature);

    length += put_integer(&to[5U + length], &signature[32]);
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
    const size_t header = definition_header_size(certificate->definition);
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
    put_signature(certificate, compressed);
    certificate->size = (size_t)definition_element(definition, STDCERT_SIGNATURE)->offset + certificate->signature_size;
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
    const atcacert_cert_loc_t *location = definition_element(certificate->definition, element);

    overlay(view, location->offset, bytes, location->count);
}

static void overlay_custom(const struct view *view, const struct certificate *certificate)
{
    for (uint32_t i = 0U; i < certificate->definition->cert_elements_count; i++) {
        const atcacert_cert_element_t *element = &certificate->definition->cert_elements[i];
        const atcacert_transform_t transform = element->transforms[0];

        if (!definition_is_absent(&element->device_loc)) {
            for (size_t at = 0U; at < element->device_loc.count; at++) {
                const uint8_t *byte = &certificate->source.config[element->device_loc.offset + at];

                if (definition_is_hex(transform)) {
                    uint8_t digits[2];

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
    const size_t header = definition_header_size(definition);

    for (size_t i = 0U; i < length; i++) {
        const size_t at = offset + i;

        /* The template may be shorter than the certificate; what lies there is the signature's. */
        bytes[i] = (at < definition->cert_template_size) ? definition->cert_template[at] : 0U;
    }
    overlay(&view, 2U, certificate->length_bytes, header - 2U);
    overlay_standard(&view, certificate, STDCERT_AUTH_KEY_ID, certificate->authority_id);
    overlay_standard(&view, certificate, STDCERT_PUBLIC_KEY, certificate->source.public_key);
    overlay_standard(&view, certificate, STDCERT_SUBJ_KEY_ID, certificate->subject_id);
    overlay(&view, definition_element(definition, STDCERT_SIGNATURE)->offset, certificate->signature, certificate->signature_size);
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
