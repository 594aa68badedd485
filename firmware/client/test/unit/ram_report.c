/*
 * State and stack of a whole run. The client runs on a stack of its own that was painted; the functions of chip and server are carried
 * out on another one, so that only what the library itself uses is counted.
 */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "suites.h"
#include "workbench.h"

#ifndef RAM_MAX
#define RAM_MAX 4096
#endif

#define STACK_SIZE 65536U
#define PAINT 0xC5U

enum call { CALL_NONE, CALL_PULSE, CALL_WRITE, CALL_READ, CALL_DELAY, CALL_MILLIS, CALL_START, CALL_SEND, CALL_RECV, CALL_DONE,
            CALL_DATA, CALL_NOTIFY, CALL_RANDOM, CALL_NOW };

/* What a function on the client's stack wants done on the other. */
static struct {
    enum call call;
    uint8_t address;
    const uint8_t *from;
    uint8_t *to;
    size_t length;
    size_t *received;
    uint32_t number;
    const struct atcaprov_block *block;
    struct atcaprov_date *date;
    int first;
    int second;
    int result;
} request;

static uint8_t stack[STACK_SIZE];
static ucontext_t test_side;
static ucontext_t client_side;
static bool validating;
static enum atcaprov_code code;

static int ask(enum call call)
{
    request.call = call;
    (void)swapcontext(&client_side, &test_side);
    return request.result;
}

static enum bus_result wake_pulse(void *context)
{
    (void)context;
    return (enum bus_result)ask(CALL_PULSE);
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    (void)context;
    request.address = address;
    request.from = bytes;
    request.length = length;
    return (enum bus_result)ask(CALL_WRITE);
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    (void)context;
    request.address = address;
    request.to = bytes;
    request.length = length;
    return (enum bus_result)ask(CALL_READ);
}

static void delay_us(void *context, uint32_t microseconds)
{
    (void)context;
    request.number = microseconds;
    (void)ask(CALL_DELAY);
}

static uint32_t millis(void *context)
{
    (void)context;
    (void)ask(CALL_MILLIS);
    return request.number;
}

static int certreq_start(void *context)
{
    (void)context;
    return ask(CALL_START);
}

static int certreq_send(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    request.from = bytes;
    request.length = length;
    return ask(CALL_SEND);
}

static int certreq_recv(void *context, uint8_t *bytes, size_t wanted, size_t *received)
{
    (void)context;
    request.to = bytes;
    request.length = wanted;
    request.received = received;
    return ask(CALL_RECV);
}

static int certreq_done(void *context)
{
    (void)context;
    return ask(CALL_DONE);
}

static void request_error(void *context, uint32_t number, const char *message)
{
    (void)context;
    (void)number;
    (void)message;
}

static enum atcaprov_data write_data_zone(void *context, const struct atcaprov_block *block, uint8_t bytes[32])
{
    (void)context;
    request.block = block;
    request.to = bytes;
    return (enum atcaprov_data)ask(CALL_DATA);
}

static void notify(void *context, enum atcaprov_stage stage, enum atcaprov_status status)
{
    (void)context;
    request.first = (int)stage;
    request.second = (int)status;
    (void)ask(CALL_NOTIFY);
}

static int draw_random(void *context, uint8_t *bytes, size_t length)
{
    (void)context;
    request.to = bytes;
    request.length = length;
    return ask(CALL_RANDOM);
}

static bool now(void *context, struct atcaprov_date *date)
{
    (void)context;
    request.date = date;
    return ask(CALL_NOW) != 0;
}

static void carry_out(void)
{
    const struct kit_port *port = &bench.chip.port;
    const struct atcaprov_user_funcs *funcs = &bench.server.funcs;

    switch (request.call) {
    case CALL_PULSE:
        request.result = (int)port->wake_pulse(port->context);
        break;
    case CALL_WRITE:
        request.result = (int)port->i2c_write(port->context, request.address, request.from, request.length);
        break;
    case CALL_READ:
        request.result = (int)port->i2c_read(port->context, request.address, request.to, request.length);
        break;
    case CALL_DELAY:
        port->delay_us(port->context, request.number);
        break;
    case CALL_MILLIS:
        request.number = port->millis(port->context);
        break;
    case CALL_START:
        request.result = funcs->certreq_start(funcs->context);
        break;
    case CALL_SEND:
        request.result = funcs->certreq_send(funcs->context, request.from, request.length);
        break;
    case CALL_RECV:
        request.result = funcs->certreq_recv(funcs->context, request.to, request.length, request.received);
        break;
    case CALL_DONE:
        request.result = funcs->certreq_done(funcs->context);
        break;
    case CALL_DATA:
        request.result = (int)funcs->write_data_zone(funcs->context, request.block, request.to);
        break;
    case CALL_NOTIFY:
        funcs->notify(funcs->context, (enum atcaprov_stage)request.first, (enum atcaprov_status)request.second);
        break;
    case CALL_RANDOM:
        request.result = funcs->random(funcs->context, request.to, request.length);
        break;
    case CALL_NOW:
        request.result = funcs->now(funcs->context, request.date) ? 1 : 0;
        break;
    case CALL_NONE:
    default:
        break;
    }
}

static void client_main(void)
{
    code = validating ? atcaprov_validate(&bench.client) : atcaprov_provision(&bench.client, &bench.order);
    request.call = CALL_NONE;
}

/* One run on the painted stack; the deepest byte that lost its paint. */
static size_t depth_of(bool validate)
{
    static const struct kit_port PORT = {.wake_pulse = wake_pulse,
                                         .i2c_write = i2c_write,
                                         .i2c_read = i2c_read,
                                         .delay_us = delay_us,
                                         .millis = millis};
    static const struct atcaprov_user_funcs FUNCS = {.certreq_start = certreq_start,
                                                     .certreq_send = certreq_send,
                                                     .certreq_recv = certreq_recv,
                                                     .certreq_done = certreq_done,
                                                     .request_error = request_error,
                                                     .write_data_zone = write_data_zone,
                                                     .notify = notify,
                                                     .random = draw_random,
                                                     .now = now};
    size_t untouched = 0U;

    memset(stack, (int)PAINT, sizeof stack);
    validating = validate;
    atcaprov_init(&bench.client, &PORT, &FUNCS, &bench.plan);
    (void)getcontext(&client_side);
    client_side.uc_stack.ss_sp = stack;
    client_side.uc_stack.ss_size = sizeof stack;
    client_side.uc_link = &test_side;
    makecontext(&client_side, client_main, 0);
    do {
        (void)swapcontext(&test_side, &client_side);
        carry_out();
    } while (request.call != CALL_NONE);
    while ((untouched < sizeof stack) && (stack[untouched] == PAINT)) {
        untouched++;
    }
    return sizeof stack - untouched;
}

int ram_report(void)
{
    static const uint8_t REVISIONS[2] = {0x50U, 0x60U};
    size_t deepest = 0U;

    for (size_t i = 0U; i < 4U; i++) {
        bench_fresh(REVISIONS[i % 2U]);
        if (i >= 2U) {
            /* A resumed run, with slots to lock. */
            bench.plan.lock_slots = 0x1C00U;
            chip_double_fault(&bench.chip, FAULT_CUT_BEFORE, 0x12U, 20U);
            (void)bench_provision();
        }
        for (size_t run = 0U; run < 2U; run++) {
            const size_t depth = depth_of(run == 1U);

            chip_double_power(&bench.chip);
            deepest = (depth > deepest) ? depth : deepest;
            if (code != ATCAPROV_SUCCESS) {
                (void)printf("ram: the run ended with %d\n", (int)code);
                return 1;
            }
        }
    }
    (void)printf("ram  state %zu + stack %zu = %zu of %d bytes (this machine, without the user's functions)\n",
                 sizeof bench.client, deepest, sizeof bench.client + deepest, RAM_MAX);
    return ((sizeof bench.client + deepest) <= (size_t)RAM_MAX) ? 0 : 1;
}
