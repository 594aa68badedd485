/* The serial line over the board's own USB connector ("TARGET USB"), for the kit host. */
#ifndef SAMD21_USB_LINE_H
#define SAMD21_USB_LINE_H

#include "samd21_board.h"
#include "samd21_usb.h"

/* DFLL48M, held to the host's start-of-frame (USB clock recovery). */
#define SAMD21_USB_CPU_HZ 48000000U
/* How long a reply may wait for room, because the host does not fetch those before it, until it is thrown away. */
#define SAMD21_USB_PATIENCE_MS 2000U

/* Starts clocks, tick, I2C and USB. */
void samd21_usb_line_start(struct samd21 *samd21, const struct samd21_blocks *blocks, struct samd21_usb *line);
/* All the functions that the core calls; context is the struct samd21. */
void samd21_usb_line_fill_port(struct samd21 *samd21, struct kit_port *port);

#endif
