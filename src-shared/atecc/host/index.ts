/** What the host computes to agree with a chip: digests, TempKey, sessions, IO protection. */
export * from './counter.ts';
export * from './digests.ts';
export * from './io-protection.ts';
export * from './session.ts';
export * from './sign-internal.ts';
export * from './temp-key.ts';
