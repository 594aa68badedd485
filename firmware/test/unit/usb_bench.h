/* The kit host's USB port against the models of the chip, and a host in front of it. */
#ifndef USB_BENCH_H
#define USB_BENCH_H

#include "kit_host.h"
#include "samd21_model.h"
#include "samd21_usb_line.h"
#include "usb_host.h"

extern struct samd21 usb_board;
extern struct samd21_usb usb_line;
extern struct usb_host usb_host;
extern struct kit_port usb_port;
extern struct kit_host usb_kit;

/* The answer to the last control transfer that brought data. */
extern uint8_t usb_answer[512];

/* Power on, attached, reset. */
void bench_attach(void);
/* The same, and configured with address 5. */
void bench_configure(void);
/* A control transfer without data, or from the host: what host_control says. */
int bench_control(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t length);
int bench_set_coding(const uint8_t *coding, uint16_t length);
/* Sends all of it in packets of 64; false when the device does not take it. */
bool bench_send(const char *text);
/* What the host gets until there is nothing more. */
const char *bench_fetch(void);
/* The main loop works until it has nothing to do. */
void bench_run(void);
/* Nothing happened in any model that must not. */
void bench_all_well(void);

#endif
