/** ATPR 1.0: frames, messages, station code. */
export * from './auth.ts';
export * from './codec.ts';
export type { WireFault, WireFaultCode } from './fault.ts';
export { type LogReference, MAX_TEXT, type WriteItem } from './fields.ts';
export * from './frame.ts';
export * from './messages.ts';
export * from './tlv.ts';
