/* The kit host on the SAM D21 Xplained Pro: vectors and main loop. The port itself is samd21_board.c and samd21_uart.c. */
#include "kit_host.h"
#include "samd21_uart.h"
#include "vectors.h"

static const struct samd21_blocks BLOCKS = {
    .pm = 0x40000400U,
    .sysctrl = 0x40000800U,
    .gclk = 0x40000C00U,
    .port = 0x41004400U,
    .uart = 0x42001400U,
    .i2c = 0x42001000U,
    .systick = 0xE000E010U,
    .nvic = 0xE000E100U,
};

static struct samd21 samd21;
static struct samd21_uart line;
static struct kit_host kit;
static struct kit_port port;

static void tick_handler(void)
{
    samd21_on_tick(&samd21);
}

static void uart_handler(void)
{
    samd21_on_uart(&samd21);
}

#define U unexpected_handler

const struct vector_table VECTORS __attribute__((section(".vectors"), used)) = {
    .stack_top = linker_stack_top,
    .exceptions = {reset_handler, U, U, U, U, U, U, U, U, U, U, U, U, U, tick_handler},
    .interrupts = {U, U, U, U, U, U, U, U, U, U, U, U, uart_handler, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U},
};

int main(void)
{
    samd21_uart_start(&samd21, &BLOCKS, &line);
    samd21_uart_fill_port(&samd21, &port);
    kit_host_init(&kit, &port);
    for (;;) {
        (void)kit_host_step(&kit);
    }
}
