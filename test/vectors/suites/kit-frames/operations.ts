import {
  type Command,
  configAddress,
  infoRevision,
  lockConfig,
  random,
  read,
  serialNumberOf,
  write,
} from '../../../../src-shared/atecc/index.ts';
import { BadVector } from '../../fields.ts';

/** An operation of a session: the packet that our codec builds for it, and what of the answer is its result. */
export interface SessionOperation {
  readonly packet: Uint8Array;
  /** Result of an answer that the library took for success; throws when our decoder does not. */
  read(response: Uint8Array): Uint8Array;
}

const nothing = new Uint8Array(0);

function operation<T>(command: Command<T>, result: (value: T) => Uint8Array): SessionOperation {
  return {
    packet: command.packet,
    read(response) {
      const decoded = command.decode(response);
      if (!decoded.ok) throw new BadVector(`our decoder refuses the answer: ${JSON.stringify(decoded.failure)}`);
      return result(decoded.value);
    },
  };
}

/** The operations of the `session` cases; `write4` writes 01 02 03 04 at config byte 20. */
export function operationOf(name: string): SessionOperation {
  switch (name) {
    case 'info':
      return operation(infoRevision(), (revision) => revision);
    case 'random':
      return operation(random(), (bytes) => bytes);
    case 'serial':
      return operation(read(configAddress(0), 32), serialNumberOf);
    case 'write4':
      return operation(write(configAddress(0, 5), Uint8Array.of(0x01, 0x02, 0x03, 0x04)), () => nothing);
    case 'lock':
      return operation(lockConfig(), () => nothing);
    default:
      throw new BadVector(`unknown operation "${name}"`);
  }
}
