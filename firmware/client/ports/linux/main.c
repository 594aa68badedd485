/*
 * The provisioning client as a Linux process: its chip is on a simulated bus behind a socket (firmware/README.md, "The bus over a
 * socket"), its server is a real one behind TCP. The plan is compiled in (PLAN_PARTS).
 *
 *   client --bus unix:PATH|tcp:HOST:PORT --server HOST:PORT [options]
 *
 * --time bus|machine     delays are the simulator's (a virtual clock makes them take no time), or real (default)
 * --validate-only        stage 10 alone
 * --no-validation        no stage 10
 * --no-crc               lock the data zone without a check sum
 * --lock-slots MASK      slots to lock, hexadecimal, bit n = slot n
 * --address HEX          8-bit address of the chip as delivered (default C0)
 * --data SLOT:BLOCK:HEX  one block of data; SLOT "otp" for OTP; may be repeated
 * --operator TEXT, --batch TEXT, --label TEXT, --station NAME, --station-key HEX
 * --rework, --accept-key what a supervisor decided
 * --date YYYY-MM-DDTHH   the client has a clock, which says this
 * --impatient MS         with --time bus: a server that is silent for so long has been silent long enough
 * --seed NUMBER          random numbers that are not (tests only)
 * Prints one line for every notification and a last line "result CODE stage STAGE". Status 0 when the run passed, 1 when not,
 * 3 when the bus was closed: the power of this client is gone.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "atcaprov/atcaprov.h"
#include "plan_parts.h"

enum frame_operation { FRAME_PULSE = 0x01, FRAME_WRITE = 0x02, FRAME_READ = 0x03, FRAME_PASS = 0x04 };

#define FRAME_HEAD 4U
#define FRAME_DATA_MAX 1024U
#define DATA_MAX 64U
#define POWER_LOST 3

struct data_block {
    enum atcaprov_zone zone;
    unsigned slot;
    unsigned number;
    uint8_t bytes[32];
};

struct machine {
    int bus;
    bool bus_time;
    /* With bus_time: what passed on the bus's clock and in waiting for the server, and no more than that. */
    uint64_t bus_us;

    const char *server;
    int connection;
    int impatient_ms;
    int waited_ms;

    bool seeded;
    uint32_t seed;
    bool has_date;
    struct atcaprov_date date;
    struct data_block data[DATA_MAX];
    size_t data_count;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- the bus ---------------------------------------------------------------------------------------------------------- */

static void power_lost(void)
{
    (void)fflush(stdout);
    _exit(POWER_LOST);
}

static void bus_send(const struct machine *machine, const uint8_t *bytes, size_t length)
{
    for (size_t done = 0U; done < length;) {
        const ssize_t sent = send(machine->bus, &bytes[done], length - done, MSG_NOSIGNAL);

        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            power_lost();
        } else {
            /* Interrupted: again. */
        }
    }
}

static void bus_receive(const struct machine *machine, uint8_t *bytes, size_t length)
{
    for (size_t done = 0U; done < length;) {
        const ssize_t got = recv(machine->bus, &bytes[done], length - done, 0);

        if (got > 0) {
            done += (size_t)got;
        } else if ((got == 0) || (errno != EINTR)) {
            power_lost();
        } else {
            /* Interrupted: again. */
        }
    }
}

static enum bus_result exchange(const struct machine *machine, enum frame_operation operation, uint8_t address, size_t count,
                                const uint8_t *data, uint8_t *reply)
{
    uint8_t frame[FRAME_HEAD + FRAME_DATA_MAX];
    uint8_t head[FRAME_HEAD];
    size_t length;

    if (count > FRAME_DATA_MAX) {
        return BUS_FAULT;
    }
    frame[0] = (uint8_t)operation;
    frame[1] = address;
    frame[2] = (uint8_t)(count & 0xFFU);
    frame[3] = (uint8_t)(count >> 8U);
    if (data != NULL) {
        (void)memcpy(&frame[FRAME_HEAD], data, count);
    }
    bus_send(machine, frame, FRAME_HEAD + ((data == NULL) ? 0U : count));
    bus_receive(machine, head, sizeof head);
    length = (size_t)head[2] | ((size_t)head[3] << 8U);
    if ((length > 0U) && ((reply == NULL) || (length != count))) {
        (void)fprintf(stderr, "client: the bus gave %zu bytes\n", length);
        exit(2);
    }
    if (length > 0U) {
        bus_receive(machine, reply, length);
    }
    switch (head[0]) {
    case 0x00:
        return BUS_ACK;
    case 0x01:
        return BUS_NACK_ADDRESS;
    case 0x02:
        return BUS_NACK_DATA;
    default:
        return BUS_FAULT;
    }
}

static enum bus_result wake_pulse(void *context)
{
    return exchange(context, FRAME_PULSE, 0U, 0U, NULL, NULL);
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    return exchange(context, FRAME_WRITE, address, length, bytes, NULL);
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    return exchange(context, FRAME_READ, address, length, NULL, bytes);
}

static uint64_t machine_us(void)
{
    struct timespec moment;

    (void)clock_gettime(CLOCK_MONOTONIC, &moment);
    return ((uint64_t)moment.tv_sec * 1000000U) + ((uint64_t)moment.tv_nsec / 1000U);
}

static void delay_us(void *context, uint32_t microseconds)
{
    struct machine *machine = context;

    if (machine->bus_time) {
        const uint8_t wait[4] = {(uint8_t)(microseconds & 0xFFU), (uint8_t)((microseconds >> 8U) & 0xFFU),
                                 (uint8_t)((microseconds >> 16U) & 0xFFU), (uint8_t)(microseconds >> 24U)};

        (void)exchange(machine, FRAME_PASS, 0U, sizeof wait, wait, NULL);
        machine->bus_us += microseconds;
    } else {
        struct timespec left = {(time_t)(microseconds / 1000000U), (long)(microseconds % 1000000U) * 1000L};

        while ((nanosleep(&left, &left) != 0) && (errno == EINTR)) {
        }
    }
}

static uint32_t millis(void *context)
{
    const struct machine *machine = context;

    return (uint32_t)((machine->bus_time ? machine->bus_us : machine_us()) / 1000U);
}

/* --- the user's functions --------------------------------------------------------------------------------------------- */

/* A TCP connection to HOST:PORT, or -1. */
static int connect_tcp(const char *where)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(where, ':');
    struct addrinfo *found = NULL;
    const int yes = 1;
    char host[256];
    int connection = -1;

    if ((colon == NULL) || ((size_t)(colon - where) >= sizeof host)) {
        errno = EINVAL;
        return -1;
    }
    (void)memcpy(host, where, (size_t)(colon - where));
    host[colon - where] = '\0';
    if (getaddrinfo(host, &colon[1], &hints, &found) != 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    for (const struct addrinfo *one = found; (one != NULL) && (connection < 0); one = one->ai_next) {
        connection = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if ((connection >= 0) && (connect(connection, one->ai_addr, one->ai_addrlen) != 0)) {
            (void)close(connection);
            connection = -1;
        }
    }
    freeaddrinfo(found);
    if (connection >= 0) {
        (void)setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return connection;
}

static int certreq_start(void *context)
{
    struct machine *machine = context;

    if (machine->connection < 0) {
        machine->connection = connect_tcp(machine->server);
    }
    return (machine->connection < 0) ? -1 : 0;
}

static int certreq_send(void *context, const uint8_t *bytes, size_t length)
{
    const struct machine *machine = context;

    for (size_t done = 0U; done < length;) {
        const ssize_t sent = send(machine->connection, &bytes[done], length - done, MSG_NOSIGNAL);

        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            return -1;
        } else {
            /* Interrupted: again. */
        }
    }
    return 0;
}

static int certreq_recv(void *context, uint8_t *bytes, size_t wanted, size_t *received)
{
    enum { SLICE_MS = 50 };
    struct machine *machine = context;
    struct pollfd waiting = {machine->connection, POLLIN, 0};
    ssize_t got;

    *received = 0U;
    if (poll(&waiting, 1U, SLICE_MS) <= 0) {
        machine->waited_ms += SLICE_MS;
        machine->bus_us += (uint64_t)SLICE_MS * 1000U;
        if ((machine->impatient_ms > 0) && (machine->waited_ms >= machine->impatient_ms)) {
            machine->bus_us += 15000000U;
        }
        return 0;
    }
    machine->waited_ms = 0;
    got = recv(machine->connection, bytes, wanted, 0);
    if (got <= 0) {
        return -1;
    }
    *received = (size_t)got;
    return 0;
}

static int certreq_done(void *context)
{
    struct machine *machine = context;

    if (machine->connection >= 0) {
        (void)close(machine->connection);
        machine->connection = -1;
    }
    return 0;
}

static void request_error(void *context, uint32_t code, const char *message)
{
    (void)context;
    (void)printf("error %u %s\n", (unsigned)code, message);
}

static enum atcaprov_data write_data_zone(void *context, const struct atcaprov_block *block, uint8_t bytes[32])
{
    const struct machine *machine = context;

    for (size_t i = 0U; i < machine->data_count; i++) {
        const struct data_block *one = &machine->data[i];

        if ((one->zone == block->zone) && (one->slot == block->slot) && (one->number == block->block)) {
            (void)memcpy(bytes, one->bytes, sizeof one->bytes);
            return ATCAPROV_DATA_BLOCK;
        }
    }
    return ATCAPROV_DATA_NONE;
}

static void notify(void *context, enum atcaprov_stage stage, enum atcaprov_status status)
{
    static const char *const STAGES[] = {"",           "CONFIG_WRITE",  "CONFIG_LOCK", "CONFIG_READ",
                                         "GEN_KEY",    "CERTS_REQUEST", "CERTS_WRITE", "DATA_WRITE",
                                         "DATA_LOCK",  "SLOTS_LOCK",    "VALIDATE_CERTS"};
    static const char *const STATUSES[] = {"START", "SKIPPED", "DONE", "ERROR"};

    (void)context;
    (void)printf("%s %s\n", STAGES[stage], STATUSES[status]);
    (void)fflush(stdout);
}

static int draw_random(void *context, uint8_t *bytes, size_t length)
{
    struct machine *machine = context;

    if (!machine->seeded) {
        return (getrandom(bytes, length, 0U) == (ssize_t)length) ? 0 : -1;
    }
    for (size_t i = 0U; i < length; i++) {
        machine->seed = (machine->seed * 1664525U) + 1013904223U;
        bytes[i] = (uint8_t)(machine->seed >> 24U);
    }
    return 0;
}

static bool date_now(void *context, struct atcaprov_date *date)
{
    const struct machine *machine = context;

    *date = machine->date;
    return machine->has_date;
}

static void working(void *context, uint8_t reason, uint16_t queue_position)
{
    (void)context;
    (void)printf("working %u %u\n", (unsigned)reason, (unsigned)queue_position);
}

/* --- options ---------------------------------------------------------------------------------------------------------- */

static void usage(const char *wrong)
{
    (void)fprintf(stderr, "client: not understood: %s; see the head of ports/linux/main.c\n", wrong);
    exit(2);
}

static void parse_hex(const char *text, uint8_t *bytes, size_t length)
{
    if (strlen(text) != (2U * length)) {
        usage(text);
    }
    for (size_t i = 0U; i < length; i++) {
        const char digits[3] = {text[2U * i], text[(2U * i) + 1U], '\0'};
        char *end = NULL;

        bytes[i] = (uint8_t)strtoul(digits, &end, 16);
        if (*end != '\0') {
            usage(text);
        }
    }
}

static void parse_data(struct machine *machine, const char *text)
{
    struct data_block *one = &machine->data[machine->data_count];
    const char *colon = strchr(text, ':');
    char *end = NULL;

    if ((colon == NULL) || (machine->data_count == DATA_MAX)) {
        usage(text);
    }
    one->zone = (strncmp(text, "otp:", 4U) == 0) ? ATCAPROV_ZONE_OTP : ATCAPROV_ZONE_DATA;
    one->slot = (one->zone == ATCAPROV_ZONE_OTP) ? 0U : (unsigned)strtoul(text, NULL, 10);
    one->number = (unsigned)strtoul(&colon[1], &end, 10);
    if (*end != ':') {
        usage(text);
    }
    parse_hex(&end[1], one->bytes, sizeof one->bytes);
    machine->data_count++;
}

static void parse_date(struct machine *machine, const char *text)
{
    static const char SEPARATORS[4] = {'-', '-', 'T', '\0'};
    unsigned long parts[4];
    const char *at = text;

    for (size_t i = 0U; i < 4U; i++) {
        char *end = NULL;

        parts[i] = strtoul(at, &end, 10);
        if ((end == at) || (*end != SEPARATORS[i])) {
            usage(text);
        }
        at = (i < 3U) ? &end[1] : end;
    }
    machine->date = (struct atcaprov_date){(uint16_t)parts[0], (uint8_t)parts[1], (uint8_t)parts[2], (uint8_t)parts[3]};
    machine->has_date = true;
}

static int connect_bus(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int bus;

    if (strncmp(where, "tcp:", 4U) == 0) {
        return connect_tcp(&where[4]);
    }
    if ((strncmp(where, "unix:", 5U) != 0) || (strlen(&where[5]) >= sizeof address.sun_path)) {
        usage(where);
    }
    (void)memcpy(address.sun_path, &where[5], strlen(&where[5]) + 1U);
    bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if ((bus >= 0) && (connect(bus, (const struct sockaddr *)&address, sizeof address) != 0)) {
        (void)close(bus);
        bus = -1;
    }
    return bus;
}

struct options {
    const char *bus;
    bool validate_only;
    struct atcaprov_plan plan;
    struct atcaprov_order order;
    uint8_t station_key[32];
};

/* An option that stands alone; false when it is none. */
static bool take_flag(struct options *options, const char *name)
{
    if (strcmp(name, "--validate-only") == 0) {
        options->validate_only = true;
    } else if (strcmp(name, "--no-validation") == 0) {
        options->plan.validate = false;
    } else if (strcmp(name, "--no-crc") == 0) {
        options->plan.data_lock = ATCAPROV_NO_CRC;
    } else if (strcmp(name, "--rework") == 0) {
        options->order.rework = true;
    } else if (strcmp(name, "--accept-key") == 0) {
        options->order.accept_key = true;
    } else {
        return false;
    }
    return true;
}

static void take_option(struct options *options, struct machine *machine, const char *name, const char *value)
{
    if (strcmp(name, "--bus") == 0) {
        options->bus = value;
    } else if (strcmp(name, "--server") == 0) {
        machine->server = value;
    } else if (strcmp(name, "--time") == 0) {
        machine->bus_time = strcmp(value, "bus") == 0;
    } else if (strcmp(name, "--lock-slots") == 0) {
        options->plan.lock_slots = (uint16_t)strtoul(value, NULL, 16);
    } else if (strcmp(name, "--address") == 0) {
        options->plan.address = (uint8_t)strtoul(value, NULL, 16);
    } else if (strcmp(name, "--data") == 0) {
        parse_data(machine, value);
    } else if (strcmp(name, "--operator") == 0) {
        options->order.operator_name = value;
    } else if (strcmp(name, "--batch") == 0) {
        options->order.batch = value;
    } else if (strcmp(name, "--label") == 0) {
        options->order.unit_label = value;
    } else if (strcmp(name, "--station") == 0) {
        options->plan.station = value;
    } else if (strcmp(name, "--station-key") == 0) {
        parse_hex(value, options->station_key, sizeof options->station_key);
        options->plan.station_key = options->station_key;
    } else if (strcmp(name, "--date") == 0) {
        parse_date(machine, value);
    } else if (strcmp(name, "--impatient") == 0) {
        machine->impatient_ms = (int)strtol(value, NULL, 10);
    } else if (strcmp(name, "--seed") == 0) {
        machine->seeded = true;
        machine->seed = (uint32_t)strtoul(value, NULL, 10);
    } else {
        usage(name);
    }
}

static void print_hex(const char *name, const uint8_t *bytes, size_t length)
{
    (void)printf("%s ", name);
    for (size_t i = 0U; i < length; i++) {
        (void)printf("%02X", (unsigned)bytes[i]);
    }
    (void)printf("\n");
}

int main(int argc, char **argv)
{
    static struct machine machine = {.bus = -1, .connection = -1};
    static struct atcaprov_client client;
    static struct options options = {
        .plan = {.client_name = "embedded client",
                 .software_version = "1.0.0",
                 .station = "product",
                 .site = "",
                 .validate = true,
                 .address = 0xC0U},
    };
    static const struct kit_port PORT = {.context = &machine,
                                         .wake_pulse = wake_pulse,
                                         .i2c_write = i2c_write,
                                         .i2c_read = i2c_read,
                                         .delay_us = delay_us,
                                         .millis = millis};
    static const struct atcaprov_user_funcs FUNCS = {
        &machine, certreq_start, certreq_send, certreq_recv, certreq_done, request_error, write_data_zone,
        notify,   draw_random,   date_now,     working,
    };
    enum atcaprov_code code;

    options.plan.image_508a = PLAN_PARTS.image_508a;
    options.plan.image_608 = PLAN_PARTS.image_608;
    options.plan.cert_info = PLAN_PARTS.cert_info;
    options.plan.device_definition = PLAN_PARTS.device_definition;
    options.plan.signer_definition = PLAN_PARTS.signer_definition;
    for (int i = 1; i < argc; i++) {
        if (!take_flag(&options, argv[i])) {
            if ((i + 1) == argc) {
                usage(argv[i]);
            }
            take_option(&options, &machine, argv[i], argv[i + 1]);
            i++;
        }
    }
    if ((options.bus == NULL) || ((machine.server == NULL) && !options.validate_only)) {
        usage("--bus and --server are needed");
    }
    machine.bus = connect_bus(options.bus);
    if (machine.bus < 0) {
        die(options.bus);
    }
    atcaprov_init(&client, &PORT, &FUNCS, &options.plan);
    code = options.validate_only ? atcaprov_validate(&client) : atcaprov_provision(&client, &options.order);
    print_hex("serial", client.report.serial_number, sizeof client.report.serial_number);
    print_hex("log", client.report.log_reference, sizeof client.report.log_reference);
    (void)printf("reissued %d\nrewritten %d\nresult %d stage %d\n", client.report.reissued ? 1 : 0,
                 client.report.rewritten ? 1 : 0, (int)code, (int)client.report.stage);
    return (code == ATCAPROV_SUCCESS) ? 0 : 1;
}
