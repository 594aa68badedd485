import type { CommandName, Part } from './command.ts';

/** Opcode of every command (atecc-device.md 3). */
export const opcodes: Readonly<Record<CommandName, number>> = {
  AES: 0x51,
  CheckMac: 0x28,
  Counter: 0x24,
  DeriveKey: 0x1c,
  ECDH: 0x43,
  GenDig: 0x15,
  GenKey: 0x40,
  HMAC: 0x11,
  Info: 0x30,
  KDF: 0x56,
  Lock: 0x17,
  MAC: 0x08,
  Nonce: 0x16,
  Pause: 0x01,
  PrivWrite: 0x46,
  Random: 0x1b,
  Read: 0x02,
  SecureBoot: 0x80,
  SelfTest: 0x77,
  SHA: 0x47,
  Sign: 0x41,
  UpdateExtra: 0x20,
  Verify: 0x45,
  Write: 0x12,
};

const nameByOpcode = new Map<number, CommandName>();
for (const name of Object.keys(opcodes)) {
  if (isCommandName(name)) nameByOpcode.set(opcodes[name], name);
}

/** The command an opcode stands for; undefined when it is none of ours. */
export function commandOfOpcode(opcode: number): CommandName | undefined {
  return nameByOpcode.get(opcode);
}

/** Whether a word is the name of a command. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(opcodes, name);
}

const onlyOn508: ReadonlySet<CommandName> = new Set(['HMAC', 'Pause']);
const onlyOn608: ReadonlySet<CommandName> = new Set(['AES', 'KDF', 'SecureBoot', 'SelfTest']);

/** Whether a part has the command at all (atecc-device.md 3, column Parts). */
export function partHasCommand(part: Part, name: CommandName): boolean {
  return part === 'ATECC508A' ? !onlyOn608.has(name) : !onlyOn508.has(name);
}
