#include "prov_hash.h"

#include "prov_bytes.h"

static const uint32_t ROUND[64] = {
    0x428A2F98U, 0x71374491U, 0xB5C0FBCFU, 0xE9B5DBA5U, 0x3956C25BU, 0x59F111F1U, 0x923F82A4U, 0xAB1C5ED5U,
    0xD807AA98U, 0x12835B01U, 0x243185BEU, 0x550C7DC3U, 0x72BE5D74U, 0x80DEB1FEU, 0x9BDC06A7U, 0xC19BF174U,
    0xE49B69C1U, 0xEFBE4786U, 0x0FC19DC6U, 0x240CA1CCU, 0x2DE92C6FU, 0x4A7484AAU, 0x5CB0A9DCU, 0x76F988DAU,
    0x983E5152U, 0xA831C66DU, 0xB00327C8U, 0xBF597FC7U, 0xC6E00BF3U, 0xD5A79147U, 0x06CA6351U, 0x14292967U,
    0x27B70A85U, 0x2E1B2138U, 0x4D2C6DFCU, 0x53380D13U, 0x650A7354U, 0x766A0ABBU, 0x81C2C92EU, 0x92722C85U,
    0xA2BFE8A1U, 0xA81A664BU, 0xC24B8B70U, 0xC76C51A3U, 0xD192E819U, 0xD6990624U, 0xF40E3585U, 0x106AA070U,
    0x19A4C116U, 0x1E376C08U, 0x2748774CU, 0x34B0BCB5U, 0x391C0CB3U, 0x4ED8AA4AU, 0x5B9CCA4FU, 0x682E6FF3U,
    0x748F82EEU, 0x78A5636FU, 0x84C87814U, 0x8CC70208U, 0x90BEFFFAU, 0xA4506CEBU, 0xBEF9A3F7U, 0xC67178F2U,
};

static const uint32_t START[8] = {0x6A09E667U, 0xBB67AE85U, 0x3C6EF372U, 0xA54FF53AU,
                                  0x510E527FU, 0x9B05688CU, 0x1F83D9ABU, 0x5BE0CD19U};

static uint32_t turn_right(uint32_t value, uint32_t bits)
{
    return (value >> bits) | (value << (32U - bits));
}

static uint32_t turn_left(uint32_t value, uint32_t bits)
{
    return (value << bits) | (value >> (32U - bits));
}

/* One block into the state; the message schedule is kept as a ring of 16 words. */
static void compress(struct sha256 *sha)
{
    uint32_t ring[16];
    uint32_t v[8];

    for (size_t i = 0U; i < 8U; i++) {
        v[i] = sha->state[i];
    }
    for (size_t i = 0U; i < 64U; i++) {
        uint32_t word;
        uint32_t first;
        uint32_t second;

        if (i < 16U) {
            word = u32_be(&sha->block[4U * i]);
        } else {
            const uint32_t w15 = ring[(i + 1U) % 16U];
            const uint32_t w2 = ring[(i + 14U) % 16U];

            word = ring[i % 16U] + ring[(i + 9U) % 16U] + (turn_right(w15, 7U) ^ turn_right(w15, 18U) ^ (w15 >> 3U)) +
                   (turn_right(w2, 17U) ^ turn_right(w2, 19U) ^ (w2 >> 10U));
        }
        ring[i % 16U] = word;
        first = v[7] + (turn_right(v[4], 6U) ^ turn_right(v[4], 11U) ^ turn_right(v[4], 25U)) +
                ((v[4] & v[5]) ^ (~v[4] & v[6])) + ROUND[i] + word;
        second = (turn_right(v[0], 2U) ^ turn_right(v[0], 13U) ^ turn_right(v[0], 22U)) +
                 ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        for (size_t j = 7U; j > 0U; j--) {
            v[j] = v[j - 1U];
        }
        v[4] += first;
        v[0] = first + second;
    }
    for (size_t i = 0U; i < 8U; i++) {
        sha->state[i] += v[i];
    }
}

void sha256_begin(struct sha256 *sha)
{
    for (size_t i = 0U; i < 8U; i++) {
        sha->state[i] = START[i];
    }
    sha->length = 0U;
}

void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0U; i < length; i++) {
        sha->block[sha->length % 64U] = bytes[i];
        sha->length++;
        if ((sha->length % 64U) == 0U) {
            compress(sha);
        }
    }
}

void sha256_end(struct sha256 *sha, uint8_t digest[32])
{
    static const uint8_t MARK = 0x80U;
    static const uint8_t ZERO = 0x00U;
    const uint32_t bits = sha->length * 8U;
    uint8_t length[8] = {0U};

    put_u32_be(&length[4], bits);
    sha256_add(sha, &MARK, 1U);
    while ((sha->length % 64U) != 56U) {
        sha256_add(sha, &ZERO, 1U);
    }
    sha256_add(sha, length, sizeof length);
    for (size_t i = 0U; i < 8U; i++) {
        put_u32_be(&digest[4U * i], sha->state[i]);
    }
    bytes_wipe(sha->block, sizeof sha->block);
}

static void hmac_pad(struct sha256 *sha, const uint8_t key[32], uint8_t pad)
{
    sha256_begin(sha);
    for (size_t i = 0U; i < 64U; i++) {
        const uint8_t byte = (i < 32U) ? (uint8_t)(key[i] ^ pad) : pad;

        sha256_add(sha, &byte, 1U);
    }
}

void hmac256_begin(struct sha256 *sha, const uint8_t key[32])
{
    hmac_pad(sha, key, 0x36U);
}

void hmac256_end(struct sha256 *sha, const uint8_t key[32], uint8_t code[32])
{
    sha256_end(sha, code);
    hmac_pad(sha, key, 0x5CU);
    sha256_add(sha, code, 32U);
    sha256_end(sha, code);
}

/* Byte of the padded message 04 X Y 80 00... and its length in bits, two blocks. */
static uint8_t padded_key_byte(const uint8_t public_key[64], size_t at)
{
    if (at == 0U) {
        return 0x04U;
    }
    if (at <= 64U) {
        return public_key[at - 1U];
    }
    if (at == 65U) {
        return 0x80U;
    }
    if (at == 126U) {
        return 0x02U;
    }
    return (at == 127U) ? 0x08U : 0x00U;
}

static uint32_t sha1_word(uint32_t *ring, size_t i)
{
    if (i >= 16U) {
        ring[i % 16U] = turn_left(ring[(i + 13U) % 16U] ^ ring[(i + 8U) % 16U] ^ ring[(i + 2U) % 16U] ^ ring[i % 16U], 1U);
    }
    return ring[i % 16U];
}

static void sha1_compress(uint32_t state[5], uint32_t ring[16])
{
    uint32_t v[5];

    for (size_t i = 0U; i < 5U; i++) {
        v[i] = state[i];
    }
    for (size_t i = 0U; i < 80U; i++) {
        uint32_t next = turn_left(v[0], 5U) + v[4] + sha1_word(ring, i);

        if (i < 20U) {
            next += ((v[1] & v[2]) | (~v[1] & v[3])) + 0x5A827999U;
        } else if (i < 40U) {
            next += (v[1] ^ v[2] ^ v[3]) + 0x6ED9EBA1U;
        } else if (i < 60U) {
            next += ((v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])) + 0x8F1BBCDCU;
        } else {
            next += (v[1] ^ v[2] ^ v[3]) + 0xCA62C1D6U;
        }
        v[4] = v[3];
        v[3] = v[2];
        v[2] = turn_left(v[1], 30U);
        v[1] = v[0];
        v[0] = next;
    }
    for (size_t i = 0U; i < 5U; i++) {
        state[i] += v[i];
    }
}

void key_id_of(const uint8_t public_key[64], uint8_t id[20])
{
    uint32_t state[5] = {0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};

    for (size_t block = 0U; block < 2U; block++) {
        uint32_t ring[16];

        for (size_t i = 0U; i < 16U; i++) {
            uint8_t word[4];

            for (size_t j = 0U; j < 4U; j++) {
                word[j] = padded_key_byte(public_key, (64U * block) + (4U * i) + j);
            }
            ring[i] = u32_be(word);
        }
        sha1_compress(state, ring);
    }
    for (size_t i = 0U; i < 5U; i++) {
        put_u32_be(&id[4U * i], state[i]);
    }
}
