/*
 * The registers of the SAM D21 that this port uses (SAM D21 data sheet DS40001882), and how they are reached: every access
 * goes through six functions. On the chip they are loads and stores (registers.c); in the unit tests a model of the chip
 * stands behind them, so that the very file that runs on the board runs against it.
 */
#ifndef SAMD21_REGISTERS_H
#define SAMD21_REGISTERS_H

#include <stdint.h>

uint8_t register_read8(uintptr_t address);
uint16_t register_read16(uintptr_t address);
uint32_t register_read32(uintptr_t address);
void register_write8(uintptr_t address, uint8_t value);
void register_write16(uintptr_t address, uint16_t value);
void register_write32(uintptr_t address, uint32_t value);

/* Where the peripherals are. The port reaches all of them through one of these. */
struct samd21_blocks {
    uintptr_t pm;
    uintptr_t sysctrl;
    uintptr_t gclk;
    uintptr_t port;
    /* SERCOM3: the serial line to the debugger of the board (EDBG), which shows it as a COM port. */
    uintptr_t uart;
    /* SERCOM2: the I2C lines of the extension headers. */
    uintptr_t i2c;
    uintptr_t systick;
    uintptr_t nvic;
    /* What the USB image needs besides. */
    uintptr_t usb;
    uintptr_t nvmctrl;
    /* Calibration of the factory, and the chip's unique number. */
    uintptr_t calibration;
    uintptr_t unique;
};

#define PM_APBCMASK 0x20U
#define PM_APBC_SERCOM2 (1U << 4U)
#define PM_APBC_SERCOM3 (1U << 5U)

#define SYSCTRL_OSC8M 0x20U
#define SYSCTRL_OSC8M_PRESC (3U << 8U)

#define GCLK_STATUS 0x01U
#define GCLK_STATUS_SYNCBUSY 0x80U
#define GCLK_CLKCTRL 0x02U
#define GCLK_CLKCTRL_CLKEN 0x4000U
#define GCLK_ID_SERCOM2 0x16U
#define GCLK_ID_SERCOM3 0x17U

/* Group A. */
#define PORT_DIRCLR 0x04U
#define PORT_DIRSET 0x08U
#define PORT_OUTCLR 0x14U
#define PORT_IN 0x20U
#define PORT_PMUX 0x30U
#define PORT_PINCFG 0x40U
#define PINCFG_PMUXEN 0x01U
#define PINCFG_INEN 0x02U
#define PMUX_C 2U
#define PMUX_D 3U

/* SERCOM, what USART and I2C have in common. */
#define SERCOM_CTRLA 0x00U
#define SERCOM_CTRLB 0x04U
#define SERCOM_BAUD 0x0CU
#define SERCOM_INTENSET 0x16U
#define SERCOM_INTFLAG 0x18U
#define SERCOM_STATUS 0x1AU
#define SERCOM_SYNCBUSY 0x1CU
#define SERCOM_ADDR 0x24U
#define SERCOM_DATA 0x28U
#define CTRLA_SWRST 0x01U
#define CTRLA_ENABLE 0x02U

#define USART_CTRLA_MODE_INTERNAL (1U << 2U)
#define USART_CTRLA_RXPO_PAD1 (1U << 20U)
#define USART_CTRLA_DORD_LSB (1U << 30U)
#define USART_CTRLB_TXEN (1U << 16U)
#define USART_CTRLB_RXEN (1U << 17U)
#define USART_INT_DRE 0x01U
#define USART_INT_RXC 0x04U
#define USART_STATUS_PERR 0x01U
#define USART_STATUS_FERR 0x02U
#define USART_STATUS_BUFOVF 0x04U

#define I2C_CTRLA_MODE_MASTER (5U << 2U)
#define I2C_CTRLA_SDAHOLD_450NS (2U << 20U)
#define I2C_CTRLB_CMD_READ (2U << 16U)
#define I2C_CTRLB_CMD_STOP (3U << 16U)
#define I2C_CTRLB_NACK (1U << 18U)
#define I2C_INT_MB 0x01U
#define I2C_INT_SB 0x02U
#define I2C_STATUS_BUSERR 0x0001U
#define I2C_STATUS_ARBLOST 0x0002U
#define I2C_STATUS_RXNACK 0x0004U
#define I2C_STATUS_BUSSTATE 0x0030U
#define I2C_STATUS_IDLE 0x0010U
#define I2C_STATUS_OWNER 0x0020U

#define SYSTICK_CSR 0x00U
#define SYSTICK_RVR 0x04U
#define SYSTICK_CVR 0x08U
/* Processor clock, interrupt, counting. */
#define SYSTICK_RUN 0x07U

#define NVIC_ISER 0x00U
#define NVIC_ISPR 0x100U
#define IRQ_SERCOM3 12U

#endif
