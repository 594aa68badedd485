import { describe, expect, it } from 'vitest';
import { dataWrittenLine, readDataWritten } from '../../src-shared/model/data-written.ts';
import type { DataWrite } from '../../src-shared/model/plan.ts';

describe('what stage 7 wrote, as a run record keeps it', () => {
  const random: DataWrite = {
    zone: 'data',
    slot: 9,
    offset: 0,
    label: 'cloud key (2026)',
    source: { kind: 'random', length: 32 },
  };

  it('has the form that records of all versions have', () => {
    expect(dataWrittenLine(random)).toBe('slot 9 from random (cloud key (2026))');
    expect(dataWrittenLine({ ...random, zone: 'otp', label: '', source: { kind: 'bytes', hex: '01' } })).toBe(
      'OTP from bytes',
    );
  });

  it('is read back for the screens; other lines are left as they are', () => {
    expect(readDataWritten(dataWrittenLine(random))).toEqual({ place: 9, source: 'random', label: 'cloud key (2026)' });
    expect(readDataWritten('OTP from csv')).toEqual({ place: 'OTP', source: 'csv', label: '' });
    for (const line of ['slot 9 from elsewhere', 'slot x from file', '', 'slot 9 from file, twice'])
      expect(readDataWritten(line)).toBeUndefined();
  });
});
