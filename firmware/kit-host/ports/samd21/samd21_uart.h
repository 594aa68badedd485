/* The serial line to the on-board debugger's COM port (PA22, PA23, 115200 8N1). */
#ifndef SAMD21_UART_H
#define SAMD21_UART_H

#include "samd21_board.h"

/* OSC8M without its prescaler: calibrated at the factory, no wait states, exact enough for the serial line. */
#define SAMD21_UART_CPU_HZ 8000000U
#define SAMD21_BAUD 115200U
/* Bytes kept while the core is busy; a power of two. */
#define SAMD21_RING_SIZE 512U

struct samd21_uart {
    volatile uint16_t ring[SAMD21_RING_SIZE];
    /* Written by the interrupt. */
    volatile uint16_t ring_head;
    volatile bool ring_overrun;
    /* Written by the main loop. */
    volatile uint16_t ring_tail;
};

/* Starts clocks, tick, I2C and the serial line. */
void samd21_uart_start(struct samd21 *samd21, const struct samd21_blocks *blocks, struct samd21_uart *line);
/* All the functions that the core calls; context is the struct samd21. */
void samd21_uart_fill_port(struct samd21 *samd21, struct kit_port *port);

/* Interrupt handler. */
void samd21_on_uart(const struct samd21 *samd21);

#endif
