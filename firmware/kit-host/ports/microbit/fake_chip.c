#include "fake_chip.h"

#include "atecc_crc.h"

#define ADDRESS_BYTE 16U
#define WATCHDOG_US 1300000U
#define WAKE_US 1500U

#define STATUS_PARSE_ERROR 0x03U
#define STATUS_EXECUTION_ERROR 0x0FU
#define STATUS_AFTER_WAKE 0x11U
#define STATUS_SELF_TEST 0x07U
#define STATUS_CRC_ERROR 0xFFU

#define OPCODE_READ 0x02U
#define OPCODE_RANDOM 0x1BU
#define OPCODE_INFO 0x30U

/* Opcodes of a 508A, without the three above. */
static const uint8_t KNOWN[] = {0x01U, 0x08U, 0x11U, 0x12U, 0x15U, 0x16U, 0x17U, 0x1CU, 0x20U, 0x24U,
                                0x28U, 0x40U, 0x41U, 0x43U, 0x45U, 0x46U, 0x47U};

/* config-zone.md 7.1 with the serial number of kit-protocol.md 7, unlocked. */
static const uint8_t FACTORY[128] = {
    0x01, 0x23, 0x03, 0x04, 0x00, 0x00, 0x50, 0x00, 0x05, 0x06, 0x07, 0x08, 0xEE, 0x00, 0x01, 0x00,
    0xC0, 0x00, 0x55, 0x00, 0x8F, 0x2F, 0xC4, 0x44, 0x87, 0x20, 0xC4, 0xF4, 0x8F, 0x0F, 0x8F, 0x8F,
    0x9F, 0x8F, 0x83, 0x64, 0xC4, 0x44, 0xC4, 0x64, 0x0F, 0x0F, 0x0F, 0x0F, 0x0F, 0x0F, 0x0F, 0x0F,
    0x0F, 0x0F, 0x0F, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF,
    0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x55, 0x55, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x33, 0x00, 0x1C, 0x00, 0x13, 0x00, 0x1C, 0x00, 0x3C, 0x00, 0x1C, 0x00, 0x1C, 0x00, 0x33, 0x00,
    0x1C, 0x00, 0x1C, 0x00, 0x3C, 0x00, 0x30, 0x00, 0x3C, 0x00, 0x3C, 0x00, 0x32, 0x00, 0x30, 0x00,
};

static void say(struct fake_chip *chip, const uint8_t *payload, size_t length)
{
    uint16_t crc;

    chip->output[0] = (uint8_t)(length + 3U);
    for (size_t i = 0U; i < length; i++) {
        chip->output[1U + i] = payload[i];
    }
    crc = atecc_crc(chip->output, length + 1U);
    chip->output[1U + length] = (uint8_t)(crc & 0xFFU);
    chip->output[2U + length] = (uint8_t)(crc >> 8U);
    chip->output_length = length + 3U;
    chip->output_read = 0U;
}

static void say_status(struct fake_chip *chip, uint8_t status)
{
    say(chip, &status, 1U);
}

static void fall_asleep(struct fake_chip *chip)
{
    chip->state = FAKE_CHIP_ASLEEP;
    chip->volatile_kept = false;
    chip->output_length = 0U;
}

/* Whether it acknowledges its address: awake, not busy, and its watchdog has not ended. */
static bool listens(struct fake_chip *chip, uint32_t now_us, uint8_t address)
{
    if ((chip->state == FAKE_CHIP_AWAKE) && ((now_us - chip->woken_at_us) > WATCHDOG_US)) {
        fall_asleep(chip);
    }
    return (chip->state == FAKE_CHIP_AWAKE) && ((chip->config[ADDRESS_BYTE] & 0xFEU) == address) &&
           ((now_us - chip->busy_since_us) >= chip->busy_for_us);
}

void fake_chip_init(struct fake_chip *chip, uint8_t address, uint8_t revision, uint8_t chip_mode)
{
    for (size_t i = 0U; i < sizeof FACTORY; i++) {
        chip->config[i] = FACTORY[i];
    }
    chip->config[6] = revision;
    chip->config[16] = address;
    chip->config[19] = chip_mode;
    chip->woken_at_us = 0U;
    chip->busy_since_us = 0U;
    chip->busy_for_us = 0U;
    chip->output_read = 0U;
    chip->commands = 0U;
    chip->pulses = 0U;
    chip->command_us = 0U;
    chip->wake_us = WAKE_US;
    chip->self_test_fails = false;
    fall_asleep(chip);
}

void fake_chip_pulse(struct fake_chip *chip, uint32_t now_us)
{
    (void)listens(chip, now_us, 0U);
    chip->pulses++;
    if (chip->state == FAKE_CHIP_AWAKE) {
        return;
    }
    chip->state = FAKE_CHIP_AWAKE;
    chip->woken_at_us = now_us;
    chip->busy_since_us = now_us;
    chip->busy_for_us = chip->wake_us;
    say_status(chip, chip->self_test_fails ? (uint8_t)STATUS_SELF_TEST : (uint8_t)STATUS_AFTER_WAKE);
}

static void read_config(struct fake_chip *chip, const uint8_t *packet)
{
    const size_t word = packet[3];
    const bool block = (packet[2] & 0x80U) != 0U;
    const size_t length = block ? 32U : 4U;
    const size_t from = block ? ((word & 0x18U) * 4U) : (word * 4U);

    if ((packet[2] & 0x7FU) != 0U) {
        say_status(chip, STATUS_EXECUTION_ERROR);
    } else if ((packet[4] != 0U) || (word > 0x1FU)) {
        say_status(chip, STATUS_PARSE_ERROR);
    } else {
        say(chip, &chip->config[from], length);
    }
}

static void random_pattern(struct fake_chip *chip)
{
    uint8_t bytes[32];

    for (size_t i = 0U; i < sizeof bytes; i++) {
        bytes[i] = ((i % 4U) < 2U) ? 0xFFU : 0x00U;
    }
    say(chip, bytes, sizeof bytes);
}

static bool is_known(uint8_t opcode)
{
    for (size_t i = 0U; i < sizeof KNOWN; i++) {
        if (KNOWN[i] == opcode) {
            return true;
        }
    }
    return false;
}

static uint32_t execute(struct fake_chip *chip, const uint8_t *packet, size_t length)
{
    if ((length < 7U) || (packet[0] != length) || !atecc_crc_is_good(packet, length)) {
        say_status(chip, STATUS_CRC_ERROR);
        return 100U;
    }
    chip->volatile_kept = true;
    if (packet[1] == OPCODE_INFO) {
        say(chip, &chip->config[4], 4U);
        return 100U;
    }
    if (packet[1] == OPCODE_READ) {
        read_config(chip, packet);
        return 100U;
    }
    if (packet[1] == OPCODE_RANDOM) {
        random_pattern(chip);
        return 1000U;
    }
    say_status(chip, is_known(packet[1]) ? STATUS_EXECUTION_ERROR : STATUS_PARSE_ERROR);
    return 100U;
}

enum bus_result fake_chip_write(struct fake_chip *chip, uint32_t now_us, uint8_t address, const uint8_t *bytes, size_t length)
{
    if (!listens(chip, now_us, address)) {
        return BUS_NACK_ADDRESS;
    }
    if (length == 0U) {
        return BUS_ACK;
    }
    if (bytes[0] == 0x00U) {
        chip->output_read = 0U;
    } else if (bytes[0] == 0x01U) {
        fall_asleep(chip);
    } else if (bytes[0] == 0x02U) {
        chip->state = FAKE_CHIP_IDLE;
        chip->output_length = 0U;
    } else if (bytes[0] == 0x03U) {
        const uint32_t usual_us = execute(chip, &bytes[1], length - 1U);

        chip->commands++;
        chip->busy_since_us = now_us;
        chip->busy_for_us = (chip->command_us != 0U) ? chip->command_us : usual_us;
    } else {
        return BUS_NACK_DATA;
    }
    return BUS_ACK;
}

enum bus_result fake_chip_read(struct fake_chip *chip, uint32_t now_us, uint8_t address, uint8_t *bytes, size_t length)
{
    if (!listens(chip, now_us, address) || (chip->output_length == 0U)) {
        return BUS_NACK_ADDRESS;
    }
    for (size_t i = 0U; i < length; i++) {
        if (chip->output_read < chip->output_length) {
            bytes[i] = chip->output[chip->output_read];
            chip->output_read++;
        } else {
            bytes[i] = 0xFFU;
        }
    }
    return BUS_ACK;
}
