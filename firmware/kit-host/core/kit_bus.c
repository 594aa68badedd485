#include "kit_bus.h"

#define WAKE_DELAY_US 1500U
#define SELF_TEST_MS 35U
/* A chip that was woken stays awake at least so long (its watchdog's shortest time is 700 ms). */
#define STILL_AWAKE_MS 500U

#define INFO_RESPONSE_LENGTH 7U
#define CHIP_MODE_BYTE 19U

/* Info, revision. */
static const uint8_t INFO[] = {0x07U, 0x30U, 0x00U, 0x00U, 0x00U, 0x03U, 0x5DU};
/* Read of four bytes, configuration word 4: bytes 16 to 19. */
static const uint8_t READ_WORD_4[] = {0x07U, 0x02U, 0x00U, 0x04U, 0x00U, 0x1DU, 0x6DU};

void kit_bus_init(struct kit_bus *bus, const struct kit_port *port)
{
    bus->port = port;
    bus->chip_count = 0U;
    bus->scanned = false;
    bus->late_round_due = false;
    bus->pulse_ms = 0U;
    bus->address_chosen = false;
    bus->unlisted.address = (uint8_t)KIT_DEFAULT_ADDRESS;
    bus->unlisted.part = ATECC_PART_UNKNOWN;
    bus->unlisted.divider = ATECC_DIVIDER_UNKNOWN;
    bus->unlisted.awake = false;
    bus->unlisted.woken_ms = 0U;
    bus->selected_address = (uint8_t)KIT_DEFAULT_ADDRESS;
}

static bool ask(const struct kit_port *port, struct atecc_chip *chip, const uint8_t *packet, size_t length,
                uint8_t *response)
{
    struct atecc_frame frame;
    size_t response_length = 0U;

    for (size_t i = 0U; i < length; i++) {
        frame.bytes[ATECC_FRAME_PACKET + i] = packet[i];
    }
    return (atecc_talk(port, chip, &frame, length, response, &response_length) == CHIP_OK) &&
           (response_length == INFO_RESPONSE_LENGTH);
}

/* Asks an awake chip what it is. */
static void identify(const struct kit_port *port, struct kit_chip *found)
{
    uint8_t response[ATECC_RESPONSE_MAX];

    found->name = "UNKNOWN";
    found->chip.part = ATECC_PART_UNKNOWN;
    found->chip.divider = ATECC_DIVIDER_UNKNOWN;
    if (!ask(port, &found->chip, INFO, sizeof INFO, response)) {
        return;
    }
    /* Bytes 1 to 4 are the revision number (atecc-device.md 5). */
    if (response[2] == 0x02U) {
        found->name = "SHA204A";
    } else if (response[3] == 0x10U) {
        found->name = "ECC108A";
        found->chip.part = ATECC_PART_508A;
    } else if (response[3] == 0x50U) {
        found->name = "ECC508A";
        found->chip.part = ATECC_PART_508A;
    } else if (response[3] == 0x60U) {
        found->name = "ECC608";
        found->chip.part = ATECC_PART_608;
        if (ask(port, &found->chip, READ_WORD_4, sizeof READ_WORD_4, response)) {
            found->chip.divider = atecc_divider_of(response[1U + (CHIP_MODE_BYTE - 16U)]);
        }
    } else {
        /* A chip that wakes like one of the family; its name tells hosts that it is none of those they know. */
    }
}

static bool is_listed(const struct kit_bus *bus, uint8_t address)
{
    for (size_t i = 0U; i < bus->chip_count; i++) {
        if (bus->chips[i].chip.address == address) {
            return true;
        }
    }
    return false;
}

/* Asks every address that has no chip yet for a wake answer. False when the bus is stuck. */
static bool sweep(struct kit_bus *bus)
{
    for (uint32_t address = KIT_ADDRESS_MIN; (address <= KIT_ADDRESS_MAX) && (bus->chip_count < KIT_CHIPS_MAX);
         address += 2U) {
        uint8_t answer[4];
        enum bus_result read;

        if (is_listed(bus, (uint8_t)address)) {
            continue;
        }
        read = bus->port->i2c_read(bus->port->context, (uint8_t)address, answer, sizeof answer);
        if (read == BUS_FAULT) {
            return false;
        }
        if ((read == BUS_ACK) && atecc_is_wake_answer(answer)) {
            struct kit_chip *found = &bus->chips[bus->chip_count];

            found->chip.address = (uint8_t)address;
            found->chip.awake = true;
            identify(bus->port, found);
            (void)atecc_idle(bus->port, &found->chip);
            bus->chip_count++;
        }
    }
    return true;
}

/* A chip that is awake would ignore the pulse: idle those that may be. */
static void idle_all(struct kit_bus *bus)
{
    for (size_t i = 0U; i < bus->chip_count; i++) {
        (void)atecc_idle(bus->port, &bus->chips[i].chip);
    }
    (void)atecc_idle(bus->port, &bus->unlisted);
}

static bool wake_all(struct kit_bus *bus)
{
    if (bus->port->wake_pulse(bus->port->context) == BUS_FAULT) {
        return false;
    }
    bus->pulse_ms = bus->port->millis(bus->port->context);
    bus->port->delay_us(bus->port->context, WAKE_DELAY_US);
    return true;
}

bool kit_bus_scan_late(struct kit_bus *bus)
{
    uint32_t since_pulse = bus->port->millis(bus->port->context) - bus->pulse_ms;
    bool well;

    if (!bus->late_round_due) {
        return true;
    }
    bus->late_round_due = false;
    if (since_pulse >= STILL_AWAKE_MS) {
        if (!wake_all(bus)) {
            return false;
        }
        since_pulse = 0U;
    }
    if (since_pulse < SELF_TEST_MS) {
        bus->port->delay_us(bus->port->context, (SELF_TEST_MS - since_pulse) * 1000U);
    }
    well = sweep(bus);
    /* Whoever the pulse woke besides, and was not meant to be awake. */
    for (size_t i = 0U; i < bus->chip_count; i++) {
        if (!bus->chips[i].chip.awake) {
            (void)atecc_idle(bus->port, &bus->chips[i].chip);
        }
    }
    return well;
}

bool kit_bus_scan(struct kit_bus *bus)
{
    bool well;

    idle_all(bus);
    bus->chip_count = 0U;
    well = wake_all(bus) && sweep(bus);
    bus->late_round_due = well;
    if (well && (bus->chip_count == 0U)) {
        well = kit_bus_scan_late(bus);
    }
    bus->scanned = well;
    if ((bus->chip_count > 0U) && !bus->address_chosen) {
        bus->selected_address = bus->chips[0].chip.address;
    }
    return well;
}

bool kit_bus_select(struct kit_bus *bus, uint8_t address)
{
    /* Bit 0 of the configured byte is not part of the address. */
    const uint8_t even = (uint8_t)(address & 0xFEU);

    if ((even < KIT_ADDRESS_MIN) || (even > KIT_ADDRESS_MAX)) {
        return false;
    }
    bus->selected_address = even;
    bus->address_chosen = true;
    return true;
}

struct atecc_chip *kit_bus_selected(struct kit_bus *bus)
{
    for (size_t i = 0U; i < bus->chip_count; i++) {
        if (bus->chips[i].chip.address == bus->selected_address) {
            return &bus->chips[i].chip;
        }
    }
    if (bus->unlisted.address != bus->selected_address) {
        bus->unlisted.address = bus->selected_address;
        bus->unlisted.awake = false;
    }
    return &bus->unlisted;
}

enum chip_result kit_bus_wake(struct kit_bus *bus, uint8_t answer[4])
{
    struct atecc_chip *selected = kit_bus_selected(bus);
    const enum chip_result result = atecc_wake(bus->port, selected, answer);

    for (size_t i = 0U; i < bus->chip_count; i++) {
        struct atecc_chip *other = &bus->chips[i].chip;

        if ((other != selected) && !other->awake) {
            (void)atecc_idle(bus->port, other);
        }
    }
    return result;
}
