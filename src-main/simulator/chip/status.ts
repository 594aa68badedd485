/** Status bytes a chip answers (atecc-device.md 2). */
export const status = {
  success: 0x00,
  mismatch: 0x01,
  parse: 0x03,
  eccFault: 0x05,
  selfTest: 0x07,
  health: 0x08,
  execution: 0x0f,
  awake: 0x11,
  watchdog: 0xee,
  communication: 0xff,
} as const;

/** How a command handler refuses: thrown inside the chip, caught by it, never seen outside. */
export class Refusal extends Error {
  readonly status: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.status = code;
  }
}

/** The payload of a plain "done". */
export const done = Uint8Array.of(status.success);
