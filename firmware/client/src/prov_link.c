#include "prov_link.h"

#include "atecc_crc.h"
#include "prov_bytes.h"

#define STATUS_PARSE 0x03U
#define STATUS_ECC_FAULT 0x05U
#define STATUS_SELF_TEST 0x07U
#define STATUS_WOKEN 0x11U
#define STATUS_WATCHDOG 0xEEU
#define STATUS_DAMAGED 0xFFU

/* The shortest watchdog is 700 ms from waking; a command that might end beyond this gets a window of its own. */
#define WINDOW_MS 600U
/* Between two attempts to wake a chip that does not answer. */
#define WAKE_PAUSE_US 20000U

/* --- packets ---------------------------------------------------------------------------------------------------------- */

void link_begin(struct atecc_frame *frame, uint8_t opcode, uint8_t p1, uint16_t p2)
{
    uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];

    packet[0] = 7U;
    packet[1] = opcode;
    packet[2] = p1;
    packet[3] = (uint8_t)((uint32_t)p2 & 0xFFU);
    packet[4] = (uint8_t)((uint32_t)p2 >> 8U);
}

void link_add(struct atecc_frame *frame, const uint8_t *bytes, size_t length)
{
    uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];

    bytes_copy(&packet[packet[0] - 2U], bytes, length);
    packet[0] = (uint8_t)(packet[0] + length);
}

enum answer link_talk(struct atcaprov_client *c, struct atecc_frame *frame, size_t expected)
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

enum atcaprov_code link_code(const struct atcaprov_client *c, enum answer answer)
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
        return ATCAPROV_BUS_STUCK;
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
    for (uint32_t attempt = 0U; attempt < LINK_TRIES; attempt++) {
        const enum chip_result result = atecc_wake(c->port, &c->chip, answer);

        if (result == CHIP_OK) {
            if (answer[1] == STATUS_SELF_TEST) {
                c->report.chip_status = STATUS_SELF_TEST;
                return ATCAPROV_CHIP_FAULT;
            }
            return ATCAPROV_SUCCESS;
        }
        if (result == CHIP_BUS_FAULT) {
            return ATCAPROV_BUS_STUCK;
        }
        c->port->delay_us(c->port->context, WAKE_PAUSE_US);
    }
    return c->answered ? ATCAPROV_BOARD_REMOVED : ATCAPROV_NO_CHIP;
}

void link_serial_of(const uint8_t config[13], uint8_t serial[9])
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
    enum answer answer;

    *same = true;
    if (c->guarded) {
        return ANSWER_GOOD;
    }
    link_begin(&frame, OP_READ, ZONE_CONFIG | ACCESS_32, 0U);
    answer = link_talk(c, &frame, BLOCK_SIZE);
    if (answer == ANSWER_GOOD) {
        uint8_t serial[9];

        link_serial_of(&c->response[1], serial);
        *same = bytes_equal(serial, c->report.serial_number, sizeof serial);
        c->guarded = *same;
    }
    return answer;
}

enum atcaprov_code link_ask(struct atcaprov_client *c, size_t expected, enum how how)
{
    const uint8_t opcode = c->frame.bytes[ATECC_FRAME_PACKET + 1U];
    bool fresh = false;
    enum atcaprov_code code = ATCAPROV_CHIP_UNCLEAR;

    for (uint32_t attempt = 0U; attempt < LINK_TRIES; attempt++) {
        const uint32_t spent = c->port->millis(c->port->context) - c->chip.woken_ms;
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
            answer = link_talk(c, &c->frame, expected);
        }
        code = link_code(c, answer);
        if ((answer != ANSWER_NONE) && (answer != ANSWER_DOUBT)) {
            return code;
        }
        fresh = true;
    }
    return code;
}

enum answer link_ask_once(struct atcaprov_client *c, size_t expected, enum how how, enum atcaprov_code *code)
{
    *code = ATCAPROV_SUCCESS;
    for (uint32_t attempt = 0U; attempt < LINK_TRIES; attempt++) {
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
            answer = link_talk(c, &c->frame, expected);
            if (answer != ANSWER_NONE) {
                return answer;
            }
        } else if (answer == ANSWER_STUCK) {
            return answer;
        } else {
            /* The look at the serial number failed: nothing was sent. */
            answer = ANSWER_NONE;
        }
        *code = link_code(c, answer);
    }
    return ANSWER_NONE;
}
