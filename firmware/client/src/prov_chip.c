#include "prov_chip.h"

#include "atecc_crc.h"
#include "prov_bytes.h"

#define OP_READ 0x02U
#define OP_WRITE 0x12U
#define OP_NONCE 0x16U
#define OP_LOCK 0x17U
#define OP_RANDOM 0x1BU
#define OP_UPDATE_EXTRA 0x20U
#define OP_INFO 0x30U
#define OP_GENKEY 0x40U
#define OP_SIGN 0x41U
#define OP_VERIFY 0x45U

#define STATUS_GOOD 0x00U
#define STATUS_NOT_VERIFIED 0x01U
#define STATUS_PARSE 0x03U
#define STATUS_ECC_FAULT 0x05U
#define STATUS_SELF_TEST 0x07U
#define STATUS_EXECUTION 0x0FU
#define STATUS_WOKEN 0x11U
#define STATUS_WATCHDOG 0xEEU
#define STATUS_DAMAGED 0xFFU

#define ACCESS_32 0x80U
#define UNLOCKED 0x55U

#define TRIES 3U
/* The shortest watchdog is 700 ms from waking; a command that might end beyond this gets a window of its own. */
#define WINDOW_MS 600U
/* Between two attempts to wake a chip that does not answer. */
#define WAKE_PAUSE_US 20000U

/* How one sending of a packet ended. */
enum answer {
    /* The payload that was expected, or status 00 where none was. */
    ANSWER_GOOD,
    /* A status by which the chip refuses; client->status has it. */
    ANSWER_STATUS,
    /* The chip did not do it, and it may be sent again: not acknowledged, or refused for want of time or by a fault. */
    ANSWER_NONE,
    /* It was sent, and nobody knows whether it was done. */
    ANSWER_DOUBT,
    ANSWER_STUCK
};

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

/* --- packets ---------------------------------------------------------------------------------------------------------- */

static void begin(struct atecc_frame *frame, uint8_t opcode, uint8_t p1, uint16_t p2)
{
    uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];

    packet[0] = 7U;
    packet[1] = opcode;
    packet[2] = p1;
    packet[3] = (uint8_t)((uint32_t)p2 & 0xFFU);
    packet[4] = (uint8_t)((uint32_t)p2 >> 8U);
}

static void add(struct atecc_frame *frame, const uint8_t *bytes, size_t length)
{
    uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];

    bytes_copy(&packet[packet[0] - 2U], bytes, length);
    packet[0] = (uint8_t)(packet[0] + length);
}

/* Sends a packet once to a chip that is awake. `expected`: bytes of payload, 0 where a status is all there is. */
static enum answer talk(struct atcaprov_client *c, struct atecc_frame *frame, size_t expected)
{
    uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];
    const size_t count = packet[0];
    const uint16_t crc = atecc_crc(packet, count - 2U);
    size_t length = 0U;
    enum chip_result result;

    c->status = STATUS_GOOD;
    packet[count - 2U] = (uint8_t)((uint32_t)crc & 0xFFU);
    packet[count - 1U] = (uint8_t)((uint32_t)crc >> 8U);
    result = atecc_talk(c->port, &c->chip, frame, count, c->response, &length);
    if (result != CHIP_OK) {
        c->chip.awake = false;
        if (result == CHIP_BUS_FAULT) {
            return ANSWER_STUCK;
        }
        return ((result == CHIP_NO_ANSWER) || (result == CHIP_REFUSED)) ? ANSWER_NONE : ANSWER_DOUBT;
    }
    c->answered = true;
    if (length != ATECC_RESPONSE_MIN) {
        return (length == (expected + 3U)) ? ANSWER_GOOD : ANSWER_DOUBT;
    }
    c->status = c->response[1];
    if (c->status == STATUS_GOOD) {
        return (expected == 0U) ? ANSWER_GOOD : ANSWER_DOUBT;
    }
    if (c->status == STATUS_WOKEN) {
        /* The wake answer in the place of an answer: the chip lost its power meanwhile. */
        return ANSWER_DOUBT;
    }
    c->report.chip_status = c->status;
    if ((c->status == STATUS_ECC_FAULT) || (c->status == STATUS_WATCHDOG) || (c->status == STATUS_DAMAGED)) {
        return ANSWER_NONE;
    }
    return ANSWER_STATUS;
}

static enum atcaprov_code code_of(const struct atcaprov_client *c, enum answer answer)
{
    const uint8_t status = c->status;

    switch (answer) {
    case ANSWER_GOOD:
        return ATCAPROV_SUCCESS;
    case ANSWER_STATUS:
        if ((status == STATUS_NOT_VERIFIED) || (status == STATUS_PARSE) || (status == STATUS_EXECUTION)) {
            return ATCAPROV_CHIP_REFUSED;
        }
        return ATCAPROV_CHIP_FAULT;
    case ANSWER_NONE:
        if (status == STATUS_ECC_FAULT) {
            return ATCAPROV_CHIP_FAULT;
        }
        return c->chip.awake ? ATCAPROV_CHIP_UNCLEAR : ATCAPROV_BOARD_REMOVED;
    case ANSWER_STUCK:
        return ATCAPROV_KIT_LOST;
    case ANSWER_DOUBT:
    default:
        return ATCAPROV_CHIP_UNCLEAR;
    }
}

/* --- wake windows ----------------------------------------------------------------------------------------------------- */

/* A new wake window: what lives in the chip's memory over idle stays, its watchdog starts anew. */
static enum atcaprov_code open_window(struct atcaprov_client *c)
{
    uint8_t answer[4];

    if (c->chip.awake) {
        (void)atecc_idle(c->port, &c->chip);
    }
    c->guarded = false;
    for (uint32_t attempt = 0U; attempt < TRIES; attempt++) {
        const enum chip_result result = atecc_wake(c->port, &c->chip, answer);

        if (result == CHIP_OK) {
            c->woken_at = c->port->millis(c->port->context);
            if (answer[1] == STATUS_SELF_TEST) {
                c->report.chip_status = STATUS_SELF_TEST;
                return ATCAPROV_CHIP_FAULT;
            }
            return ATCAPROV_SUCCESS;
        }
        if (result == CHIP_BUS_FAULT) {
            return ATCAPROV_KIT_LOST;
        }
        c->port->delay_us(c->port->context, WAKE_PAUSE_US);
    }
    return c->answered ? ATCAPROV_BOARD_REMOVED : ATCAPROV_NO_CHIP;
}

static void serial_of(const uint8_t config[13], uint8_t serial[9])
{
    bytes_copy(serial, config, 4U);
    bytes_copy(&serial[4], &config[8], 5U);
}

/*
 * Reads the serial number in the present window (provisioning-recipes.md 0, board identity). It has a packet of its own: the one in
 * client->frame waits to be sent.
 */
static enum answer guard(struct atcaprov_client *c, bool *same)
{
    struct atecc_frame frame;
    uint8_t serial[9];
    enum answer answer;

    *same = true;
    if (c->guarded) {
        return ANSWER_GOOD;
    }
    begin(&frame, OP_READ, ZONE_CONFIG | ACCESS_32, 0U);
    answer = talk(c, &frame, BLOCK_SIZE);
    if (answer == ANSWER_GOOD) {
        serial_of(&c->response[1], serial);
        *same = bytes_equal(serial, c->report.serial_number, sizeof serial);
        c->guarded = *same;
    }
    return answer;
}

/* How a packet may be sent. */
enum how {
    /* By itself, as often as it takes. */
    ASK_FREELY,
    /* The same, but only to the chip whose serial number is known. */
    ASK_GUARDED
};

/* Sends the packet in client->frame, again after trouble; only for what does no harm twice. */
static enum atcaprov_code ask(struct atcaprov_client *c, size_t expected, enum how how)
{
    const uint8_t opcode = c->frame.bytes[ATECC_FRAME_PACKET + 1U];
    bool fresh = false;
    enum atcaprov_code code = ATCAPROV_CHIP_UNCLEAR;

    for (uint32_t attempt = 0U; attempt < TRIES; attempt++) {
        const uint32_t spent = c->port->millis(c->port->context) - c->woken_at;
        enum answer answer = ANSWER_GOOD;
        bool same = true;

        if (fresh || !c->chip.awake || ((spent + atecc_limit_ms(c->chip.part, c->chip.divider, opcode)) > WINDOW_MS)) {
            code = open_window(c);
            if (code != ATCAPROV_SUCCESS) {
                return code;
            }
        }
        if (how == ASK_GUARDED) {
            answer = guard(c, &same);
            if (!same) {
                return ATCAPROV_BOARD_CHANGED;
            }
        }
        if (answer == ANSWER_GOOD) {
            answer = talk(c, &c->frame, expected);
        }
        code = code_of(c, answer);
        if ((answer != ANSWER_NONE) && (answer != ANSWER_DOUBT)) {
            return code;
        }
        fresh = true;
    }
    return code;
}

/* Sends the packet in client->frame once, in a window of its own, to the right chip. `code` says why it was not sent at all. */
static enum answer ask_once(struct atcaprov_client *c, size_t expected, enum how how, enum atcaprov_code *code)
{
    *code = ATCAPROV_SUCCESS;
    for (uint32_t attempt = 0U; attempt < TRIES; attempt++) {
        enum answer answer = ANSWER_GOOD;
        bool same = true;

        *code = open_window(c);
        if (*code != ATCAPROV_SUCCESS) {
            return ANSWER_NONE;
        }
        if (how == ASK_GUARDED) {
            answer = guard(c, &same);
            if (!same) {
                *code = ATCAPROV_BOARD_CHANGED;
                return ANSWER_NONE;
            }
        }
        if (answer == ANSWER_GOOD) {
            answer = talk(c, &c->frame, expected);
            if (answer != ANSWER_NONE) {
                return answer;
            }
        } else if (answer == ANSWER_STUCK) {
            return answer;
        } else {
            /* The look at the serial number failed: nothing was sent. */
            answer = ANSWER_NONE;
        }
        *code = code_of(c, answer);
    }
    return ANSWER_NONE;
}

void chip_leave(struct atcaprov_client *c)
{
    (void)atecc_sleep(c->port, &c->chip);
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

    begin(&c->frame, OP_READ, (uint8_t)(zone | ACCESS_32), address_of(zone, slot, block));
    code = ask(c, BLOCK_SIZE, ASK_FREELY);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(bytes, &c->response[1], BLOCK_SIZE);
    }
    return code;
}

enum atcaprov_code chip_write_block(struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t block,
                                    const uint8_t bytes[32])
{
    begin(&c->frame, OP_WRITE, (uint8_t)(zone | ACCESS_32), address_of(zone, slot, block));
    add(&c->frame, bytes, BLOCK_SIZE);
    return ask(c, 0U, ASK_GUARDED);
}

/* Word `word` (0..31) of the configuration zone. */
static enum atcaprov_code read_word(struct atcaprov_client *c, uint8_t word, uint8_t bytes[4])
{
    enum atcaprov_code code;

    begin(&c->frame, OP_READ, ZONE_CONFIG, word);
    code = ask(c, 4U, ASK_GUARDED);
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(bytes, &c->response[1], 4U);
    }
    return code;
}

/* --- identity and configuration --------------------------------------------------------------------------------------- */

static enum atcaprov_code identify(struct atcaprov_client *c)
{
    enum atcaprov_code code;

    begin(&c->frame, OP_INFO, 0U, 0U);
    code = ask(c, 4U, ASK_FREELY);
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
        const enum atcaprov_code code = chip_read_block(c, ZONE_CONFIG, 0U, block, &c->config[BLOCK_SIZE * block]);

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
        serial_of(c->config, c->report.serial_number);
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
    serial_of(c->config, serial);
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
    begin(&c->frame, OP_WRITE, (uint8_t)((length == BLOCK_SIZE) ? ACCESS_32 : 0U), word);
    add(&c->frame, &c->image[4U * word], length);
    return ask(c, 0U, ASK_GUARDED);
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
            if (attempt == TRIES) {
                return (code == ATCAPROV_SUCCESS) ? ATCAPROV_READ_BACK_DIFFERS : code;
            }
            begin(&c->frame, OP_UPDATE_EXTRA, which, wanted);
            answer = ask_once(c, 0U, ASK_GUARDED, &code);
            if ((answer == ANSWER_NONE) || (answer == ANSWER_STUCK)) {
                return (code == ATCAPROV_SUCCESS) ? code_of(c, answer) : code;
            }
            code = code_of(c, answer);
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

        begin(&c->frame, OP_LOCK, p1, p2);
        answer = ask_once(c, 0U, ASK_GUARDED, &code);
        if (answer == ANSWER_NONE) {
            return code;
        }
        code = code_of(c, answer);
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

    begin(&c->frame, OP_GENKEY, 0x00U, slot);
    code = ask(c, 64U, ASK_GUARDED);
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

        begin(&c->frame, OP_GENKEY, 0x04U, slot);
        answer = ask_once(c, 64U, ASK_GUARDED, &code);
        if (answer == ANSWER_NONE) {
            return code;
        }
        code = code_of(c, answer);
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

    begin(&c->frame, OP_RANDOM, 0U, 0U);
    code = ask(c, 32U, ASK_FREELY);
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

    for (uint32_t attempt = 0U; attempt < TRIES; attempt++) {
        /* On a 608 the digest goes to the message digest buffer (provisioning-recipes.md 7, step 4). */
        begin(&c->frame, OP_NONCE, buffer ? 0x43U : 0x03U, 0U);
        add(&c->frame, digest, 32U);
        answer = ask_once(c, 0U, ASK_FREELY, code);
        if (answer == ANSWER_GOOD) {
            begin(&c->frame, opcode, (uint8_t)(plain_mode | (buffer ? 0x20U : 0x00U)), p2);
            if (first != NULL) {
                add(&c->frame, first, 64U);
                add(&c->frame, second, 64U);
            }
            answer = talk(c, &c->frame, expected);
        } else if ((answer == ANSWER_NONE) && (*code != ATCAPROV_SUCCESS)) {
            return answer;
        } else {
            /* As the answer says. */
        }
        *code = code_of(c, answer);
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
