#include "suites.h"

#include <string.h>

#include "chains.h"
#include "check.h"
#include "plan_parts.h"
#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_hash.h"
#include "rebuild_cases.h"

#define CERTIFICATE_MAX 2200U

static void digest_of(const uint8_t *bytes, size_t length, uint8_t digest[32])
{
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, bytes, length);
    sha256_end(&sha, digest);
}

/* Reads the whole certificate in pieces of `step` bytes. */
static void check_bytes(const struct certificate *certificate, const uint8_t *expected, size_t size, size_t step)
{
    uint8_t bytes[CERTIFICATE_MAX];

    for (size_t at = 0U; at < size; at += step) {
        certificate_read(certificate, at, &bytes[at], ((size - at) < step) ? (size - at) : step);
    }
    CHECK(memcmp(bytes, expected, size) == 0);
}

static void every_case_is_rebuilt_to_the_byte(void)
{
    static const size_t STEPS[] = {1U, 7U, 32U, 75U, CERTIFICATE_MAX};

    CHECK(REBUILD_CASE_COUNT > 10U);
    for (size_t i = 0U; i < REBUILD_CASE_COUNT; i++) {
        const struct rebuild_case *one = &REBUILD_CASES[i];
        struct certificate certificate;
        uint8_t expected[32];
        uint8_t whole[32];
        uint8_t tbs[32];

        CHECK(certificate_open(&certificate, one->definition, &one->source) == (one->certificate != NULL));
        if (one->certificate == NULL) {
            continue;
        }
        CHECK_NUMBER(one->certificate_size, certificate.size);
        for (size_t step = 0U; step < (sizeof STEPS / sizeof STEPS[0]); step++) {
            check_bytes(&certificate, one->certificate, one->certificate_size, STEPS[step]);
        }
        certificate_digests(&certificate, whole, tbs);
        digest_of(one->certificate, one->certificate_size, expected);
        CHECK(memcmp(expected, whole, 32U) == 0);
        digest_of(&one->certificate[one->definition->tbs_cert_loc.offset], one->definition->tbs_cert_loc.count, expected);
        CHECK(memcmp(expected, tbs, 32U) == 0);
    }
}

static struct certificate_source device_source(const struct chain *chain, const uint8_t *config)
{
    const struct certificate_source source = {chain->device.compressed, chain->device_key, chain->signer_key, config,
                                              chain->device.serial};

    return source;
}

static void another_definition_is_refused(void)
{
    const uint8_t config[128] = {0};
    uint8_t compressed[72];
    struct certificate_source source = device_source(&CHAIN_EXAMPLE, config);
    struct certificate certificate;

    CHECK(certificate_open(&certificate, PLAN_PARTS.device_definition, &source));
    CHECK(!certificate_open(&certificate, PLAN_PARTS.signer_definition, &source));
    source.compressed = compressed;
    for (unsigned bit = 0U; bit < 8U; bit++) {
        memcpy(compressed, CHAIN_EXAMPLE.device.compressed, sizeof compressed);
        compressed[69] ^= (uint8_t)(1U << bit);
        CHECK(!certificate_open(&certificate, PLAN_PARTS.device_definition, &source));
    }
    memcpy(compressed, CHAIN_EXAMPLE.device.compressed, sizeof compressed);
    compressed[70] ^= 0x10U;
    CHECK(!certificate_open(&certificate, PLAN_PARTS.device_definition, &source));
}

/* Packs a date as compressed-certificates.md 1 has it. */
static void pack(uint8_t *compressed, unsigned year, unsigned month, unsigned day, unsigned hour, unsigned version)
{
    memcpy(compressed, CHAIN_EXAMPLE.device.compressed, 72U);
    compressed[64] = (uint8_t)(((year & 31U) << 3) | (month >> 1));
    compressed[65] = (uint8_t)(((month & 1U) << 7) | (day << 2) | (hour >> 3));
    compressed[66] = (uint8_t)((hour & 7U) << 5);
    compressed[70] = (uint8_t)((compressed[70] & 0xF0U) | version);
    compressed[71] = (uint8_t)((version == 0U) ? 0U : ((year & 0x60U) << 1));
}

static bool is_date(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned version)
{
    struct certificate_dates dates;
    uint8_t compressed[72];

    pack(compressed, year, month, day, hour, version);
    return certificate_dates_of(compressed, &dates) && (dates.issue_year == (2000U + year)) && (dates.month == month) &&
           (dates.day == day) && (dates.hour == hour) && (dates.expire_year == 9999U);
}

static void dates_that_are_none_are_refused(void)
{
    CHECK(is_date(24U, 2U, 29U, 23U, 0U));
    CHECK(!is_date(23U, 2U, 29U, 23U, 0U));
    CHECK(is_date(100U, 2U, 28U, 0U, 1U));
    CHECK(!is_date(100U, 2U, 29U, 0U, 1U));
    CHECK(is_date(127U, 12U, 31U, 23U, 1U));
    CHECK(!is_date(26U, 0U, 1U, 0U, 0U));
    CHECK(!is_date(26U, 13U, 1U, 0U, 0U));
    CHECK(!is_date(26U, 4U, 0U, 0U, 0U));
    CHECK(!is_date(26U, 4U, 31U, 0U, 0U));
    CHECK(!is_date(26U, 1U, 1U, 24U, 0U));
    CHECK(!is_date(26U, 1U, 1U, 0U, 2U));
}

static void utc_time_ends_in_2049(void)
{
    const uint8_t config[128] = {0};
    atcacert_def_t definition = *PLAN_PARTS.device_definition;
    struct certificate_source source = device_source(&CHAIN_EXAMPLE, config);
    struct certificate certificate;
    uint8_t compressed[72];

    source.compressed = compressed;
    pack(compressed, 49U, 1U, 1U, 0U, 1U);
    CHECK(certificate_open(&certificate, &definition, &source));
    CHECK(memcmp(certificate.issued, "490101000000Z", 13U) == 0);
    CHECK(memcmp(certificate.expires, "99991231235959Z", 15U) == 0);
    pack(compressed, 50U, 1U, 1U, 0U, 1U);
    CHECK(!certificate_open(&certificate, &definition, &source));
}

/* A template of one length byte: its certificate may grow no further than 255 bytes of content. */
static void outer_length_stays_within_its_bytes(void)
{
    static uint8_t template[200];
    const uint8_t config[128] = {0};
    uint8_t compressed[72];
    struct certificate_source source = device_source(&CHAIN_EXAMPLE, config);
    struct certificate certificate;
    atcacert_def_t definition = {.type = CERTTYPE_X509,
                                 .template_id = PLAN_PARTS.device_definition->template_id,
                                 .sn_source = SNSRC_PUB_KEY_HASH,
                                 .issue_date_format = DATEFMT_RFC5280_UTC,
                                 .expire_date_format = DATEFMT_RFC5280_GEN,
                                 .tbs_cert_loc = {3U, 100U},
                                 .cert_template = template,
                                 .cert_template_size = sizeof template};

    definition.std_cert_elements[STDCERT_PUBLIC_KEY] = (atcacert_cert_loc_t){10U, 64U};
    definition.std_cert_elements[STDCERT_SIGNATURE] = (atcacert_cert_loc_t){126U, 74U};
    definition.cert_sn_dev_loc.zone = DEVZONE_NONE;
    definition.public_key_dev_loc = (atcacert_device_loc_t){DEVZONE_DATA, 0U, 1U, 0U, 64U};
    definition.comp_cert_dev_loc = (atcacert_device_loc_t){DEVZONE_DATA, 10U, 0U, 0U, 72U};
    template[0] = 0x30U;
    template[1] = 0x81U;
    template[2] = 197U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, definition_check(&definition, true));
    memcpy(compressed, CHAIN_EXAMPLE.device.compressed, sizeof compressed);
    source.compressed = compressed;
    compressed[0] = 0x80U;
    compressed[32] = 0x80U;
    CHECK(certificate_open(&certificate, &definition, &source));
    CHECK_NUMBER(201, certificate.size);
    CHECK_NUMBER(198, certificate.length_bytes[0]);
    /* Integers of one byte: less than 128 bytes of content would need a length of another form. */
    memset(compressed, 0, 64U);
    CHECK(certificate_open(&certificate, &definition, &source));
    CHECK_NUMBER(126 + 11, certificate.size);
    definition.std_cert_elements[STDCERT_SIGNATURE].offset = 104U;
    CHECK(!certificate_open(&certificate, &definition, &source));
}

/* One change of a good definition. */
static atcacert_def_t device(void)
{
    return *PLAN_PARTS.device_definition;
}

static void check_unknown(const atcacert_def_t *definition, bool is_device, int line)
{
    check_number(ATCAPROV_DEFINITION_UNKNOWN, definition_check(definition, is_device), "definition_check", __FILE__, line);
}

#define UNKNOWN(change)                         \
    do {                                        \
        atcacert_def_t d = device();            \
        change;                                 \
        check_unknown(&d, true, __LINE__);      \
    } while (0)

static void definitions_that_are_not_built_are_refused(void)
{
    static uint8_t broken[512];
    static atcacert_cert_element_t element = {"name", {DEVZONE_CONFIG, 0U, 0U, 0U, 4U}, {200U, 8U}, {TF_BIN2HEX_UC, TF_NONE}};
    atcacert_def_t signer = *PLAN_PARTS.signer_definition;

    CHECK_NUMBER(ATCAPROV_SUCCESS, definition_check(PLAN_PARTS.device_definition, true));
    CHECK_NUMBER(ATCAPROV_SUCCESS, definition_check(PLAN_PARTS.signer_definition, false));
    check_unknown(PLAN_PARTS.signer_definition, true, __LINE__);
    check_unknown(PLAN_PARTS.device_definition, false, __LINE__);
    UNKNOWN(d.type = CERTTYPE_X509_FULL_STORED);
    UNKNOWN(d.type = CERTTYPE_CUSTOM);
    UNKNOWN(d.cert_template = NULL);
    UNKNOWN(d.cert_template_size = 100U);
    UNKNOWN(d.cert_template_size--);
    UNKNOWN(d.cert_template = broken);
    UNKNOWN(d.std_cert_elements[STDCERT_SIGNATURE].offset = d.cert_template_size);
    UNKNOWN(d.std_cert_elements[STDCERT_PUBLIC_KEY].count = 0U);
    UNKNOWN(d.std_cert_elements[STDCERT_PUBLIC_KEY].offset = 330U);
    UNKNOWN(d.std_cert_elements[STDCERT_SIGNER_ID].count = 5U);
    UNKNOWN(d.std_cert_elements[STDCERT_AUTH_KEY_ID].count = 32U);
    UNKNOWN(d.std_cert_elements[STDCERT_SUBJ_KEY_ID] = ((atcacert_cert_loc_t){2U, 20U}));
    UNKNOWN(d.std_cert_elements[STDCERT_ISSUE_DATE].count = 15U);
    UNKNOWN(d.expire_date_format = DATEFMT_ISO8601_SEP);
    UNKNOWN(d.std_cert_elements[STDCERT_CERT_SN].count = 21U);
    UNKNOWN(d.sn_source = SNSRC_STORED);
    UNKNOWN(d.sn_source = SNSRC_STORED_DYNAMIC);
    UNKNOWN(d.sn_source = SNSRC_DEVICE_SN);
    UNKNOWN(d.sn_source = SNSRC_SIGNER_ID);
    UNKNOWN(d.cert_sn_dev_loc = ((atcacert_device_loc_t){DEVZONE_DATA, 14U, 0U, 0U, 16U}));
    UNKNOWN(d.tbs_cert_loc.count = 0U);
    UNKNOWN(d.tbs_cert_loc.count = 400U);
    UNKNOWN(d.tbs_cert_loc.offset = 0U);
    UNKNOWN(d.comp_cert_dev_loc.zone = DEVZONE_OTP);
    UNKNOWN(d.comp_cert_dev_loc.slot = 7U);
    UNKNOWN(d.comp_cert_dev_loc.slot = 16U);
    UNKNOWN(d.comp_cert_dev_loc.offset = 1U);
    UNKNOWN(d.comp_cert_dev_loc.count = 64U);
    UNKNOWN(d.comp_cert_dev_loc.is_genkey = 1U);
    UNKNOWN(d.public_key_dev_loc.slot = 1U);
    UNKNOWN(d.public_key_dev_loc.is_genkey = 0U);
    UNKNOWN(d.public_key_dev_loc.slot = d.private_key_slot = 16U);
    UNKNOWN(d.cert_elements = &element; d.cert_elements_count = 1U; element.device_loc.zone = DEVZONE_DATA);
    element.device_loc.zone = DEVZONE_CONFIG;
    UNKNOWN(d.cert_elements = &element; d.cert_elements_count = 1U; element.transforms[0] = TF_REVERSE);
    UNKNOWN(d.cert_elements = &element; d.cert_elements_count = 1U; element.transforms[0] = TF_NONE);
    element.transforms[0] = TF_BIN2HEX_LC;
    UNKNOWN(d.cert_elements = &element; d.cert_elements_count = 1U; element.transforms[1] = TF_REVERSE);
    element.transforms[1] = TF_NONE;
    UNKNOWN(d.cert_elements = &element; d.cert_elements_count = 1U; element.device_loc.offset = 126U);
    signer.public_key_dev_loc.count = 63U;
    check_unknown(&signer, false, __LINE__);
    signer.public_key_dev_loc.count = 64U;
    CHECK_NUMBER(ATCAPROV_SUCCESS, definition_check(&signer, false));
}

/* Parts of the configuration zone in a name, as they are and in small letters. */
static void custom_elements(void)
{
    const struct rebuild_case *one = &REBUILD_CASES[0];
    static atcacert_cert_element_t elements[3] = {
        {"as it is", {DEVZONE_CONFIG, 0U, 0U, 2U, 3U}, {200U, 3U}, {TF_NONE, TF_REVERSE}},
        {"lower case", {DEVZONE_CONFIG, 0U, 0U, 8U, 2U}, {210U, 4U}, {TF_BIN2HEX_LC, TF_NONE}},
        {"nowhere", {DEVZONE_NONE, 0U, 0U, 0U, 0U}, {220U, 9U}, {TF_NONE, TF_NONE}},
    };
    uint8_t config[128] = {0};
    atcacert_def_t definition = *one->definition;
    struct certificate_source source = one->source;
    struct certificate certificate;
    uint8_t bytes[40];

    definition.cert_elements = elements;
    definition.cert_elements_count = 3U;
    memcpy(&config[2], "abc", 3U);
    config[8] = 0xFAU;
    config[9] = 0x09U;
    source.config = config;
    CHECK_NUMBER(ATCAPROV_SUCCESS, definition_check(&definition, true));
    CHECK(certificate_open(&certificate, &definition, &source));
    certificate_read(&certificate, 195U, bytes, sizeof bytes);
    CHECK(memcmp(&bytes[5], "abc", 3U) == 0);
    CHECK(memcmp(&bytes[15], "fa09", 4U) == 0);
    CHECK(memcmp(&bytes[25], &definition.cert_template[220], 9U) == 0);
}

/* The digests of two definitions that differ in any member differ. */
static void digest_depends_on_every_member(void)
{
    static atcacert_cert_element_t element = {"SN03", {DEVZONE_CONFIG, 0U, 0U, 0U, 4U}, {200U, 8U}, {TF_BIN2HEX_UC, TF_NONE}};
    atcacert_def_t all[14];
    uint8_t digests[14][32];

    for (size_t i = 0U; i < 14U; i++) {
        all[i] = device();
    }
    all[1].template_id++;
    all[2].chain_id++;
    all[3].private_key_slot++;
    all[4].sn_source = SNSRC_DEVICE_SN_HASH;
    all[5].expire_years++;
    all[6].tbs_cert_loc.count++;
    all[7].comp_cert_dev_loc.slot++;
    all[8].std_cert_elements[STDCERT_SUBJ_KEY_ID].count++;
    all[9].cert_template_size--;
    all[10].issue_date_format = DATEFMT_RFC5280_GEN;
    all[11].type = CERTTYPE_CUSTOM;
    all[12].cert_elements = &element;
    all[12].cert_elements_count = 1U;
    all[13].public_key_dev_loc.is_genkey = 0U;
    for (size_t i = 0U; i < 14U; i++) {
        definition_digest(&all[i], digests[i]);
        for (size_t j = 0U; j < i; j++) {
            CHECK(memcmp(digests[i], digests[j], 32U) != 0);
        }
    }
}

void cert_suite(void)
{
    RUN(every_case_is_rebuilt_to_the_byte);
    RUN(another_definition_is_refused);
    RUN(dates_that_are_none_are_refused);
    RUN(utc_time_ends_in_2049);
    RUN(outer_length_stays_within_its_bytes);
    RUN(definitions_that_are_not_built_are_refused);
    RUN(custom_elements);
    RUN(digest_depends_on_every_member);
}
