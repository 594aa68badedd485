#include "kit_host.h"

static void answer(struct kit_host *kit, enum kit_status status)
{
    kit_reply_end(&kit->reply, (uint8_t)status, kit->response, 0U);
}

static enum kit_status status_of(enum chip_result result)
{
    switch (result) {
    case CHIP_OK:
        return KIT_OK;
    case CHIP_NO_WAKE:
        return KIT_NO_WAKE;
    case CHIP_NO_ANSWER:
        return KIT_NO_RESPONSE;
    case CHIP_TIMEOUT:
        return KIT_TIMEOUT;
    case CHIP_LOST:
        return KIT_RX_FAIL;
    case CHIP_BAD_SIZE:
        return KIT_BAD_SIZE;
    case CHIP_BAD_CRC:
        return KIT_BAD_CRC;
    case CHIP_BUS_FAULT:
        return KIT_BUS_STUCK;
    case CHIP_REFUSED:
    default:
        return KIT_COMMUNICATION_FAILED;
    }
}

/* One byte as argument; with anything else the reply is C3. */
static bool byte_argument(struct kit_host *kit, const struct kit_request *request, uint8_t *value)
{
    if (kit_hex_byte(&request->argument, value)) {
        return true;
    }
    answer(kit, KIT_BAD_PARAMETER);
    return false;
}

/* "NAME BUS 00(ADDRESS)", or the form for "nothing here" that Microchip's own client passes over. */
static void describe_chip(struct kit_host *kit, size_t index)
{
    uint8_t address = 0U;

    if (index < kit->bus.chip_count) {
        kit_reply_text(&kit->reply, kit->bus.chips[index].name);
        address = kit->bus.chips[index].chip.address;
    } else {
        kit_reply_text(&kit->reply, "no_device");
    }
    kit_reply_text(&kit->reply, " TWI ");
    kit_reply_end(&kit->reply, (uint8_t)KIT_OK, &address, 1U);
}

/* A host that looks for chips begins a new session: wake and idle around every talk are on again. */
static bool scan(struct kit_host *kit)
{
    kit->wrapping = KIT_WRAPS;
    if (kit_bus_scan(&kit->bus)) {
        return true;
    }
    answer(kit, KIT_BUS_STUCK);
    return false;
}

static void board_device(struct kit_host *kit, const struct kit_request *request)
{
    uint8_t index;

    /* What is no number asks for the first, as with Microchip's own host. */
    if (!kit_hex_byte(&request->argument, &index)) {
        index = 0U;
    }
    if (((index == 0U) || !kit->bus.scanned) && !scan(kit)) {
        return;
    }
    if ((index >= kit->bus.chip_count) && !kit_bus_scan_late(&kit->bus)) {
        answer(kit, KIT_BUS_STUCK);
        return;
    }
    describe_chip(kit, index);
}

static void board_version(struct kit_host *kit)
{
    if (scan(kit)) {
        kit_reply_text(&kit->reply, KIT_NAME " ");
        describe_chip(kit, 0U);
    }
}

static void board_firmware(struct kit_host *kit, const struct kit_request *request)
{
    static const uint8_t VERSION[] = {KIT_VERSION_MAJOR, KIT_VERSION_MINOR, KIT_VERSION_PATCH};
    uint8_t which;

    if (!byte_argument(kit, request, &which)) {
        return;
    }
    if (which != 0U) {
        answer(kit, KIT_BAD_PARAMETER);
        return;
    }
    kit_reply_text(&kit->reply, KIT_NAME " ");
    kit_reply_end(&kit->reply, (uint8_t)KIT_OK, VERSION, sizeof VERSION);
}

/* Legacy hosts turn the background search off with this; there is none here, so it cannot be turned on. */
static void board_discover(struct kit_host *kit, const struct kit_request *request)
{
    uint8_t on;

    if (byte_argument(kit, request, &on)) {
        answer(kit, (on == 0U) ? KIT_OK : KIT_BAD_PARAMETER);
    }
}

static void board_command(struct kit_host *kit, const struct kit_request *request)
{
    const struct kit_span *command = &request->fields[1];

    if ((request->field_count != 2U) || !request->has_argument) {
        answer(kit, KIT_UNKNOWN_COMMAND);
    } else if (kit_field_is(command, "device", 1U)) {
        board_device(kit, request);
    } else if (kit_field_is(command, "version", 1U)) {
        board_version(kit);
    } else if (kit_field_is(command, "firmware", 1U)) {
        board_firmware(kit, request);
    } else if (kit_field_is(command, "discover", 2U)) {
        board_discover(kit, request);
    } else {
        answer(kit, KIT_UNKNOWN_COMMAND);
    }
}

/* A chip that is kept awake would not notice a wake pulse. */
static void stop_keeping(struct kit_host *kit)
{
    struct atecc_chip *chip = kit_bus_selected(&kit->bus);

    if ((kit->wrapping == KIT_KEEPS) && chip->awake) {
        (void)atecc_idle(kit->port, chip);
    }
}

static void chip_wake(struct kit_host *kit)
{
    enum chip_result result;

    stop_keeping(kit);
    result = kit_bus_wake(&kit->bus, kit->response);
    if (result != CHIP_OK) {
        answer(kit, status_of(result));
        return;
    }
    kit_reply_end(&kit->reply, (uint8_t)KIT_OK, kit->response, 4U);
    kit->idle_after_reply = (kit->wrapping == KIT_WRAPS);
}

static void chip_idle(struct kit_host *kit)
{
    struct atecc_chip *chip = kit_bus_selected(&kit->bus);

    /* A chip that is not awake is idle already, or asleep: nothing to do, and nothing that it could acknowledge. */
    answer(kit, chip->awake ? status_of(atecc_idle(kit->port, chip)) : KIT_OK);
}

static void chip_sleep(struct kit_host *kit)
{
    answer(kit, status_of(atecc_sleep(kit->port, kit_bus_selected(&kit->bus))));
}

/*
 * Sees to it that the chip is awake for this packet. One that is kept awake stays so when its answer will be there before its
 * watchdog could end that; otherwise it is idled, which it acknowledges only if it is the one that was woken, and woken again.
 */
static enum chip_result make_ready(struct kit_host *kit, struct atecc_chip *chip, size_t length)
{
    const uint8_t *packet = &kit->frame.bytes[ATECC_FRAME_PACKET];
    const uint8_t opcode = (length > 1U) ? packet[1] : 0x00U;

    if (kit->wrapping == KIT_HOLDS) {
        return CHIP_OK;
    }
    if ((kit->wrapping == KIT_KEEPS) && chip->awake) {
        const uint32_t age = kit->port->millis(kit->port->context) - chip->woken_ms;
        enum chip_result result;

        if ((age + atecc_limit_ms(chip->part, chip->divider, opcode)) <= KIT_KEEP_MS) {
            return CHIP_OK;
        }
        result = atecc_idle(kit->port, chip);
        if (result != CHIP_OK) {
            return result;
        }
    }
    return kit_bus_wake(&kit->bus, kit->response);
}

/* Whether the chip did what it was told: data, or a status of success. */
static bool is_success(const uint8_t *response, size_t length)
{
    return (length != ATECC_RESPONSE_MIN) || (response[1] == 0x00U);
}

static void talk(struct kit_host *kit, const struct kit_span *hex)
{
    struct atecc_chip *chip = kit_bus_selected(&kit->bus);
    enum chip_result result;
    size_t length = 0U;
    size_t response_length = 0U;

    if (!kit_hex_decode(hex, &kit->frame.bytes[ATECC_FRAME_PACKET], ATECC_PACKET_MAX, &length) || (length == 0U)) {
        answer(kit, KIT_BAD_PARAMETER);
        return;
    }
    result = make_ready(kit, chip, length);
    if (result == CHIP_OK) {
        result = atecc_talk(kit->port, chip, &kit->frame, length, kit->response, &response_length);
        if (result == CHIP_BUS_FAULT) {
            /* How much of it the chip has got, and whether it did it, nobody knows. */
            result = CHIP_LOST;
        }
    }
    kit->went_well = (kit->wrapping == KIT_KEEPS) && (result == CHIP_OK) && is_success(kit->response, response_length);
    /* A chip that did not do it is idled even where it is kept awake: what comes next begins anew. */
    kit->idle_after_reply = (kit->wrapping != KIT_HOLDS) && chip->awake && !kit->went_well;
    kit_reply_end(&kit->reply, (uint8_t)status_of(result), kit->response, response_length);
}

/*
 * `next:n(hex)`: a talk that a host may send before the one before it is answered. It is done only if that one was, in the same
 * wake; otherwise the chip is not asked. The digit comes back in front of the answer, so that it is known whose it is.
 */
static void chip_next(struct kit_host *kit, const struct kit_request *request)
{
    const struct kit_span *digit = &request->fields[2];
    const struct atecc_chip *chip = kit_bus_selected(&kit->bus);
    char word[] = "0 ";

    if ((digit->length != 1U) || (digit->text[0] < '0') || (digit->text[0] > '9')) {
        answer(kit, KIT_BAD_PARAMETER);
        return;
    }
    word[0] = digit->text[0];
    kit_reply_text(&kit->reply, word);
    if (kit->unbroken && chip->awake) {
        talk(kit, &request->argument);
    } else {
        answer(kit, KIT_NO_RESPONSE);
    }
}

static void chip_auto_wake(struct kit_host *kit, const struct kit_request *request)
{
    struct atecc_chip *chip = kit_bus_selected(&kit->bus);
    uint8_t who;

    if (!byte_argument(kit, request, &who)) {
        return;
    }
    if (who > (uint8_t)KIT_KEEPS) {
        answer(kit, KIT_BAD_PARAMETER);
        return;
    }
    stop_keeping(kit);
    kit->wrapping = (enum kit_wrapping)who;
    if ((kit->wrapping != KIT_HOLDS) && chip->awake) {
        (void)atecc_idle(kit->port, chip);
    }
    answer(kit, KIT_OK);
}

static void physical_select(struct kit_host *kit, const struct kit_request *request)
{
    uint8_t address;

    if (byte_argument(kit, request, &address)) {
        stop_keeping(kit);
        answer(kit, kit_bus_select(&kit->bus, address) ? KIT_OK : KIT_BAD_PARAMETER);
    }
}

static void physical_command(struct kit_host *kit, const struct kit_request *request)
{
    if ((request->field_count == 3U) && request->has_argument && kit_field_is(&request->fields[2], "select", 1U)) {
        physical_select(kit, request);
    } else if ((request->field_count == 4U) && kit_field_is(&request->fields[2], "interface", 1U)) {
        /* There is I2C and nothing else. */
        answer(kit, kit_field_is(&request->fields[3], "i2c", 1U) ? KIT_OK : KIT_BAD_INTERFACE);
    } else {
        answer(kit, KIT_UNKNOWN_COMMAND);
    }
}

static void chip_command(struct kit_host *kit, const struct kit_request *request)
{
    const struct kit_span *command = &request->fields[1];

    if (kit_field_is(command, "physical", 1U)) {
        physical_command(kit, request);
    } else if ((request->field_count == 3U) && request->has_argument && kit_field_is(command, "next", 1U)) {
        chip_next(kit, request);
    } else if ((request->field_count != 2U) || !request->has_argument) {
        answer(kit, KIT_UNKNOWN_COMMAND);
    } else if (kit_field_is(command, "talk", 1U)) {
        talk(kit, &request->argument);
    } else if (kit_field_is(command, "wake", 1U)) {
        chip_wake(kit);
    } else if (kit_field_is(command, "idle", 1U)) {
        chip_idle(kit);
    } else if (kit_field_is(command, "sleep", 1U)) {
        chip_sleep(kit);
    } else if (kit_field_is(command, "auto", 1U)) {
        chip_auto_wake(kit, request);
    } else {
        answer(kit, KIT_UNKNOWN_COMMAND);
    }
}

static void obey(struct kit_host *kit)
{
    struct kit_request request;
    const enum kit_parse_result parsed = kit_parse(kit->line, kit->line_length, &request);

    if (parsed == KIT_MALFORMED) {
        answer(kit, KIT_BAD_PARAMETER);
    } else if ((parsed == KIT_UNKNOWN) || (request.field_count < 2U)) {
        answer(kit, KIT_UNKNOWN_COMMAND);
    } else if (kit_field_is(&request.fields[0], "board", 1U)) {
        board_command(kit, &request);
    } else if (kit_field_is(&request.fields[0], "ecc", 1U) || kit_field_is(&request.fields[0], "sha", 1U)) {
        chip_command(kit, &request);
    } else {
        answer(kit, KIT_UNKNOWN_COMMAND);
    }
}

static void forget_line(struct kit_host *kit)
{
    kit->line_length = 0U;
    kit->line_spoilt = false;
}

static void end_of_line(struct kit_host *kit)
{
    /* An empty line is the other half of CR LF, or a host that clears its throat. */
    if ((kit->line_length > 0U) || kit->line_spoilt) {
        kit->reply.length = 0U;
        if (kit->line_spoilt) {
            answer(kit, KIT_RX_OVERFLOW);
        } else {
            obey(kit);
        }
        kit->unbroken = kit->went_well;
        kit->went_well = false;
        kit->port->uart_write(kit->port->context, (const uint8_t *)kit->reply.text, kit->reply.length);
        if (kit->idle_after_reply) {
            /* The host need not wait for this; whether the chip took it is another matter than what the line asked. */
            (void)atecc_idle(kit->port, kit_bus_selected(&kit->bus));
            kit->idle_after_reply = false;
        }
        kit->last_byte_ms = kit->port->millis(kit->port->context);
    }
    forget_line(kit);
}

static void take(struct kit_host *kit, char c)
{
    if (kit->line_length == KIT_LINE_SIZE) {
        kit->line_spoilt = true;
    } else {
        kit->line[kit->line_length] = c;
        kit->line_length++;
    }
}

/* A line begins with a printable character; noise, NULs and banners' control characters before it are nothing. Inside a line
 * only NUL is nothing: hosts pad with it. */
static void receive(struct kit_host *kit, int16_t received)
{
    const bool begun = (kit->line_length > 0U) || kit->line_spoilt;

    if (received == KIT_UART_DAMAGED) {
        kit->line_spoilt = begun;
    } else if ((received == '\n') || (received == '\r')) {
        end_of_line(kit);
    } else if ((received != 0) && (begun || ((received >= ' ') && (received < 0x7F)))) {
        take(kit, (char)received);
    } else {
        /* Nothing. */
    }
}

void kit_host_init(struct kit_host *kit, const struct kit_port *port)
{
    kit->port = port;
    kit->wrapping = KIT_WRAPS;
    kit->idle_after_reply = false;
    kit->unbroken = false;
    kit->went_well = false;
    kit->last_byte_ms = 0U;
    kit->reply.length = 0U;
    kit_bus_init(&kit->bus, port);
    forget_line(kit);
}

bool kit_host_step(struct kit_host *kit)
{
    const int16_t received = kit->port->uart_read(kit->port->context);
    const uint32_t now = kit->port->millis(kit->port->context);

    if (received == KIT_UART_EMPTY) {
        if ((now - kit->last_byte_ms) >= KIT_LINE_STALE_MS) {
            forget_line(kit);
        }
        if ((now - kit->last_byte_ms) >= KIT_QUIET_MS) {
            stop_keeping(kit);
        }
        return false;
    }
    kit->last_byte_ms = now;
    receive(kit, received);
    return true;
}
