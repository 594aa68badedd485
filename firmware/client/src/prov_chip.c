#include "prov_chip.h"

#include "prov_bytes.h"
#include "prov_link.h"

#define OP_WRITE 0x12U
#define OP_NONCE 0x16U
#define OP_LOCK 0x17U
#define OP_RANDOM 0x1BU
#define OP_UPDATE_EXTRA 0x20U
#define OP_INFO 0x30U
#define OP_GENKEY 0x40U
#define OP_SIGN 0x41U
#define OP_VERIFY 0x45U

#define UNLOCKED 0x55U

uint16_t slot_size(uint8_t slot)
{
    if (slot < 8U) {
        return 36U;
    }
    return (slot == 8U) ? 416U : 72U;
}

uint8_t slot_blocks(uint8_t slot)
{
    return (uint8_t)((slot_size(slot) + BLOCK_SIZE - 1U) / BLOCK_SIZE);
}

/* --- reading and writing ---------------------------------------------------------------------------------------------- */

static uint16_t address_of(uint8_t zone, uint8_t slot, uint8_t block)
{
    if (zone == ZONE_DATA) {
        return (uint16_t)(((uint32_t)block << 8U) | ((uint32_t)slot << 3U));
    }
    return (uint16_t)((uint32_t)block << 3U);
}

enum atcaprov_code chip_read_block(struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t block, uint8_t bytes[32])
{
    enum atcaprov_code code;

    link_begin(&c->frame, OP_READ, (uint8_t)(zone | ACCESS_32), address_of(zone, slot, block));
    code = link_ask(c, BLOCK_SIZE, ASK_FREELY);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(bytes, &c->response[1], BLOCK_SIZE);
    }
    return code;
}

enum atcaprov_code chip_write_block(struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t block,
                                    const uint8_t bytes[32])
{
    link_begin(&c->frame, OP_WRITE, (uint8_t)(zone | ACCESS_32), address_of(zone, slot, block));
    link_add(&c->frame, bytes, BLOCK_SIZE);
    return link_ask(c, 0U, ASK_GUARDED);
}

/* Word `word` (0..31) of the configuration zone. */
static enum atcaprov_code read_word(struct atcaprov_client *c, uint8_t word, uint8_t bytes[4])
{
    enum atcaprov_code code;

    link_begin(&c->frame, OP_READ, ZONE_CONFIG, word);
    code = link_ask(c, 4U, ASK_GUARDED);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(bytes, &c->response[1], 4U);
    }
    return code;
}

/* --- identity and configuration --------------------------------------------------------------------------------------- */

static enum atcaprov_code identify(struct atcaprov_client *c)
{
    enum atcaprov_code code;

    link_begin(&c->frame, OP_INFO, 0U, 0U);
    code = link_ask(c, 4U, ASK_FREELY);
    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if (c->response[3] == 0x50U) {
        c->chip.part = ATECC_PART_508A;
    } else if (c->response[3] == 0x60U) {
        c->chip.part = ATECC_PART_608;
    } else {
        return ATCAPROV_WRONG_PART;
    }
    return ATCAPROV_SUCCESS;
}

static enum atcaprov_code read_zone(struct atcaprov_client *c)
{
    for (uint8_t block = 0U; block < 4U; block++) {
        const enum atcaprov_code code = chip_read_block(c, ZONE_CONFIG, 0U, block, &c->config[(size_t)BLOCK_SIZE * block]);

        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
    }
    c->chip.divider = atecc_divider_of(c->config[19]);
    return ATCAPROV_SUCCESS;
}

enum atcaprov_code chip_find(struct atcaprov_client *c)
{
    const uint8_t *images[2] = {c->plan->image_508a, c->plan->image_608};
    enum atcaprov_code code;

    c->chip.address = (uint8_t)(c->plan->address & 0xFEU);
    c->chip.part = ATECC_PART_UNKNOWN;
    c->chip.divider = ATECC_DIVIDER_UNKNOWN;
    code = identify(c);
    for (size_t i = 0U; (i < 2U) && (code == ATCAPROV_NO_CHIP); i++) {
        /* An earlier run may have locked the image with another address into it. */
        if ((images[i] != NULL) && ((images[i][16] & 0xFEU) != c->chip.address)) {
            c->chip.address = (uint8_t)(images[i][16] & 0xFEU);
            code = identify(c);
        }
    }
    if (code == ATCAPROV_SUCCESS) {
        code = read_zone(c);
    }
    if (code == ATCAPROV_SUCCESS) {
        link_serial_of(c->config, c->report.serial_number);
    }
    return code;
}

enum atcaprov_code chip_read_config(struct atcaprov_client *c)
{
    uint8_t serial[9];
    const enum atcaprov_code code = read_zone(c);

    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    link_serial_of(c->config, serial);
    return bytes_equal(serial, c->report.serial_number, sizeof serial) ? ATCAPROV_SUCCESS : ATCAPROV_BOARD_CHANGED;
}

static bool same_range(const struct atcaprov_client *c, size_t first, size_t last)
{
    return bytes_equal(&c->config[first], &c->image[first], (last - first) + 1U);
}

bool chip_config_matches(const struct atcaprov_client *c)
{
    const uint32_t wanted_locks = (uint32_t)u16_le(&c->image[88]) ^ 0xFFFFU;
    const uint32_t found_locks = (uint32_t)u16_le(&c->config[88]) ^ 0xFFFFU;
    const bool locks = (c->config[87] == UNLOCKED) ? (wanted_locks == found_locks) : ((wanted_locks & ~found_locks) == 0U);

    return locks && same_range(c, 16U, 51U) && same_range(c, 90U, 127U) &&
           ((c->chip.part == ATECC_PART_508A) || same_range(c, 68U, 83U));
}

static enum atcaprov_code write_config_bytes(struct atcaprov_client *c, uint8_t word, size_t length)
{
    link_begin(&c->frame, OP_WRITE, (uint8_t)((length == BLOCK_SIZE) ? ACCESS_32 : 0U), word);
    link_add(&c->frame, &c->image[(size_t)4U * word], length);
    return link_ask(c, 0U, ASK_GUARDED);
}

enum atcaprov_code chip_write_config(struct atcaprov_client *c)
{
    enum atcaprov_code code = ATCAPROV_SUCCESS;
    uint8_t word = 4U;

    while ((word < 32U) && (code == ATCAPROV_SUCCESS)) {
        /* Whole blocks where the chip takes them; word 21 (bytes 84..87) is not written. */
        const bool block = (word == 8U) || (word == 24U);

        if (word != 21U) {
            code = write_config_bytes(c, word, block ? BLOCK_SIZE : 4U);
        }
        word = (uint8_t)(word + (block ? 8U : 1U));
    }
    if (code == ATCAPROV_SUCCESS) {
        code = chip_read_config(c);
    }
    if ((code == ATCAPROV_SUCCESS) && !chip_config_matches(c)) {
        code = ATCAPROV_READ_BACK_DIFFERS;
    }
    return code;
}

enum atcaprov_code chip_follow_address(struct atcaprov_client *c)
{
    const uint8_t before = c->chip.address;
    const uint8_t after = (uint8_t)(c->image[16] & 0xFEU);

    if (after == before) {
        return ATCAPROV_SUCCESS;
    }
    chip_leave(c);
    c->chip.address = after;
    if (identify(c) == ATCAPROV_SUCCESS) {
        return ATCAPROV_SUCCESS;
    }
    c->chip.address = before;
    c->chip.awake = false;
    return (identify(c) == ATCAPROV_SUCCESS) ? ATCAPROV_SUCCESS : ATCAPROV_ADDRESS_LOST;
}

/* UpdateExtra is not repeated blindly: bytes 84 and 85 are read before and after. */
enum atcaprov_code chip_update_extra(struct atcaprov_client *c)
{
    for (uint8_t which = 0U; which < 2U; which++) {
        const uint8_t wanted = c->image[84U + which];
        enum atcaprov_code code = ATCAPROV_SUCCESS;
        uint8_t found[4];

        for (uint32_t attempt = 0U;; attempt++) {
            enum answer answer;
            enum atcaprov_code look = read_word(c, 21U, found);

            if (look != ATCAPROV_SUCCESS) {
                return look;
            }
            if (found[which] == wanted) {
                break;
            }
            if (attempt == LINK_TRIES) {
                return (code == ATCAPROV_SUCCESS) ? ATCAPROV_READ_BACK_DIFFERS : code;
            }
            link_begin(&c->frame, OP_UPDATE_EXTRA, which, wanted);
            answer = link_ask_once(c, 0U, ASK_GUARDED, &code);
            if ((answer == ANSWER_NONE) || (answer == ANSWER_STUCK)) {
                return (code == ATCAPROV_SUCCESS) ? link_code(c, answer) : code;
            }
            code = link_code(c, answer);
        }
    }
    return ATCAPROV_SUCCESS;
}

/* --- locks ------------------------------------------------------------------------------------------------------------ */

/* Lock bytes that a look asks for: byte `at` of a word is `locked` when none of `mask` is left in it. */
struct lock_mark {
    uint8_t word;
    uint8_t at;
    uint8_t mask;
};

/*
 * Sends a Lock and looks at what came of it; a Lock that may have been lost is sent once more, and only to a zone that is seen to be
 * open. `refused` = the chip said 0F, and the zone is open.
 */
static enum atcaprov_code lock(struct atcaprov_client *c, uint8_t p1, uint16_t p2, struct lock_mark mark, bool *refused)
{
    enum atcaprov_code code = ATCAPROV_CHIP_UNCLEAR;

    *refused = false;
    for (uint32_t doubts = 0U; doubts < 2U; doubts++) {
        enum answer answer;
        enum atcaprov_code look;
        uint8_t status;
        uint8_t word[4];

        link_begin(&c->frame, OP_LOCK, p1, p2);
        answer = link_ask_once(c, 0U, ASK_GUARDED, &code);
        if (answer == ANSWER_NONE) {
            return code;
        }
        code = link_code(c, answer);
        status = c->status;
        look = read_word(c, mark.word, word);
        if (look != ATCAPROV_SUCCESS) {
            return ((answer == ANSWER_DOUBT) && (look != ATCAPROV_BOARD_CHANGED)) ? code : look;
        }
        if ((word[mark.at] & mark.mask) == 0U) {
            return ATCAPROV_SUCCESS;
        }
        if (answer == ANSWER_GOOD) {
            return ATCAPROV_READ_BACK_DIFFERS;
        }
        if (answer == ANSWER_STATUS) {
            *refused = status == STATUS_EXECUTION;
            return code;
        }
    }
    return code;
}

enum atcaprov_code chip_lock_config(struct atcaprov_client *c)
{
    static const struct lock_mark CONFIG = {21U, 3U, 0xFFU};
    bool refused;
    enum atcaprov_code code = chip_read_config(c);

    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if (!chip_config_matches(c)) {
        return ATCAPROV_READ_BACK_DIFFERS;
    }
    code = lock(c, ZONE_CONFIG, crc_add(0U, c->config, sizeof c->config), CONFIG, &refused);
    return refused ? ATCAPROV_CONFIG_CRC : code;
}

enum lock_result chip_lock_data(struct atcaprov_client *c, bool with_crc, uint16_t crc, enum atcaprov_code *code)
{
    static const struct lock_mark DATA = {21U, 2U, 0xFFU};
    bool refused;

    *code = lock(c, with_crc ? 0x01U : 0x81U, with_crc ? crc : 0U, DATA, &refused);
    if (*code == ATCAPROV_SUCCESS) {
        return LOCK_DONE;
    }
    return (with_crc && refused) ? LOCK_CRC_REFUSED : LOCK_FAILED;
}

enum atcaprov_code chip_lock_slot(struct atcaprov_client *c, uint8_t slot)
{
    const struct lock_mark mark = {22U, (uint8_t)(slot / 8U), (uint8_t)(1U << (slot % 8U))};
    bool refused;
    uint8_t word[4];
    const enum atcaprov_code code = read_word(c, mark.word, word);

    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if ((word[mark.at] & mark.mask) == 0U) {
        return ATCAPROV_SUCCESS;
    }
    return lock(c, (uint8_t)(2U | ((uint32_t)slot << 2U)), 0U, mark, &refused);
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

enum atcaprov_code chip_public_key(struct atcaprov_client *c, uint8_t slot, uint8_t key[64])
{
    enum atcaprov_code code;

    link_begin(&c->frame, OP_GENKEY, 0x00U, slot);
    code = link_ask(c, 64U, ASK_GUARDED);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(key, &c->response[1], 64U);
    }
    return code;
}

/*
 * After a lost answer the key in the slot may still be an old one that somebody knows: the key is made once more. When that answer is
 * lost too, the key is taken if it is seen to have changed.
 */
enum atcaprov_code chip_create_key(struct atcaprov_client *c, uint8_t slot, uint8_t key[64])
{
    uint8_t before[64];
    bool have_before = false;
    enum atcaprov_code code = ATCAPROV_CHIP_UNCLEAR;

    for (uint32_t creations = 1U; creations <= 2U; creations++) {
        enum answer answer;
        enum atcaprov_code look;

        link_begin(&c->frame, OP_GENKEY, 0x04U, slot);
        answer = link_ask_once(c, 64U, ASK_GUARDED, &code);
        if (answer == ANSWER_NONE) {
            return code;
        }
        code = link_code(c, answer);
        if ((answer != ANSWER_GOOD) && (answer != ANSWER_DOUBT)) {
            return code;
        }
        look = chip_public_key(c, slot, key);
        if ((look == ATCAPROV_SUCCESS) && (answer == ANSWER_GOOD)) {
            return ATCAPROV_SUCCESS;
        }
        if ((look != ATCAPROV_SUCCESS) && (look != ATCAPROV_CHIP_REFUSED)) {
            return look;
        }
        if ((creations == 2U) && (look == ATCAPROV_SUCCESS) && have_before && !bytes_equal(before, key, sizeof before)) {
            return ATCAPROV_SUCCESS;
        }
        have_before = look == ATCAPROV_SUCCESS;
        if (have_before) {
            bytes_copy(before, key, sizeof before);
        }
    }
    return (code == ATCAPROV_SUCCESS) ? ATCAPROV_CHIP_FAULT : code;
}

enum atcaprov_code chip_random(struct atcaprov_client *c, uint8_t bytes[32])
{
    enum atcaprov_code code;

    link_begin(&c->frame, OP_RANDOM, 0U, 0U);
    code = link_ask(c, 32U, ASK_FREELY);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(bytes, &c->response[1], 32U);
    }
    return code;
}

/* Loads a digest and sends the packet that uses it, in one window; both again after trouble. */
static enum answer with_digest(struct atcaprov_client *c, const uint8_t digest[32], uint8_t opcode, uint16_t p2,
                               const uint8_t *first, const uint8_t *second, size_t expected, enum atcaprov_code *code)
{
    const bool buffer = c->chip.part == ATECC_PART_608;
    const uint8_t plain_mode = (opcode == OP_SIGN) ? 0x80U : 0x02U;
    enum answer answer = ANSWER_NONE;

    for (uint32_t attempt = 0U; attempt < LINK_TRIES; attempt++) {
        /* On a 608 the digest goes to the message digest buffer (provisioning-recipes.md 7, step 4). */
        link_begin(&c->frame, OP_NONCE, buffer ? 0x43U : 0x03U, 0U);
        link_add(&c->frame, digest, 32U);
        answer = link_ask_once(c, 0U, ASK_FREELY, code);
        if (answer == ANSWER_GOOD) {
            link_begin(&c->frame, opcode, (uint8_t)(plain_mode | (buffer ? 0x20U : 0x00U)), p2);
            if (first != NULL) {
                link_add(&c->frame, first, 64U);
                link_add(&c->frame, second, 64U);
            }
            answer = link_talk(c, &c->frame, expected);
        } else if ((answer == ANSWER_NONE) && (*code != ATCAPROV_SUCCESS)) {
            return answer;
        } else {
            /* As the answer says. */
        }
        *code = link_code(c, answer);
        if ((answer != ANSWER_NONE) && (answer != ANSWER_DOUBT)) {
            return answer;
        }
    }
    return answer;
}

enum atcaprov_code chip_sign(struct atcaprov_client *c, uint8_t slot, const uint8_t digest[32], uint8_t signature[64])
{
    uint8_t ignored[32];
    /* A fresh seed for the chip's own random numbers. */
    enum atcaprov_code code = chip_random(c, ignored);

    if ((code == ATCAPROV_SUCCESS) && (with_digest(c, digest, OP_SIGN, slot, NULL, NULL, 64U, &code) == ANSWER_GOOD)) {
        bytes_copy(signature, &c->response[1], 64U);
    }
    return code;
}

enum atcaprov_code chip_verify(struct atcaprov_client *c, const uint8_t key[64], const uint8_t digest[32],
                               const uint8_t signature[64], bool *good)
{
    enum atcaprov_code code = ATCAPROV_CHIP_UNCLEAR;
    const enum answer answer = with_digest(c, digest, OP_VERIFY, 4U, signature, key, 0U, &code);

    *good = answer == ANSWER_GOOD;
    if ((answer == ANSWER_STATUS) && (c->status == STATUS_NOT_VERIFIED)) {
        return ATCAPROV_SUCCESS;
    }
    return code;
}

void chip_leave(struct atcaprov_client *c)
{
    (void)atecc_sleep(c->port, &c->chip);
}
