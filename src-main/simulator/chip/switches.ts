/**
 * Everything the reference calls CONFLICT or UNCONFIRMED, or says nothing about, as a switch. Defaults are what the
 * reference recommends, else the reading under which a careless client fails sooner.
 */
export interface Switches {
  /** AuthValid over idle: data sheet 2.2.5 keeps it, 9.1.6 does not list it (atecc-device.md 1, signer-and-server.md 6.10). */
  readonly idleKeepsAuthValid: 'keep' | 'drop';
  /** Bytes under the data lock's CRC: whole slots (36, 416, 72), or complete 32-byte blocks only (config-zone.md 6). */
  readonly dataCrc: 'full' | 'blocks32';
  /** External Sign and CheckMac refused before the data lock: caution, not data-sheet text (signer-and-server.md 6.10). */
  readonly conservative: boolean;
  /** 508A: the OTP section reads all 64 bytes in modes AA and 55; the Read section hides words 0 and 1 when OTPmode is not zero (atecc-device.md 4). */
  readonly otpMode: 'otp-section' | 'read-section';
  /** When UpdateExtra works: always (the vendor library uses it before config lock), after config lock, after data lock (config-zone.md 1). */
  readonly updateExtra: 'always' | 'config-locked' | 'data-locked';
  /** 508A byte 85 while SelectorMode = 1: changeable only while it is zero (table), or only while it is not (text) (atecc-device.md 7.17). */
  readonly selector: 'while-zero' | 'while-not-zero';
  /** Which value of ReadKey bit 3 writes the shared secret to slot n+1: 1 (text and vendor library), or 0 (output table) (atecc-device.md 7.16). */
  readonly ecdhOutput: 'text' | 'table';
  /** When a changed I2C address counts (atecc-device.md 1, config-zone.md 1). */
  readonly addressEffective: 'next-wake-after-sleep' | 'power-cycle' | 'immediately';
  /** Which CheckMac authorises: key from the slot (mode bit 1 = 0; the field's mode 01), from TempKey (bit 1 = 1), or both (atecc-device.md 8). */
  readonly checkMacAuthorises: 'slot-first' | 'tempkey-first' | 'any';
  /** Whether an authorising CheckMac must have used TempKey, so that a nonce came before it (signer-and-server.md 1.7: "after a Nonce"). */
  readonly checkMacNeedsNonce: boolean;
  /** Whether external Sign looks at ReadKey bit 0 before the data lock too (atecc-device.md 4). */
  readonly signReadKeyBeforeDataLock: 'checked' | 'ignored';
  /** Counter increment before config lock (atecc-device.md 4: UNCONFIRMED, do not use). */
  readonly counterBeforeConfigLock: 'refused' | 'allowed';
  /** TempKey after a successful GenKey without digest: the tables of atecc-device.md 6 name neither. */
  readonly genKeyLeavesTempKey: boolean;
  /** Data of Verify mode 01: signature only (data sheet), with X and Y (vendor library), or either (atecc-device.md 7.9). */
  readonly validateExternalData: 'signature' | 'with-key' | 'either';
  /** Whether Verify validate wants Sign mode bit 0 = 0 in OtherData and invalidate wants 1; nothing is published. */
  readonly validateChecksDirection: boolean;
  /** 508A slot 15 with LimitedUse: spends one LastKeyUse bit a use (config-zone.md 1), or counts like other slots. */
  readonly slot15: 'last-key-use' | 'counter';
  /** 608 CountMatch (byte 18): positions are confirmed, meaning is not. `enforced`: Counter[0] stops at the LE32 at the start of the named slot. */
  readonly countMatch: 'ignored' | 'enforced';
  /** KeyConfig bit 12 on the 608: use after data lock needs the latch of Info mode 04 closed (config-zone.md 3). */
  readonly persistentDisable: 'enforced' | 'ignored';
  /** 608 byte 69 bit 7: setting the latch needs an authorisation with the named slot. */
  readonly volatileKeyPermission: 'enforced' | 'ignored';
  /** 608 ChipOptions bits 8..11 as 0 = clear, 1 = encrypted only, 2 and 3 = no output. */
  readonly outputProtection: 'enforced' | 'ignored';
  /** Whether AES with TempKey as key leaves TempKey for the next block. */
  readonly aesKeepsTempKey: boolean;
  /** SelfTest at a slow clock lasts longer than the short watchdog: not counted, or refused with EE. */
  readonly selfTestWatchdog: 'exempt' | 'counted';
  /** Watchdog with ChipMode bit 2 = 0, ms; nominal 1300, 700 to 1700 on silicon (atecc-device.md 1). */
  readonly watchdogShortMs: number;
  /** Watchdog with ChipMode bit 2 = 1, ms; 10000 on the 508A, about 13000 on the 608 (UNCONFIRMED). */
  readonly watchdogLongMs: number;
  /** Wake to answer with POST enabled, ms; order of magnitude only (atecc-device.md 1). */
  readonly postWakeMs: number;
}

export const defaultSwitches: Switches = {
  idleKeepsAuthValid: 'keep',
  dataCrc: 'full',
  conservative: false,
  otpMode: 'otp-section',
  updateExtra: 'always',
  selector: 'while-zero',
  ecdhOutput: 'text',
  addressEffective: 'next-wake-after-sleep',
  checkMacAuthorises: 'slot-first',
  checkMacNeedsNonce: true,
  signReadKeyBeforeDataLock: 'checked',
  counterBeforeConfigLock: 'refused',
  genKeyLeavesTempKey: false,
  validateExternalData: 'signature',
  validateChecksDirection: true,
  slot15: 'last-key-use',
  countMatch: 'ignored',
  persistentDisable: 'enforced',
  volatileKeyPermission: 'enforced',
  outputProtection: 'enforced',
  aesKeepsTempKey: true,
  selfTestWatchdog: 'exempt',
  watchdogShortMs: 1300,
  watchdogLongMs: 10_000,
  postWakeMs: 20,
};
