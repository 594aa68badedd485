#include "samd21_board.h"

#define PIN_SDA 8U
#define PIN_SCL 9U

/* Rise time of the lines that the baud formula asks for, in ns: the board's 4k7 pull-ups and a short cable. */
#define RISE_NS 300U
/* A transfer that has not moved on after this many milliseconds is stuck; a byte takes 23 us, the chip stretches nothing. */
#define STUCK_MS 2U
/* Half a clock of the recovery pulses, 100 kHz. */
#define RECOVERY_HALF_US 5U
#define RECOVERY_CLOCKS 9U

#define US_PER_MS 1000U
#define US_PER_S 1000000U

/* --- Time ------------------------------------------------------------------------------------------------------------ */

/* Ticks of the processor clock since `*last`, which becomes now. Right as long as it is asked at least every ms. */
static uint32_t ticks_since(const struct samd21 *samd21, uint32_t *last)
{
    const uint32_t now = register_read32(samd21->blocks->systick + SYSTICK_CVR);
    /* The tick counts down from a millisecond's ticks less one to 0. */
    const uint32_t passed = (*last >= now) ? (*last - now) : (*last + (samd21->ticks_per_us * US_PER_MS) - now);

    *last = now;
    return passed;
}

static bool is_stuck(const struct samd21 *samd21, uint32_t ticks)
{
    return ticks > (STUCK_MS * US_PER_MS * samd21->ticks_per_us);
}

static uint32_t ticks_start(const struct samd21 *samd21)
{
    return register_read32(samd21->blocks->systick + SYSTICK_CVR);
}

void samd21_wait_us(const struct samd21 *samd21, uint32_t microseconds)
{
    uint32_t last = ticks_start(samd21);

    /* By the millisecond, so that the number of ticks cannot overflow. */
    for (uint32_t left_us = microseconds; left_us > 0U;) {
        const uint32_t part_us = (left_us > US_PER_MS) ? US_PER_MS : left_us;
        uint32_t ticks = 0U;

        while (ticks < (part_us * samd21->ticks_per_us)) {
            ticks += ticks_since(samd21, &last);
        }
        left_us -= part_us;
    }
}

static void delay_us(void *context, uint32_t microseconds)
{
    samd21_wait_us(context, microseconds);
}

static uint32_t millis(void *context)
{
    const struct samd21 *samd21 = context;

    return samd21->ms;
}

void samd21_on_tick(struct samd21 *samd21)
{
    samd21->ms = samd21->ms + 1U;
}

/* --- Pins ------------------------------------------------------------------------------------------------------------ */

void samd21_pin_to_peripheral(const struct samd21 *samd21, uint32_t pin, uint8_t function)
{
    const uintptr_t mux = samd21->blocks->port + PORT_PMUX + (pin / 2U);
    const uint32_t shift = (pin % 2U) * 4U;
    const uint32_t old = register_read8(mux);

    register_write8(mux, (uint8_t)((old & ~(0x0FU << shift)) | ((uint32_t)function << shift)));
    register_write8(samd21->blocks->port + PORT_PINCFG + pin, PINCFG_PMUXEN | PINCFG_INEN);
}

/* The pin as an open drain: its output is always low, its direction says whether it pulls. */
static void pin_to_gpio(const struct samd21 *samd21, uint32_t pin)
{
    register_write32(samd21->blocks->port + PORT_DIRCLR, 1U << pin);
    register_write32(samd21->blocks->port + PORT_OUTCLR, 1U << pin);
    register_write8(samd21->blocks->port + PORT_PINCFG + pin, PINCFG_INEN);
}

static void pull_low(const struct samd21 *samd21, uint32_t pin)
{
    register_write32(samd21->blocks->port + PORT_DIRSET, 1U << pin);
}

static void let_go(const struct samd21 *samd21, uint32_t pin)
{
    register_write32(samd21->blocks->port + PORT_DIRCLR, 1U << pin);
}

static bool is_high(const struct samd21 *samd21, uint32_t pin)
{
    return (register_read32(samd21->blocks->port + PORT_IN) & (1U << pin)) != 0U;
}

/* --- Clocks ---------------------------------------------------------------------------------------------------------- */

void samd21_wait_for_clocks(const struct samd21 *samd21)
{
    while ((register_read8(samd21->blocks->gclk + GCLK_STATUS) & GCLK_STATUS_SYNCBUSY) != 0U) {
    }
}

void samd21_clock_to(const struct samd21 *samd21, uint32_t id)
{
    register_write16(samd21->blocks->gclk + GCLK_CLKCTRL, (uint16_t)(GCLK_CLKCTRL_CLKEN | id));
    samd21_wait_for_clocks(samd21);
}

static void start_tick(const struct samd21 *samd21)
{
    register_write32(samd21->blocks->systick + SYSTICK_RVR, (samd21->ticks_per_us * US_PER_MS) - 1U);
    register_write32(samd21->blocks->systick + SYSTICK_CVR, 0U);
    register_write32(samd21->blocks->systick + SYSTICK_CSR, SYSTICK_RUN);
}

void samd21_wait_for_sercom(uintptr_t sercom)
{
    while (register_read32(sercom + SERCOM_SYNCBUSY) != 0U) {
    }
}

void samd21_reset_sercom(uintptr_t sercom)
{
    register_write32(sercom + SERCOM_CTRLA, CTRLA_SWRST);
    samd21_wait_for_sercom(sercom);
}

/* --- I2C ------------------------------------------------------------------------------------------------------------- */

/* BAUD for a clock: hz = cpu / (10 + 2 BAUD + cpu rise), rounded so that the bus is never faster. */
static uint32_t i2c_baud(const struct samd21 *samd21, uint32_t hz)
{
    const uint32_t period = (samd21->ticks_per_us * US_PER_S) / hz;
    const uint32_t fixed = 10U + ((samd21->ticks_per_us * RISE_NS) / 1000U);

    return (period - fixed + 1U) / 2U;
}

static void start_i2c(const struct samd21 *samd21, uint32_t hz)
{
    const uintptr_t i2c = samd21->blocks->i2c;
    const uint32_t control = I2C_CTRLA_MODE_MASTER | I2C_CTRLA_SDAHOLD_450NS;

    samd21_reset_sercom(i2c);
    register_write32(i2c + SERCOM_CTRLA, control);
    samd21_wait_for_sercom(i2c);
    register_write32(i2c + SERCOM_BAUD, i2c_baud(samd21, hz));
    register_write32(i2c + SERCOM_CTRLA, control | CTRLA_ENABLE);
    samd21_wait_for_sercom(i2c);
    /* The bus state is unknown after a start; this is the only master. */
    register_write16(i2c + SERCOM_STATUS, I2C_STATUS_IDLE);
    samd21_wait_for_sercom(i2c);
}

/*
 * Frees a bus on which a chip holds SDA low: it was cut off in the middle of a byte and wants the rest of its clocks.
 * Nine clocks end any byte, and a stop condition ends the transfer. True when both lines are high after that.
 */
static bool recover(const struct samd21 *samd21)
{
    bool is_free;

    pin_to_gpio(samd21, PIN_SDA);
    pin_to_gpio(samd21, PIN_SCL);
    samd21_wait_us(samd21, RECOVERY_HALF_US);
    for (uint32_t clock = 0U; (clock < RECOVERY_CLOCKS) && !is_high(samd21, PIN_SDA); clock++) {
        pull_low(samd21, PIN_SCL);
        samd21_wait_us(samd21, RECOVERY_HALF_US);
        let_go(samd21, PIN_SCL);
        samd21_wait_us(samd21, RECOVERY_HALF_US);
    }
    pull_low(samd21, PIN_SCL);
    samd21_wait_us(samd21, RECOVERY_HALF_US);
    pull_low(samd21, PIN_SDA);
    samd21_wait_us(samd21, RECOVERY_HALF_US);
    let_go(samd21, PIN_SCL);
    samd21_wait_us(samd21, RECOVERY_HALF_US);
    let_go(samd21, PIN_SDA);
    samd21_wait_us(samd21, RECOVERY_HALF_US);
    is_free = is_high(samd21, PIN_SDA) && is_high(samd21, PIN_SCL);

    samd21_pin_to_peripheral(samd21, PIN_SDA, PMUX_D);
    samd21_pin_to_peripheral(samd21, PIN_SCL, PMUX_D);
    start_i2c(samd21, SAMD21_I2C_HZ);
    return is_free;
}

/* Waits until the master is on the bus (a byte went out) or the slave is (one came in). False when it got stuck. */
static bool wait_for_bus(const struct samd21 *samd21, uint32_t flags)
{
    const uintptr_t i2c = samd21->blocks->i2c;
    uint32_t last = ticks_start(samd21);
    uint32_t ticks = 0U;

    while ((register_read8(i2c + SERCOM_INTFLAG) & flags) == 0U) {
        ticks += ticks_since(samd21, &last);
        if (is_stuck(samd21, ticks)) {
            return false;
        }
    }
    return (register_read16(i2c + SERCOM_STATUS) & (I2C_STATUS_BUSERR | I2C_STATUS_ARBLOST)) == 0U;
}

static bool was_refused(const struct samd21 *samd21)
{
    return (register_read16(samd21->blocks->i2c + SERCOM_STATUS) & I2C_STATUS_RXNACK) != 0U;
}

static bool is_idle(const struct samd21 *samd21)
{
    return (register_read16(samd21->blocks->i2c + SERCOM_STATUS) & I2C_STATUS_BUSSTATE) == I2C_STATUS_IDLE;
}

static void command(const struct samd21 *samd21, uint32_t control)
{
    register_write32(samd21->blocks->i2c + SERCOM_CTRLB, control);
    samd21_wait_for_sercom(samd21->blocks->i2c);
}

/* STOP, and until it is on the lines: neither a new START nor a change of speed may come sooner. */
static void stop(const struct samd21 *samd21, uint32_t acknowledge)
{
    uint32_t last = ticks_start(samd21);
    uint32_t ticks = 0U;

    command(samd21, acknowledge | I2C_CTRLB_CMD_STOP);
    while (!is_idle(samd21) && !is_stuck(samd21, ticks)) {
        ticks += ticks_since(samd21, &last);
    }
}

/* START and the address; BUS_FAULT when the bus is not ours to begin with, or does not move. */
static enum bus_result begin(const struct samd21 *samd21, uint32_t address, uint32_t flags)
{
    const uintptr_t i2c = samd21->blocks->i2c;

    if (!is_idle(samd21)) {
        return BUS_FAULT;
    }
    register_write32(i2c + SERCOM_ADDR, address);
    samd21_wait_for_sercom(i2c);
    if (!wait_for_bus(samd21, flags)) {
        return BUS_FAULT;
    }
    if (was_refused(samd21)) {
        stop(samd21, 0U);
        return BUS_NACK_ADDRESS;
    }
    return BUS_ACK;
}

static enum bus_result write_once(const struct samd21 *samd21, uint8_t address, const uint8_t *bytes, size_t length)
{
    const enum bus_result begun = begin(samd21, address, I2C_INT_MB);

    if (begun != BUS_ACK) {
        return begun;
    }
    for (size_t i = 0U; i < length; i++) {
        register_write8(samd21->blocks->i2c + SERCOM_DATA, bytes[i]);
        samd21_wait_for_sercom(samd21->blocks->i2c);
        if (!wait_for_bus(samd21, I2C_INT_MB)) {
            return BUS_FAULT;
        }
        if (was_refused(samd21)) {
            stop(samd21, 0U);
            return BUS_NACK_DATA;
        }
    }
    stop(samd21, 0U);
    return BUS_ACK;
}

static enum bus_result read_once(const struct samd21 *samd21, uint8_t address, uint8_t *bytes, size_t length)
{
    const uintptr_t i2c = samd21->blocks->i2c;
    /* A refused read address ends with the master on the bus, an accepted one with the first byte from the slave. */
    const enum bus_result begun = begin(samd21, (uint32_t)address | 1U, I2C_INT_MB | I2C_INT_SB);

    if (begun != BUS_ACK) {
        return begun;
    }
    for (size_t i = 0U; i < length; i++) {
        const bool is_last = (i + 1U) == length;

        bytes[i] = register_read8(i2c + SERCOM_DATA);
        if (is_last) {
            stop(samd21, I2C_CTRLB_NACK);
        } else {
            command(samd21, I2C_CTRLB_CMD_READ);
            if (!wait_for_bus(samd21, I2C_INT_SB)) {
                return BUS_FAULT;
            }
        }
    }
    return BUS_ACK;
}

/* A transfer that got stuck is not begun again: whoever asked decides that. The bus is freed for the next one. */
static enum bus_result or_recover(const struct samd21 *samd21, enum bus_result result)
{
    if (result == BUS_FAULT) {
        (void)recover(samd21);
    }
    return result;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    const struct samd21 *samd21 = context;

    return or_recover(samd21, write_once(samd21, address, bytes, length));
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    const struct samd21 *samd21 = context;

    return or_recover(samd21, read_once(samd21, address, bytes, length));
}

/* Address 00 with the write bit: eight clocks of SDA low. Nobody acknowledges it, and nobody has to. */
static enum bus_result wake_pulse(void *context)
{
    const struct samd21 *samd21 = context;
    enum bus_result result;

    start_i2c(samd21, SAMD21_WAKE_HZ);
    result = write_once(samd21, 0x00U, NULL, 0U);
    if (result == BUS_FAULT) {
        /* Once more on a bus set free: a pulse does no harm twice. */
        if (!recover(samd21)) {
            return BUS_FAULT;
        }
        start_i2c(samd21, SAMD21_WAKE_HZ);
        result = or_recover(samd21, write_once(samd21, 0x00U, NULL, 0U));
    }
    start_i2c(samd21, SAMD21_I2C_HZ);
    return (result == BUS_FAULT) ? BUS_FAULT : BUS_ACK;
}

/* --------------------------------------------------------------------------------------------------------------------- */

void samd21_start(struct samd21 *samd21, const struct samd21_blocks *blocks, void *line, uint32_t cpu_hz)
{
    const uintptr_t mask = blocks->pm + PM_APBCMASK;

    samd21->blocks = blocks;
    samd21->line = line;
    samd21->ticks_per_us = cpu_hz / US_PER_S;
    samd21->ms = 0U;

    register_write32(mask, register_read32(mask) | PM_APBC_SERCOM2);
    samd21_clock_to(samd21, GCLK_ID_SERCOM2);
    start_tick(samd21);
    /* Sets the pins up and frees a bus on which the last reset cut a chip off. */
    (void)recover(samd21);
}

void samd21_fill_port(struct samd21 *samd21, struct kit_port *port)
{
    port->context = samd21;
    port->wake_pulse = wake_pulse;
    port->i2c_write = i2c_write;
    port->i2c_read = i2c_read;
    port->delay_us = delay_us;
    port->millis = millis;
}
