#include "clock_model.h"

#include <string.h>

#include "samd21_model.h"

#define SYNC_READS 3U
#define ON_DEMAND 0x0080U

struct factory_words factory;

static struct {
    uint16_t control;
    uint32_t value;
    uint32_t multiplier;
    uint32_t sync;
    uint32_t flash;
    bool fast;
} c;

void clock_model_power_on(void)
{
    (void)memset(&c, 0, sizeof c);
    c.control = ON_DEMAND;
    factory.calibration[0] = 0xFFFFFFFFU;
    /* DFLL coarse, pads' trim, transp, transn, and something else's. */
    factory.calibration[1] = (0x24U << 26U) | (5U << 23U) | (22U << 18U) | (9U << 13U) | 0x1FFFU;
    /* DFLL fine. */
    factory.calibration[2] = 0xFFFFFDA5U;
    factory.calibration[3] = 0xFFFFFFFFU;
    factory.unique[0] = 0x01234567U;
    factory.unique[1] = 0x89ABCDEFU;
    factory.unique[2] = 0xFEDCBA98U;
    factory.unique[3] = 0x76543210U;
}

bool clock_model_is_fast(void)
{
    return c.fast;
}

uint32_t clock_model_read_sysctrl(uintptr_t offset)
{
    if (offset != 0x0CU) {
        model_violate("an unknown SYSCTRL register was read");
        return 0U;
    }
    if (c.sync > 0U) {
        c.sync--;
    }
    return (c.sync > 0U) ? 0U : 0x10U;
}

void clock_model_write_sysctrl(uintptr_t offset, uint32_t value)
{
    if (c.sync > 0U) {
        model_violate("DFLL48M written before it was ready for that");
    }
    c.sync = SYNC_READS;
    if (offset == 0x24U) {
        c.control = (uint16_t)value;
        return;
    }
    /* Erratum 9905. */
    if ((c.control & ON_DEMAND) != 0U) {
        model_violate("DFLL48M set up while it runs on demand: the chip stops there");
    }
    if (offset == 0x28U) {
        c.value = value;
    } else if (offset == 0x2CU) {
        c.multiplier = value;
    } else {
        model_violate("an unknown SYSCTRL register was written");
    }
}

void clock_model_write_generator(uint32_t value)
{
    /* Enabled, closed loop, on the host's start of frame, without chill cycles. */
    const bool recovers = (c.control & 0x01AEU) == 0x0126U;

    if (value != 0x00010700U) {
        model_violate("a generator other than 0, or another source than DFLL48M");
    }
    if (!recovers || (c.sync > 0U)) {
        model_violate("the processor was put on a clock that is not there, or does not follow the host");
    }
    if ((c.multiplier & 0xFFFFU) != 48000U) {
        model_violate("DFLL48M multiplies the start of frame by something else than 48000");
    }
    if (c.value != (((factory.calibration[1] >> 26U) << 10U) | (factory.calibration[2] & 0x3FFU))) {
        model_violate("DFLL48M begins at another value than the factory found");
    }
    if (((c.flash >> 1U) & 0x0FU) < 1U) {
        model_violate("48 MHz without a wait state of the flash");
    }
    c.fast = true;
}

uint32_t clock_model_read_flash(uintptr_t offset)
{
    if (offset != 0x04U) {
        model_violate("an unknown NVMCTRL register was read");
    }
    return c.flash;
}

void clock_model_write_flash(uintptr_t offset, uint32_t value)
{
    if (offset != 0x04U) {
        model_violate("an unknown NVMCTRL register was written");
    }
    c.flash = value;
}

uint32_t clock_model_read_calibration(uintptr_t offset)
{
    if ((offset > 12U) || ((offset % 4U) != 0U)) {
        model_violate("an unknown word of the factory's was read");
        return 0U;
    }
    return factory.calibration[offset / 4U];
}

uint32_t clock_model_read_unique(uintptr_t offset)
{
    switch (offset) {
    case 0x0CU:
        return factory.unique[0];
    case 0x40U:
        return factory.unique[1];
    case 0x44U:
        return factory.unique[2];
    case 0x48U:
        return factory.unique[3];
    default:
        model_violate("a word that is no part of the unique number was read");
        return 0U;
    }
}
