import { randomBytes } from 'node:crypto';
import { SignetError } from '../../../src-shared/base/error.ts';
import type { Secret } from '../../../src-shared/base/secret.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { changeKeyFilePassword } from '../../signing/key-file-signer.ts';
import { writeOwnerOnly } from '../../signing/owner-only-file.ts';
import { readBytes } from '../files.ts';

/** Gives the key file of a signer another password. Throws PASSWORD_WRONG, PASSWORD_POLICY, FILE_INVALID. */
export async function changeFilePassword(
  path: string,
  oldPasswords: readonly Secret[],
  newPasswords: readonly Secret[],
  minimumPasswordCharacters?: number,
): Promise<void> {
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const options = minimumPasswordCharacters === undefined ? { random } : { random, minimumPasswordCharacters };
  const changed = await changeKeyFilePassword(readBytes(path, 'key file'), oldPasswords, newPasswords, options);
  if (changed.ok) return writeOwnerOnly(path, changed.value, { replace: true });
  const { failure } = changed;
  switch (failure.kind) {
    case 'password-policy':
      throw new SignetError('PASSWORD_POLICY', `The new password is not accepted: ${inEnglish(failure.reason)}.`);
    case 'wrong-password':
      throw new SignetError('PASSWORD_WRONG', 'The password is wrong.');
    case 'passwords-needed':
      throw new SignetError('PASSWORD_WRONG', `This signer has ${failure.count} passwords.`, { count: failure.count });
    case 'not-a-key-file':
    case 'parameters':
      throw new SignetError('FILE_INVALID', `The key file ${path} is damaged.`, { path });
  }
}
