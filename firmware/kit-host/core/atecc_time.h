/* How long a chip may take over a command (atecc-device.md 3). */
#ifndef ATECC_TIME_H
#define ATECC_TIME_H

#include <stdint.h>

/* What Info told about the chip; it decides which column of the table is used. */
enum atecc_part { ATECC_PART_UNKNOWN, ATECC_PART_508A, ATECC_PART_608 };

/* 608 only: ChipMode bits 7..3 (config-zone.md 1, byte 19). Unknown counts as the slowest. */
enum atecc_divider { ATECC_DIVIDER_UNKNOWN, ATECC_DIVIDER_M0, ATECC_DIVIDER_M1, ATECC_DIVIDER_M2 };

/* Divider that a ChipMode byte means: 00 is M0, 05 is M1, 0D is M2, anything else is unknown. */
enum atecc_divider atecc_divider_of(uint8_t chip_mode);

/*
 * Time in ms after which a chip that is still busy with `opcode` has failed: the longest time in the books for this part
 * and divider, and on top of it a quarter and 10 ms, because a chip slower than its data sheet has not lost its answer.
 * An opcode that is in no book gets the longest limit of all.
 */
uint32_t atecc_limit_ms(enum atecc_part part, enum atecc_divider divider, uint8_t opcode);

#endif
