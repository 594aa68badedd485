/* One function per suite; main.c runs them all. */
#ifndef SUITES_H
#define SUITES_H

void crc_suite(void);
void time_suite(void);
void text_suite(void);
void chip_suite(void);
void bus_suite(void);
void host_suite(void);
void fake_chip_suite(void);
void samd21_suite(void);
void usb_control_suite(void);
void usb_data_suite(void);

#endif
