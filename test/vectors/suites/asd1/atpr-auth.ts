/** ATPR station code: the HMAC, and the whole AUTH frame that carries it (signer-and-server.md 7.1). */
import { Secret } from '../../../../src-shared/base/secret.ts';
import { authCode } from '../../../../src-shared/wire/auth.ts';
import { encodeMessage } from '../../../../src-shared/wire/codec.ts';
import { bytesOf, compareAll, integerOf, textOf } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

export const judge: Judge = (testCase) => {
  const station = textOf(testCase.in, 'station');
  const code = authCode(
    new Secret(bytesOf(testCase.in, 'station_key')),
    bytesOf(testCase.in, 'nonce'),
    bytesOf(testCase.in, 'session_id'),
    station,
  );
  const frame = encodeMessage({ name: 'AUTH', station, code }, integerOf(testCase.in, 'transaction'));
  return compareAll(testCase.out, { hmac: code, frame });
};
