/**
 * The seam inside the simulator: a chip on its bus, as a kit sees it. Raw bytes only; the simulator shares no codec with
 * the code it tests, so nothing of src-shared is imported anywhere in this folder.
 */
export interface Silicon {
  /** 8-bit I2C address at which the chip answers right now. */
  readonly address: number;
  readonly awake: boolean;
  /**
   * Wake pulse. Gives the four bytes a master reads afterwards (04 11 33 43, or 04 07 40 C2 after a failed self-test);
   * undefined when the chip was awake already (the pulse is ignored) or cannot answer (no power).
   */
  wake(): Uint8Array | undefined;
  /** Word address 02: keeps TempKey and RNG seed. */
  idle(): void;
  /** Word address 01: loses all SRAM. */
  sleep(): void;
  /**
   * Word address 03: one command packet, count..CRC. `undefined` when the chip is not awake (it does not acknowledge).
   * `executionMs` is how long it would be busy under the timing model; state changes are already made when this returns,
   * volatile time (watchdog) is counted by the clock that the chip was given.
   */
  command(packet: Uint8Array): SiliconAnswer | undefined;
  /** Power lost and back: SRAM gone, EEPROM as it was. */
  powerCycle(): void;
}

export interface SiliconAnswer {
  /** count..CRC */
  readonly response: Uint8Array;
  readonly executionMs: number;
}

/** Time as the simulator counts it: ms since some start, and a way to let it pass. */
export interface SimulatedClock {
  now(): number;
  /** Lets `ms` pass; a virtual clock returns at once. Fractions of a ms count. */
  pass(ms: number): Promise<void>;
}
