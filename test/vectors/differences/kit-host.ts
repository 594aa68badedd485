/** kit-frames, kind kit-host: lines on which Microchip's host prints a negative status, which its own client cannot parse. */
import { compareAll, textOf } from '../fields.ts';
import type { Judge, VectorCase } from '../judge.ts';
import { askedSteps, expectedSteps, hostResults, ourAnswerInstead } from '../suites/kit-frames/host.ts';

const NEGATIVE = /^F{6}[0-9A-F]{2}\(\)\n$/;

/** Cases of that kind in which at least one answer is negative. */
export function hasNegativeAnswer(testCase: VectorCase): boolean {
  return (
    testCase.kind === 'kit-host' && expectedSteps(testCase).some((step) => NEGATIVE.test(textOf(step, 'response')))
  );
}

/** Every other answer as in the vector, and all that happens on the bus; in place of a negative one the answer that host-model.ts states. */
export const negativeAnswers: Judge = (testCase) => {
  const asked = askedSteps(testCase);
  const steps = expectedSteps(testCase).map((step, index) => {
    if (!NEGATIVE.test(textOf(step, 'response'))) return step;
    return { ...step, response: ourAnswerInstead(asked[index] ?? {}) };
  });
  return compareAll({ steps }, { steps: hostResults(testCase) });
};
