/*
 * Fuzz target: whatever a host sends, and however the bus behaves, the kit answers every line with one well-formed reply and
 * nothing else, and sends no command twice. The input is what arrives at the serial line. When it begins with "!", the six
 * bytes after that describe a bad bus (see struct below); byte 01 in the stream stands for damaged characters, byte 02 for a
 * pause of a quarter of a second.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_chip.h"
#include "kit_host.h"

#define CHIPS 3U

static struct {
    const uint8_t *input;
    size_t length;
    uint64_t now_us;
    struct fake_chip chips[CHIPS];
    size_t chip_count;
    /* From the first bytes of the input. */
    uint8_t babble;
    uint8_t stuck_every;
    uint8_t refuse_beyond;
    uint8_t spoil_every;
    uint8_t slow;
    uint32_t transfers;
    /* To judge by. */
    uint32_t line_ends;
    uint32_t replies;
    uint32_t packets;
} world;

static void judge(int good)
{
    if (!good) {
        abort();
    }
}

static bool is_hex(uint8_t c)
{
    return ((c >= '0') && (c <= '9')) || ((c >= 'A') && (c <= 'F'));
}

static int16_t uart_read(void *context)
{
    uint8_t c;

    (void)context;
    if (world.length == 0U) {
        return KIT_UART_EMPTY;
    }
    c = *world.input;
    world.input++;
    world.length--;
    if (c == 0x01U) {
        return KIT_UART_DAMAGED;
    }
    if (c == 0x02U) {
        world.now_us += 250000U;
        return KIT_UART_EMPTY;
    }
    if ((c == '\n') || (c == '\r')) {
        world.line_ends++;
    }
    return (int16_t)c;
}

/* `words SS(HEX)\n` */
static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    size_t open = 0U;

    (void)context;
    world.replies++;
    judge(world.replies <= world.line_ends);
    judge((length >= 5U) && (length < KIT_REPLY_SIZE) && (bytes[length - 1U] == '\n') && (bytes[length - 2U] == ')'));
    while ((open < length) && (bytes[open] != '(')) {
        judge((bytes[open] >= ' ') && (bytes[open] < 0x7FU));
        open++;
    }
    judge((open >= 2U) && (open < (length - 2U)));
    judge(is_hex(bytes[open - 1U]) && is_hex(bytes[open - 2U]));
    judge((open == 2U) || (bytes[open - 3U] == ' '));
    judge(((length - open) % 2U) == 1U);
    for (size_t i = open + 1U; i < (length - 2U); i++) {
        judge(is_hex(bytes[i]));
    }
}

static bool stuck(void)
{
    world.transfers++;
    return (world.stuck_every != 0U) && ((world.transfers % world.stuck_every) == 0U);
}

static enum bus_result wake_pulse(void *context)
{
    (void)context;
    if (stuck()) {
        return BUS_FAULT;
    }
    for (size_t i = 0U; i < world.chip_count; i++) {
        fake_chip_pulse(&world.chips[i], (uint32_t)world.now_us);
    }
    return BUS_ACK;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    enum bus_result result = BUS_NACK_ADDRESS;

    (void)context;
    judge((address >= KIT_ADDRESS_MIN) && (address <= KIT_ADDRESS_MAX) && ((address & 1U) == 0U));
    judge((length >= 1U) && (length <= (ATECC_PACKET_MAX + 1U)) && (bytes[0] <= 3U));
    world.now_us += 25U * length;
    /* Info and Read are also asked by the kit itself while it looks for chips. */
    if ((bytes[0] == 3U) && !((length > 2U) && ((bytes[2] == 0x30U) || (bytes[2] == 0x02U)))) {
        world.packets++;
        judge(world.packets <= (world.replies + 1U));
    }
    if (stuck()) {
        return BUS_FAULT;
    }
    if ((world.refuse_beyond != 0U) && (length > world.refuse_beyond)) {
        return BUS_NACK_DATA;
    }
    for (size_t i = 0U; (i < world.chip_count) && (result == BUS_NACK_ADDRESS); i++) {
        result = fake_chip_write(&world.chips[i], (uint32_t)world.now_us, address, bytes, length);
    }
    return result;
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    enum bus_result result = BUS_NACK_ADDRESS;

    (void)context;
    judge((address >= KIT_ADDRESS_MIN) && (address <= KIT_ADDRESS_MAX) && ((address & 1U) == 0U));
    judge((length >= 1U) && (length < ATECC_RESPONSE_MAX));
    world.now_us += 25U * length;
    if (stuck()) {
        return BUS_FAULT;
    }
    if (world.babble != 0U) {
        (void)memset(bytes, world.babble, length);
        return BUS_ACK;
    }
    for (size_t i = 0U; (i < world.chip_count) && (result == BUS_NACK_ADDRESS); i++) {
        result = fake_chip_read(&world.chips[i], (uint32_t)world.now_us, address, bytes, length);
    }
    if ((result == BUS_ACK) && (world.spoil_every != 0U) && ((world.transfers % world.spoil_every) == 0U)) {
        bytes[length - 1U] ^= 0x5AU;
    }
    return result;
}

static void delay_us(void *context, uint32_t microseconds)
{
    (void)context;
    world.now_us += microseconds;
}

static uint32_t millis(void *context)
{
    (void)context;
    return (uint32_t)(world.now_us / 1000U);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct kit_port PORT = {NULL, uart_read, uart_write, wake_pulse, i2c_write, i2c_read, delay_us, millis};
    static struct kit_host kit;

    (void)memset(&world, 0, sizeof world);
    (void)memset(&kit, 0xA5, sizeof kit);
    world.input = data;
    world.length = size;
    world.chip_count = 1U;
    if ((size >= 7U) && (data[0] == '!')) {
        world.chip_count = data[1] % (CHIPS + 1U);
        world.babble = data[2];
        world.stuck_every = data[3];
        world.refuse_beyond = data[4];
        world.spoil_every = data[5];
        world.slow = data[6];
        world.input = &data[7];
        world.length = size - 7U;
    }
    for (size_t i = 0U; i < CHIPS; i++) {
        fake_chip_init(&world.chips[i], (uint8_t)(0xC0U + (i * 8U)), (i == 1U) ? 0x60U : 0x50U, 0x00U);
        world.chips[i].command_us = world.slow * 1000U;
    }
    kit_host_init(&kit, &PORT);
    while (world.length > 0U) {
        (void)kit_host_step(&kit);
        world.now_us += 87U;
    }
    return 0;
}
