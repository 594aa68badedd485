import { randomBytes } from 'node:crypto';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { reason } from '../../../src-shared/model/reasons.ts';
import { setUpModule } from '../../signing/setup.ts';
import {
  type RootSetUp,
  type SetUpFailure,
  type SetUpOutcome,
  type SignerSetUp,
  setUpFailureAsError,
} from '../../signing/setup-request.ts';
import { setUpSteps } from '../../signing/setup-steps.ts';
import { thisSoftware } from '../program-digest.ts';
import type { SignerBooks } from './books.ts';
import { rowOfStick } from './list.ts';
import { takeStick, theOnlyStick } from './stick.ts';
import { invalid, type Wishes, withPasswords } from './wishes.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Why a set-up stopped, with the stick that it stopped on. */
export class SetUpStopped extends SignetError {
  readonly failure: SetUpFailure;
  readonly serialNumber: string;

  constructor(failure: SetUpFailure, serialNumber: string) {
    const { code, message, details } = setUpFailureAsError(failure);
    super(code, message, details);
    this.failure = failure;
    this.serialNumber = serialNumber;
  }
}

/** Irreversible steps of a set-up in words; what is not in it can be undone. */
const cannotBeUndone: Readonly<Partial<Record<(typeof setUpSteps)[number]['name'], string>>> = {
  'lock-configuration': 'Its configuration is locked: the chip is a signer chip for ever.',
  'make-key': 'A key is made in it that nobody can read or copy.',
  'lock-data': 'Its data zone is locked: password scheme, record and keys stay as they are written.',
  'lock-slots': 'Certificate, record and key slots are locked one by one.',
};

/**
 * Makes the stick at a place a module: looks at it, says what cannot be undone and asks, then asks for the new passwords and does it.
 * A set-up that was interrupted goes on. Throws SetUpStopped and other SignetErrors; the kit is given back either way.
 */
export async function setUpStick(
  books: SignerBooks,
  wish: {
    readonly stick: string | undefined;
    readonly request: SignerSetUp | RootSetUp;
    /** Also a kit that does not call itself a signer or root stick. */
    readonly anyKit: boolean;
    readonly acceptUnknownKeyBy: string | undefined;
  },
  wishes: Wishes,
): Promise<SetUpOutcome> {
  const { request } = wish;
  const stick = await takeStick(wish.stick ?? (await theOnlyStick()), 'set-up');
  try {
    const { kitClass, identity, chips } = stick.entry;
    if (kitClass === 'plain' && !wish.anyKit)
      throw invalid(
        `The kit at ${stick.place} calls itself "${identity.name}", which is no signer or root stick: a board would be lost. --any-kit does it all the same.`,
      );
    const [chip] = chips;
    if (chip === undefined) throw new SetUpStopped({ kind: 'no-chip' }, '');
    const serialNumber = toHex(chip.serialNumber);
    if (chip.dataLocked && books.setUpNotes.setUpNote(serialNumber) === undefined) {
      // Nobody is asked for anything about a stick that is finished, or another's.
      const { state, name } = await rowOfStick(books, stick);
      if (state === 'FOREIGN')
        throw new SetUpStopped({ kind: 'foreign', reason: reason('stick-other-config') }, serialNumber);
      if (state === 'PASSWORD_REQUIRED' || state === 'LOCKED_OUT')
        throw new SetUpStopped({ kind: 'already-a-module', name }, serialNumber);
    }
    const what =
      request.kind === 'root'
        ? `root "${request.commonName}"`
        : `signer "${request.parameters.signerCommonNamePrefix}"`;
    await wishes.confirm({
      subject: `The stick ${serialNumber} at ${stick.place} becomes the ${what}`,
      token: serialNumber.slice(-4),
      steps: setUpSteps.flatMap(({ name }) => cannotBeUndone[name] ?? []),
    });
    const ask = { purpose: 'new', subject: `${request.kind} ${serialNumber}`, count: 'chosen' } as const;
    return await withPasswords(wishes, ask, async (passwords) => {
      const made = await setUpModule(request, {
        lease: stick.lease,
        passwords,
        now: () => new Date(),
        monotonic: () => performance.now(),
        random,
        notes: books.setUpNotes,
        definitionFiles: books.definitionFiles,
        progress: ({ step, status }) => wishes.step(step, status, cannotBeUndone[step] !== undefined),
        persons: wishes.persons,
        software: thisSoftware(),
        ...(wish.acceptUnknownKeyBy === undefined ? {} : { acceptUnknownKeyBy: wish.acceptUnknownKeyBy }),
      });
      if (!made.ok) throw new SetUpStopped(made.failure, serialNumber);
      return made.value;
    });
  } finally {
    await stick.close();
  }
}
