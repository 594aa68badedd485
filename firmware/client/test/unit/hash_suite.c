#include "suites.h"

#include <string.h>

#include "check.h"
#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_hash.h"
#include "plan_parts.h"

static void hex_of(const uint8_t *bytes, size_t length, char *text)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0U; i < length; i++) {
        text[2U * i] = DIGITS[bytes[i] >> 4];
        text[(2U * i) + 1U] = DIGITS[bytes[i] & 0x0FU];
    }
    text[2U * length] = '\0';
}

static void check_hex(const char *expected, const uint8_t *bytes, size_t length)
{
    char text[129];

    hex_of(bytes, length, text);
    CHECK_TEXT(expected, text);
}

static void count_up(uint8_t *bytes, size_t length, unsigned first)
{
    for (size_t i = 0U; i < length; i++) {
        bytes[i] = (uint8_t)(first + i);
    }
}

/* FIPS 180-4 examples. */
static void sha256_known_answers(void)
{
    static const char TWO_BLOCKS[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    struct sha256 sha;
    uint8_t digest[32];
    uint8_t a[1000];

    sha256_begin(&sha);
    sha256_end(&sha, digest);
    check_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", digest, 32U);
    sha256_begin(&sha);
    sha256_add(&sha, (const uint8_t *)"abc", 3U);
    sha256_end(&sha, digest);
    check_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest, 32U);
    sha256_begin(&sha);
    sha256_add(&sha, (const uint8_t *)TWO_BLOCKS, strlen(TWO_BLOCKS));
    sha256_end(&sha, digest);
    check_hex("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", digest, 32U);
    memset(a, 'a', sizeof a);
    sha256_begin(&sha);
    for (unsigned i = 0U; i < 1000U; i++) {
        /* A million a's, in pieces of changing length. */
        const size_t first = (i * 7U) % 1000U;

        sha256_add(&sha, a, first);
        sha256_add(&sha, a, 1000U - first);
    }
    sha256_end(&sha, digest);
    check_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", digest, 32U);
}

/* signer-and-server.md 7.1. */
static void station_code_known_answer(void)
{
    static const char STATION[] = "Linie 3, Platz 2";
    struct sha256 sha;
    uint8_t key[32];
    uint8_t nonce[32];
    uint8_t session[16];
    uint8_t code[32];

    count_up(key, sizeof key, 0x00U);
    count_up(nonce, sizeof nonce, 0x20U);
    count_up(session, sizeof session, 0x40U);
    hmac256_begin(&sha, key);
    sha256_add(&sha, (const uint8_t *)"ATPR-AUTH", 9U);
    sha256_add(&sha, nonce, sizeof nonce);
    sha256_add(&sha, session, sizeof session);
    sha256_add(&sha, (const uint8_t *)STATION, strlen(STATION));
    hmac256_end(&sha, key, code);
    check_hex("5297cca6cf855c40c587403dbb02b725e127c3a5ab044ce5d9a47b5123f46b46", code, 32U);
}

/* compressed-certificates.md 9: the root's key id. */
static void key_id_known_answer(void)
{
    static const uint8_t ROOT[64] = {
        0x4B, 0x27, 0xB9, 0x05, 0x55, 0x9D, 0x4E, 0x3B, 0x5F, 0x9A, 0x3C, 0x17, 0x12, 0x4E, 0x7F, 0xE2,
        0xEA, 0x4F, 0xE2, 0x98, 0x79, 0x4C, 0x0E, 0x73, 0x2E, 0x35, 0x01, 0xAA, 0x72, 0x10, 0xEE, 0xEC,
        0x54, 0x7E, 0xCD, 0xA2, 0xFD, 0xBC, 0x5E, 0xA2, 0x02, 0x6C, 0x30, 0xBD, 0x46, 0x5D, 0x88, 0x1E,
        0xCB, 0x4F, 0x5C, 0xF9, 0x30, 0x0B, 0xAE, 0xCD, 0x79, 0x66, 0xF4, 0xBE, 0x59, 0x6D, 0xB7, 0xF6,
    };
    uint8_t id[20];

    key_id_of(ROOT, id);
    check_hex("1ef63e3b3c850dcd516220fe66cc181becf83c05", id, sizeof id);
}

/* atecc-device.md 2. */
static void crc_known_answers(void)
{
    const uint8_t zeros[9] = {0};
    const uint8_t info[5] = {0x07, 0x30, 0x00, 0x00, 0x00};

    CHECK_NUMBER(0x0000, crc_add(0U, zeros, 0U));
    CHECK_NUMBER(0x0000, crc_add(0U, zeros, sizeof zeros));
    CHECK_NUMBER(0xBCDD, crc_add(0U, (const uint8_t *)"123456789", 9U));
    CHECK_NUMBER(0xBCDD, crc_add(crc_add(0U, (const uint8_t *)"1234", 4U), (const uint8_t *)"56789", 5U));
    CHECK_NUMBER(0x5D03, crc_add(0U, info, sizeof info));
}

/* signer-and-server.md 3.6: the definitions of the 2015 tool chain, which are those of example/. */
static void definition_digest_known_answers(void)
{
    uint8_t digest[32];

    definition_digest(PLAN_PARTS.device_definition, digest);
    check_hex("2d83f0760d876943f153c3ea47c8e1805784f59b528c420e7535e75ac03c4966", digest, 32U);
    definition_digest(PLAN_PARTS.signer_definition, digest);
    check_hex("b71024e4bd10bd5ae7c5fad94217e30c721407d986e0589cb76d8b447c5c2b28", digest, 32U);
}

static void bytes_helpers(void)
{
    uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    CHECK(!bytes_equal(bytes, &bytes[1], 4U));
    CHECK(bytes_equal(bytes, bytes, 8U));
    CHECK_NUMBER(0x0102, u16_be(bytes));
    CHECK_NUMBER(0x0201, u16_le(bytes));
    CHECK_NUMBER(0x01020304, u32_be(bytes));
    bytes_wipe(bytes, sizeof bytes);
    CHECK(bytes_all(bytes, 0U, sizeof bytes));
    CHECK_NUMBER(0, text_length(NULL));
    CHECK_NUMBER(3, text_length("abc"));
}

void hash_suite(void)
{
    RUN(sha256_known_answers);
    RUN(station_code_known_answer);
    RUN(key_id_known_answer);
    RUN(crc_known_answers);
    RUN(definition_digest_known_answers);
    RUN(bytes_helpers);
}
