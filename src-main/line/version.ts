import packageJson from '../../package.json' with { type: 'json' };

/** Version of this program, as it stands in records, reports and certinfo comments. */
export const softwareVersion = `signet ${packageJson.version}`;

/** The same without the name. */
export const bareVersion = packageJson.version;
