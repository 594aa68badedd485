#include "samd21_uart.h"

#define PIN_TXD 22U
#define PIN_RXD 23U

/* In a ring cell, above the byte: bytes were lost before this one; this one is no byte at all. */
#define RING_LOST_BEFORE 0x0100U
#define RING_DAMAGED 0x0200U

static void start_uart(const struct samd21 *samd21)
{
    const uintptr_t uart = samd21->blocks->uart;
    /* 65536 (1 - 16 baud / clock), rounded. */
    const uint32_t slow = (uint32_t)((((uint64_t)65536U * 16U * SAMD21_BAUD) + (SAMD21_UART_CPU_HZ / 2U)) / SAMD21_UART_CPU_HZ);
    const uint32_t control = USART_CTRLA_MODE_INTERNAL | USART_CTRLA_RXPO_PAD1 | USART_CTRLA_DORD_LSB;

    samd21_pin_to_peripheral(samd21, PIN_TXD, PMUX_C);
    samd21_pin_to_peripheral(samd21, PIN_RXD, PMUX_C);
    samd21_reset_sercom(uart);
    register_write32(uart + SERCOM_CTRLA, control);
    samd21_wait_for_sercom(uart);
    register_write32(uart + SERCOM_CTRLB, USART_CTRLB_TXEN | USART_CTRLB_RXEN);
    samd21_wait_for_sercom(uart);
    register_write16(uart + SERCOM_BAUD, (uint16_t)(65536U - slow));
    register_write8(uart + SERCOM_INTENSET, USART_INT_RXC);
    register_write32(uart + SERCOM_CTRLA, control | CTRLA_ENABLE);
    samd21_wait_for_sercom(uart);
    register_write32(samd21->blocks->nvic + NVIC_ISER, 1U << IRQ_SERCOM3);
}

void samd21_on_uart(const struct samd21 *samd21)
{
    const uintptr_t uart = samd21->blocks->uart;
    struct samd21_uart *line = samd21->line;

    while ((register_read8(uart + SERCOM_INTFLAG) & USART_INT_RXC) != 0U) {
        /* The status belongs to the byte that is read next. */
        const uint32_t faults =
            register_read16(uart + SERCOM_STATUS) & (USART_STATUS_PERR | USART_STATUS_FERR | USART_STATUS_BUFOVF);
        uint32_t cell = register_read16(uart + SERCOM_DATA) & 0xFFU;
        const uint16_t next = (uint16_t)((line->ring_head + 1U) % SAMD21_RING_SIZE);

        if (faults != 0U) {
            register_write16(uart + SERCOM_STATUS, (uint16_t)faults);
        }
        if ((faults & (USART_STATUS_PERR | USART_STATUS_FERR)) != 0U) {
            cell = RING_DAMAGED;
        }
        if (((faults & USART_STATUS_BUFOVF) != 0U) || line->ring_overrun) {
            cell |= RING_LOST_BEFORE;
        }
        line->ring_overrun = (next == line->ring_tail);
        if (!line->ring_overrun) {
            line->ring[line->ring_head] = (uint16_t)cell;
            line->ring_head = next;
        }
    }
}

static int16_t uart_read(void *context)
{
    const struct samd21 *samd21 = context;
    struct samd21_uart *line = samd21->line;
    const uint16_t tail = line->ring_tail;
    uint16_t cell;

    if (line->ring_head == tail) {
        return KIT_UART_EMPTY;
    }
    cell = line->ring[tail];
    if ((cell & RING_LOST_BEFORE) != 0U) {
        /* Say so first; the byte itself is next. */
        line->ring[tail] = (uint16_t)(cell & ~RING_LOST_BEFORE);
        return KIT_UART_DAMAGED;
    }
    line->ring_tail = (uint16_t)((tail + 1U) % SAMD21_RING_SIZE);
    if (cell == RING_DAMAGED) {
        return KIT_UART_DAMAGED;
    }
    return (int16_t)cell;
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    const struct samd21 *samd21 = context;
    const uintptr_t uart = samd21->blocks->uart;

    for (size_t i = 0U; i < length; i++) {
        while ((register_read8(uart + SERCOM_INTFLAG) & USART_INT_DRE) == 0U) {
        }
        register_write16(uart + SERCOM_DATA, bytes[i]);
    }
}

/* --------------------------------------------------------------------------------------------------------------------- */

void samd21_uart_start(struct samd21 *samd21, const struct samd21_blocks *blocks, struct samd21_uart *line)
{
    const uintptr_t osc8m = blocks->sysctrl + SYSCTRL_OSC8M;
    const uintptr_t mask = blocks->pm + PM_APBCMASK;

    line->ring_head = 0U;
    line->ring_tail = 0U;
    line->ring_overrun = false;

    /* Generator 0 is OSC8M after reset. */
    register_write32(osc8m, register_read32(osc8m) & ~SYSCTRL_OSC8M_PRESC);
    samd21_start(samd21, blocks, line, SAMD21_UART_CPU_HZ);
    register_write32(mask, register_read32(mask) | PM_APBC_SERCOM3);
    samd21_clock_to(samd21, GCLK_ID_SERCOM3);
    start_uart(samd21);
}

void samd21_uart_fill_port(struct samd21 *samd21, struct kit_port *port)
{
    samd21_fill_port(samd21, port);
    port->uart_read = uart_read;
    port->uart_write = uart_write;
}
