/** Bytes of one HID report, without report id (kit-protocol.md 4). */
const HID_REPORT_SIZE = 64;

/** The report id that hosts write in front of every report; it never reaches the wire. */
const HID_REPORT_ID = 0x00;

/** A message cut into 64-byte reports, the last one padded with NULs. Without report ids. */
export function packReports(message: Uint8Array): Uint8Array[] {
  const reports: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += HID_REPORT_SIZE) {
    const report = new Uint8Array(HID_REPORT_SIZE);
    report.set(message.subarray(at, at + HID_REPORT_SIZE));
    reports.push(report);
  }
  return reports;
}

/** A report as hidapi wants it written: report id 00, then the 64 bytes. */
export function withReportId(report: Uint8Array): Uint8Array {
  const written = new Uint8Array(report.length + 1);
  written[0] = HID_REPORT_ID;
  written.set(report, 1);
  return written;
}

/**
 * What a received report adds to the stream: its bytes without the padding at its end. Reports of 65 bytes that begin
 * with the report id, as some systems hand them over, lose it.
 */
export function unpackReport(report: Uint8Array): Uint8Array {
  const start = report.length === HID_REPORT_SIZE + 1 && report[0] === HID_REPORT_ID ? 1 : 0;
  let end = report.length;
  while (end > start && report[end - 1] === 0) end -= 1;
  return report.slice(start, end);
}
