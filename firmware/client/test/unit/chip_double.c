#include "chip_double.h"

#include <stdbool.h>
#include <string.h>

#include "atecc_crc.h"
#include "atecc_time.h"
#include "prov_bytes.h"
#include "prov_hash.h"

#define EXECUTION 0x0FU
#define NOT_VERIFIED 0x01U

static bool locked(uint8_t byte)
{
    return byte == 0x00U;
}

bool chip_double_config_locked(const struct chip_double *chip)
{
    return locked(chip->config[87]);
}

bool chip_double_data_locked(const struct chip_double *chip)
{
    return locked(chip->config[86]);
}

static bool slot_locked(const struct chip_double *chip, unsigned slot)
{
    return ((u16_le(&chip->config[88]) >> slot) & 1) == 0;
}

static unsigned slot_config(const struct chip_double *chip, unsigned slot)
{
    return u16_le(&chip->config[20U + (2U * slot)]);
}

static unsigned key_config(const struct chip_double *chip, unsigned slot)
{
    return u16_le(&chip->config[96U + (2U * slot)]);
}

static size_t size_of(unsigned slot)
{
    return (slot < 8U) ? 36U : ((slot == 8U) ? 416U : 72U);
}

/* --- answers ---------------------------------------------------------------------------------------------------------- */

static void answer(struct chip_double *chip, const uint8_t *payload, size_t length)
{
    uint16_t crc;

    chip->output[0] = (uint8_t)(length + 3U);
    memcpy(&chip->output[1], payload, length);
    crc = atecc_crc(chip->output, length + 1U);
    chip->output[length + 1U] = (uint8_t)(crc & 0xFF);
    chip->output[length + 2U] = (uint8_t)(crc >> 8);
    chip->output_length = length + 3U;
    chip->output_at = 0U;
}

static void status(struct chip_double *chip, uint8_t byte)
{
    answer(chip, &byte, 1U);
}

/* --- signatures ------------------------------------------------------------------------------------------------------- */

static void pretend_signature(const uint8_t key[64], const uint8_t digest[32], uint8_t signature[64])
{
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, key, 64U);
    sha256_add(&sha, digest, 32U);
    sha256_end(&sha, signature);
    sha256_begin(&sha);
    sha256_add(&sha, signature, 32U);
    sha256_end(&sha, &signature[32]);
}

static bool known(const struct issued *issued, const uint8_t *issuer, const uint8_t *key, const uint8_t *digest,
                  const uint8_t *signature)
{
    return (memcmp(issuer, key, 64U) == 0) && (memcmp(issued->digest, digest, 32U) == 0) &&
           (memcmp(issued->compressed, signature, 64U) == 0);
}

static bool verifies(const struct chip_double *chip, const uint8_t *key, const uint8_t *signature)
{
    const struct chain *chain = chip->chain;
    uint8_t expected[64];

    pretend_signature(key, chip->temp_key, expected);
    return (memcmp(expected, signature, 64U) == 0) ||
           known(&chain->signer, chain->root_key, key, chip->temp_key, signature) ||
           known(&chain->device, chain->signer_key, key, chip->temp_key, signature);
}

/* --- commands --------------------------------------------------------------------------------------------------------- */

static void pseudo_random(struct chip_double *chip, uint8_t bytes[32])
{
    static const uint8_t BEFORE_LOCK[4] = {0xFF, 0xFF, 0x00, 0x00};

    for (size_t i = 0U; i < 32U; i++) {
        bytes[i] = chip_double_config_locked(chip) ? (uint8_t)((i * 37U) + chip->packets) : BEFORE_LOCK[i % 4U];
    }
}

static void read(struct chip_double *chip, uint8_t p1, unsigned p2)
{
    const unsigned zone = p1 & 3U;
    const size_t length = ((p1 & 0x80U) != 0U) ? 32U : 4U;
    const unsigned slot = (p2 >> 3) & 0x0FU;
    const size_t at = ((zone == 2U) ? (32U * (p2 >> 8)) : (32U * ((p2 >> 3) & 3U))) + ((length == 4U) ? (4U * (p2 & 7U)) : 0U);
    const bool clear = (slot_config(chip, slot) & 0x80U) == 0U;
    uint8_t bytes[32] = {0};

    if ((zone == 0U) && ((at + length) <= 128U)) {
        answer(chip, &chip->config[at], length);
    } else if (!chip_double_data_locked(chip)) {
        status(chip, EXECUTION);
    } else if ((zone == 1U) && ((at + length) <= 64U)) {
        answer(chip, &chip->otp[at], length);
    } else if ((zone == 2U) && clear && (at < size_of(slot))) {
        const size_t have = size_of(slot) - at;

        memcpy(bytes, &chip->slots[slot][at], (have < length) ? have : length);
        answer(chip, bytes, length);
    } else {
        status(chip, EXECUTION);
    }
}

static bool write_config(struct chip_double *chip, size_t at, const uint8_t *data, size_t length)
{
    if (chip_double_config_locked(chip) || (at < 16U) || ((at + length) > 128U) || ((at < 88U) && ((at + length) > 84U))) {
        return false;
    }
    memcpy(&chip->config[at], data, length);
    chip->changes++;
    return true;
}

static bool write_slot(struct chip_double *chip, unsigned slot, size_t at, const uint8_t *data)
{
    const bool is_private = (key_config(chip, slot) & 1U) != 0U;
    const bool always = (slot_config(chip, slot) & 0xF000U) == 0U;
    const bool validated = (key_config(chip, slot) & 0x1FU) == 0x12U;

    if (is_private || slot_locked(chip, slot) || (chip_double_data_locked(chip) && !always) || (at >= size_of(slot))) {
        return false;
    }
    memcpy(&chip->slots[slot][at], data, ((size_of(slot) - at) < 32U) ? (size_of(slot) - at) : 32U);
    chip->changes++;
    if (validated && (at == 0U)) {
        chip->slots[slot][0] = (uint8_t)(0xA0U | (chip->slots[slot][0] & 0x0FU));
    }
    return true;
}

static void write(struct chip_double *chip, uint8_t p1, unsigned p2, const uint8_t *data, size_t length)
{
    const unsigned zone = p1 & 3U;
    const bool block = (p1 & 0x80U) != 0U;
    bool good = false;

    if (length != (block ? 32U : 4U)) {
        status(chip, 0x03U);
        return;
    }
    chip->writes++;
    if (chip->writes == chip->forget_write) {
        status(chip, 0x00U);
        return;
    }
    if (zone == 0U) {
        good = write_config(chip, (32U * ((p2 >> 3) & 3U)) + (block ? 0U : (4U * (p2 & 7U))), data, length);
    } else if (block && chip_double_config_locked(chip)) {
        if (zone == 2U) {
            good = write_slot(chip, (p2 >> 3) & 0x0FU, 32U * (size_t)(p2 >> 8), data);
        } else if (!chip_double_data_locked(chip) && ((32U * ((p2 >> 3) & 3U)) < 64U)) {
            memcpy(&chip->otp[32U * ((p2 >> 3) & 3U)], data, 32U);
            chip->changes++;
            good = true;
        }
    }
    status(chip, good ? 0x00U : EXECUTION);
}

static uint16_t data_crc(const struct chip_double *chip)
{
    uint16_t crc = 0U;

    for (unsigned slot = 0U; slot < 16U; slot++) {
        if ((key_config(chip, slot) & 1U) == 0U) {
            const size_t size = size_of(slot);

            crc = crc_add(crc, chip->slots[slot], chip->crc_of_whole_blocks ? (size - (size % 32U)) : size);
        }
    }
    return crc_add(crc, chip->otp, sizeof chip->otp);
}

static void lock(struct chip_double *chip, uint8_t p1, unsigned p2)
{
    const unsigned what = p1 & 3U;
    const bool checked = (p1 & 0x80U) == 0U;
    bool good = false;

    if (what == 0U) {
        good = !chip_double_config_locked(chip) && (!checked || (p2 == crc_add(0U, chip->config, 128U)));
        chip->config[87] = good ? 0x00U : chip->config[87];
    } else if (what == 1U) {
        good = chip_double_config_locked(chip) && !chip_double_data_locked(chip) && (!checked || (p2 == data_crc(chip)));
        chip->config[86] = good ? 0x00U : chip->config[86];
    } else {
        const unsigned slot = (p1 >> 2) & 0x0FU;

        good = chip_double_config_locked(chip) && !slot_locked(chip, slot) && ((key_config(chip, slot) & 0x20U) != 0U);
        if (good) {
            chip->config[88U + (slot / 8U)] = (uint8_t)(chip->config[88U + (slot / 8U)] & ~(1U << (slot % 8U)));
        }
    }
    chip->locks += good ? 1U : 0U;
    chip->changes += good ? 1U : 0U;
    status(chip, good ? 0x00U : EXECUTION);
}

static void gen_key(struct chip_double *chip, uint8_t p1, unsigned slot)
{
    if (!chip_double_config_locked(chip) || ((key_config(chip, slot) & 1U) == 0U) || (slot != 0U)) {
        status(chip, EXECUTION);
        return;
    }
    if (p1 == 0x04U) {
        if (slot_locked(chip, slot) || (chip_double_data_locked(chip) && ((slot_config(chip, slot) & 0x2000U) == 0U))) {
            status(chip, EXECUTION);
            return;
        }
        memcpy(chip->key, chip->chain->device_key, sizeof chip->key);
        if (chip->creations < chip->foreign_keys) {
            chip->key[63] = (uint8_t)(chip->key[63] + 1U + chip->creations);
        }
        chip->key_valid = true;
        chip->creations++;
        chip->changes++;
    }
    if (chip->key_valid) {
        answer(chip, chip->key, sizeof chip->key);
    } else {
        status(chip, EXECUTION);
    }
}

static void sign(struct chip_double *chip, uint8_t p1)
{
    uint8_t signature[64];

    if (!chip->temp_key_valid || !chip->key_valid || chip->refuses_sign || ((p1 & 0x80U) == 0U)) {
        status(chip, EXECUTION);
        return;
    }
    pretend_signature(chip->key, chip->temp_key, signature);
    signature[40] ^= chip->wrong_signatures ? 1U : 0U;
    answer(chip, signature, sizeof signature);
}

static void verify(struct chip_double *chip, const uint8_t *data, size_t length)
{
    if (!chip->temp_key_valid || (length != 128U)) {
        status(chip, EXECUTION);
        return;
    }
    status(chip, verifies(chip, &data[64], data) ? (uint8_t)0x00U : (uint8_t)NOT_VERIFIED);
}

static uint64_t duration_us(const struct chip_double *chip, uint8_t opcode)
{
    const bool key = (opcode == 0x40U) || (opcode == 0x41U) || (opcode == 0x45U);

    if (chip->slow) {
        /* The longest time in the books: the limit without what is granted on top of it. */
        return (uint64_t)(atecc_limit_ms((chip->config[6] == 0x60U) ? ATECC_PART_608 : ATECC_PART_508A, ATECC_DIVIDER_M0, opcode) -
                          10U) *
               800U;
    }
    return key ? 40000U : 2000U;
}

static void execute(struct chip_double *chip, const uint8_t *packet)
{
    const uint8_t opcode = packet[1];
    const uint8_t p1 = packet[2];
    const unsigned p2 = packet[3] | ((unsigned)packet[4] << 8);
    const uint8_t *data = &packet[5];
    const size_t length = (size_t)packet[0] - 7U;
    const bool nonce = (opcode == 0x16U) && (length == 32U);
    uint8_t bytes[32];

    switch (opcode) {
    case 0x02:
        read(chip, p1, p2);
        break;
    case 0x12:
        write(chip, p1, p2, data, length);
        break;
    case 0x16:
        memcpy(chip->temp_key, data, nonce ? 32U : 0U);
        status(chip, nonce ? 0x00U : 0x03U);
        break;
    case 0x17:
        lock(chip, p1, p2);
        break;
    case 0x1B:
        pseudo_random(chip, bytes);
        answer(chip, bytes, sizeof bytes);
        break;
    case 0x20:
        chip->config[84U + (p1 & 1U)] = (uint8_t)p2;
        status(chip, 0x00U);
        break;
    case 0x30:
        answer(chip, &chip->config[4], 4U);
        break;
    case 0x40:
        gen_key(chip, p1, p2);
        break;
    case 0x41:
        sign(chip, p1);
        break;
    case 0x45:
        verify(chip, data, length);
        break;
    default:
        status(chip, 0x03U);
        break;
    }
    /* Whatever else came, what was loaded is used up. */
    chip->temp_key_valid = nonce;
    if (chip->says_yes && (chip->output_length == 4U)) {
        status(chip, 0x00U);
    }
    if (chip->answers_zero) {
        status(chip, 0x00U);
    }
    chip->busy_until_us = chip->now_us + duration_us(chip, opcode);
}

/* --- the bus ---------------------------------------------------------------------------------------------------------- */

static void fall_asleep(struct chip_double *chip)
{
    chip->mode = CHIP_ASLEEP;
    chip->temp_key_valid = false;
    chip->output_length = 0U;
}

static bool listening(struct chip_double *chip, uint8_t address)
{
    if ((chip->mode == CHIP_AWAKE) && ((chip->now_us - chip->woken_us) >= chip->watchdog_us)) {
        chip->watchdogs++;
        fall_asleep(chip);
    }
    if ((chip->vanishes_at > 0U) && (chip->transfers >= chip->vanishes_at)) {
        return false;
    }
    return (chip->mode == CHIP_AWAKE) && (address == chip->address_in_use) && (chip->now_us >= chip->busy_until_us);
}

static void cut(struct chip_double *chip)
{
    longjmp(chip->power, 1);
}

static bool strikes(struct chip_double *chip, uint8_t opcode)
{
    unsigned since;

    if ((chip->fault == FAULT_NONE) || ((chip->fault_opcode != 0U) && (chip->fault_opcode != opcode))) {
        return false;
    }
    chip->packets_of_opcode++;
    if (chip->packets_of_opcode < chip->fault_at) {
        return false;
    }
    since = chip->packets_of_opcode - chip->fault_at;
    if (((since % chip->fault_every) != 0U) || ((since / chip->fault_every) >= chip->fault_times)) {
        return false;
    }
    chip->fault_struck = true;
    return true;
}

static enum bus_result command(struct chip_double *chip, const uint8_t *packet, size_t length)
{
    static const uint8_t WOKEN = 0x11U;
    const bool struck = strikes(chip, packet[1]);
    const enum double_fault fault = struck ? chip->fault : FAULT_NONE;

    chip->packets++;
    if (fault == FAULT_NACK) {
        return BUS_NACK_ADDRESS;
    }
    if (fault == FAULT_CUT_BEFORE) {
        cut(chip);
    }
    if (fault == FAULT_STUCK) {
        chip->stuck = true;
        return BUS_FAULT;
    }
    if (fault == FAULT_OTHER_CHIP) {
        chip->config[3] ^= 0x55U;
        chip->changes_before = chip->changes;
        fall_asleep(chip);
        return BUS_NACK_ADDRESS;
    }
    if (fault == FAULT_LOST_COMMAND) {
        chip->output_length = 0U;
        chip->busy_until_us = 0U;
        return BUS_ACK;
    }
    if (fault == FAULT_STATUS) {
        status(chip, chip->fault_status);
        chip->busy_until_us = chip->now_us + 1000U;
        return BUS_ACK;
    }
    if ((length != packet[0]) || !atecc_crc_is_good(packet, length)) {
        status(chip, 0xFFU);
        return BUS_ACK;
    }
    execute(chip, packet);
    if (fault == FAULT_CUT_AFTER) {
        cut(chip);
    }
    if (fault == FAULT_LOST_ANSWER) {
        chip->output_length = 0U;
    }
    if (fault == FAULT_DAMAGED_ANSWER) {
        chip->output[chip->output_length - 1U] ^= 0x01U;
    }
    chip->spoil_once = fault == FAULT_DAMAGED_ONCE;
    if (fault == FAULT_RESET) {
        chip->temp_key_valid = false;
        answer(chip, &WOKEN, 1U);
    }
    if (fault == FAULT_SLEEP) {
        fall_asleep(chip);
    }
    return BUS_ACK;
}

static enum bus_result wake_pulse(void *context)
{
    struct chip_double *chip = context;
    const uint8_t byte = chip->self_test_failed ? 0x07U : 0x11U;

    chip->transfers++;
    if (chip->stuck) {
        return BUS_FAULT;
    }
    (void)listening(chip, chip->address_in_use);
    if (chip->mode != CHIP_AWAKE) {
        chip->mode = CHIP_AWAKE;
        chip->woken_us = chip->now_us;
        chip->busy_until_us = chip->now_us + 1400U;
        status(chip, byte);
    }
    return BUS_ACK;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    struct chip_double *chip = context;

    chip->transfers++;
    if (chip->stuck) {
        return BUS_FAULT;
    }
    if (!listening(chip, address)) {
        return BUS_NACK_ADDRESS;
    }
    switch (bytes[0]) {
    case 0x00:
        chip->output_at = 0U;
        return BUS_ACK;
    case 0x01:
        fall_asleep(chip);
        if (!chip->keeps_address) {
            chip->address_in_use = (chip->loses_address && chip_double_config_locked(chip)) ? 0x00U : chip->config[16];
        }
        return BUS_ACK;
    case 0x02:
        chip->mode = CHIP_IDLE;
        chip->output_length = 0U;
        return BUS_ACK;
    case 0x03:
        return command(chip, &bytes[1], length - 1U);
    default:
        return BUS_NACK_DATA;
    }
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    struct chip_double *chip = context;

    chip->transfers++;
    if (chip->stuck) {
        return BUS_FAULT;
    }
    if (!listening(chip, address) || (chip->output_length == 0U)) {
        return BUS_NACK_ADDRESS;
    }
    for (size_t i = 0U; i < length; i++) {
        const bool there = chip->output_at < chip->output_length;

        bytes[i] = there ? chip->output[chip->output_at] : 0xFFU;
        if (there && chip->spoil_once && (chip->output_at == (chip->output_length - 1U))) {
            bytes[i] ^= 0x01U;
            chip->spoil_once = false;
        }
        chip->output_at += there ? 1U : 0U;
    }
    return BUS_ACK;
}

static void delay_us(void *context, uint32_t microseconds)
{
    struct chip_double *chip = context;

    chip->now_us += microseconds;
}

static uint32_t millis(void *context)
{
    struct chip_double *chip = context;

    /* Time passes a little even when nobody waits for it. */
    chip->now_us += 5U;
    return (uint32_t)(chip->now_us / 1000U);
}

void chip_double_power(struct chip_double *chip)
{
    fall_asleep(chip);
    chip->busy_until_us = 0U;
    chip->fault = FAULT_NONE;
    chip->fault_struck = false;
    chip->stuck = false;
    chip->packets = 0U;
    chip->packets_of_opcode = 0U;
    chip->address_in_use = chip->config[16];
}

void chip_double_init(struct chip_double *chip, const struct chain *chain, uint8_t revision)
{
    memset(chip, 0, sizeof *chip);
    chip->port = (struct kit_port){.context = chip,
                                   .wake_pulse = wake_pulse,
                                   .i2c_write = i2c_write,
                                   .i2c_read = i2c_read,
                                   .delay_us = delay_us,
                                   .millis = millis};
    chip->chain = chain;
    memcpy(chip->config, chain->chip_serial, 4U);
    memcpy(&chip->config[8], &chain->chip_serial[4], 5U);
    chip->config[6] = revision;
    chip->config[7] = (revision == 0x60U) ? 0x02U : 0x00U;
    chip->config[14] = 0x01U;
    chip->config[16] = 0xC0U;
    memset(&chip->config[86], 0x55, 2U);
    memset(&chip->config[88], 0xFF, 2U);
    memset(chip->otp, 0xFF, sizeof chip->otp);
    /* Nobody knows what the factory left in the slots. */
    memset(chip->slots, 0x3C, sizeof chip->slots);
    chip->watchdog_us = 700000U;
    chip_double_power(chip);
}

void chip_double_fault(struct chip_double *chip, enum double_fault fault, uint8_t opcode, unsigned at)
{
    chip->fault = fault;
    chip->fault_opcode = opcode;
    chip->fault_at = at;
    chip->fault_times = 1U;
    chip->fault_every = 1U;
}
