import type { Handler } from '../core.ts';
import { aes } from './aes.ts';
import { deriveKey, genDig } from './derive.ts';
import { ecdh } from './ecdh.ts';
import { genKey } from './gen-key.ts';
import { counter, info, pause, updateExtra } from './info.ts';
import { kdf } from './kdf.ts';
import { lock } from './lock.ts';
import { checkMac, hmac, mac } from './mac.ts';
import { nonce, random } from './random.ts';
import { read } from './read.ts';
import { secureBoot, selfTest } from './secure-boot.ts';
import { sha } from './sha.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';
import { privWrite, write } from './write.ts';

/** Opcode to handler; which family knows which opcode is timing.ts's business (atecc-device.md 3). */
export const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [0x01, pause],
  [0x02, read],
  [0x08, mac],
  [0x11, hmac],
  [0x12, write],
  [0x15, genDig],
  [0x16, nonce],
  [0x17, lock],
  [0x1b, random],
  [0x1c, deriveKey],
  [0x20, updateExtra],
  [0x24, counter],
  [0x28, checkMac],
  [0x30, info],
  [0x40, genKey],
  [0x41, sign],
  [0x43, ecdh],
  [0x45, verify],
  [0x46, privWrite],
  [0x47, sha],
  [0x51, aes],
  [0x56, kdf],
  [0x77, selfTest],
  [0x80, secureBoot],
]);

/** What still works while a 608's self-test has failed: nothing that computes (atecc-device.md 2). */
export const withoutSelfTest: ReadonlySet<number> = new Set([0x02, 0x12, 0x17, 0x20, 0x24, 0x30, 0x77]);
