#include "samd21_model.h"

#include <stdio.h>
#include <string.h>

#include "clock_model.h"
#include "modelled_registers.h"
#include "usb_model.h"

#define TICKS_PER_ACCESS 4U
#define SYNC_ACCESSES 3U
#define RISE_NS 300U

enum {
    PM = 0x1000,
    SYSCTRL = 0x2000,
    GCLK = 0x3000,
    PORTA = 0x4000,
    UART = 0x5000,
    I2C = 0x6000,
    SYSTICK = 0x7000,
    NVIC = 0x8000,
    USB = 0x9000,
    FLASH = 0xA000,
    CALIBRATION = 0xB000,
    UNIQUE = 0xC000
};

const struct samd21_blocks MODEL_BLOCKS = {PM,      SYSCTRL, GCLK, PORTA, UART,        I2C,
                                           SYSTICK, NVIC,    USB,  FLASH, CALIBRATION, UNIQUE};

struct samd21_model model;

struct sercom {
    uint32_t ctrla;
    uint32_t ctrlb;
    uint32_t baud;
    uint8_t intenset;
    uint8_t intflag;
    uint16_t status;
    uint32_t sync;
};

/* Registers and wires that tests do not look at. */
static struct {
    struct samd21 *samd21;
    uint32_t apbc;
    uint32_t apbb;
    uint32_t ahb;
    uint32_t osc8m;
    bool clocked[64];
    uint32_t gclk_sync;
    uint32_t dir;
    uint32_t out;
    uint8_t pmux[16];
    uint8_t pincfg[32];
    uint32_t nvic;
    uint32_t systick_csr;
    uint32_t systick_rvr;
    uint64_t systick_start;
    uint64_t next_tick;
    bool in_handler;

    struct sercom uart;
    uint16_t fifo[2];
    uint16_t fifo_status[2];
    uint32_t fifo_count;
    uint64_t uart_ready_at;

    struct sercom i2c;
    uint64_t i2c_done_at;
    uint8_t pending_flag;
    uint64_t i2c_idle_at;
    uint8_t address;
    uint8_t written[256];
    size_t written_length;
    uint8_t incoming;
    uint32_t byte_number;
    bool scl_was_low;
    bool sda_was_low;
} m;

static bool in_meanwhile;

static void violate(const char *what)
{
    if (model.violation == NULL) {
        model.violation = what;
    }
}

void model_violate(const char *what)
{
    violate(what);
}

static void frame(const char *text)
{
    const size_t length = strlen(text);

    if ((model.frames_length + length) < (MODEL_TEXT_MAX - 1U)) {
        (void)memcpy(&model.frames[model.frames_length], text, length + 1U);
        model.frames_length += length;
    }
}

static uint32_t now_us(void)
{
    return (uint32_t)(model.ticks / (model.cpu_hz / 1000000U));
}

/* --- Wires ----------------------------------------------------------------------------------------------------------- */

static bool sda_low(void)
{
    return ((m.dir & (1U << 8U)) != 0U) || (model.sda_held_clocks > 0U);
}

static bool scl_low(void)
{
    return ((m.dir & (1U << 9U)) != 0U) || model.scl_held;
}

/* The lines moved by hand: a rising SCL is a clock for whoever holds SDA, SDA rising under a high SCL is a stop. */
static void lines_moved(void)
{
    const bool by_hand = (m.pincfg[9] & PINCFG_PMUXEN) == 0U;

    if (by_hand && m.scl_was_low && !scl_low()) {
        model.recovery_clocks++;
        if ((model.sda_held_clocks > 0U) && (model.sda_held_clocks != UINT32_MAX)) {
            model.sda_held_clocks--;
        }
    }
    if (by_hand && m.sda_was_low && !sda_low() && !scl_low()) {
        model.recovery_stop = true;
    }
    m.scl_was_low = scl_low();
    m.sda_was_low = sda_low();
}

/* --- Time ------------------------------------------------------------------------------------------------------------ */

static uint32_t scl_hz(void)
{
    const uint64_t rise = ((uint64_t)model.cpu_hz * RISE_NS) / 1000000000U;

    return model.cpu_hz / (uint32_t)(10U + (2U * (m.i2c.baud & 0xFFU)) + rise);
}

static void pass(uint64_t ticks)
{
    model.ticks += ticks;
    if ((m.pending_flag != 0U) && (model.ticks >= m.i2c_done_at)) {
        m.i2c.intflag |= m.pending_flag;
        m.pending_flag = 0U;
    }
    if ((m.i2c_idle_at != 0U) && (model.ticks >= m.i2c_idle_at)) {
        m.i2c_idle_at = 0U;
        m.i2c.status = (uint16_t)((m.i2c.status & ~I2C_STATUS_BUSSTATE) | I2C_STATUS_IDLE);
    }
    while (((m.systick_csr & 0x03U) == 0x03U) && (model.ticks >= m.next_tick) && !m.in_handler) {
        m.next_tick += m.systick_rvr + 1U;
        m.in_handler = true;
        samd21_on_tick(m.samd21);
        m.in_handler = false;
        if ((model.meanwhile != NULL) && !in_meanwhile) {
            in_meanwhile = true;
            model.meanwhile();
            in_meanwhile = false;
        }
    }
}

/* --- SERCOM, what both have in common ---------------------------------------------------------------------------------- */

static struct sercom *sercom_of(uintptr_t block)
{
    return (block == UART) ? &m.uart : &m.i2c;
}

static void check_clocked(uintptr_t block)
{
    const uint32_t bit = (block == UART) ? PM_APBC_SERCOM3 : PM_APBC_SERCOM2;

    if (((m.apbc & bit) == 0U) || !m.clocked[(block == UART) ? GCLK_ID_SERCOM3 : GCLK_ID_SERCOM2]) {
        violate("a SERCOM without its clocks");
    }
}

static void check_synchronised(const struct sercom *sercom)
{
    if (sercom->sync > 0U) {
        violate("a write before the last one was synchronised");
    }
}

static void write_ctrla(struct sercom *sercom, uint32_t value)
{
    check_synchronised(sercom);
    sercom->sync = SYNC_ACCESSES;
    if ((value & CTRLA_SWRST) != 0U) {
        (void)memset(sercom, 0, sizeof *sercom);
        sercom->sync = SYNC_ACCESSES;
        if (sercom == &m.i2c) {
            m.pending_flag = 0U;
            m.i2c_idle_at = 0U;
        }
        return;
    }
    if (((sercom->ctrla & CTRLA_ENABLE) != 0U) && ((sercom->ctrla ^ value) != CTRLA_ENABLE)) {
        violate("CTRLA changed while enabled");
    }
    sercom->ctrla = value;
}

static void write_baud(struct sercom *sercom, uint32_t value)
{
    if ((sercom->ctrla & CTRLA_ENABLE) != 0U) {
        violate("BAUD changed while enabled");
    }
    sercom->baud = value;
}

/* --- USART ----------------------------------------------------------------------------------------------------------- */

double model_uart_baud(void)
{
    return ((double)model.cpu_hz / 16.0) * (1.0 - ((double)m.uart.baud / 65536.0));
}

static bool uart_can_receive(void)
{
    return ((m.uart.ctrla & CTRLA_ENABLE) != 0U) && ((m.uart.ctrlb & USART_CTRLB_RXEN) != 0U) &&
           (((m.uart.ctrla >> 20U) & 3U) == 1U) && ((m.pincfg[23] & PINCFG_PMUXEN) != 0U) &&
           ((uint32_t)(m.pmux[11] >> 4U) == PMUX_C);
}

void model_receive(uint8_t byte, uint16_t faults)
{
    pass((uint64_t)((10.0 * (double)model.cpu_hz) / 115200.0));
    if (!uart_can_receive()) {
        violate("a character came and the receiver was not there");
        return;
    }
    if (m.fifo_count == 2U) {
        m.fifo_status[1] |= USART_STATUS_BUFOVF;
    } else {
        m.fifo[m.fifo_count] = byte;
        m.fifo_status[m.fifo_count] = faults;
        m.fifo_count++;
    }
    if (((m.uart.intenset & USART_INT_RXC) != 0U) && ((m.nvic & (1U << IRQ_SERCOM3)) != 0U) && !m.in_handler) {
        m.in_handler = true;
        samd21_on_uart(m.samd21);
        m.in_handler = false;
    }
}

static uint16_t uart_take(void)
{
    const uint16_t byte = m.fifo[0];

    if (m.fifo_count == 0U) {
        violate("DATA read with nothing received");
        return 0U;
    }
    m.fifo[0] = m.fifo[1];
    m.fifo_status[0] = m.fifo_status[1];
    m.fifo_status[1] = 0U;
    m.fifo_count--;
    return byte;
}

static void uart_send(uint16_t value)
{
    if (((m.uart.ctrla & CTRLA_ENABLE) == 0U) || ((m.uart.ctrlb & USART_CTRLB_TXEN) == 0U) ||
        ((m.pincfg[22] & PINCFG_PMUXEN) == 0U) || ((uint32_t)(m.pmux[11] & 0x0FU) != PMUX_C)) {
        violate("a character sent without a transmitter");
    }
    if (model.ticks < m.uart_ready_at) {
        violate("DATA written before it was empty");
    }
    m.uart_ready_at = model.ticks + ((10U * (uint64_t)model.cpu_hz) / 115200U);
    if (model.sent_length < (MODEL_TEXT_MAX - 1U)) {
        model.sent[model.sent_length] = (char)value;
        model.sent_length++;
        model.sent[model.sent_length] = '\0';
    }
}

/* --- I2C master ------------------------------------------------------------------------------------------------------ */

static void i2c_finish(uint8_t flag, uint32_t bits)
{
    m.i2c.intflag = 0U;
    if (model.i2c_hangs || model.scl_held) {
        return;
    }
    m.pending_flag = flag;
    m.i2c_done_at = model.ticks + (((uint64_t)bits * model.cpu_hz) / scl_hz());
}

static void i2c_lost(void)
{
    m.i2c.status |= I2C_STATUS_ARBLOST | I2C_STATUS_BUSERR;
    i2c_finish(I2C_INT_MB, 1U);
}

static void i2c_acknowledged(bool yes)
{
    m.i2c.status = (uint16_t)((m.i2c.status & ~I2C_STATUS_RXNACK) | (yes ? 0U : I2C_STATUS_RXNACK));
    frame(yes ? "+ " : "- ");
}

static bool chip_gives_byte(void)
{
    return model.chip_present && (fake_chip_read(&model.chip, now_us(), m.address, &m.incoming, 1U) == BUS_ACK);
}

static void wake_pulse_seen(void)
{
    /* From the falling edge of the start condition to the end of the eighth bit. */
    model.pulse_ns = (8U * UINT64_C(1000000000)) / scl_hz();
    model.pulses++;
    if (model.chip_present && (model.pulse_ns >= 60000U)) {
        fake_chip_pulse(&model.chip, now_us());
    }
}

static bool i2c_pins(void)
{
    return ((m.pincfg[8] & PINCFG_PMUXEN) != 0U) && ((m.pincfg[9] & PINCFG_PMUXEN) != 0U) && (m.pmux[4] == 0x33U) &&
           ((m.dir & (3U << 8U)) == 0U);
}

static void i2c_start(uint32_t value)
{
    char text[8];
    const bool reading = (value & 1U) != 0U;
    bool acknowledged;

    check_synchronised(&m.i2c);
    m.i2c.sync = SYNC_ACCESSES;
    if (((m.i2c.ctrla & CTRLA_ENABLE) == 0U) || (((m.i2c.ctrla >> 2U) & 7U) != 5U) || !i2c_pins()) {
        violate("ADDR written to no I2C master");
    }
    if ((m.i2c.status & I2C_STATUS_BUSSTATE) != I2C_STATUS_IDLE) {
        violate("ADDR written while the bus was not idle");
    }
    m.i2c.status = (uint16_t)((m.i2c.status & ~(I2C_STATUS_BUSSTATE | I2C_STATUS_ARBLOST | I2C_STATUS_BUSERR)) |
                              I2C_STATUS_OWNER);
    m.address = (uint8_t)(value & 0xFEU);
    m.written_length = 0U;
    m.byte_number = 0U;
    model.scl_hz = scl_hz();
    if (sda_low()) {
        i2c_lost();
        return;
    }
    (void)snprintf(text, sizeof text, "S %02X%c", (unsigned)m.address, reading ? 'r' : 'w');
    frame(text);
    if (m.address == 0U) {
        wake_pulse_seen();
        acknowledged = false;
    } else if (reading) {
        acknowledged = chip_gives_byte();
    } else {
        acknowledged = model.chip_present &&
                       (fake_chip_write(&model.chip, now_us(), m.address, NULL, 0U) == BUS_ACK);
    }
    i2c_acknowledged(acknowledged);
    i2c_finish((reading && acknowledged) ? I2C_INT_SB : I2C_INT_MB, (reading && acknowledged) ? 18U : 9U);
}

static void i2c_data(uint8_t value)
{
    char text[8];

    check_synchronised(&m.i2c);
    m.i2c.sync = SYNC_ACCESSES;
    if ((m.i2c.intflag & I2C_INT_MB) == 0U) {
        violate("DATA written while the bus was not ours");
    }
    m.byte_number++;
    if (m.byte_number == model.lose_byte) {
        i2c_lost();
        return;
    }
    (void)snprintf(text, sizeof text, "%02X", value);
    frame(text);
    m.written[m.written_length % sizeof m.written] = value;
    m.written_length++;
    i2c_acknowledged(m.byte_number != model.refuse_byte);
    i2c_finish(I2C_INT_MB, 9U);
}

static uint8_t i2c_take(void)
{
    char text[8];

    if ((m.i2c.intflag & I2C_INT_SB) == 0U) {
        violate("DATA read before it was there");
    }
    (void)snprintf(text, sizeof text, "%02X", m.incoming);
    frame(text);
    return m.incoming;
}

static void i2c_command(uint32_t value)
{
    const uint32_t what = value & (3U << 16U);

    check_synchronised(&m.i2c);
    m.i2c.ctrlb = value & ~(3U << 16U);
    if (what == 0U) {
        return;
    }
    m.i2c.sync = SYNC_ACCESSES;
    if ((m.i2c.intflag & (I2C_INT_MB | I2C_INT_SB)) == 0U) {
        violate("a command while nothing waited for one");
    }
    if (what == I2C_CTRLB_CMD_STOP) {
        const bool reading = (m.i2c.intflag & I2C_INT_SB) != 0U;

        if (reading && ((value & I2C_CTRLB_NACK) == 0U)) {
            violate("the last byte read was acknowledged");
        }
        frame(reading ? "- P " : "P ");
        if (!reading && (m.written_length > 0U) && (model.refuse_byte == 0U)) {
            (void)fake_chip_write(&model.chip, now_us(), m.address, m.written, m.written_length);
        }
        m.i2c.intflag = 0U;
        m.i2c_idle_at = model.ticks + (model.cpu_hz / scl_hz());
    } else if (what == I2C_CTRLB_CMD_READ) {
        frame("+ ");
        m.byte_number++;
        m.incoming = 0xFFU;
        (void)chip_gives_byte();
        if (m.byte_number == model.lose_byte) {
            i2c_lost();
        } else {
            i2c_finish(I2C_INT_SB, 9U);
        }
    } else {
        violate("a command that this port does not use");
    }
}

/* --- Access ---------------------------------------------------------------------------------------------------------- */

static uint32_t read_sercom(uintptr_t block, uintptr_t offset)
{
    struct sercom *sercom = sercom_of(block);

    check_clocked(block);
    switch (offset) {
    case SERCOM_CTRLA:
        return sercom->ctrla;
    case SERCOM_CTRLB:
        return sercom->ctrlb;
    case SERCOM_INTFLAG:
        if (block == UART) {
            return ((m.fifo_count > 0U) ? USART_INT_RXC : 0U) | ((model.ticks >= m.uart_ready_at) ? USART_INT_DRE : 0U);
        }
        return sercom->intflag;
    case SERCOM_STATUS:
        return (block == UART) ? m.fifo_status[0] : sercom->status;
    case SERCOM_SYNCBUSY:
        if (sercom->sync > 0U) {
            sercom->sync--;
        }
        return sercom->sync;
    case SERCOM_DATA:
        return (block == UART) ? uart_take() : i2c_take();
    default:
        violate("an unknown SERCOM register was read");
        return 0U;
    }
}

static void write_sercom(uintptr_t block, uintptr_t offset, uint32_t value)
{
    struct sercom *sercom = sercom_of(block);

    check_clocked(block);
    switch (offset) {
    case SERCOM_CTRLA:
        write_ctrla(sercom, value);
        break;
    case SERCOM_CTRLB:
        if (block == UART) {
            check_synchronised(sercom);
            sercom->ctrlb = value;
            sercom->sync = SYNC_ACCESSES;
        } else {
            i2c_command(value);
        }
        break;
    case SERCOM_BAUD:
        write_baud(sercom, value);
        break;
    case SERCOM_INTENSET:
        sercom->intenset |= (uint8_t)value;
        break;
    case SERCOM_STATUS:
        if (block == UART) {
            m.fifo_status[0] &= (uint16_t)~value;
        } else {
            check_synchronised(sercom);
            sercom->sync = SYNC_ACCESSES;
            if ((value & I2C_STATUS_BUSSTATE) == I2C_STATUS_IDLE) {
                sercom->status = (uint16_t)((sercom->status & ~I2C_STATUS_BUSSTATE) | I2C_STATUS_IDLE);
            }
        }
        break;
    case SERCOM_ADDR:
        i2c_start(value);
        break;
    case SERCOM_DATA:
        if (block == UART) {
            uart_send((uint16_t)value);
        } else {
            i2c_data((uint8_t)value);
        }
        break;
    default:
        violate("an unknown SERCOM register was written");
        break;
    }
}

static uint32_t read_port(uintptr_t offset)
{
    if ((offset >= PORT_PMUX) && (offset < PORT_PINCFG)) {
        return m.pmux[offset - PORT_PMUX];
    }
    if (offset != PORT_IN) {
        violate("an unknown PORT register was read");
        return 0U;
    }
    if (((m.pincfg[8] & m.pincfg[9]) & PINCFG_INEN) == 0U) {
        violate("pins read without their input buffers");
    }
    return (sda_low() ? 0U : (1U << 8U)) | (scl_low() ? 0U : (1U << 9U));
}

static void write_port(uintptr_t offset, uint32_t value)
{
    if ((offset >= PORT_PMUX) && (offset < PORT_PINCFG)) {
        m.pmux[offset - PORT_PMUX] = (uint8_t)value;
    } else if ((offset >= PORT_PINCFG) && (offset < (PORT_PINCFG + 32U))) {
        m.pincfg[offset - PORT_PINCFG] = (uint8_t)value;
    } else if (offset == PORT_DIRSET) {
        m.dir |= value;
        if ((m.out & value) != 0U) {
            violate("a line of an open drain bus driven high");
        }
    } else if (offset == PORT_DIRCLR) {
        m.dir &= ~value;
    } else if (offset == PORT_OUTCLR) {
        m.out &= ~value;
    } else {
        violate("an unknown PORT register was written");
    }
    lines_moved();
}

/* What USB needs of the rest of the chip; PA24 and PA25 are its pads. */
static void tell_usb(void)
{
    usb_model.clocked = ((m.ahb & 0x40U) != 0U) && ((m.apbb & 0x20U) != 0U) && m.clocked[0x06] && clock_model_is_fast();
    usb_model.pads = ((m.pincfg[24] & m.pincfg[25]) & PINCFG_PMUXEN) != 0U && (m.pmux[12] == 0x66U);
}

uint32_t modelled_read(uintptr_t address, uint32_t width)
{
    const uintptr_t block = address & ~(uintptr_t)0xFFFU;
    const uintptr_t offset = address & 0xFFFU;

    pass(TICKS_PER_ACCESS);
    switch (block) {
    case PM:
        return (offset == PM_APBCMASK) ? m.apbc : ((offset == 0x14U) ? m.ahb : m.apbb);
    case SYSCTRL:
        return (offset == SYSCTRL_OSC8M) ? m.osc8m : clock_model_read_sysctrl(offset);
    case FLASH:
        return clock_model_read_flash(offset);
    case CALIBRATION:
        return clock_model_read_calibration(offset);
    case UNIQUE:
        return clock_model_read_unique(offset);
    case USB:
        return usb_model_read((uint32_t)offset, width);
    case GCLK:
        if (m.gclk_sync > 0U) {
            m.gclk_sync--;
        }
        return (m.gclk_sync > 0U) ? GCLK_STATUS_SYNCBUSY : 0U;
    case PORTA:
        return read_port(offset);
    case UART:
    case I2C:
        return read_sercom(block, offset);
    case SYSTICK:
        return m.systick_rvr - (uint32_t)((model.ticks - m.systick_start) % (m.systick_rvr + 1U));
    default:
        violate("an unknown block was read");
        return 0U;
    }
}

static void write_systick(uintptr_t offset, uint32_t value)
{
    if (offset == SYSTICK_RVR) {
        m.systick_rvr = value;
    } else if (offset == SYSTICK_CSR) {
        m.systick_csr = value;
        m.systick_start = model.ticks;
        m.next_tick = model.ticks + m.systick_rvr + 1U;
    } else {
        /* CVR: any write clears it. */
    }
}

static void write_gclk(uintptr_t offset, uint32_t value)
{
    if (m.gclk_sync > 0U) {
        violate("GCLK written before the last write was synchronised");
    }
    m.gclk_sync = SYNC_ACCESSES;
    if (offset == GCLK_CLKCTRL) {
        m.clocked[value & 0x3FU] = ((value & GCLK_CLKCTRL_CLKEN) != 0U) && ((value & 0x0F00U) == 0U);
    } else {
        clock_model_write_generator(value);
        model.cpu_hz = 48000000U;
    }
}

static void write_nvic(uintptr_t offset, uint32_t value)
{
    if (offset == NVIC_ISPR) {
        if (value != 0x80U) {
            violate("another interrupt than USB's asked for");
        }
        usb_model_pend_interrupt();
        return;
    }
    m.nvic |= value;
    if ((value & 0x80U) != 0U) {
        usb_model_enable_interrupt();
    }
}

void modelled_write(uintptr_t address, uint32_t width, uint32_t value)
{
    const uintptr_t block = address & ~(uintptr_t)0xFFFU;
    const uintptr_t offset = address & 0xFFFU;

    pass(TICKS_PER_ACCESS);
    switch (block) {
    case PM:
        *((offset == PM_APBCMASK) ? &m.apbc : ((offset == 0x14U) ? &m.ahb : &m.apbb)) = value;
        break;
    case SYSCTRL:
        if (offset == SYSCTRL_OSC8M) {
            m.osc8m = value;
            model.cpu_hz = 8000000U >> ((value >> 8U) & 3U);
        } else {
            clock_model_write_sysctrl(offset, value);
        }
        break;
    case GCLK:
        write_gclk(offset, value);
        break;
    case FLASH:
        clock_model_write_flash(offset, value);
        break;
    case USB:
        tell_usb();
        usb_model_write((uint32_t)offset, width, value);
        break;
    case PORTA:
        write_port(offset, value);
        break;
    case UART:
    case I2C:
        write_sercom(block, offset, value);
        break;
    case SYSTICK:
        write_systick(offset, value);
        break;
    case NVIC:
        write_nvic(offset, value);
        break;
    default:
        violate("an unknown block was written");
        break;
    }
}

void model_power_on(struct samd21 *samd21)
{
    (void)memset(&model, 0, sizeof model);
    (void)memset(&m, 0, sizeof m);
    m.samd21 = samd21;
    /* After reset: 8 MHz divided by eight; outputs undefined to us, so taken as high. */
    m.osc8m = 0x00000382U;
    model.cpu_hz = 1000000U;
    m.out = 0xFFFFFFFFU;
    m.apbc = 0x00010000U;
    clock_model_power_on();
    fake_chip_init(&model.chip, 0xC0U, 0x50U, 0x00U);
    model.chip_present = true;
}

const char *model_frames(void)
{
    static char copy[MODEL_TEXT_MAX];

    (void)memcpy(copy, model.frames, model.frames_length + 1U);
    model.frames_length = 0U;
    model.frames[0] = '\0';
    return copy;
}

const char *model_sent(void)
{
    static char copy[MODEL_TEXT_MAX];

    (void)memcpy(copy, model.sent, model.sent_length + 1U);
    model.sent_length = 0U;
    model.sent[0] = '\0';
    return copy;
}
