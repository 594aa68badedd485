#include "atecc_time.h"

#include <stddef.h>

/* Longest times in ms. 0 = the part has no such command; it answers with an error at once. */
struct times {
    uint8_t opcode;
    /* The larger one of the data sheet's maximum and the fixed wait that Microchip's library uses. */
    uint16_t part_508a;
    uint16_t part_608_m0;
    uint16_t part_608_m1;
    uint16_t part_608_m2;
};

static const struct times TIMES[] = {
    {0x01U, 3U, 0U, 0U, 0U},          /* Pause */
    {0x02U, 5U, 5U, 5U, 5U},          /* Read */
    {0x08U, 14U, 55U, 55U, 55U},      /* MAC */
    {0x11U, 23U, 0U, 0U, 0U},         /* HMAC */
    {0x12U, 26U, 45U, 45U, 45U},      /* Write */
    {0x15U, 11U, 25U, 35U, 35U},      /* GenDig */
    {0x16U, 29U, 20U, 20U, 20U},      /* Nonce */
    {0x17U, 32U, 35U, 35U, 35U},      /* Lock */
    {0x1BU, 23U, 23U, 23U, 23U},      /* Random */
    {0x1CU, 50U, 50U, 50U, 50U},      /* DeriveKey */
    {0x20U, 10U, 10U, 10U, 10U},      /* UpdateExtra */
    {0x24U, 20U, 25U, 25U, 25U},      /* Counter */
    {0x28U, 13U, 40U, 40U, 40U},      /* CheckMac */
    {0x30U, 2U, 5U, 5U, 5U},          /* Info */
    {0x40U, 115U, 115U, 215U, 653U},  /* GenKey */
    {0x41U, 60U, 115U, 220U, 665U},   /* Sign */
    {0x43U, 58U, 75U, 172U, 531U},    /* ECDH */
    {0x45U, 72U, 105U, 295U, 1085U},  /* Verify */
    {0x46U, 48U, 50U, 50U, 50U},      /* PrivWrite */
    {0x47U, 9U, 36U, 42U, 75U},       /* SHA */
    {0x51U, 0U, 27U, 27U, 27U},       /* AES */
    {0x56U, 0U, 165U, 165U, 165U},    /* KDF */
    {0x77U, 0U, 250U, 625U, 2324U},   /* SelfTest */
    {0x80U, 0U, 80U, 160U, 480U},     /* SecureBoot */
};

#define LONGEST_MS 2324U

static uint32_t longest_of(const struct times *times)
{
    return (times->part_508a > times->part_608_m2) ? times->part_508a : times->part_608_m2;
}

static uint32_t time_on(const struct times *times, enum atecc_part part, enum atecc_divider divider)
{
    if (part == ATECC_PART_508A) {
        return times->part_508a;
    }
    if (part == ATECC_PART_608) {
        if (divider == ATECC_DIVIDER_M0) {
            return times->part_608_m0;
        }
        if (divider == ATECC_DIVIDER_M1) {
            return times->part_608_m1;
        }
        return times->part_608_m2;
    }
    return longest_of(times);
}

enum atecc_divider atecc_divider_of(uint8_t chip_mode)
{
    const uint32_t bits = (uint32_t)chip_mode >> 3U;

    if (bits == 0x00U) {
        return ATECC_DIVIDER_M0;
    }
    if (bits == 0x05U) {
        return ATECC_DIVIDER_M1;
    }
    if (bits == 0x0DU) {
        return ATECC_DIVIDER_M2;
    }
    return ATECC_DIVIDER_UNKNOWN;
}

uint32_t atecc_limit_ms(enum atecc_part part, enum atecc_divider divider, uint8_t opcode)
{
    uint32_t time_ms = LONGEST_MS;

    for (size_t i = 0U; i < (sizeof TIMES / sizeof TIMES[0]); i++) {
        if (TIMES[i].opcode == opcode) {
            time_ms = time_on(&TIMES[i], part, divider);
        }
    }
    return time_ms + (time_ms / 4U) + 10U;
}
