/*
 * The kit host in CPU emulation: `qemu-system-arm -M microbit` (nRF51822, Cortex-M0). Serial line and timer are the
 * emulated peripherals; behind the I2C functions stands the test double of a chip (fake_chip.h), because the emulator has
 * no bus to hang a simulated one on. Polled throughout: the emulator holds bytes back until they are read.
 */
#include "fake_chip.h"
#include "kit_host.h"
#include "startup.h"

#define UART_BASE 0x40002000U
#define UART_STARTRX 0x000U
#define UART_STARTTX 0x008U
#define UART_RXDRDY 0x108U
#define UART_TXDRDY 0x11CU
#define UART_ENABLE 0x500U
#define UART_PSELTXD 0x50CU
#define UART_PSELRXD 0x514U
#define UART_RXD 0x518U
#define UART_TXD 0x51CU
#define UART_BAUDRATE 0x524U
#define UART_ENABLED 4U
#define UART_115200 0x01D7E000U
/* The micro:bit's USB serial lines. */
#define PIN_TXD 24U
#define PIN_RXD 25U

#define TIMER_BASE 0x40008000U
#define TIMER_START 0x000U
#define TIMER_CAPTURE0 0x040U
#define TIMER_BITMODE 0x508U
#define TIMER_PRESCALER 0x510U
#define TIMER_CC0 0x540U
#define TIMER_32_BITS 3U
/* 16 MHz / 2^4. */
#define TIMER_1_MHZ 4U

struct board {
    struct fake_chip chip;
    /* Microseconds wrap after 71 minutes; milliseconds are carried on from them. */
    uint32_t last_us;
    uint32_t spare_us;
    uint32_t ms;
};

static volatile uint32_t *reg(uintptr_t base, uintptr_t offset)
{
    return (volatile uint32_t *)(base + offset);
}

static uint32_t now_us(void)
{
    *reg(TIMER_BASE, TIMER_CAPTURE0) = 1U;
    return *reg(TIMER_BASE, TIMER_CC0);
}

static int16_t uart_read(void *context)
{
    (void)context;
    if (*reg(UART_BASE, UART_RXDRDY) == 0U) {
        return KIT_UART_EMPTY;
    }
    *reg(UART_BASE, UART_RXDRDY) = 0U;
    return (int16_t)(*reg(UART_BASE, UART_RXD) & 0xFFU);
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    for (size_t i = 0U; i < length; i++) {
        *reg(UART_BASE, UART_TXDRDY) = 0U;
        *reg(UART_BASE, UART_TXD) = bytes[i];
        while (*reg(UART_BASE, UART_TXDRDY) == 0U) {
        }
    }
}

static enum bus_result wake_pulse(void *context)
{
    struct board *board = context;

    fake_chip_pulse(&board->chip, now_us());
    return BUS_ACK;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    struct board *board = context;

    return fake_chip_write(&board->chip, now_us(), address, bytes, length);
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    struct board *board = context;

    return fake_chip_read(&board->chip, now_us(), address, bytes, length);
}

static void delay_us(void *context, uint32_t microseconds)
{
    const uint32_t start = now_us();

    (void)context;
    while ((now_us() - start) < microseconds) {
    }
}

static uint32_t millis(void *context)
{
    struct board *board = context;
    const uint32_t now = now_us();

    board->spare_us += now - board->last_us;
    board->last_us = now;
    board->ms += board->spare_us / 1000U;
    board->spare_us %= 1000U;
    return board->ms;
}

static void start_peripherals(void)
{
    *reg(TIMER_BASE, TIMER_BITMODE) = TIMER_32_BITS;
    *reg(TIMER_BASE, TIMER_PRESCALER) = TIMER_1_MHZ;
    *reg(TIMER_BASE, TIMER_START) = 1U;

    *reg(UART_BASE, UART_PSELTXD) = PIN_TXD;
    *reg(UART_BASE, UART_PSELRXD) = PIN_RXD;
    *reg(UART_BASE, UART_BAUDRATE) = UART_115200;
    *reg(UART_BASE, UART_ENABLE) = UART_ENABLED;
    *reg(UART_BASE, UART_STARTTX) = 1U;
    *reg(UART_BASE, UART_STARTRX) = 1U;
}

int main(void)
{
    static struct board board;
    static struct kit_host kit;
    static const struct kit_port PORT = {&board,    uart_read, uart_write, wake_pulse,
                                         i2c_write, i2c_read,  delay_us,   millis};

    start_peripherals();
    fake_chip_init(&board.chip, (uint8_t)KIT_DEFAULT_ADDRESS, 0x50U, 0x00U);
    board.last_us = now_us();
    kit_host_init(&kit, &PORT);
    for (;;) {
        (void)kit_host_step(&kit);
    }
}
