import { parseUtf8, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { runRecordSchema } from '../../src-shared/model/run-record.ts';
import type { Records } from '../records/index.ts';
import type { ReportSink } from '../server/ports.ts';

/**
 * Run reports of all stations, stored once per run id (signer-and-server.md 7.9). A report that names another station than the one
 * that identified itself is refused; without AUTH the name is a claim, as everywhere.
 */
export function reportSink(records: Pick<Records, 'runs' | 'activity'>): ReportSink {
  return {
    async take(report, station) {
      const runId = toHex(report.runId);
      if (records.runs.byId(runId) !== undefined) return;
      const json = report.runRecord === undefined ? undefined : parseUtf8(report.runRecord);
      const parsed = json === undefined ? undefined : runRecordSchema.safeParse(safeJson(json));
      if (parsed?.success !== true || parsed.data.runId !== runId)
        throw new SignetError('BAD_FIELD', 'The run record of a report cannot be read.');
      const record = parsed.data;
      if (station.authenticated && record.station !== station.name)
        throw new SignetError('NOT_ALLOWED', 'The report is of another station.');
      await records.runs.end(record);
      const { outcome } = record;
      const result =
        outcome.kind === 'PASS'
          ? 'PASS'
          : `${outcome.kind} ${outcome.stage}-${String(outcome.number).padStart(2, '0')}`;
      records.activity.of('server').info(`Run of ${record.serialNumber} at ${record.station}: ${result}.`);
    },
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
