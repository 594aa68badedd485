/* The test double itself: what the other suites conclude is worth as much as this. */
#include "fake_chip.h"

#include <string.h>

#include "atecc_crc.h"
#include "check.h"
#include "suites.h"

static struct fake_chip chip;
static uint8_t bytes[40];

static enum bus_result say(uint32_t at_us, const uint8_t *packet, size_t length)
{
    uint8_t frame[64] = {0x03U};

    (void)memcpy(&frame[1], packet, length);
    return fake_chip_write(&chip, at_us, 0xC0U, frame, length + 1U);
}

static void woken(void)
{
    fake_chip_init(&chip, 0xC0U, 0x50U, 0x00U);
    fake_chip_pulse(&chip, 0U);
}

static void it_is_silent_until_it_is_ready(void)
{
    woken();
    CHECK_NUMBER(BUS_NACK_ADDRESS, fake_chip_read(&chip, 1499U, 0xC0U, bytes, 4U));
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 1500U, 0xC0U, bytes, 4U));
    CHECK_NUMBER(0x11, bytes[1]);
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 1600U, 0xC0U, bytes, 1U));
    CHECK_NUMBER(0xFF, bytes[0]);
    CHECK_NUMBER(BUS_NACK_ADDRESS, fake_chip_read(&chip, 1600U, 0xC2U, bytes, 1U));
}

static void it_is_silent_while_it_computes(void)
{
    static const uint8_t RANDOM[] = {0x07, 0x1B, 0x00, 0x00, 0x00, 0x24, 0xCD};

    woken();
    CHECK_NUMBER(BUS_ACK, say(2000U, RANDOM, sizeof RANDOM));
    CHECK_NUMBER(BUS_NACK_ADDRESS, fake_chip_read(&chip, 2999U, 0xC0U, bytes, 1U));
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 3000U, 0xC0U, bytes, 35U));
    CHECK_NUMBER(0x23, bytes[0]);
    CHECK_NUMBER(0xFF, bytes[1]);
    CHECK_NUMBER(0x00, bytes[3]);
    CHECK(atecc_crc_is_good(bytes, 35U));
    CHECK_NUMBER(BUS_ACK, fake_chip_write(&chip, 3000U, 0xC0U, (const uint8_t *)"\0", 1U));
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 3000U, 0xC0U, bytes, 1U));
    CHECK_NUMBER(0x23, bytes[0]);
}

static void its_watchdog_puts_it_to_sleep(void)
{
    woken();
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 1300000U, 0xC0U, bytes, 4U));
    CHECK_NUMBER(BUS_NACK_ADDRESS, fake_chip_read(&chip, 1300001U, 0xC0U, bytes, 4U));
    CHECK_NUMBER(FAKE_CHIP_ASLEEP, chip.state);
}

static void word_addresses(void)
{
    woken();
    CHECK_NUMBER(BUS_ACK, fake_chip_write(&chip, 2000U, 0xC0U, NULL, 0U));
    CHECK_NUMBER(BUS_NACK_DATA, fake_chip_write(&chip, 2000U, 0xC0U, (const uint8_t *)"\x04", 1U));
    CHECK_NUMBER(BUS_ACK, fake_chip_write(&chip, 2000U, 0xC0U, (const uint8_t *)"\x02", 1U));
    CHECK_NUMBER(FAKE_CHIP_IDLE, chip.state);
    CHECK_NUMBER(BUS_NACK_ADDRESS, fake_chip_write(&chip, 2000U, 0xC0U, (const uint8_t *)"\x01", 1U));
}

static void reads_of_its_configuration(void)
{
    static const uint8_t WORD_4[] = {0x07, 0x02, 0x00, 0x04, 0x00, 0x1D, 0x6D};
    static const uint8_t BAD_CRC[] = {0x07, 0x02, 0x00, 0x04, 0x00, 0x1D, 0x6E};
    uint8_t other[] = {0x07, 0x02, 0x00, 0x20, 0x00, 0x00, 0x00};
    uint16_t crc;

    woken();
    CHECK_NUMBER(BUS_ACK, say(2000U, WORD_4, sizeof WORD_4));
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 3000U, 0xC0U, bytes, 7U));
    CHECK_NUMBER(0xC0, bytes[1]);
    CHECK_NUMBER(BUS_ACK, say(4000U, BAD_CRC, sizeof BAD_CRC));
    CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 5000U, 0xC0U, bytes, 4U));
    CHECK_NUMBER(0xFF, bytes[1]);
    /* Beyond the zone, another zone, a high address byte. */
    for (uint32_t i = 0U; i < 3U; i++) {
        other[2] = (i == 1U) ? 0x02U : 0x00U;
        other[3] = (i == 0U) ? 0x20U : 0x00U;
        other[4] = (i == 2U) ? 0x01U : 0x00U;
        crc = atecc_crc(other, 5U);
        other[5] = (uint8_t)(crc & 0xFFU);
        other[6] = (uint8_t)(crc >> 8U);
        CHECK_NUMBER(BUS_ACK, say(6000U + (i * 2000U), other, sizeof other));
        CHECK_NUMBER(BUS_ACK, fake_chip_read(&chip, 7000U + (i * 2000U), 0xC0U, bytes, 4U));
        CHECK_NUMBER((i == 1U) ? 0x0F : 0x03, bytes[1]);
    }
}

void fake_chip_suite(void)
{
    RUN(it_is_silent_until_it_is_ready);
    RUN(it_is_silent_while_it_computes);
    RUN(its_watchdog_puts_it_to_sleep);
    RUN(word_addresses);
    RUN(reads_of_its_configuration);
}
