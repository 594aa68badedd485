/** error-mapping: answers with a good frame whose payload is not what the command gives. */
import { parseResponse } from '../../../src-shared/atecc/index.ts';
import { bytesOf, textOf } from '../fields.ts';
import { type Judge, passed, type VectorCase, wrong } from '../judge.ts';
import { operationOf } from '../suites/error-mapping.ts';

/**
 * A sound frame that is neither a failure status nor an answer of the length the command gives, and that the library takes as
 * success all the same.
 */
export function isAnswerOfOtherLength(testCase: VectorCase): boolean {
  const command = operationOf(textOf(testCase.in, 'operation'));
  const payload = parseResponse(bytesOf(testCase.in, 'device_response'));
  if (command === undefined || !payload.ok) return false;
  const lax = testCase.out['i2c_status'] === 0 && testCase.out['kit_status'] === 0;
  if (payload.value.length === 1) return lax && payload.value[0] === 0 && command.answerLength !== 1;
  return lax && payload.value.length !== command.answerLength;
}

/** Ours: the answer is malformed. */
export const answersOfOtherLength: Judge = (testCase) => {
  const command = operationOf(textOf(testCase.in, 'operation'));
  if (command === undefined) return wrong('unknown operation');
  const decoded = command.command.decode(bytesOf(testCase.in, 'device_response'));
  return !decoded.ok && decoded.failure.kind === 'malformed' ? passed : wrong('ours: not malformed');
};
