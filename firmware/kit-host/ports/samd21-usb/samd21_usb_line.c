#include "samd21_usb_line.h"

#include "usb_registers.h"

#define PIN_DM 24U
#define PIN_DP 25U

/* Start of frame comes every millisecond. */
#define FRAMES_TO_CLOCK 48000U
/* Steps of the search: small ones, the calibrated value is near. */
#define STEP_FINE 1U
#define STEP_COARSE 1U

static int16_t uart_read(void *context)
{
    const struct samd21 *samd21 = context;

    return samd21_usb_read(samd21->line);
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    const struct samd21 *samd21 = context;
    struct samd21_usb *usb = samd21->line;

    for (uint32_t waited_ms = 0U; waited_ms < SAMD21_USB_PATIENCE_MS; waited_ms++) {
        if (!usb_device_has_host(&usb->device) || samd21_usb_write(usb, bytes, length)) {
            return;
        }
        samd21_wait_us(samd21, 1000U);
    }
}

static void wait_for_dfll(const struct samd21_blocks *blocks)
{
    while ((register_read32(blocks->sysctrl + SYSCTRL_PCLKSR) & SYSCTRL_PCLKSR_DFLLRDY) == 0U) {
    }
}

/*
 * 48 MHz for processor and USB. Without a host the oscillator runs at its calibrated value; with one it follows the host's start
 * of frame, as exactly as USB wants it.
 */
static void start_clock(const struct samd21 *samd21, const struct samd21_blocks *blocks)
{
    const uintptr_t flash = blocks->nvmctrl + NVMCTRL_CTRLB;
    const uint32_t coarse = register_read32(blocks->calibration + CALIBRATION_WORD1) >> CALIBRATION_COARSE_SHIFT;
    const uint32_t fine = register_read32(blocks->calibration + CALIBRATION_WORD2) & CALIBRATION_FINE_MASK;

    /* One wait state, before the clock is fast; and no write to the flash by accident (an erratum's advice). */
    register_write32(flash, (register_read32(flash) & ~NVMCTRL_CTRLB_RWS) | NVMCTRL_CTRLB_RWS_1 | NVMCTRL_CTRLB_MANW);
    /* While "on demand" is set, the oscillator's other registers cannot be written (another erratum). */
    register_write16(blocks->sysctrl + SYSCTRL_DFLLCTRL, 0U);
    wait_for_dfll(blocks);
    register_write32(blocks->sysctrl + SYSCTRL_DFLLMUL, FRAMES_TO_CLOCK | (STEP_FINE << SYSCTRL_DFLLMUL_FSTEP_SHIFT) |
                                                            (STEP_COARSE << SYSCTRL_DFLLMUL_CSTEP_SHIFT));
    wait_for_dfll(blocks);
    register_write32(blocks->sysctrl + SYSCTRL_DFLLVAL, (coarse << SYSCTRL_DFLLVAL_COARSE_SHIFT) | fine);
    wait_for_dfll(blocks);
    register_write16(blocks->sysctrl + SYSCTRL_DFLLCTRL, SYSCTRL_DFLLCTRL_ENABLE | SYSCTRL_DFLLCTRL_MODE_CLOSED |
                                                             SYSCTRL_DFLLCTRL_USBCRM | SYSCTRL_DFLLCTRL_CCDIS);
    wait_for_dfll(blocks);
    register_write32(blocks->gclk + GCLK_GENCTRL, GCLK_GENCTRL_SRC_DFLL48M | GCLK_GENCTRL_GENEN);
    samd21_wait_for_clocks(samd21);
}

void samd21_usb_line_start(struct samd21 *samd21, const struct samd21_blocks *blocks, struct samd21_usb *line)
{
    const uintptr_t ahb = blocks->pm + PM_AHBMASK;
    const uintptr_t apb = blocks->pm + PM_APBBMASK;

    samd21->blocks = blocks;
    start_clock(samd21, blocks);
    samd21_start(samd21, blocks, line, SAMD21_USB_CPU_HZ);
    register_write32(ahb, register_read32(ahb) | PM_AHB_USB);
    register_write32(apb, register_read32(apb) | PM_APBB_USB);
    samd21_clock_to(samd21, GCLK_ID_USB);
    samd21_pin_to_peripheral(samd21, PIN_DM, PMUX_G);
    samd21_pin_to_peripheral(samd21, PIN_DP, PMUX_G);
    samd21_usb_start(line, blocks);
}

void samd21_usb_line_fill_port(struct samd21 *samd21, struct kit_port *port)
{
    samd21_fill_port(samd21, port);
    port->uart_read = uart_read;
    port->uart_write = uart_write;
}
