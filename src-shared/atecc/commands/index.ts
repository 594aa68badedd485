/** Every command of the 508A and 608 as a function that gives a Command<T> (atecc-device.md 7). */

export { type KeyUse, TEMP_KEY } from './define.ts';
export * from './digest.ts';
export * from './info.ts';
export * from './kdf.ts';
export * from './keys.ts';
export * from './lock.ts';
export * from './memory.ts';
export * from './misc.ts';
export * from './random.ts';
export * from './sha.ts';
export * from './verify.ts';
