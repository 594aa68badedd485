/*
 * What every image for the SAM D21 Xplained Pro shares: time, pins, and the chips on the I2C lines of the extension headers
 * (SDA PA08, SCL PA09). What carries the Kit Protocol is the image's own: samd21_uart.h, or samd21_usb_line.h.
 */
#ifndef SAMD21_BOARD_H
#define SAMD21_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit_port.h"
#include "registers.h"

/* Packets; the chip itself could do 1 MHz, cables and pull-ups of a fixture cannot. */
#define SAMD21_I2C_HZ 400000U
/* The wake pulse: address 00 at this speed keeps SDA low for eight clocks, 80 us and more. */
#define SAMD21_WAKE_HZ 100000U

struct samd21 {
    const struct samd21_blocks *blocks;
    /* What the serial line keeps: a struct samd21_uart, or a struct samd21_usb. */
    void *line;
    /* Of the processor's clock, which is generator 0. */
    uint32_t ticks_per_us;
    volatile uint32_t ms;
};

/* Starts tick and I2C. The processor's clock runs already, at `cpu_hz`. */
void samd21_start(struct samd21 *samd21, const struct samd21_blocks *blocks, void *line, uint32_t cpu_hz);
/* Fills in what is not the serial line's; context is the struct samd21. */
void samd21_fill_port(struct samd21 *samd21, struct kit_port *port);

/* Interrupt handler. */
void samd21_on_tick(struct samd21 *samd21);

/* --- For the serial lines --- */

/* Waits at least this long, by the tick. */
void samd21_wait_us(const struct samd21 *samd21, uint32_t microseconds);
void samd21_pin_to_peripheral(const struct samd21 *samd21, uint32_t pin, uint8_t function);
/* Generator 0 to one of the peripherals. */
void samd21_clock_to(const struct samd21 *samd21, uint32_t id);
void samd21_wait_for_clocks(const struct samd21 *samd21);
void samd21_wait_for_sercom(uintptr_t sercom);
void samd21_reset_sercom(uintptr_t sercom);

#endif
