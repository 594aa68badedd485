#include "atecc_time.h"
#include "check.h"
#include "suites.h"

/* The limit is the book's time, a quarter of it, and 10 ms. */
static uint32_t limit(uint32_t book_ms)
{
    return book_ms + (book_ms / 4U) + 10U;
}

static void a_508a_has_its_own_column(void)
{
    CHECK_NUMBER(limit(115U), atecc_limit_ms(ATECC_PART_508A, ATECC_DIVIDER_UNKNOWN, 0x40U));
    CHECK_NUMBER(limit(60U), atecc_limit_ms(ATECC_PART_508A, ATECC_DIVIDER_M2, 0x41U));
    CHECK_NUMBER(limit(29U), atecc_limit_ms(ATECC_PART_508A, ATECC_DIVIDER_M0, 0x16U));
}

static void a_608_goes_by_its_divider(void)
{
    CHECK_NUMBER(limit(115U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_M0, 0x40U));
    CHECK_NUMBER(limit(215U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_M1, 0x40U));
    CHECK_NUMBER(limit(653U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_M2, 0x40U));
    CHECK_NUMBER(limit(653U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_UNKNOWN, 0x40U));
    CHECK_NUMBER(limit(1085U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_M2, 0x45U));
    CHECK_NUMBER(limit(2324U), atecc_limit_ms(ATECC_PART_608, ATECC_DIVIDER_M2, 0x77U));
}

static void an_unknown_part_gets_the_longest_of_both(void)
{
    CHECK_NUMBER(limit(653U), atecc_limit_ms(ATECC_PART_UNKNOWN, ATECC_DIVIDER_UNKNOWN, 0x40U));
    CHECK_NUMBER(limit(23U), atecc_limit_ms(ATECC_PART_UNKNOWN, ATECC_DIVIDER_UNKNOWN, 0x11U));
}

static void an_unknown_opcode_gets_the_longest_of_all(void)
{
    CHECK_NUMBER(limit(2324U), atecc_limit_ms(ATECC_PART_508A, ATECC_DIVIDER_M0, 0xEEU));
}

static void a_command_the_part_does_not_have_is_answered_at_once(void)
{
    CHECK_NUMBER(limit(0U), atecc_limit_ms(ATECC_PART_508A, ATECC_DIVIDER_M0, 0x77U));
}

/* config-zone.md 1, byte 19: bits 7..3 are the divider, the others something else. */
static void dividers_of_chip_mode(void)
{
    CHECK_NUMBER(ATECC_DIVIDER_M0, atecc_divider_of(0x00U));
    CHECK_NUMBER(ATECC_DIVIDER_M0, atecc_divider_of(0x07U));
    CHECK_NUMBER(ATECC_DIVIDER_M1, atecc_divider_of(0x28U));
    CHECK_NUMBER(ATECC_DIVIDER_M2, atecc_divider_of(0x6CU));
    CHECK_NUMBER(ATECC_DIVIDER_UNKNOWN, atecc_divider_of(0xFFU));
}

void time_suite(void)
{
    RUN(a_508a_has_its_own_column);
    RUN(a_608_goes_by_its_divider);
    RUN(an_unknown_part_gets_the_longest_of_both);
    RUN(an_unknown_opcode_gets_the_longest_of_all);
    RUN(a_command_the_part_does_not_have_is_answered_at_once);
    RUN(dividers_of_chip_mode);
}
