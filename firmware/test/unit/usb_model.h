/*
 * A model of the SAM D21's USB controller in device mode, written from the data sheet (DS40001882, chapter 32) and sharing
 * nothing with the driver: registers on one side, the bus on the other, and between them what the controller does by itself:
 * acknowledge, refuse, toggles, banks in RAM. What the data sheet forbids is noted as a violation, and so is what would go wrong
 * on a chip without being forbidden (a packet changed while it waits, an interrupt that is never cleared).
 */
#ifndef USB_MODEL_H
#define USB_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct usb_model {
    /* The rest of the chip: clocks and pads are there. */
    bool clocked;
    bool pads;
    /* The processor takes no interrupts now; usb_model_service takes those that came. */
    bool masked;
    /* The pull-up is on. */
    bool attached;
    uint16_t pad_calibration;
    uint32_t interrupts;
    /* First thing that went wrong, or NULL. */
    const char *violation;
};

extern struct usb_model usb_model;

/* `ram`: what the controller may read and write. `interrupt`: the processor's handler. */
void usb_model_power_on(void *ram, size_t size, void (*interrupt)(void));
void usb_model_power_off(void);

/* Registers: offset in the block, width of the access in bytes. */
uint32_t usb_model_read(uint32_t offset, uint32_t width);
void usb_model_write(uint32_t offset, uint32_t width, uint32_t value);
/* The processor's interrupt controller: enabled, and asked for by software. */
void usb_model_enable_interrupt(void);
void usb_model_pend_interrupt(void);
void usb_model_service(void);

/* --- The bus --- */

enum usb_answer { ANSWER_ACK, ANSWER_NAK, ANSWER_STALL, ANSWER_SILENCE };

void usb_bus_reset(void);
void usb_bus_suspend(void);
void usb_bus_resume(void);
enum usb_answer usb_bus_setup(uint32_t address, uint32_t endpoint, const uint8_t *bytes, size_t length);
enum usb_answer usb_bus_out(uint32_t address, uint32_t endpoint, uint32_t toggle, const uint8_t *bytes, size_t length);
/* ANSWER_ACK: data. `heard` false: the device does not hear the host's acknowledgement. `bytes` has room for 64. */
enum usb_answer usb_bus_in(uint32_t address, uint32_t endpoint, bool heard, uint32_t *toggle, uint8_t *bytes, size_t *length);

#endif
