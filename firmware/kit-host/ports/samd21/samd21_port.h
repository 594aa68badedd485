/*
 * The kit host's port to the SAM D21 Xplained Pro: serial line to the on-board debugger's COM port (PA22, PA23, 115200 8N1),
 * chips on the I2C lines of the extension headers (SDA PA08, SCL PA09).
 */
#ifndef SAMD21_PORT_H
#define SAMD21_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit_port.h"
#include "registers.h"

/* OSC8M without its prescaler: calibrated at the factory, no wait states, exact enough for the serial line. */
#define SAMD21_CPU_HZ 8000000U
#define SAMD21_BAUD 115200U
/* Packets; the chip itself could do 1 MHz, cables and pull-ups of a fixture cannot. */
#define SAMD21_I2C_HZ 400000U
/* The wake pulse: address 00 at this speed keeps SDA low for eight clocks, 80 us and more. */
#define SAMD21_WAKE_HZ 100000U
/* Bytes kept while the core is busy; a power of two. */
#define SAMD21_RING_SIZE 512U

struct samd21 {
    const struct samd21_blocks *blocks;
    volatile uint32_t ms;
    volatile uint16_t ring[SAMD21_RING_SIZE];
    /* Written by the interrupt. */
    volatile uint16_t ring_head;
    volatile bool ring_overrun;
    /* Written by the main loop. */
    volatile uint16_t ring_tail;
};

/* Starts clocks, pins, serial line, I2C and the tick. */
void samd21_init(struct samd21 *samd21, const struct samd21_blocks *blocks);
/* The functions that the core calls; context is the struct samd21. */
void samd21_fill_port(struct samd21 *samd21, struct kit_port *port);

/* Interrupt handlers. */
void samd21_on_tick(struct samd21 *samd21);
void samd21_on_uart(struct samd21 *samd21);

#endif
