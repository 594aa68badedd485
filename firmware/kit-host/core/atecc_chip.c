#include "atecc_chip.h"

#include "atecc_crc.h"

#define WORD_RESET 0x00U
#define WORD_SLEEP 0x01U
#define WORD_IDLE 0x02U
#define WORD_COMMAND 0x03U

#define OPCODE_WRITE 0x12U
#define ZONE_MASK 0x03U

/* tWHI. */
#define WAKE_DELAY_US 1500U
/* How often a chip that does not answer its wake is asked again, 1 ms apart: a 608 may run its self-test first. */
#define WAKE_POLLS 30U
#define WAKE_POLL_US 1000U
/* How often a chip that computes is asked for its answer: what is waited beyond the chip's own time is the line's. The longer
 * it takes, the seldomer: a sixteenth of the time so far. A refused address is 25 us on the bus. */
#define POLL_US_MIN 110U
#define POLL_US_MAX 700U
#define POLL_SHARE 16U

static enum bus_result write_word_address(const struct kit_port *port, const struct atecc_chip *chip, uint8_t word_address)
{
    return port->i2c_write(port->context, chip->address, &word_address, 1U);
}

bool atecc_is_wake_answer(const uint8_t answer[4])
{
    if (answer[0] != 0x04U) {
        return false;
    }
    if (answer[1] == 0x11U) {
        return (answer[2] == 0x33U) && (answer[3] == 0x43U);
    }
    if (answer[1] == 0x07U) {
        return ((answer[2] == 0x40U) && (answer[3] == 0xC2U)) || ((answer[2] == 0xC4U) && (answer[3] == 0x40U));
    }
    return false;
}

/* False when the bus is stuck. */
static bool pulse(const struct kit_port *port, struct atecc_chip *chip)
{
    chip->woken_ms = port->millis(port->context);
    if (port->wake_pulse(port->context) == BUS_FAULT) {
        return false;
    }
    port->delay_us(port->context, WAKE_DELAY_US);
    return true;
}

enum chip_result atecc_wake(const struct kit_port *port, struct atecc_chip *chip, uint8_t answer[4])
{
    bool may_pulse_again = true;

    chip->awake = false;
    if (!pulse(port, chip)) {
        return CHIP_BUS_FAULT;
    }

    for (uint32_t poll = 0U; poll < WAKE_POLLS; poll++) {
        const enum bus_result read = port->i2c_read(port->context, chip->address, answer, 4U);

        if (read == BUS_FAULT) {
            return CHIP_BUS_FAULT;
        }
        if ((read == BUS_ACK) && atecc_is_wake_answer(answer)) {
            chip->awake = true;
            return CHIP_OK;
        }
        /* A chip that takes a word address was awake before the pulse, which it then ignored. */
        if (may_pulse_again && (write_word_address(port, chip, WORD_IDLE) == BUS_ACK)) {
            may_pulse_again = false;
            if (!pulse(port, chip)) {
                return CHIP_BUS_FAULT;
            }
        } else {
            port->delay_us(port->context, WAKE_POLL_US);
        }
    }
    return CHIP_NO_WAKE;
}

static enum chip_result leave(const struct kit_port *port, struct atecc_chip *chip, uint8_t word_address)
{
    const enum bus_result written = write_word_address(port, chip, word_address);

    chip->awake = false;
    if (written == BUS_ACK) {
        return CHIP_OK;
    }
    return (written == BUS_FAULT) ? CHIP_BUS_FAULT : CHIP_NO_ANSWER;
}

enum chip_result atecc_idle(const struct kit_port *port, struct atecc_chip *chip)
{
    return leave(port, chip, WORD_IDLE);
}

enum chip_result atecc_sleep(const struct kit_port *port, struct atecc_chip *chip)
{
    enum chip_result result;
    uint8_t answer[4];

    if (chip->awake) {
        result = leave(port, chip, WORD_SLEEP);
        if (result != CHIP_NO_ANSWER) {
            return result;
        }
    }
    result = atecc_wake(port, chip, answer);
    if (result != CHIP_OK) {
        return result;
    }
    return leave(port, chip, WORD_SLEEP);
}

/* Reads one answer, count first. The caller has seen `response[0]`, which says how much more there is. */
static enum chip_result read_rest(const struct kit_port *port, const struct atecc_chip *chip, uint8_t *response)
{
    const size_t length = response[0];
    enum bus_result read;

    if ((length < ATECC_RESPONSE_MIN) || (length > ATECC_RESPONSE_MAX)) {
        return CHIP_BAD_SIZE;
    }
    read = port->i2c_read(port->context, chip->address, &response[1], length - 1U);
    if (read == BUS_FAULT) {
        return CHIP_BUS_FAULT;
    }
    if (read != BUS_ACK) {
        return CHIP_LOST;
    }
    return atecc_crc_is_good(response, length) ? CHIP_OK : CHIP_BAD_CRC;
}

static uint32_t poll_delay_us(uint32_t waited_us)
{
    const uint32_t share = waited_us / POLL_SHARE;

    if (share < POLL_US_MIN) {
        return POLL_US_MIN;
    }
    return (share > POLL_US_MAX) ? POLL_US_MAX : share;
}

static enum chip_result wait_for_answer(const struct kit_port *port, const struct atecc_chip *chip, uint32_t limit_ms,
                                        uint8_t *count)
{
    const uint32_t start = port->millis(port->context);
    uint32_t waited_us = 0U;

    for (;;) {
        const uint32_t delay = poll_delay_us(waited_us);
        enum bus_result read;

        port->delay_us(port->context, delay);
        waited_us += delay;
        read = port->i2c_read(port->context, chip->address, count, 1U);
        if (read == BUS_ACK) {
            return CHIP_OK;
        }
        if (read == BUS_FAULT) {
            return CHIP_BUS_FAULT;
        }
        if ((port->millis(port->context) - start) >= limit_ms) {
            return CHIP_TIMEOUT;
        }
    }
}

/* Rewinds the chip's output and reads it from the beginning. This is no second command. */
static enum chip_result read_again(const struct kit_port *port, const struct atecc_chip *chip, uint8_t *response)
{
    if (write_word_address(port, chip, WORD_RESET) != BUS_ACK) {
        return CHIP_LOST;
    }
    if (port->i2c_read(port->context, chip->address, response, 1U) != BUS_ACK) {
        return CHIP_LOST;
    }
    return read_rest(port, chip, response);
}

static enum chip_result send(const struct kit_port *port, const struct atecc_chip *chip, struct atecc_frame *frame,
                             size_t length)
{
    enum bus_result written;

    frame->bytes[0] = (uint8_t)WORD_COMMAND;
    written = port->i2c_write(port->context, chip->address, frame->bytes, length + ATECC_FRAME_PACKET);
    if (written == BUS_FAULT) {
        return CHIP_BUS_FAULT;
    }
    if (written == BUS_NACK_ADDRESS) {
        return CHIP_NO_ANSWER;
    }
    return (written == BUS_ACK) ? CHIP_OK : CHIP_REFUSED;
}

enum chip_result atecc_talk(const struct kit_port *port, struct atecc_chip *chip, struct atecc_frame *frame, size_t length,
                            uint8_t *response, size_t *response_length)
{
    /* 00 is no opcode: a packet too short to have one gets the longest limit. */
    const uint8_t *packet = &frame->bytes[ATECC_FRAME_PACKET];
    const uint8_t opcode = (length > 1U) ? packet[1] : 0x00U;
    enum chip_result result = send(port, chip, frame, length);

    if (result != CHIP_OK) {
        return result;
    }
    result = wait_for_answer(port, chip, atecc_limit_ms(chip->part, chip->divider, opcode), &response[0]);
    if ((opcode == OPCODE_WRITE) && (length > 2U) && ((packet[2] & ZONE_MASK) == 0U)) {
        /* The configuration zone was written: the clock divider may be another one from now on. */
        chip->divider = ATECC_DIVIDER_UNKNOWN;
    }
    if (result != CHIP_OK) {
        return result;
    }
    result = read_rest(port, chip, response);
    if ((result == CHIP_BAD_SIZE) || (result == CHIP_BAD_CRC)) {
        const enum chip_result second = read_again(port, chip, response);

        result = (second == CHIP_LOST) ? result : second;
    }
    if (result == CHIP_OK) {
        *response_length = response[0];
    }
    return result;
}
