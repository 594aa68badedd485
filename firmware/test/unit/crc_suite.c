#include "atecc_crc.h"
#include "check.h"
#include "suites.h"

/* atecc-device.md 2, the table of check values. */
static void crc_of_nothing_and_of_zeros_is_zero(void)
{
    static const uint8_t ZEROS[5] = {0U};

    CHECK_NUMBER(0x0000, atecc_crc(ZEROS, 0U));
    CHECK_NUMBER(0x0000, atecc_crc(ZEROS, sizeof ZEROS));
}

static void crc_check_string(void)
{
    CHECK_NUMBER(0xBCDD, atecc_crc((const uint8_t *)"123456789", 9U));
}

static void crc_of_info(void)
{
    static const uint8_t INFO[] = {0x07, 0x30, 0x00, 0x00, 0x00};

    CHECK_NUMBER(0x5D03, atecc_crc(INFO, sizeof INFO));
}

static void a_good_packet_is_good(void)
{
    static const uint8_t STATUS[] = {0x04, 0x0F, 0x23, 0x42};

    CHECK(atecc_crc_is_good(STATUS, sizeof STATUS));
}

static void either_half_of_the_crc_counts(void)
{
    static const uint8_t LOW[] = {0x04, 0x0F, 0x22, 0x42};
    static const uint8_t HIGH[] = {0x04, 0x0F, 0x23, 0x43};

    CHECK(!atecc_crc_is_good(LOW, sizeof LOW));
    CHECK(!atecc_crc_is_good(HIGH, sizeof HIGH));
}

static void too_short_for_a_crc(void)
{
    static const uint8_t SHORT[] = {0x00, 0x00};

    CHECK(!atecc_crc_is_good(SHORT, sizeof SHORT));
}

void crc_suite(void)
{
    RUN(crc_of_nothing_and_of_zeros_is_zero);
    RUN(crc_check_string);
    RUN(crc_of_info);
    RUN(a_good_packet_is_good);
    RUN(either_half_of_the_crc_counts);
    RUN(too_short_for_a_crc);
}
