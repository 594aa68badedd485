import type { IssueStep } from '../../src-main/signing/signing-service.ts';

/** Every step of an issue, in order; the compiler holds the list complete. */
const all: Readonly<Record<IssueStep, true>> = {
  checked: true,
  intent: true,
  signed: true,
  verified: true,
  archived: true,
  logged: true,
  cleared: true,
};

export const issueSteps = Object.keys(all) as readonly IssueStep[];
