/* The very port that runs on the board, against a model of its registers and wires. */
#include <string.h>

#include "check.h"
#include "kit_host.h"
#include "samd21_model.h"
#include "suites.h"

static struct samd21 samd21;
static struct samd21_uart uart;
static struct kit_port port;
static struct kit_host kit;

static void start(void)
{
    model_power_on(&samd21);
    samd21_uart_start(&samd21, &MODEL_BLOCKS, &uart);
    samd21_uart_fill_port(&samd21, &port);
    (void)model_frames();
}

static void nothing_forbidden(void)
{
    CHECK_TEXT("none", (model.violation == NULL) ? "none" : model.violation);
}

static enum bus_result write_bytes(const char *bytes, size_t length)
{
    return port.i2c_write(port.context, 0xC0U, (const uint8_t *)bytes, length);
}

static enum bus_result read_bytes(uint8_t *bytes, size_t length)
{
    return port.i2c_read(port.context, 0xC0U, bytes, length);
}

static void wake_up(void)
{
    CHECK_NUMBER(BUS_ACK, port.wake_pulse(port.context));
    port.delay_us(port.context, 1500U);
    (void)model_frames();
}

static void clocks_and_serial_speed(void)
{
    start();
    CHECK_NUMBER(SAMD21_UART_CPU_HZ, model.cpu_hz);
    CHECK((model_uart_baud() > (115200.0 * 0.999)) && (model_uart_baud() < (115200.0 * 1.001)));
    nothing_forbidden();
}

static void delays_and_milliseconds(void)
{
    uint64_t before;

    start();
    before = model.ticks;
    port.delay_us(port.context, 2500U);
    CHECK((model.ticks - before) >= (2500U * 8U));
    CHECK((model.ticks - before) < (2520U * 8U));
    CHECK_NUMBER(2, port.millis(port.context));
    port.delay_us(port.context, 0U);
    before = model.ticks;
    port.delay_us(port.context, 60U);
    CHECK((model.ticks - before) >= (60U * 8U));
}

/* atecc-device.md 1: SDA low for at least 60 us; the chip takes no shorter pulse for one. */
static void the_wake_pulse(void)
{
    uint8_t answer[4];

    start();
    CHECK_NUMBER(BUS_ACK, port.wake_pulse(port.context));
    CHECK_TEXT("S 00w- P ", model_frames());
    CHECK(model.pulse_ns >= 60000U);
    CHECK(model.scl_hz <= 100000U);
    CHECK_NUMBER(1, model.pulses);
    port.delay_us(port.context, 1500U);
    CHECK_NUMBER(BUS_ACK, read_bytes(answer, sizeof answer));
    CHECK_NUMBER(0x11, answer[1]);
    CHECK((model.scl_hz > 380000U) && (model.scl_hz <= 400000U));
    nothing_forbidden();
}

static void frames_of_a_talk(void)
{
    uint8_t bytes[7];

    start();
    wake_up();
    CHECK_NUMBER(BUS_ACK, write_bytes("\x03\x07\x30\x00\x00\x00\x03\x5D", 8U));
    CHECK_TEXT("S C0w+ 03+ 07+ 30+ 00+ 00+ 00+ 03+ 5D+ P ", model_frames());
    port.delay_us(port.context, 1000U);
    CHECK_NUMBER(BUS_ACK, read_bytes(bytes, 1U));
    CHECK_TEXT("S C0r+ 07- P ", model_frames());
    CHECK_NUMBER(BUS_ACK, read_bytes(&bytes[1], 6U));
    CHECK_TEXT("S C0r+ 00+ 00+ 50+ 00+ 03+ 91- P ", model_frames());
    nothing_forbidden();
}

static void nobody_acknowledges(void)
{
    uint8_t bytes[4];

    start();
    CHECK_NUMBER(BUS_NACK_ADDRESS, write_bytes("\x02", 1U));
    CHECK_NUMBER(BUS_NACK_ADDRESS, read_bytes(bytes, sizeof bytes));
    CHECK_TEXT("S C0w- P S C0r- P ", model_frames());
    wake_up();
    model.refuse_byte = 2U;
    CHECK_NUMBER(BUS_NACK_DATA, write_bytes("\x03\x07\x30", 3U));
    CHECK_TEXT("S C0w+ 03+ 07- P ", model_frames());
    nothing_forbidden();
}

/* A chip cut off in the middle of a byte holds SDA low until it has had its clocks. */
static void sda_stuck_low_is_freed_by_clocks(void)
{
    start();
    wake_up();
    for (uint32_t clocks = 1U; clocks <= 9U; clocks++) {
        model.sda_held_clocks = clocks;
        model.recovery_clocks = 0U;
        model.recovery_stop = false;
        CHECK_NUMBER(BUS_FAULT, write_bytes("\x00", 1U));
        CHECK_NUMBER(0, model.sda_held_clocks);
        CHECK_NUMBER(clocks + 1U, model.recovery_clocks);
        CHECK(model.recovery_stop);
        CHECK_NUMBER(BUS_ACK, write_bytes("\x00", 1U));
    }
    nothing_forbidden();
}

static void sda_stuck_for_ever(void)
{
    uint8_t bytes[1];

    start();
    wake_up();
    model.sda_held_clocks = UINT32_MAX;
    model.recovery_clocks = 0U;
    CHECK_NUMBER(BUS_FAULT, read_bytes(bytes, 1U));
    CHECK_NUMBER(10, model.recovery_clocks);
    CHECK_NUMBER(BUS_FAULT, port.wake_pulse(port.context));
    /* Whoever held it has gone: everything works without a restart. */
    model.sda_held_clocks = 0U;
    CHECK_NUMBER(BUS_ACK, port.wake_pulse(port.context));
    port.delay_us(port.context, 1500U);
    CHECK_NUMBER(BUS_ACK, read_bytes(bytes, 1U));
    nothing_forbidden();
}

static void scl_stuck_low(void)
{
    uint64_t before;

    start();
    wake_up();
    model.scl_held = true;
    before = model.ticks;
    CHECK_NUMBER(BUS_FAULT, write_bytes("\x00", 1U));
    CHECK((model.ticks - before) < (5U * 8000U));
    CHECK_NUMBER(BUS_FAULT, port.wake_pulse(port.context));
    model.scl_held = false;
    CHECK_NUMBER(BUS_ACK, write_bytes("\x00", 1U));
    nothing_forbidden();
}

static void the_wake_pulse_frees_the_bus_first(void)
{
    uint8_t answer[4];

    start();
    model.sda_held_clocks = 5U;
    CHECK_NUMBER(BUS_ACK, port.wake_pulse(port.context));
    CHECK(model.pulse_ns >= 60000U);
    port.delay_us(port.context, 1500U);
    CHECK_NUMBER(BUS_ACK, read_bytes(answer, sizeof answer));
    nothing_forbidden();
}

static void a_transfer_that_hangs(void)
{
    uint8_t bytes[4];

    start();
    wake_up();
    model.i2c_hangs = true;
    CHECK_NUMBER(BUS_FAULT, write_bytes("\x00", 1U));
    CHECK_NUMBER(BUS_FAULT, read_bytes(bytes, sizeof bytes));
    CHECK_NUMBER(BUS_FAULT, port.wake_pulse(port.context));
    model.i2c_hangs = false;
    CHECK_NUMBER(BUS_ACK, write_bytes("\x00", 1U));
    nothing_forbidden();
}

static void arbitration_lost_in_mid_transfer(void)
{
    uint8_t bytes[4];

    start();
    wake_up();
    model.lose_byte = 2U;
    CHECK_NUMBER(BUS_FAULT, write_bytes("\x00\x00\x00", 3U));
    CHECK_NUMBER(BUS_FAULT, read_bytes(bytes, sizeof bytes));
    model.lose_byte = 0U;
    CHECK_NUMBER(BUS_ACK, read_bytes(bytes, sizeof bytes));
    nothing_forbidden();
}

static void a_restart_in_mid_byte_frees_the_bus(void)
{
    model_power_on(&samd21);
    model.sda_held_clocks = 6U;
    samd21_uart_start(&samd21, &MODEL_BLOCKS, &uart);
    samd21_uart_fill_port(&samd21, &port);
    CHECK_NUMBER(0, model.sda_held_clocks);
    CHECK(model.recovery_stop);
    CHECK_NUMBER(BUS_ACK, port.wake_pulse(port.context));
    nothing_forbidden();
}

static void received_characters_wait_in_the_ring(void)
{
    start();
    CHECK_NUMBER(KIT_UART_EMPTY, port.uart_read(port.context));
    model_receive('e', 0U);
    model_receive(0x00U, 0U);
    model_receive(0xFFU, 0U);
    CHECK_NUMBER('e', port.uart_read(port.context));
    CHECK_NUMBER(0x00, port.uart_read(port.context));
    CHECK_NUMBER(0xFF, port.uart_read(port.context));
    CHECK_NUMBER(KIT_UART_EMPTY, port.uart_read(port.context));
    nothing_forbidden();
}

static void damaged_characters_are_reported(void)
{
    start();
    model_receive('a', USART_STATUS_FERR);
    model_receive('b', USART_STATUS_PERR);
    model_receive('c', USART_STATUS_BUFOVF);
    model_receive('d', 0U);
    CHECK_NUMBER(KIT_UART_DAMAGED, port.uart_read(port.context));
    CHECK_NUMBER(KIT_UART_DAMAGED, port.uart_read(port.context));
    CHECK_NUMBER(KIT_UART_DAMAGED, port.uart_read(port.context));
    CHECK_NUMBER('c', port.uart_read(port.context));
    CHECK_NUMBER('d', port.uart_read(port.context));
    CHECK_NUMBER(KIT_UART_EMPTY, port.uart_read(port.context));
}

/* What did not fit is reported where it is missing, before anything that came later. */
static void the_ring_overflows(void)
{
    start();
    for (uint32_t i = 0U; i < (SAMD21_RING_SIZE + 20U); i++) {
        model_receive('x', 0U);
    }
    for (uint32_t i = 0U; i < 100U; i++) {
        CHECK_NUMBER('x', port.uart_read(port.context));
    }
    model_receive('\n', 0U);
    for (uint32_t i = 0U; i < (SAMD21_RING_SIZE - 1U - 100U); i++) {
        CHECK_NUMBER('x', port.uart_read(port.context));
    }
    CHECK_NUMBER(KIT_UART_DAMAGED, port.uart_read(port.context));
    CHECK_NUMBER('\n', port.uart_read(port.context));
    CHECK_NUMBER(KIT_UART_EMPTY, port.uart_read(port.context));
}

static const char *converse(const char *line)
{
    for (size_t i = 0U; line[i] != '\0'; i++) {
        model_receive((uint8_t)line[i], 0U);
    }
    while (kit_host_step(&kit)) {
    }
    return model_sent();
}

/* The whole of it: characters in at the pin, I2C frames, characters out. */
static void a_conversation(void)
{
    start();
    kit_host_init(&kit, &port);
    CHECK_TEXT("SIGNETKIT 00(010000)\n", converse("b:f(00)\n"));
    CHECK_TEXT("ECC508A TWI 00(C0)\n", converse("board:device(00)\n"));
    CHECK_TEXT("00(04113343)\n", converse("e:w()\n"));
    (void)model_frames();
    CHECK_TEXT("00(07000050000391)\n", converse("e:t(0730000000035D)\n"));
    CHECK_TEXT("S 00w- P S C0r+ 04+ 11+ 33+ 43- P S C0w+ 03+ 07+ 30+ 00+ 00+ 00+ 03+ 5D+ P S C0r+ 07- P "
               "S C0r+ 00+ 00+ 50+ 00+ 03+ 91- P S C0w+ 02+ P ",
               model_frames());
    model.chip.command_us = 120000U;
    CHECK_TEXT("00(040F2342)\n", converse("e:t(07400400008387)\n"));
    model.chip.command_us = 0U;
    model.sda_held_clocks = UINT32_MAX;
    CHECK_TEXT("FE()\n", converse("e:w()\n"));
    model.sda_held_clocks = 0U;
    CHECK_TEXT("00(04113343)\n", converse("e:w()\n"));
    model.chip_present = false;
    CHECK_TEXT("D0()\n", converse("e:w()\n"));
    nothing_forbidden();
}

void samd21_suite(void)
{
    RUN(clocks_and_serial_speed);
    RUN(delays_and_milliseconds);
    RUN(the_wake_pulse);
    RUN(frames_of_a_talk);
    RUN(nobody_acknowledges);
    RUN(sda_stuck_low_is_freed_by_clocks);
    RUN(sda_stuck_for_ever);
    RUN(scl_stuck_low);
    RUN(the_wake_pulse_frees_the_bus_first);
    RUN(a_transfer_that_hangs);
    RUN(arbitration_lost_in_mid_transfer);
    RUN(a_restart_in_mid_byte_frees_the_bus);
    RUN(received_characters_wait_in_the_ring);
    RUN(damaged_characters_are_reported);
    RUN(the_ring_overflows);
    RUN(a_conversation);
}
