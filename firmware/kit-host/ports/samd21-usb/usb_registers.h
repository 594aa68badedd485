/*
 * The registers that native USB needs besides those of registers.h (SAM D21 data sheet DS40001882: chapters 10.3 "NVM
 * Calibration and Auxiliary Space", 15 GCLK, 16 PM, 17 SYSCTRL, 22 NVMCTRL, 32 USB in device mode).
 */
#ifndef USB_REGISTERS_H
#define USB_REGISTERS_H

#define PM_AHBMASK 0x14U
#define PM_AHB_USB (1U << 6U)
#define PM_APBBMASK 0x1CU
#define PM_APBB_USB (1U << 5U)

#define GCLK_ID_USB 0x06U
#define GCLK_GENCTRL 0x04U
#define GCLK_GENCTRL_SRC_DFLL48M (7U << 8U)
#define GCLK_GENCTRL_GENEN (1U << 16U)

#define SYSCTRL_PCLKSR 0x0CU
#define SYSCTRL_PCLKSR_DFLLRDY (1U << 4U)
#define SYSCTRL_DFLLCTRL 0x24U
#define SYSCTRL_DFLLCTRL_ENABLE 0x0002U
#define SYSCTRL_DFLLCTRL_MODE_CLOSED 0x0004U
#define SYSCTRL_DFLLCTRL_USBCRM 0x0020U
#define SYSCTRL_DFLLCTRL_CCDIS 0x0100U
#define SYSCTRL_DFLLVAL 0x28U
#define SYSCTRL_DFLLVAL_COARSE_SHIFT 10U
#define SYSCTRL_DFLLMUL 0x2CU
#define SYSCTRL_DFLLMUL_FSTEP_SHIFT 16U
#define SYSCTRL_DFLLMUL_CSTEP_SHIFT 26U

#define NVMCTRL_CTRLB 0x04U
#define NVMCTRL_CTRLB_RWS (0x0FU << 1U)
#define NVMCTRL_CTRLB_RWS_1 (1U << 1U)
#define NVMCTRL_CTRLB_MANW (1U << 7U)

/* In the software calibration area, words 1 and 2 (bits 32 to 73). */
#define CALIBRATION_WORD1 0x04U
#define CALIBRATION_WORD2 0x08U
#define CALIBRATION_TRANSN_SHIFT 13U
#define CALIBRATION_TRANSP_SHIFT 18U
#define CALIBRATION_TRIM_SHIFT 23U
#define CALIBRATION_COARSE_SHIFT 26U
#define CALIBRATION_FINE_MASK 0x3FFU

/* The unique number's first word stands apart from the other three. */
#define UNIQUE_WORD0 0x0CU
#define UNIQUE_WORD1 0x40U

#define PMUX_G 6U
#define IRQ_USB 7U

#define USB_CTRLA 0x00U
#define USB_SYNCBUSY 0x02U
#define USB_QOSCTRL 0x03U
#define USB_CTRLB 0x08U
#define USB_DADD 0x0AU
#define USB_INTENSET 0x18U
#define USB_INTFLAG 0x1CU
#define USB_DESCADD 0x24U
#define USB_PADCAL 0x28U

/* Data and configuration accesses before those of the processor. */
#define QOSCTRL_HIGH 0x0FU
/* Full speed, attached. */
#define CTRLB_FULL_SPEED 0x0000U
#define DADD_ADDEN 0x80U
#define USB_INT_SUSPEND 0x0001U
#define USB_INT_EORST 0x0008U
#define USB_INT_WAKEUP 0x0010U
#define PADCAL_TRANSN_SHIFT 6U
#define PADCAL_TRIM_SHIFT 12U

/* Endpoint n. */
#define USB_ENDPOINT(n) (0x100U + (0x20U * (n)))
#define EPCFG 0x00U
#define EPSTATUSCLR 0x04U
#define EPSTATUSSET 0x05U
#define EPSTATUS 0x06U
#define EPINTFLAG 0x07U
#define EPINTENSET 0x09U

/* Bank 0 is what comes from the host, bank 1 what goes to it. */
#define EPCFG_CONTROL 0x11U
#define EPCFG_BULK_BOTH 0x33U
#define EPCFG_INTERRUPT_IN 0x40U
#define EPCFG_OFF 0x00U
#define EPSTATUS_DTGLOUT 0x01U
#define EPSTATUS_DTGLIN 0x02U
#define EPSTATUS_STALLRQ0 0x10U
#define EPSTATUS_STALLRQ1 0x20U
#define EPSTATUS_BK0RDY 0x40U
#define EPSTATUS_BK1RDY 0x80U
#define EPINT_TRCPT0 0x01U
#define EPINT_TRCPT1 0x02U
#define EPINT_RXSTP 0x10U

/* PCKSIZE of a bank's descriptor. */
#define PCKSIZE_BYTE_COUNT 0x3FFFU
#define PCKSIZE_MULTI_PACKET_SHIFT 14U
#define PCKSIZE_SIZE_16 (1UL << 28U)
#define PCKSIZE_SIZE_64 (3UL << 28U)

#endif
