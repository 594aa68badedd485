import type { Result } from '../base/result.ts';

/** The two families. 608A and 608B differ by RevNum byte 3 only and are one part here (atecc-device.md 5). */
export type Part = 'ATECC508A' | 'ATECC608';

/** 608 clock divider of ChipMode bits 7..3; a 508A has none and counts as 'M0' (atecc-device.md 3). */
export type ClockDivider = 'M0' | 'M1' | 'M2';

/** What a chip may say instead of an answer (atecc-device.md 2), or what may be wrong with the bytes of an answer. */
export type ChipFailure =
  /** A status packet other than success; `status` is its byte: 01, 03, 05, 07, 08, 0F, 11, EE, FF or one not in the book. */
  | { readonly kind: 'status'; readonly status: number }
  /** Count, CRC or length of the answer is wrong: the answer proves nothing about what the chip did. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** How long a command takes inside the chip, in ms. */
export interface ExecutionTime {
  readonly typicalMs: number;
  readonly maximumMs: number;
}

/**
 * A command as a value: everything there is to know before it is sent.
 * `packet` is count | opcode | P1 | P2 LE | data | CRC LE (atecc-device.md 2), without a word address.
 */
export interface Command<T> {
  /** The data sheet's name, for logs and the dry run: "GenKey", "Write" … */
  readonly name: CommandName;
  readonly opcode: number;
  readonly packet: Uint8Array;
  /** False for what must never be sent twice blindly after a lost answer (atecc-device.md 6). */
  readonly repeatable: boolean;
  /** True for what can never be undone: Lock, first config write, GenKey create, OTP … */
  readonly irreversible: boolean;
  /** One phrase for the dry run and the trace, without secrets: "create private key in slot 0". */
  readonly describe: string;
  executionTime(part: Part, divider: ClockDivider): ExecutionTime;
  decode(response: Uint8Array): Result<T, ChipFailure>;
}

/** Commands by the data sheet's names. */
export type CommandName =
  | 'AES'
  | 'CheckMac'
  | 'Counter'
  | 'DeriveKey'
  | 'ECDH'
  | 'GenDig'
  | 'GenKey'
  | 'HMAC'
  | 'Info'
  | 'KDF'
  | 'Lock'
  | 'MAC'
  | 'Nonce'
  | 'Pause'
  | 'PrivWrite'
  | 'Random'
  | 'Read'
  | 'SecureBoot'
  | 'SelfTest'
  | 'SHA'
  | 'Sign'
  | 'UpdateExtra'
  | 'Verify'
  | 'Write';
