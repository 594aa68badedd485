/** What is done to a chip, each resumable: it looks first, and never repeats blindly what must not be repeated. */
export * from './authorise.ts';
export * from './config.ts';
export * from './extra.ts';
export * from './key.ts';
export * from './lock.ts';
export * from './look.ts';
export * from './memory.ts';
export * from './secrets.ts';
