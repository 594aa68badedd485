/**
 * Where Signet answers otherwise than Microchip's library, on purpose. One row each: which cases, what we answer, why, and a
 * judge of that answer. Two reasons are allowed: (a) the reference pages tell us not to imitate it; (b) it is a notion of the
 * library's C interface that our design does not have. The runner prints this table with its counts and stops at too many.
 */
import { answersOfOtherLength, isAnswerOfOtherLength } from './differences/answer-length.ts';
import {
  isNonceOf64Bytes,
  isSessionFromNoMacSlot,
  nonceOf64Bytes,
  sessionFromNoMacSlot,
} from './differences/host-functions.ts';
import { hasNegativeAnswer, negativeAnswers } from './differences/kit-host.ts';
import type { Judge, VectorCase } from './judge.ts';

export interface Difference {
  /** Vector file without .json. */
  readonly file: string;
  /** Which of its cases, in words. */
  readonly cases: string;
  matches(testCase: VectorCase): boolean;
  /** What Signet answers. */
  readonly ours: string;
  readonly reason: string;
  /** Passes when our code gives the stated answer. */
  readonly judge: Judge;
}

/** At most this many of the library's 1970 cases may be judged by the table, and the same share of a larger folder. */
export const DIFFERENCES_LIMIT = { cases: 120, of: 1970 } as const;

export const differences: readonly Difference[] = [
  {
    file: 'error-mapping',
    cases: 'the library takes an answer with a good CRC but another length than the command gives',
    matches: isAnswerOfOtherLength,
    ours: 'malformed answer; what the chip did is read back',
    reason:
      '(a) provisioning-recipes.md, notation: success is 04 00 03 40 and nothing else; atecc-device.md 7.1, 7.4: Info and Read give 4 or 32 bytes',
    judge: answersOfOtherLength,
  },
  {
    file: 'host-crypto',
    cases: 'a pass-through Nonce of 64 bytes: the library keeps the first 32 and says that TempKey has 64',
    matches: isNonceOf64Bytes,
    ours: 'TempKey is the 64 bytes; all its flags as the library has them',
    reason: '(a) atecc-device.md 7.3: mode bit 5 loads 64 bytes',
    judge: nonceOf64Bytes,
  },
  {
    file: 'host-crypto',
    cases: 'an encrypted write or read under the key of a NoMac slot: the library refuses to compute',
    matches: isSessionFromNoMacSlot,
    ours: 'sealed and opened as under any other key; the signer modules depend on it',
    reason: '(a) atecc-device.md 7.13: NoMac forbids MAC, HMAC and SHA-HMAC; Read and Write do not mind',
    judge: sessionFromNoMacSlot,
  },
  {
    file: 'kit-frames',
    cases: 'Microchip’s kit host prints a negative status: FFFFFFE0(), FFFFFFE2(), FFFFFFF4() and their kin',
    matches: hasNegativeAnswer,
    ours: 'two status digits: no_device TWI 00(00) for an empty index, C0() unknown, E7() silent chip, E5() damaged answer; device error packets go on as data',
    reason: '(a) vectors/README.md, kit-frames: do not imitate, its own client cannot parse them; kit-protocol.md 1, 3',
    judge: negativeAnswers,
  },
];
