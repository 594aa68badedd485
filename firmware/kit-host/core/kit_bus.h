/* The chips behind this kit: found by waking the bus, listed by index, one of them selected. */
#ifndef KIT_BUS_H
#define KIT_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atecc_chip.h"
#include "kit_port.h"

/* Hosts ask for indices 00 to 07 (kit-protocol.md 6). */
#define KIT_CHIPS_MAX 8U
/* Factory default (atecc-device.md 1). */
#define KIT_DEFAULT_ADDRESS 0xC0U
/* I2C keeps the addresses below and above these for itself; 00 would be a wake pulse. */
#define KIT_ADDRESS_MIN 0x10U
#define KIT_ADDRESS_MAX 0xEEU

struct kit_chip {
    struct atecc_chip chip;
    /* First word of the `board:device` reply, "ECC508A". Microchip's client compares its first four letters. */
    const char *name;
};

struct kit_bus {
    const struct kit_port *port;
    struct kit_chip chips[KIT_CHIPS_MAX];
    size_t chip_count;
    bool scanned;
    /* Chips that test themselves at waking have not been looked for since the last wake pulse of a scan, and when that was. */
    bool late_round_due;
    uint32_t pulse_ms;
    /* The host selected an address; until then the first chip found is the selected one. */
    bool address_chosen;
    /* A chip at an address that no scan has found: it may be reached all the same. */
    struct atecc_chip unlisted;
    uint8_t selected_address;
};

void kit_bus_init(struct kit_bus *bus, const struct kit_port *port);

/*
 * Wakes the bus and asks every legal address: who answers like a chip is asked by Info what it is, and a 608 for its clock
 * divider. Everything found ends idle. False when the bus is stuck.
 *
 * Chips that test themselves at waking answer 30 ms late. They are waited for here only when nobody else was found: Microchip's
 * own client gives a kit 50 ms for an answer (kit-protocol.md 2, "Timeouts"). Otherwise `kit_bus_scan_late` looks for them.
 */
bool kit_bus_scan(struct kit_bus *bus);

/* The second round of a scan, if it has not been made yet: adds those that came late. False when the bus is stuck. */
bool kit_bus_scan_late(struct kit_bus *bus);

/* Selects by 8-bit address. False for an address that no chip can have. */
bool kit_bus_select(struct kit_bus *bus, uint8_t address);

struct atecc_chip *kit_bus_selected(struct kit_bus *bus);

/*
 * Wakes the selected chip. The pulse wakes its neighbours too: those that were not meant to be awake are idled again,
 * so that their watchdog does not put them to sleep and their TempKey stays.
 */
enum chip_result kit_bus_wake(struct kit_bus *bus, uint8_t answer[4]);

#endif
