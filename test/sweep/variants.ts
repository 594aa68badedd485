import type { Variant } from './sweep.ts';

const slots = [0, 4, 10, 11, 12];

/** Everything the sweep goes through; the first ones are those of the sample. */
export const variants: readonly Variant[] = [
  { part: '508A', dialect: 'legacy', dataLock: 'fill+crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'modern', dataLock: 'no-crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'd21', dataLock: 'fill+crc', lockSlots: [], data: false },
  { part: '508A', dialect: 'd21', dataLock: 'no-crc', lockSlots: [], data: false },
  { part: '508A', dialect: 'legacy', dataLock: 'fill+crc', lockSlots: [], data: false },
  { part: '508A', dialect: 'legacy', dataLock: 'no-crc', lockSlots: slots, data: true },
  { part: '508A', dialect: 'modern', dataLock: 'fill+crc', lockSlots: slots, data: false },
  { part: '508A', dialect: 'd21', dataLock: 'fill+crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'legacy', dataLock: 'fill+crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'legacy', dataLock: 'no-crc', lockSlots: [], data: false },
  { part: '608A', dialect: 'modern', dataLock: 'fill+crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'd21', dataLock: 'no-crc', lockSlots: slots, data: true },
  { part: '508A', dialect: 'signet', dataLock: 'fill+crc', lockSlots: slots, data: true },
  { part: '608A', dialect: 'signet', dataLock: 'no-crc', lockSlots: [], data: true },
];
