import type { Pace } from '../../src-main/simulator/pace.ts';

/** A HID stick whose bus and polling take their time. */
export const hidPace: Pace = { line: { kind: 'hid' }, bus: true, kitPolling: true };
