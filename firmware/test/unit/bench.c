#include "bench.h"

#include <stdio.h>
#include <string.h>

/* 400 kHz, nine bits. */
#define BYTE_US 23U

static void note(struct bench *bench, const char *text)
{
    const size_t length = strlen(text);

    if ((bench->io_length + length) < (BENCH_TEXT_MAX - 1U)) {
        (void)memcpy(&bench->io[bench->io_length], text, length + 1U);
        bench->io_length += length;
    }
}

static const char *mark(enum bus_result result)
{
    if (result == BUS_ACK) {
        return " ";
    }
    return (result == BUS_FAULT) ? "! " : "- ";
}

static int16_t uart_read(void *context)
{
    struct bench *bench = context;
    char c;

    if (bench->input_length == 0U) {
        return KIT_UART_EMPTY;
    }
    c = *bench->input;
    bench->input++;
    bench->input_length--;
    return (c == DAMAGED_BYTE) ? KIT_UART_DAMAGED : (int16_t)(uint8_t)c;
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    struct bench *bench = context;

    bench->writes++;
    for (size_t i = 0U; (i < length) && (bench->output_length < (BENCH_TEXT_MAX - 1U)); i++) {
        bench->output[bench->output_length] = (char)bytes[i];
        bench->output_length++;
    }
    bench->output[bench->output_length] = '\0';
}

static bool stuck(struct bench *bench)
{
    bench->transfers++;
    return (bench->stuck_at != 0U) && (bench->transfers >= bench->stuck_at);
}

static void removed_perhaps(struct bench *bench, enum bus_result result)
{
    if ((result == BUS_ACK) && (bench->remove_after > 0U)) {
        bench->remove_after--;
        if (bench->remove_after == 0U) {
            bench->chip_count = 0U;
        }
    }
}

static enum bus_result wake_pulse(void *context)
{
    struct bench *bench = context;

    if (stuck(bench)) {
        note(bench, "P! ");
        return BUS_FAULT;
    }
    bench->now_us += 80U;
    for (size_t i = 0U; i < bench->chip_count; i++) {
        fake_chip_pulse(&bench->chips[i], (uint32_t)bench->now_us);
    }
    note(bench, "P ");
    return BUS_ACK;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    struct bench *bench = context;
    enum bus_result result = BUS_NACK_ADDRESS;
    char text[8];

    bench->now_us += BYTE_US * (length + 1U);
    (void)snprintf(text, sizeof text, "W%02X:", address);
    note(bench, text);
    for (size_t i = 0U; i < length; i++) {
        (void)snprintf(text, sizeof text, "%02X", bytes[i]);
        note(bench, text);
    }
    if (stuck(bench)) {
        result = BUS_FAULT;
    } else if (length > bench->refuse_beyond) {
        result = BUS_NACK_DATA;
    } else {
        for (size_t i = 0U; (i < bench->chip_count) && (result == BUS_NACK_ADDRESS); i++) {
            result = fake_chip_write(&bench->chips[i], (uint32_t)bench->now_us, address, bytes, length);
        }
    }
    removed_perhaps(bench, result);
    note(bench, mark(result));
    return result;
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    struct bench *bench = context;
    enum bus_result result = BUS_NACK_ADDRESS;
    char text[24];

    bench->now_us += BYTE_US * (length + 1U);
    if (stuck(bench)) {
        result = BUS_FAULT;
    } else if (bench->babble_length > 0U) {
        for (size_t i = 0U; i < length; i++) {
            bytes[i] = bench->babble[i % bench->babble_length];
        }
        result = BUS_ACK;
    } else {
        for (size_t i = 0U; (i < bench->chip_count) && (result == BUS_NACK_ADDRESS); i++) {
            result = fake_chip_read(&bench->chips[i], (uint32_t)bench->now_us, address, bytes, length);
        }
    }
    if ((result == BUS_ACK) && (length == 1U) && (bench->false_counts > 0U)) {
        bench->false_counts--;
        bytes[0] = bench->false_count;
    }
    if ((result == BUS_ACK) && (length > bench->spoil_above) && (bench->spoil_reads > 0U)) {
        bench->spoil_reads--;
        bytes[length - 1U] ^= 0x01U;
    }
    removed_perhaps(bench, result);
    if (bench->note_unanswered_reads || (result != BUS_NACK_ADDRESS)) {
        (void)snprintf(text, sizeof text, "R%02X:%u", address, (unsigned)length);
        note(bench, text);
        note(bench, mark(result));
    }
    return result;
}

static void delay_us(void *context, uint32_t microseconds)
{
    struct bench *bench = context;

    bench->now_us += microseconds;
}

static uint32_t millis(void *context)
{
    struct bench *bench = context;

    return (uint32_t)(bench->now_us / 1000U);
}

void bench_init(struct bench *bench)
{
    (void)memset(bench, 0, sizeof *bench);
    bench->refuse_beyond = SIZE_MAX;
    bench->spoil_above = 1U;
    bench->now_us = 5000000U;
    bench->port.context = bench;
    bench->port.uart_read = uart_read;
    bench->port.uart_write = uart_write;
    bench->port.wake_pulse = wake_pulse;
    bench->port.i2c_write = i2c_write;
    bench->port.i2c_read = i2c_read;
    bench->port.delay_us = delay_us;
    bench->port.millis = millis;
    kit_host_init(&bench->kit, &bench->port);
}

struct fake_chip *bench_add(struct bench *bench, uint8_t address, uint8_t revision, uint8_t chip_mode)
{
    struct fake_chip *chip = &bench->chips[bench->chip_count];

    fake_chip_init(chip, address, revision, chip_mode);
    bench->chip_count++;
    return chip;
}

const char *bench_say_bytes(struct bench *bench, const char *characters, size_t length)
{
    bench->output_length = 0U;
    bench->output[0] = '\0';
    bench->input = characters;
    bench->input_length = length;
    while (kit_host_step(&bench->kit)) {
        bench->now_us += 87U;
    }
    return bench->output;
}

const char *bench_say(struct bench *bench, const char *characters)
{
    return bench_say_bytes(bench, characters, strlen(characters));
}

void bench_wait_ms(struct bench *bench, uint32_t ms)
{
    bench->now_us += (uint64_t)ms * 1000U;
}

const char *bench_io(struct bench *bench)
{
    static char copy[BENCH_TEXT_MAX];

    (void)memcpy(copy, bench->io, bench->io_length + 1U);
    bench->io_length = 0U;
    bench->io[0] = '\0';
    return copy;
}
